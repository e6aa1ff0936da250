"""asyncpg behind types of ours: connecting, and its errors in the store's words."""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol, cast

import asyncpg

from portico.gateway.store.engine import ChangeRefused, ResultRow, StoreUnavailable

CONNECTIONS = 8
CONNECT_SECONDS = 10.0
COMMAND_SECONDS = 60.0
"""Longer than any statement of ours takes; a server that hangs must not hang the log for ever."""
STATEMENTS = 256

DRIVER_ERRORS = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError, TimeoutError)
VALUE_FAULTS = (asyncpg.DataError, TypeError, OverflowError)
"""What values are at fault for: asyncpg's DataError is the driver's and the server's."""

REASONS: tuple[tuple[str, str, str], ...] = (
    ("53100", "disk_full", "the disk of the database server is full"),
    ("53", "overloaded", "the database server has no room for this now"),
    ("25006", "read_only", "the database cannot be written"),
    ("40", "busy", "another transaction was in the way"),
    ("55", "busy", "another transaction was in the way"),
    ("08", "connection", "the connection to the database is lost"),
    ("57", "connection", "the database server is going away"),
    ("28", "cannot_open", "the database server does not let us in"),
    ("3D", "cannot_open", "there is no such database"),
    ("58", "io", "the database server could not read or write"),
    ("XX", "corrupt", "the database is damaged"),
)
"""Beginnings of SQLSTATE, the first that fits."""

REFUSALS = ("22", "23", "42")


class Connection(Protocol):
    """What we use of `asyncpg.Connection`."""

    async def execute(self, query: str, *args: Any) -> str: ...

    async def fetch(self, query: str, *args: Any) -> list[Sequence[Any]]: ...

    async def fetchval(self, query: str, *args: Any) -> Any: ...

    def cursor(self, query: str, *args: Any, prefetch: int | None = None) -> AsyncIterator[Sequence[Any]]: ...

    def transaction(
        self, *, isolation: str | None = None, readonly: bool = False
    ) -> AbstractAsyncContextManager[None]: ...

    async def copy_records_to_table(
        self, table_name: str, *, records: Iterable[Sequence[Any]], columns: Sequence[str]
    ) -> str: ...


class Pool(Protocol):
    """What we use of `asyncpg.Pool`."""

    def acquire(self) -> AbstractAsyncContextManager[Connection]: ...

    async def fetch(self, query: str, *args: Any) -> list[Sequence[Any]]: ...

    async def close(self) -> None: ...

    def terminate(self) -> None: ...


class _Session(asyncpg.Connection):
    """Nothing of ours outlives a transaction, so giving a connection back needs no round trip."""

    def get_reset_query(self) -> str:
        return ""


async def connect(url: str) -> Pool:
    """A pool of connections. Raises StoreUnavailable."""
    try:
        # The library has no types; its signature would be half unknown.
        pool = await cast("Any", asyncpg).create_pool(
            url,
            min_size=1,
            max_size=CONNECTIONS,
            timeout=CONNECT_SECONDS,
            command_timeout=COMMAND_SECONDS,
            statement_cache_size=STATEMENTS,
            connection_class=_Session,
            init=_prepare,
            # Statements are small: compiling them costs more than it saves. A transaction of flow says so itself.
            server_settings={"application_name": "portico", "jit": "off", "synchronous_commit": "on"},
        )
    except (*DRIVER_ERRORS, ValueError) as error:
        raise unavailable(error) or StoreUnavailable(
            f"no database at this URL: {error}", reason="cannot_open"
        ) from error
    return cast("Pool", pool)


async def _prepare(connection: Any) -> None:
    """Sums of bigint are numeric here; elsewhere they are integers."""
    await connection.set_type_codec("numeric", schema="pg_catalog", encoder=str, decoder=_number, format="text")


def _number(text: str) -> int | float:
    return float(text) if "." in text or "N" in text else int(text)


def rows(records: list[Sequence[Any]]) -> list[ResultRow]:
    return [tuple(record) for record in records]


def unavailable(error: Exception) -> StoreUnavailable | None:
    """What may pass, by its SQLSTATE or as a lost connection; None for a fault of the statement or its values."""
    if isinstance(error, VALUE_FAULTS):
        return None
    state = str(getattr(error, "sqlstate", None) or "08")
    if state.startswith(REFUSALS):
        return None
    for beginning, reason, sentence in REASONS:
        if state.startswith(beginning):
            return StoreUnavailable(f"{sentence}: {error}", reason=reason)
    return StoreUnavailable(f"the database failed: {error}", reason="io")


def translated(error: Exception) -> Exception:
    """StoreUnavailable or ChangeRefused."""
    return unavailable(error) or ChangeRefused(str(error))
