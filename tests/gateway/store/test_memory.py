"""What is the memory's own: it leaves no file, ends with its block, and commits only with what is kept beside it."""

import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from portico.gateway.store.changes import Put
from portico.gateway.store.engine import Group, PartUnavailable, StoreUnavailable
from portico.gateway.store.memory import Memory, open_memory
from portico.gateway.store.migrate import load_steps
from portico.gateway.store.sqlite_files import Database
from tests.kit.clock import FakeClock
from tests.kit.stores import appended


class Beside:
    """Says no when it is told to."""

    def __init__(self) -> None:
        self.kept: list[Group] = []
        self.refusal: Exception | None = None
        self.is_closed = False

    def fill(self, connection: Database) -> None:
        connection.execute("insert into setting (name, data) values ('before', x'01')")

    def keep(self, group: Group) -> None:
        if self.refusal is not None:
            raise self.refusal
        self.kept.append(group)

    def close(self) -> None:
        self.is_closed = True


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def setting(name: str) -> Group:
    return Group(changes=(Put("setting", {"name": name}, {"data": b"1"}),))


async def test_it_leaves_no_file_and_ends_with_its_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for variable in ("TMPDIR", "SQLITE_TMPDIR"):
        monkeypatch.setenv(variable, str(tmp_path))
    for _ in range(2):
        async with open_memory(clock=FakeClock()) as store:
            assert await store.read("select count(*) from event") == [(0,)]
            await store.apply(appended("s", 0, *(b"x" * 10_000 for _ in range(600))))
            rows = await store.read("select data from event order by data || version desc")
            assert len(rows) == 600
            await store.apply(Group(erase=("s",)))
            assert names(tmp_path) == []


async def test_temporary_tables_stay_in_memory_too() -> None:
    async with open_memory(clock=FakeClock()) as store:
        assert await store.read("pragma temp_store") == [(2,)]
        assert await store.read("pragma database_list") == [(0, "main", "")]


async def test_the_newest_schema_is_noted_as_in_a_file() -> None:
    async with open_memory(clock=FakeClock()) as store:
        rows = await store.read("select step, checksum, applied_at from migration order by step")
    assert rows == [(step.number, step.checksum, FakeClock().now()) for step in load_steps()]


async def test_a_backup_is_one_private_file(tmp_path: Path) -> None:
    target = tmp_path / "copy"
    async with open_memory(clock=FakeClock()) as store:
        await store.apply(appended("s", 0, b"1"))
        await store.backup(str(target))
        with pytest.raises(StoreUnavailable):
            await store.backup(str(tmp_path / "nowhere" / "copy"))
        assert await store.read("select count(*) from event") == [(1,)]
    assert names(tmp_path) == ["copy"]
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    with closing(sqlite3.connect(target)) as copy:
        assert copy.execute("select stream, data from event").fetchall() == [("s", b"1")]


async def test_what_was_kept_is_there_at_the_start() -> None:
    beside = Beside()
    async with open_memory(clock=FakeClock(), beside=beside) as store:
        assert await store.read("select name from setting") == [("before",)]
        await store.apply(setting("new"))
        assert beside.kept == [setting("new")]
    assert beside.is_closed


@pytest.mark.parametrize("refusal", [StoreUnavailable("full", reason="disk_full"), ZeroDivisionError()])
async def test_what_cannot_be_kept_is_not_committed(refusal: Exception) -> None:
    beside = Beside()
    async with open_memory(clock=FakeClock(), beside=beside) as store:
        beside.refusal = refusal
        with pytest.raises(PartUnavailable if isinstance(refusal, StoreUnavailable) else type(refusal)):
            await store.apply(setting("new"))
        assert await store.read("select name from setting") == [("before",)]
        beside.refusal = None
        await store.apply(setting("new"))
        assert await store.read("select name from setting order by name") == [("before",), ("new",)]


async def test_a_closed_store_is_unavailable() -> None:
    async with open_memory(clock=FakeClock()) as store:
        pass
    with pytest.raises(StoreUnavailable):
        await store.read("select 1")


def test_a_lost_connection_is_not_replaced_by_an_empty_database() -> None:
    memory = Memory()
    memory.make((load_steps(), 1))
    writer = memory._writer  # pyright: ignore[reportPrivateUsage]
    writer._connection = None  # pyright: ignore[reportPrivateUsage]  # as after a rollback that failed
    with pytest.raises(StoreUnavailable):
        memory.apply(setting("new"))
    memory.close()
