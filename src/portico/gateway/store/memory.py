"""A store in memory: SQLite on one connection of one thread, for a gateway that keeps no conversations."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Protocol

from portico.gateway.kernel.clock import Clock, SystemClock
from portico.gateway.store import migrate
from portico.gateway.store.changes import Value
from portico.gateway.store.engine import Group, PartUnavailable, Query, ResultRow, StoreUnavailable
from portico.gateway.store.sql import check_asked
from portico.gateway.store.sqlite import Reader, run_step
from portico.gateway.store.sqlite_files import Database, copy_from, open_memory_database
from portico.gateway.store.sqlite_writer import Writer
from portico.gateway.store.threads import Threads


class Beside(Protocol):
    """What is kept of the memory elsewhere. Called on the memory's own thread, which waits for it."""

    def fill(self, connection: Database) -> None:
        """Put into the empty tables of `connection` what was kept. Raises StoreUnavailable."""
        ...

    def keep(self, group: Group) -> None:
        """Keep of `group`, which is about to be committed, what is to be kept.

        Raises StreamConflict, ChangeRefused, StoreUnavailable: then `group` is not committed.
        """
        ...

    def close(self) -> None: ...


class Memory:
    """The database, which lives as long as its one connection. Owned by one thread, so that it needs no WAL."""

    def __init__(self, beside: Beside | None = None) -> None:
        self._connection = open_memory_database()
        self._is_taken = False
        self._reader = Reader(self._connection)
        self._writer = Writer(self._connect)
        self._beside = beside

    def read(self, query: Query) -> list[ResultRow]:
        return self._reader.read(query)

    def snapshot(self, queries: Sequence[Query]) -> list[list[ResultRow]]:
        return self._reader.snapshot(queries)

    def check(self, _: None) -> list[str]:
        return self._reader.check(None)

    def apply(self, group: Group) -> None:
        """Commit `group` here and what is kept of it beside, or neither."""
        beside = self._beside
        self._writer.apply(group, None if beside is None else lambda: _keep(beside, group))

    def copy(self, target: str) -> None:
        copy_from(self._connection, Path(target))

    def make(self, wanted: tuple[Sequence[migrate.Step], int]) -> None:
        """The newest schema, with what was kept in it."""
        steps, at = wanted
        self._writer.transact(lambda connection: connection.execute(migrate.CREATE_TABLE))
        for step in steps:
            run_step(self._writer, step, at)
        if self._beside is not None:
            self._beside.fill(self._connection)

    def close(self) -> None:
        self._connection.close()
        if self._beside is not None:
            self._beside.close()

    def _connect(self) -> Database:
        """A writer that could not undo asks for another connection; another one would be another, empty database."""
        if self._is_taken:
            raise StoreUnavailable("the store in memory is lost", reason="memory")
        self._is_taken = True
        return self._connection


def _keep(beside: Beside, group: Group) -> None:
    try:
        beside.keep(group)
    except StoreUnavailable as error:
        raise PartUnavailable(error.message, **error.details) from error


class MemoryStore:
    """`engine.Store` that ends with the process. Made by `open_memory`."""

    def __init__(self, beside: Beside | None = None) -> None:
        self._threads = Threads("portico-memory", lambda: Memory(beside), 1)

    @property
    def dialect(self) -> str:
        return "sqlite"

    async def read(self, sql: str, args: Sequence[Value] = ()) -> list[ResultRow]:
        """Rows of one query. Raises StoreUnavailable, QueryRefused, Invalid."""
        check_asked(args)
        return await self._threads.run(Memory.read, (sql, args))

    async def snapshot(self, *queries: Query) -> list[list[ResultRow]]:
        """Rows of several queries that see the same commit. Raises StoreUnavailable, QueryRefused, Invalid."""
        for _, args in queries:
            check_asked(args)
        return await self._threads.run(Memory.snapshot, queries)

    async def apply(self, group: Group) -> None:
        """Commit `group` or nothing. Raises StreamConflict, ChangeRefused, PartUnavailable, StoreUnavailable."""
        await self._threads.run(Memory.apply, group)

    async def backup(self, target: str) -> None:
        """All of it as the file `target` (0600): what was asked to be written, is. Raises StoreUnavailable."""
        await self._threads.run(Memory.copy, target)

    async def check(self) -> list[str]:
        return await self._threads.run(Memory.check, None)

    async def open(self, steps: Sequence[migrate.Step], at: int) -> None:
        """Start the thread and make the tables."""
        self._threads.start()
        await self._threads.run(Memory.make, (steps, at))

    async def close(self) -> None:
        """Forget everything."""
        await self._threads.close()


@asynccontextmanager
async def open_memory(*, clock: Clock | None = None, beside: Beside | None = None) -> AsyncGenerator[MemoryStore]:
    """A store that is gone at the end of the block, but for what `beside` keeps. Raises StoreUnavailable."""
    store = MemoryStore(beside)
    try:
        await store.open(migrate.load_steps(), (clock or SystemClock()).now())
        yield store
    finally:
        await store.close()
