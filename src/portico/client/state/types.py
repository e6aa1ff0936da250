"""What a client knows of a thread, as values."""

from dataclasses import dataclass, field
from enum import StrEnum

from portico.protocol.types.item import TurnItem
from portico.protocol.types.thread import Thread
from portico.protocol.types.turn import Turn


class Phase(StrEnum):
    """Where an item stands for a person who looks."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ItemState:
    """An item and what was streamed of it; `item` is None while only its deltas are known."""

    id: str
    item: TurnItem | None
    phase: Phase
    text: str = ""
    output: str = ""
    started_at: int | None = None
    completed_at: int | None = None


@dataclass(frozen=True, slots=True)
class TurnState:
    """A turn with its items in order of first appearance; `notices` are budget and retry messages."""

    turn: Turn
    items: tuple[ItemState, ...] = ()
    notices: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        return self.turn.id


@dataclass(frozen=True, slots=True)
class ThreadState:
    """A thread as far as it was read. `version` is the last one taken; `unknown` counts facts of a later protocol."""

    thread_id: str
    thread: Thread | None = None
    turns: tuple[TurnState, ...] = ()
    version: int = 0
    epoch: str = ""
    queue_depth: int = 0
    unknown: int = 0
    is_closed: bool = False
    running: str | None = field(default=None)

    def turn(self, turn_id: str) -> TurnState | None:
        return next((turn for turn in reversed(self.turns) if turn.id == turn_id), None)
