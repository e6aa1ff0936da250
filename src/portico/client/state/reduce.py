"""The reducer: a thread's state and a fact give the next state. Pure and complete."""

from collections.abc import Callable
from dataclasses import replace
from typing import assert_never

from portico.client.state.types import ItemState, Phase, ThreadState, TurnState
from portico.protocol import events as ev
from portico.protocol.types.item import (
    AgentMessage,
    ReasoningItem,
    SystemEvent,
    TaskItem,
    ToolFields,
    ToolStatus,
    TurnItem,
    UserMessage,
)
from portico.protocol.types.turn import Turn

_Hints = (
    ev.ThreadTreeChanged
    | ev.FolderCreated
    | ev.FolderMoved
    | ev.FolderDeleted
    | ev.ThreadPlaced
    | ev.ProviderChanged
    | ev.WorkspaceChanged
    | ev.SettingsChanged
    | ev.TokensChanged
)


def reduce(
    state: ThreadState, event: ev.Event, *, version: int, turn_id: str | None = None, at: int = 0
) -> ThreadState:
    """The next state. An event at or below `state.version` changes nothing, so that catching up is harmless."""
    if version and version <= state.version:
        return state
    following = _apply(state, event, turn_id or "", at)
    return replace(following, version=max(state.version, version))


def _apply(state: ThreadState, event: ev.Event, turn_id: str, at: int) -> ThreadState:
    match event:
        case ev.ThreadStarted(thread=thread) | ev.ThreadUpdated(thread=thread):
            return replace(state, thread=thread)
        case ev.ThreadClosed():
            return replace(state, is_closed=True, running=None)
        case ev.TurnStarted(turn=turn):
            return replace(_put_turn(state, turn), running=turn.id)
        case ev.TurnCompleted(turn=turn) | ev.TurnFailed(turn=turn) | ev.TurnBlocked(turn=turn):
            ended = _put_turn(state, turn)
            return replace(ended, running=None if ended.running == turn.id else ended.running)
        case ev.TurnQueueChanged(depth=depth):
            return replace(state, queue_depth=depth)
        case ev.ToolLoopBudgetExceeded(reason=reason):
            return _in_turn(state, turn_id, lambda turn: replace(turn, notices=(*turn.notices, reason)))
        case ev.ItemStarted(item=item) | ev.ItemUpdated(item=item):
            return _in_turn(state, turn_id, lambda turn: _put_item(turn, item, _phase(item, Phase.RUNNING), at))
        case ev.ItemCompleted(item=item):
            return _in_turn(state, turn_id, lambda turn: _put_item(turn, item, _phase(item, Phase.DONE), at))
        case ev.ItemDelta():
            return _in_turn(state, turn_id, lambda turn: _add_delta(turn, event))
        case _:
            return _other(state, event, turn_id)


def _other(state: ThreadState, event: ev.Event, turn_id: str) -> ThreadState:
    match event:
        case ev.ItemTimeoutDetected() | ev.ItemRecoveryOpened() | ev.ItemRecoveryAttached():
            notice = f"recovering item {event.item_id}"
        case ev.ItemRetryScheduled() | ev.ItemRetryAttemptStarted() | ev.ItemToolRetryScheduled():
            notice = f"retry {event.attempt_number}"
        case ev.ItemRecoverySucceeded() | ev.ItemToolRetryResolved():
            notice = "recovered"
        case ev.ItemRecoveryExhausted():
            notice = f"gave up: {event.error_message}"
        case ev.ItemToolRetryExhausted():
            notice = f"gave up: {event.reason}"
        case ev.ContextCompressing():
            return state
        case ev.ContextCompressed(error=error, dropped_turns=dropped):
            notice = error or f"the {dropped} oldest turns were left out to make room"
        case _ if isinstance(event, _Hints):
            return state
        case _:
            assert_never(event)  # pyright: ignore[reportArgumentType] - the guard above does not narrow
    return _in_turn(state, turn_id, lambda turn: replace(turn, notices=(*turn.notices, notice)))


def _phase(item: TurnItem, otherwise: Phase) -> Phase:
    if isinstance(item, ToolFields):
        return {
            ToolStatus.IN_PROGRESS: Phase.RUNNING,
            ToolStatus.COMPLETED: Phase.DONE,
            ToolStatus.FAILED: Phase.FAILED,
        }[item.status]
    return otherwise


def text_of(item: TurnItem) -> str:
    """What a person reads of an item that is no tool call."""
    match item:
        case UserMessage(text=text) | AgentMessage(text=text):
            return text
        case ReasoningItem(summary=summary, content=content):
            return "\n\n".join(content or summary)
        case SystemEvent(message=message):
            return message
        case TaskItem(title=title):
            return title
        case _:
            return ""


def _put_turn(state: ThreadState, turn: Turn) -> ThreadState:
    if state.turn(turn.id) is None:
        return replace(state, turns=(*state.turns, TurnState(turn)))
    return _in_turn(state, turn.id, lambda known: replace(known, turn=turn))


def _in_turn(state: ThreadState, turn_id: str, change: Callable[[TurnState], TurnState]) -> ThreadState:
    for index in range(len(state.turns) - 1, -1, -1):
        if state.turns[index].id == turn_id:
            changed = change(state.turns[index])
            return replace(state, turns=(*state.turns[:index], changed, *state.turns[index + 1 :]))
    return state


def _put_item(turn: TurnState, item: TurnItem, phase: Phase, at: int) -> TurnState:
    for index, known in enumerate(turn.items):
        if known.id == item.id:
            changed = replace(
                known,
                item=item,
                phase=phase,
                text=text_of(item) or known.text,
                completed_at=None if phase is Phase.RUNNING else at,
            )
            return replace(turn, items=(*turn.items[:index], changed, *turn.items[index + 1 :]))
    ended = None if phase is Phase.RUNNING else at
    fresh = ItemState(item.id, item, phase, text=text_of(item), started_at=at, completed_at=ended)
    return replace(turn, items=(*turn.items, fresh))


def _add_delta(turn: TurnState, event: ev.ItemDelta) -> TurnState:
    for index in range(len(turn.items) - 1, -1, -1):
        known = turn.items[index]
        if known.id == event.item_id:
            break
    else:
        index, known = len(turn.items), ItemState(event.item_id, None, Phase.RUNNING)
    if event.stream in {"agent_message", "reasoning"}:
        changed = replace(known, text=known.text + event.delta)
    else:
        changed = replace(known, output=known.output + event.delta)
    return replace(turn, items=(*turn.items[:index], changed, *turn.items[index + 1 :]))
