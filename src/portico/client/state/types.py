"""What a client knows of a thread, as values."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from portico.client.words import Phrase
from portico.protocol.types.item import TurnItem
from portico.protocol.types.thread import Thread
from portico.protocol.types.turn import Turn

Level = Literal["info", "warning", "error"]


class Phase(StrEnum):
    """Where an item stands for a person who looks."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ItemState:
    """An item and what was streamed of it; `item` is None while only its deltas are known, or if it cannot be read.

    `item_type` names the kind of an item that cannot be read; `parent` is the item (a task's) it was done for.
    Times are of this client's clock, as far as they are known.
    """

    id: str
    item: TurnItem | None
    phase: Phase
    text: str = ""
    output: str = ""
    started_at_ms: int | None = None
    completed_at_ms: int | None = None
    item_type: str = ""
    parent: str | None = None

    @property
    def running_since_ms(self) -> int | None:
        """When it began, while it runs."""
        return self.started_at_ms if self.phase is Phase.RUNNING else None


@dataclass(frozen=True, slots=True)
class Notice:
    """Something about a turn that is no item: it stands after the first `after` items.

    `words` are there if `text` is a sentence of ours: so it can be said in another language.
    """

    key: str
    after: int
    text: str
    code: str
    level: Level = "info"
    phase: Phase = Phase.DONE
    words: Phrase | None = None


@dataclass(frozen=True, slots=True)
class TurnState:
    """A turn with its items in order of first appearance, and what was noted meanwhile.

    `started_at_ms` is when it began by this client's clock, as far as that is known; the turn's own times are by the
    gateway's.
    """

    turn: Turn
    items: tuple[ItemState, ...] = ()
    notices: tuple[Notice, ...] = ()
    started_at_ms: int | None = None

    @property
    def id(self) -> str:
        return self.turn.id


@dataclass(frozen=True, slots=True)
class ThreadState:
    """A thread as far as it was read. `version` is the last one taken; `unknown` counts facts of a later protocol.

    The newest turn stands apart (`current`), so that what happens in it copies nothing of the older ones (`past`).
    `queue` are the turns that wait, in their order, as far as events named them; `queue_depth` is how many there are.
    """

    thread_id: str
    thread: Thread | None = None
    past: tuple[TurnState, ...] = ()
    current: TurnState | None = None
    version: int = 0
    epoch: str = ""
    queue_depth: int = 0
    queue: tuple[str, ...] = ()
    unknown: int = 0
    is_closed: bool = False
    running: str | None = field(default=None)

    @property
    def turns(self) -> tuple[TurnState, ...]:
        """All of them, oldest first."""
        return self.past if self.current is None else (*self.past, self.current)

    def turn(self, turn_id: str) -> TurnState | None:
        """The turn of that id; the newest is found at once."""
        if self.current is not None and self.current.turn.id == turn_id:
            return self.current
        return next((turn for turn in reversed(self.past) if turn.turn.id == turn_id), None)
