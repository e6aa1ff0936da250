"""What is SQLite's own: durability pragmas, a full disk, the WAL after an erase, upgrades with a copy beside."""

import stat
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import anyio
import apsw
import pytest

from portico.gateway.kernel.errors import Unavailable
from portico.gateway.store import migrate
from portico.gateway.store.changes import Put
from portico.gateway.store.engine import Group, StoreUnavailable, StreamRow
from portico.gateway.store.sqlite import SqliteStore, WalWatch, backup_before, open_sqlite
from portico.gateway.store.sqlite_files import Database, open_plain, open_writer
from tests.kit.clock import FakeClock
from tests.kit.stores import appended, sqlite_store

SECRET = b"a word that must be gone"


@asynccontextmanager
async def watched(folder: Path) -> AsyncGenerator[tuple[SqliteStore, list[Database]]]:
    """A store, and its writing connections in the order they were opened."""
    connections: list[Database] = []
    async with open_sqlite(folder / "gateway.db", clock=FakeClock(), on_connect=connections.append) as store:
        yield store, connections


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.is_file())


async def heads(store: SqliteStore) -> dict[str, int]:
    return dict(await store.read("select stream, head from stream"))


def pragma(connection: Database, name: str) -> object:
    return connection.execute(f"pragma {name}").fetchall()[0][0]


async def test_the_files_are_ours_alone(tmp_path: Path) -> None:
    async with sqlite_store(tmp_path / "home") as store:
        await store.apply(appended("s", 0, b"1"))
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "home").iterdir()}
    assert modes == {"gateway.db": 0o600, "gateway.db-wal": 0o600, "gateway.db-shm": 0o600}
    assert stat.S_IMODE((tmp_path / "home").stat().st_mode) == 0o700


async def test_closing_leaves_one_file(tmp_path: Path) -> None:
    async with sqlite_store(tmp_path) as store:
        await store.apply(appended("s", 0, b"1"))
        await store.read("select 1")
    assert names(tmp_path) == ["gateway.db"]


async def test_a_fact_is_committed_full_and_flow_normal(tmp_path: Path) -> None:
    async with watched(tmp_path) as (store, connections):
        seen: list[object] = []
        for version, is_fact in enumerate([True, False, False, True, False]):
            await store.apply(appended("s", version, b"x", fact=is_fact))
            seen.append(pragma(connections[0], "synchronous"))
        assert seen == [2, 1, 1, 2, 1]
        assert pragma(connections[0], "journal_mode") == "wal"
        assert pragma(connections[0], "secure_delete") == 1


async def test_a_full_disk_refuses_whole_groups_until_space_returns(tmp_path: Path) -> None:
    async with watched(tmp_path) as (store, connections):
        await store.apply(appended("s", 0, b"1"))
        pages = pragma(connections[0], "page_count")
        connections[0].execute(f"pragma max_page_count={pages}")
        for _ in range(2):
            with pytest.raises(StoreUnavailable) as refusal:
                await store.apply(appended("s", 1, b"x" * 100_000, b"y"))
            assert refusal.value.details == {"reason": "disk_full"}
            assert await heads(store) == {"s": 1}
        connections[0].execute("pragma max_page_count=1000000")
        await store.apply(appended("s", 1, b"x" * 100_000, b"y"))
        assert await heads(store) == {"s": 3}
        assert await store.check() == []
        assert len(connections) == 1


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (apsw.FullError, "disk_full"),
        (apsw.IOError, "io"),
        (apsw.CorruptError, "corrupt"),
        (apsw.ReadOnlyError, "read_only"),
    ],
)
async def test_a_commit_that_fails_is_undone(tmp_path: Path, error: type[apsw.Error], reason: str) -> None:
    faults = [error("planted")]

    def commit() -> bool:
        if faults:
            raise faults.pop()
        return False

    async with watched(tmp_path) as (store, connections):
        raw = connections[0]
        assert isinstance(raw, apsw.Connection)
        raw.set_commit_hook(commit)
        with pytest.raises(StoreUnavailable) as refusal:
            await store.apply(appended("s", 0, b"1"))
        assert refusal.value.details == {"reason": reason}
        assert await heads(store) == {}
        await store.apply(appended("s", 0, b"1"))
        assert await heads(store) == {"s": 1}


async def test_a_connection_that_cannot_undo_is_replaced(tmp_path: Path) -> None:
    def refuse(action: int, first: str | None, *_: str | None) -> int:
        is_end = action == apsw.SQLITE_TRANSACTION and first in {"COMMIT", "ROLLBACK"}
        return apsw.SQLITE_DENY if is_end else apsw.SQLITE_OK

    async with watched(tmp_path) as (store, connections):
        raw = connections[0]
        assert isinstance(raw, apsw.Connection)
        raw.authorizer = refuse
        with pytest.raises(StoreUnavailable):
            await store.apply(appended("s", 0, b"1"))
        await store.apply(appended("s", 0, b"1"))
        assert await heads(store) == {"s": 1}
        assert len(connections) == 2


async def test_another_process_that_writes_makes_us_busy(tmp_path: Path) -> None:
    async with watched(tmp_path) as (store, connections):
        connections[0].set_busy_timeout(0)
        with closing(open_writer(tmp_path / "gateway.db")) as other:
            other.execute("begin immediate")
            with pytest.raises(StoreUnavailable) as refusal:
                await store.apply(appended("s", 0, b"1"))
            assert refusal.value.details == {"reason": "busy"}
        await store.apply(appended("s", 0, b"1"))


async def test_what_was_erased_is_in_no_file(tmp_path: Path) -> None:
    async with sqlite_store(tmp_path) as store:
        await store.apply(appended("s", 0, SECRET, SECRET * 3000))
        assert SECRET in (tmp_path / "gateway.db-wal").read_bytes()
        tombstone = StreamRow("s", 2, 3, 3, 1, None, "w", erased_at=1)
        await store.apply(Group(streams=(tombstone,), erase=("s",)))
        assert (tmp_path / "gateway.db-wal").stat().st_size == 0
        assert SECRET not in (tmp_path / "gateway.db").read_bytes()


async def test_a_reader_delays_the_truncation_and_does_not_prevent_it(tmp_path: Path) -> None:
    async with sqlite_store(tmp_path) as store:
        await store.apply(appended("s", 0, SECRET))
        with closing(open_plain(tmp_path / "gateway.db")) as reader:
            reader.execute("begin")
            reader.execute("select count(*) from event").fetchall()
            await store.apply(Group(streams=(StreamRow("s", 1, 1, 1, 1, None, "w"),), erase=("s",)))
            assert SECRET in (tmp_path / "gateway.db-wal").read_bytes()
        with anyio.fail_after(5):
            # Each group waits in the same queue as the next attempt.
            while (tmp_path / "gateway.db-wal").stat().st_size:
                await store.apply(Group())
        assert SECRET not in (tmp_path / "gateway.db").read_bytes()


async def test_the_wal_is_moved_into_the_database_while_it_grows(tmp_path: Path) -> None:
    wal = tmp_path / "gateway.db-wal"
    version = 0
    async with sqlite_store(tmp_path) as store:
        small = (tmp_path / "gateway.db").stat().st_size
        with anyio.fail_after(20):
            while (tmp_path / "gateway.db").stat().st_size == small:
                await store.apply(appended("s", version, b"x" * 200_000, fact=False))
                version += 1
        assert wal.stat().st_size >= 1_000 * 4096
        assert await heads(store) == {"s": version}


async def test_a_wal_that_nobody_moved_aside_is_moved_by_the_writer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portico.gateway.store.sqlite.WalWatch", lambda: WalWatch(aside=100, blocking=100))
    async with sqlite_store(tmp_path) as store:
        for version in range(40):
            await store.apply(appended("s", version, b"x" * 100_000, fact=False))
        # Moved again and again, it starts anew instead of growing to the 4 MB that were written.
        assert (tmp_path / "gateway.db-wal").stat().st_size < 2_000_000


@pytest.mark.parametrize(
    ("pages", "expected"),
    [
        pytest.param([1, 9], ["no", "no"], id="short"),
        pytest.param([10, 11, 19, 20], ["aside", "no", "no", "aside"], id="not at every commit"),
        pytest.param([29, 30, 31, 40], ["aside", "now", "no", "now"], id="a hindered move is made again later"),
        pytest.param([30, 1, 10, 30], ["now", "no", "aside", "now"], id="after a fresh start all counts anew"),
    ],
)
def test_when_the_wal_is_moved(pages: list[int], expected: list[str]) -> None:
    watch = WalWatch(aside=10, blocking=30)
    assert [watch.due(count) for count in pages] == expected


async def test_a_backup_is_one_private_file_with_all_of_one_moment(tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    async with sqlite_store(tmp_path / "home") as store:
        await store.apply(appended("s", 0, b"1", b"2"))
        target.write_bytes(b"an older copy")
        await store.backup(str(target))
        await store.apply(appended("s", 2, b"3"))
    assert names(tmp_path) == ["copy.db"]
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    with closing(open_plain(target)) as copy:
        assert copy.execute("select version from event").fetchall() == [(1,), (2,)]
        assert pragma(copy, "journal_mode") == "delete"


async def test_a_backup_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    async with sqlite_store(tmp_path) as store:
        with pytest.raises(StoreUnavailable) as refusal:
            await store.backup(str(tmp_path / "missing" / "copy.db"))
    assert refusal.value.details == {"reason": "io"}


async def test_check_names_damage(tmp_path: Path) -> None:
    path = tmp_path / "gateway.db"
    async with sqlite_store(tmp_path) as store:
        await store.apply(appended("s", 0, b"x" * 200_000))
    content = bytearray(path.read_bytes())
    content[-4096 * 20 : -4096 * 19] = b"\xff" * 4096
    path.write_bytes(content)
    async with sqlite_store(tmp_path) as store:
        assert await store.check() != []


@pytest.mark.parametrize("content", [b"this is no database, though it is long enough" * 100])
async def test_a_file_that_is_no_database_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "gateway.db").write_bytes(content)
    with pytest.raises(StoreUnavailable) as refusal:
        async with sqlite_store(tmp_path):
            pass
    assert refusal.value.details == {"reason": "corrupt"}
    assert (tmp_path / "gateway.db").read_bytes() == content


async def test_a_folder_that_cannot_be_used_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreUnavailable) as refusal:
        async with sqlite_store(tmp_path / "file"):
            pass
    assert refusal.value.details["reason"] in {"cannot_open", "io"}


async def test_readers_cannot_write(tmp_path: Path) -> None:
    async with sqlite_store(tmp_path) as store:
        with pytest.raises(StoreUnavailable) as refusal:
            await store.read("delete from stream")
    assert refusal.value.details == {"reason": "read_only"}


async def test_after_closing_calls_are_refused(tmp_path: Path) -> None:
    async with sqlite_store(tmp_path) as store:
        pass
    with pytest.raises(StoreUnavailable):
        await store.read("select 1")
    with pytest.raises(StoreUnavailable):
        await store.apply(Group())


async def test_an_upgrade_keeps_the_data_and_a_copy_of_before(tmp_path: Path) -> None:
    path = tmp_path / "gateway.db"
    first = migrate.load_steps()[:1]
    async with open_sqlite(path, clock=FakeClock(5), steps=first) as store:
        await store.apply(appended("s", 0, b"1"))
    assert names(tmp_path) == ["gateway.db"]
    async with open_sqlite(path, clock=FakeClock(9)) as store:
        assert await heads(store) == {"s": 1}
        rows = await store.read("select step, name, checksum, applied_at from migration order by step")
    steps = migrate.load_steps()
    assert rows == [(s.number, s.name, s.checksum, 5 if s.number == 1 else 9) for s in steps]
    copy = backup_before(path, 1)
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    async with open_sqlite(copy, clock=FakeClock(), steps=first) as store:
        assert await heads(store) == {"s": 1}
        assert await store.read("select step from migration") == [(1,)]


async def test_opening_again_changes_nothing(tmp_path: Path) -> None:
    async with sqlite_store(tmp_path) as store:
        await store.apply(Group(changes=(Put("setting", {"name": "x"}, {"data": b"1"}),)))
        before = await store.read("select * from migration")
    async with sqlite_store(tmp_path) as store:
        assert await store.read("select * from migration") == before
        assert await store.read("select count(*) from setting") == [(1,)]
    assert names(tmp_path) == ["gateway.db"]


async def test_a_newer_home_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    async with sqlite_store(tmp_path) as store:
        await store.apply(appended("s", 0, b"1"))
    content = (tmp_path / "gateway.db").read_bytes()
    with pytest.raises(Unavailable) as refusal:
        async with open_sqlite(tmp_path / "gateway.db", steps=migrate.load_steps()[:1]):
            pass
    found = len(migrate.load_steps())
    assert (refusal.value.code, refusal.value.details) == ("home_too_new", {"found": found, "known": 1})
    assert (tmp_path / "gateway.db").read_bytes() == content


async def test_a_step_that_fails_leaves_the_step_before(tmp_path: Path) -> None:
    good, bad = migrate.load_steps()[0], migrate.Step(2, "bad", "create table half (x bigint); create table oops (")
    path = tmp_path / "gateway.db"
    with pytest.raises(Exception, match="incomplete|syntax"):
        async with open_sqlite(path, clock=FakeClock(), steps=[good, bad]):
            pass
    async with open_sqlite(path, clock=FakeClock(), steps=[good]) as store:
        assert await store.read("select step from migration") == [(1,)]
        assert await store.read("select name from sqlite_master where name = 'half'") == []
