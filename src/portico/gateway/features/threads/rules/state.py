"""The values that decisions about threads stand on, and those that other features are given."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

from portico.protocol.events import Event, TurnStarted
from portico.protocol.events.item import DeltaStream
from portico.protocol.types.item import TurnItem
from portico.protocol.types.thread import Thread, ThreadFolder
from portico.protocol.types.turn import Turn, TurnStatus


@dataclass(frozen=True, slots=True)
class StreamHead:
    """Where a stream stands; all zero for one that never was. `erased_at` marks a deleted thread."""

    head: int = 0
    decided: int = 0
    open_turn: str | None = None
    workspace_id: str | None = None
    erased_at: int | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What the store holds under a thread id, read at one commit."""

    head: StreamHead
    thread: Thread | None


@dataclass(frozen=True, slots=True)
class ThreadState:
    """A thread that exists, with the versions of its stream and its running turn."""

    thread: Thread
    decided: int
    head: int
    open_turn: str | None


@dataclass(frozen=True, slots=True)
class Tree:
    """The folders of a workspace by id, and the version its stream was decided at."""

    workspace_id: str
    decided: int
    folders: Mapping[str, ThreadFolder] = field(default_factory=dict[str, ThreadFolder])


@dataclass(frozen=True, slots=True)
class TurnSummary:
    """A turn as it stands; `position` (the version of its turnStarted) orders the turns of a thread."""

    turn: Turn
    position: int


@dataclass(frozen=True, slots=True)
class TurnRow:
    """A turn with the event that started it (its input)."""

    turn: Turn
    position: int
    request: TurnStarted


@dataclass(frozen=True, slots=True)
class TurnEventRow:
    """One stored event of a turn: `data` is the encoded `HistoryEvent`, `at` in Unix seconds."""

    sequence: int
    type: str
    at: int
    data: msgspec.Raw


@dataclass(frozen=True, slots=True)
class TurnEvents:
    """All stored events of a turn in order; `last_sequence` is 0 when there is none."""

    rows: tuple[TurnEventRow, ...]
    last_sequence: int


@dataclass(frozen=True, slots=True)
class ConversationItem:
    """A finished userMessage or agentMessage; `data` is the encoded TurnItem, `type` its item type string."""

    turn_id: str
    type: str
    position: int
    data: bytes


@dataclass(frozen=True, slots=True)
class OpenItem:
    """An item that was started and not completed, as far as clients saw it.

    The text of messages and reasoning stands in `item` already; `texts` holds what each delta stream brought.
    """

    item: TurnItem
    texts: Mapping[DeltaStream, str]


@dataclass(frozen=True, slots=True)
class OpenTurn:
    """A turn that has not ended, and the fencing number its appends carry."""

    thread_id: str
    turn_id: str
    fence: int


@dataclass(frozen=True, slots=True)
class QueuedRow:
    """A start that waits: `params` is the encoded TurnStartParams, `scopes` its caller's, separated by spaces."""

    turn_id: str
    position: int
    scopes: str
    params: bytes
    queued_at: int


@dataclass(frozen=True, slots=True)
class SignalRow:
    """A steer or cancel that was committed for a running turn; `data` is encoded by who put it."""

    id: str
    kind: str
    position: int
    data: bytes
    created_at: int


@dataclass(frozen=True, slots=True)
class ConversationRow:
    """A caller's name for a thread, and where the thread stands; `queued` starts wait."""

    conversation_id: str
    thread_id: str
    workspace_id: str
    created_at: int
    updated_at: int
    head: int = 0
    open_turn: str | None = None
    queued: int = 0


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """What a request that may come again was given the first time."""

    digest: str
    conversation_id: str
    turn_id: str


@dataclass(frozen=True, slots=True)
class SaidRow:
    """A message of a thread and its turn, both encoded; `position` orders messages."""

    position: int
    item: bytes
    turn: bytes


@dataclass(frozen=True, slots=True)
class TurnMark:
    """A turn by its id, and how it stands."""

    id: str
    status: TurnStatus


@dataclass(frozen=True, slots=True)
class CopiedRow:
    """An event of a turn that is copied."""

    turn_id: str
    is_flow: bool
    event: Event


@dataclass(frozen=True, slots=True)
class FoundRow:
    """A name (position 0, without ids) or a part of a message in which words were found, and what its thread is called.

    `at` in Unix seconds; `position` orders the messages of a thread.
    """

    at: int
    thread_id: str
    position: int
    turn_id: str
    item_id: str
    shown: str
    name: str | None
    preview: str


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a stream's events in order; it covers the versions `first` to `last`, deltas left out included."""

    head: StreamHead
    events: list[msgspec.Raw]
    first: int
    last: int
