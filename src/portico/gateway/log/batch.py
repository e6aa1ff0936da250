"""A batch: what one command writes, all or nothing (design 4)."""

from collections.abc import Iterable
from dataclasses import dataclass

from portico.gateway.store.changes import Change
from portico.protocol.events import Event


@dataclass(frozen=True, slots=True)
class Append:
    """One event for one stream.

    `turn_id` and `fence` belong to events of a turn. `flow` marks output on its way: no `expected`, no bump of
    `decided`. `opens` carries the guard "no other turn is open", `closes` the guard "this turn is open".
    `workspace_id` is needed on a stream's first event.
    """

    stream: str
    event: Event
    turn_id: str | None = None
    fence: int | None = None
    flow: bool = False
    opens: bool = False
    closes: bool = False
    workspace_id: str | None = None
    cause: str | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """Appends, records (changes that are no projections), streams to erase.

    `expected` maps a stream to the version its decision was made on: a later fact on it is a Conflict.
    `fact` chooses FULL durability; a batch with `expected`, records, erase, opens or closes is always one.
    `erase_fences` are raised by the erase itself, so that a running turn's next append is refused.
    """

    appends: tuple[Append, ...] = ()
    records: tuple[Change, ...] = ()
    erase: tuple[str, ...] = ()
    expected: tuple[tuple[str, int], ...] = ()
    fact: bool = True

    @staticmethod
    def decision(stream: str, decided: int, events: Iterable[Event], workspace_id: str | None = None) -> "Batch":
        """Events that follow from the state of `stream` at the decided version."""
        appends = tuple(Append(stream, event, workspace_id=workspace_id) for event in events)
        return Batch(appends=appends, expected=((stream, decided),))


@dataclass(frozen=True, slots=True)
class Written:
    """Where the streams of a batch stand after it; `fences` of the turns it opened, by stream."""

    heads: dict[str, int]
    fences: dict[str, int]

    def head(self, stream: str) -> int:
        return self.heads[stream]


def thread_stream(thread_id: str) -> str:
    return f"thread:{thread_id}"


def workspace_stream(workspace_id: str) -> str:
    return f"workspace:{workspace_id}"


GATEWAY_STREAM = "gateway"
