"""Pages of a thread's history: read in one go, and what of a thread can be known without its deltas."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import msgspec

from portico.client.state.types import ItemState, Phase, ThreadState
from portico.protocol.base import Wire
from portico.protocol.events import Event
from portico.protocol.types.history import HistoryEvent
from portico.protocol.types.item import AgentMessage, ReasoningItem, ShellDisplay, SummaryDisplay, ToolFields


class Told(Wire, frozen=True, kw_only=True):
    """A `HistoryEvent` whose payload this client can read."""

    created_at: int
    turn_id: str | None = None
    version: int
    payload: Event


_page = msgspec.json.Decoder(list[Told])
_told = msgspec.json.Decoder(Told)
_history = msgspec.json.Decoder(HistoryEvent)


def read(rows: Sequence[msgspec.Raw]) -> Sequence[Told | HistoryEvent]:
    """The events of a page; a fact of a later protocol stays as it came."""
    try:
        return _page.decode(b"[" + b",".join(rows) + b"]")
    except msgspec.ValidationError:
        return [_one(row) for row in rows]


def _one(row: msgspec.Raw) -> Told | HistoryEvent:
    try:
        return _told.decode(row)
    except msgspec.ValidationError:
        return _history.decode(row)


def lacking(state: ThreadState, before: ThreadState | None) -> ThreadState | None:
    """From which state on a thread that was read without deltas is to be read again with them; None: nothing lacks.

    `before` is the state before the newest turn began: mostly all else is complete. One that runs is always read again.
    """
    if not all(_are_whole(turn.items) for turn in state.past):
        return ThreadState(state.thread_id, epoch=state.epoch)
    if state.current is None or (state.running is None and _are_whole(state.current.items)):
        return None
    return replace(before or ThreadState(state.thread_id), epoch=state.epoch)


def _are_whole(items: Iterable[ItemState]) -> bool:
    """Whether each says by itself what its deltas had said."""
    for state in items:
        match state.item:
            case None:
                return False
            case AgentMessage() | ReasoningItem() if state.phase is Phase.RUNNING:
                return False
            case ToolFields(display=display) if state.phase is Phase.RUNNING or not isinstance(display, _PRINTED):
                return False
            case _:
                pass
    return True


_PRINTED = (ShellDisplay, SummaryDisplay)
