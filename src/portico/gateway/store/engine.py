"""The store's interface: reads, snapshots, and one atomic group of writes (design 4, 7)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from portico.gateway.kernel.errors import Unavailable
from portico.gateway.store.changes import Change, Value

ResultRow = tuple[Any, ...]
Query = tuple[str, Sequence[Value]]


@dataclass(frozen=True, slots=True)
class EventRow:
    """A row of the log. `data` is the whole encoded `HistoryEvent`; `flow` is 1 for output on its way."""

    stream: str
    version: int
    turn_id: str | None
    sequence: int
    type: str
    schema: int
    flow: int
    data: bytes
    at: int
    cause: str | None


@dataclass(frozen=True, slots=True)
class StreamRow:
    """The head of a stream after the group. `expected_head` is the head that the writer believes stored (0: none).

    `open_turn` is the running turn or None; `fence` the number its appends must carry; `workspace_id` is fixed.
    `erased_at` marks a tombstone.
    """

    stream: str
    expected_head: int
    head: int
    decided: int
    fence: int
    open_turn: str | None
    workspace_id: str | None
    erased_at: int | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """What is committed together. `fact`: FULL durability (SQLite `synchronous=FULL`, PostgreSQL `on`).

    Order inside: `erase` (events of these streams), stream rows, events, changes in the order given.
    """

    streams: tuple[StreamRow, ...] = ()
    events: tuple[EventRow, ...] = ()
    changes: tuple[Change, ...] = ()
    erase: tuple[str, ...] = ()
    fact: bool = True


class StreamConflict(Exception):
    """A stream's stored head is not the expected one: heads must be read again. Nothing was written."""


class ChangeRefused(Exception):
    """A constraint refused a change of the group. Nothing was written."""


class QueryRefused(Exception):
    """The database refuses the statement of a query: a fault of ours, never of a caller."""


class StoreUnavailable(Unavailable):
    """The database could not do it now (disk full, I/O, connection); `details` name the reason. Nothing was written."""


class PartUnavailable(StoreUnavailable):
    """A part of the group could not be kept now, so nothing was written; what has no such part can be."""


class Store(Protocol):
    """SQLite or PostgreSQL. SQL text uses `$1..$n` and the common subset (design 7)."""

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgres`."""
        ...

    async def read(self, sql: str, args: Sequence[Value] = ()) -> list[ResultRow]:
        """Rows of one query. Raises StoreUnavailable, QueryRefused; Invalid for a value that no column holds."""
        ...

    async def snapshot(self, *queries: Query) -> list[list[ResultRow]]:
        """Rows of several queries that all see the same commit."""
        ...

    async def apply(self, group: Group) -> None:
        """Commit `group` or nothing. Raises StreamConflict, ChangeRefused, StoreUnavailable, PartUnavailable."""
        ...

    async def backup(self, target: str) -> None:
        """Write a consistent copy of the database to the file `target` while the store is in use."""
        ...

    async def check(self) -> list[str]:
        """Integrity problems, as sentences; empty when all is well."""
        ...
