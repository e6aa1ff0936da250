"""What features and the edge see of the log."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from portico.gateway.log.batch import Batch, Written
from portico.gateway.store.changes import Change, Value
from portico.gateway.store.engine import Query, ResultRow
from portico.gateway.store.fulltext import FullText
from portico.protocol.events import Event


@dataclass(frozen=True, slots=True)
class EventContext:
    """Where an event stands: what a projection may know beside the event."""

    stream: str
    version: int
    at: int
    workspace_id: str
    thread_id: str
    turn_id: str | None


Project = Callable[[Event, EventContext], tuple[Change, ...]]
"""A feature's pure projection, in its `rules.py`: what an event does to its tables."""


class EventLog(Protocol):
    """Append, project, publish, in that order (law 6)."""

    @property
    def epoch(self) -> str: ...

    @property
    def full_text(self) -> FullText:
        """How the store is asked for words, for a feature's `store.py`."""
        ...

    async def write(self, batch: Batch) -> Written:
        """Commit `batch`; returns after the commit. Raises Conflict (expected, guard, fence), Unavailable."""
        ...

    def post(self, batch: Batch) -> None:
        """Queue flow of a running turn; it commits in order with later writes. A refusal (fence) shows there."""
        ...

    async def room(self) -> None:
        """Wait until the writer's queue has room (8 MiB): model streams are not read meanwhile."""
        ...

    async def read(self, sql: str, args: Sequence[Value] = ()) -> list[ResultRow]:
        """The store's read, for a feature's `store.py`."""
        ...

    async def snapshot(self, *queries: Query) -> list[list[ResultRow]]:
        """Several reads that see one commit."""
        ...
