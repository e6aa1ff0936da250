"""The store of several machines: PostgreSQL by asyncpg (design 7). Loaded only where `store.url` names one."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from itertools import chain
from operator import attrgetter
from pathlib import Path

import anyio

from portico.gateway.kernel.clock import Clock, SystemClock
from portico.gateway.kernel.errors import Invalid
from portico.gateway.store import migrate
from portico.gateway.store.changes import Value
from portico.gateway.store.engine import Group, Query, QueryRefused, ResultRow
from portico.gateway.store.postgres_copy import dump, load
from portico.gateway.store.postgres_driver import (
    DRIVER_ERRORS,
    VALUE_FAULTS,
    Connection,
    Pool,
    connect,
    rows,
    translated,
    unavailable,
)
from portico.gateway.store.postgres_writer import (
    ERASE,
    READ_TYPES,
    ColumnTypes,
    column_types,
    write_events,
    write_run,
    write_streams,
)
from portico.gateway.store.sql import LOG_ABOVE_HEAD, Run, check_asked, check_stored, integrity_sentences, runs

MIGRATION_LOCK = 7_640_823
"""Advisory lock: several nodes may start at once."""
CLOSE_SECONDS = 5.0

_texts = attrgetter("stream", "turn_id", "type", "cause")
_stream_texts = attrgetter("stream", "open_turn", "workspace_id")


class PostgresStore:
    """`engine.Store` over a pool of connections. Made by `open_postgres`."""

    def __init__(self, pool: Pool, types: ColumnTypes) -> None:
        self._pool = pool
        self._types = types

    @property
    def dialect(self) -> str:
        return "postgres"

    async def read(self, sql: str, args: Sequence[Value] = ()) -> list[ResultRow]:
        """Rows of one query. Raises StoreUnavailable, QueryRefused, Invalid."""
        check_asked(args)
        try:
            return rows(await self._pool.fetch(sql, *args))
        except (*DRIVER_ERRORS, *VALUE_FAULTS) as error:
            raise _reading(error) from error

    async def snapshot(self, *queries: Query) -> list[list[ResultRow]]:
        """Rows of several queries that see the same commit. Raises StoreUnavailable, QueryRefused, Invalid."""
        for _, args in queries:
            check_asked(args)
        try:
            async with (
                self._pool.acquire() as connection,
                connection.transaction(isolation="repeatable_read", readonly=True),
            ):
                return [rows(await connection.fetch(sql, *args)) for sql, args in queries]
        except (*DRIVER_ERRORS, *VALUE_FAULTS) as error:
            raise _reading(error) from error

    async def apply(self, group: Group) -> None:
        """Commit `group` or nothing; cancelling the wait does not take it back.

        Raises StreamConflict, ChangeRefused, StoreUnavailable. After StoreUnavailable with reason `connection` the
        group may have been committed: heads must be read again, as after a conflict.
        """
        changes = runs(group.changes)
        check_stored(chain.from_iterable(map(_texts, group.events)))
        check_stored(chain.from_iterable(map(_stream_texts, group.streams)))
        # The limit of the shield is the driver's command timeout.
        with anyio.CancelScope(shield=True):
            try:
                await self._write(group, changes)
            except (*DRIVER_ERRORS, *VALUE_FAULTS) as error:
                raise translated(error) from error

    async def backup(self, target: str) -> None:
        """A consistent copy as a SQLite file `target` (0600), which either store can be restored from."""
        try:
            await dump(self._pool, Path(target))
        except DRIVER_ERRORS as error:
            raise translated(error) from error

    async def replace(self, source: Path) -> None:
        """Put the rows of the SQLite file `source`, which has our schema, in place of all that is stored."""
        try:
            await load(self._pool, source)
        except (*DRIVER_ERRORS, *VALUE_FAULTS) as error:
            raise translated(error) from error

    async def check(self) -> list[str]:
        """What the log's heads contradict, as sentences; empty when all is well."""
        return integrity_sentences(await self.read(LOG_ABOVE_HEAD))

    async def _write(self, group: Group, changes: list[Run]) -> None:
        async with self._pool.acquire() as connection, connection.transaction():
            if not group.fact:
                await connection.execute("set local synchronous_commit = off")
            if group.erase:
                await connection.execute(ERASE, list(group.erase))
            await write_streams(connection, group.streams)
            await write_events(connection, group.events)
            for run in changes:
                await write_run(connection, run, self._types)


@asynccontextmanager
async def open_postgres(
    url: str, *, clock: Clock | None = None, steps: Sequence[migrate.Step] | None = None
) -> AsyncGenerator[PostgresStore]:
    """The store at `url`, made and upgraded as needed.

    Raises StoreUnavailable, and Unavailable `home_too_new`, `home_changed`, `home_damaged`.
    """
    pool = await connect(url)
    try:
        try:
            async with pool.acquire() as connection:
                await _migrate(
                    connection, migrate.load_steps() if steps is None else steps, (clock or SystemClock()).now()
                )
                types = column_types(await connection.fetch(READ_TYPES))
        except DRIVER_ERRORS as error:
            raise translated(error) from error
        yield PostgresStore(pool, types)
    finally:
        with anyio.move_on_after(CLOSE_SECONDS, shield=True) as scope:
            await pool.close()
        if scope.cancelled_caught:
            pool.terminate()


async def _migrate(connection: Connection, steps: Sequence[migrate.Step], at: int) -> None:
    async with connection.transaction():
        await connection.execute(f"select pg_advisory_xact_lock({MIGRATION_LOCK})")
        await connection.execute(migrate.CREATE_TABLE)
        applied = [migrate.Applied(*row) for row in await connection.fetch(migrate.READ_APPLIED)]
        for step in migrate.pending(steps, applied):
            await connection.execute(step.script("postgres"))
            await connection.execute(migrate.RECORD, step.number, step.name, step.checksum, at)


def _reading(error: Exception) -> Exception:
    """A value that no column holds is the caller's fault, a statement that is refused is ours."""
    told = unavailable(error)
    if told is not None:
        return told
    if isinstance(error, VALUE_FAULTS):
        return Invalid("a value is outside what the store holds")
    return QueryRefused(str(error))
