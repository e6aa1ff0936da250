"""What is PostgreSQL's own: durability per transaction, nodes beside each other, connections that break."""

from pathlib import Path

import anyio
import anyio.lowlevel
import pytest

from portico.gateway.kernel.errors import Unavailable
from portico.gateway.store import migrate
from portico.gateway.store.changes import Put
from portico.gateway.store.engine import ChangeRefused, Group, Store, StoreUnavailable, StreamConflict
from portico.gateway.store.postgres import open_postgres
from tests.kit.clock import FakeClock
from tests.kit.stores import ENGINES, appended, fresh_schema, postgres_store, run_sql, sqlite_store

pytestmark = pytest.mark.skipif("postgres" not in ENGINES, reason="the wheel with PostgreSQL is for Linux")

WAITING = "pid <> pg_backend_pid() and state = 'active' and query like '%broken here%'"


async def test_a_fact_is_committed_on_and_flow_off() -> None:
    url = await fresh_schema()
    async with open_postgres(url, clock=FakeClock()) as store:
        default = "create table probe (id text primary key, seen text default current_setting('synchronous_commit'))"
        await run_sql(url, default)
    async with open_postgres(url, clock=FakeClock()) as store:
        await store.apply(Group(changes=(Put("probe", {"id": "fact"}, {}),)))
        await store.apply(Group(changes=(Put("probe", {"id": "flow"}, {}),), fact=False))
        assert await store.read("select id, seen from probe order by id") == [("fact", "on"), ("flow", "off")]


async def outcomes(*calls: tuple[Store, Group]) -> list[str]:
    """What became of groups that were applied at once."""
    found: list[str] = []

    async def apply(store: Store, group: Group) -> None:
        try:
            await store.apply(group)
            found.append("written")
        except StreamConflict:
            found.append("conflict")

    with anyio.fail_after(10):
        async with anyio.create_task_group() as tasks:
            for store, group in calls:
                tasks.start_soon(apply, store, group)
    return sorted(found)


async def test_of_two_nodes_one_writes_a_version() -> None:
    url = await fresh_schema()
    async with open_postgres(url, clock=FakeClock()) as first, open_postgres(url, clock=FakeClock()) as second:
        await first.apply(appended("s", 0, b"1"))
        group = appended("s", 1, b"2")
        assert await outcomes((first, group), (second, group), (first, group)) == ["conflict", "conflict", "written"]


async def test_nodes_that_make_one_stream_together_conflict() -> None:
    url = await fresh_schema()
    async with open_postgres(url, clock=FakeClock()) as first, open_postgres(url, clock=FakeClock()) as second:
        calls = [(node, appended(f"s{n}", 0, b"1")) for n in range(8) for node in (first, second)]
        assert await outcomes(*calls) == ["conflict"] * 8 + ["written"] * 8


async def test_nodes_that_start_together_migrate_once() -> None:
    url = await fresh_schema()
    rows: list[int] = []

    async def start() -> None:
        async with open_postgres(url, clock=FakeClock()) as store:
            rows.append((await store.read("select count(*) from migration"))[0][0])

    with anyio.fail_after(20):
        async with anyio.create_task_group() as group:
            for _ in range(3):
                group.start_soon(start)
    assert rows == [len(migrate.load_steps())] * 3


async def test_a_broken_connection_is_unavailable_and_the_next_call_works() -> None:
    url = await fresh_schema()

    async def wait(store: Store) -> None:
        with pytest.raises(StoreUnavailable) as refusal:
            await store.read("select pg_sleep(30) -- broken here")
        assert refusal.value.details == {"reason": "connection"}

    async def interrupt(other: Store) -> None:
        while not await other.read(f"select pg_terminate_backend(pid) from pg_stat_activity where {WAITING}"):
            await anyio.lowlevel.checkpoint()

    async with open_postgres(url, clock=FakeClock()) as store, open_postgres(url, clock=FakeClock()) as other:
        with anyio.fail_after(10):
            async with anyio.create_task_group() as group:
                group.start_soon(wait, store)
                group.start_soon(interrupt, other)
        await store.apply(appended("s", 0, b"1"))
        assert await store.read("select head from stream") == [(1,)]


async def test_a_newer_schema_is_refused_and_a_failing_step_leaves_nothing() -> None:
    url = await fresh_schema()
    first = migrate.load_steps()[0]
    bad = migrate.Step(2, "bad", "create table half (x bigint); create table oops (")
    with pytest.raises(ChangeRefused):
        async with open_postgres(url, clock=FakeClock(), steps=[first, bad]):
            pass
    async with open_postgres(url, clock=FakeClock(5), steps=[first]) as store:
        assert await store.read("select step, applied_at from migration") == [(1, 5)]
    async with open_postgres(url, clock=FakeClock(9)) as store:
        assert (await store.read("select max(step) from migration"))[0][0] == len(migrate.load_steps())
    with pytest.raises(Unavailable) as refusal:
        async with open_postgres(url, clock=FakeClock(), steps=[first]):
            pass
    assert refusal.value.code == "home_too_new"


async def test_a_snapshot_cannot_write() -> None:
    async with postgres_store() as store:
        with pytest.raises(StoreUnavailable) as refusal:
            await store.snapshot(("delete from stream", ()))
    assert refusal.value.details == {"reason": "read_only"}


async def test_after_closing_calls_are_unavailable() -> None:
    async with postgres_store() as store:
        pass
    with pytest.raises(StoreUnavailable):
        await store.read("select 1")
    with pytest.raises(StoreUnavailable):
        await store.apply(Group(changes=(Put("setting", {"name": "x"}, {"data": b""}),)))


async def test_a_backup_that_cannot_be_written_is_unavailable(tmp_path: Path) -> None:
    async with postgres_store() as store:
        with pytest.raises(StoreUnavailable):
            await store.backup(str(tmp_path / "missing" / "copy.db"))


async def test_rows_that_do_not_fit_leave_what_was_there(tmp_path: Path) -> None:
    async with sqlite_store(tmp_path) as other:
        # SQLite keeps any type in any column; PostgreSQL does not.
        await other.apply(Group(changes=(Put("blob_ref", {"sha256": "x", "stream": "s"}, {"size": "many"}),)))
    async with postgres_store() as store:
        await store.apply(appended("s", 0, b"1"))
        with pytest.raises(ChangeRefused):
            await store.replace(tmp_path / "gateway.db")
        assert await store.read("select head from stream") == [(1,)]
