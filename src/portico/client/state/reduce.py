"""The reducer: a thread's state and a fact give the next state. Pure and complete."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, assert_never, cast, get_args

from portico.client.state.trouble import Trouble, noted
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
    | ev.FolderRenamed
    | ev.FolderDeleted
    | ev.ThreadPlaced
    | ev.ProviderChanged
    | ev.WorkspaceChanged
    | ev.SettingsChanged
    | ev.TokensChanged
)
_OfTurn = ev.ItemEvent | Trouble
_ENDS = {"completed", "failed", "cancelled", "interrupted"}
"""States in which a task is over."""


def reduce(
    state: ThreadState, event: ev.Event, *, version: int, turn_id: str | None = None, at_ms: int = 0
) -> ThreadState:
    """The next state. An event at or below `state.version` changes nothing (the same object), so that catching up
    is harmless. `at_ms` is when it happened in Unix milliseconds by this client's clock, 0 where that is not known.
    """
    if version and version <= state.version:
        return state
    reached = version or state.version
    current = state.current
    if current is not None and current.turn.id == turn_id:
        changed = _in_current(current, event, at_ms)
        if changed is not None:
            return _with_current(state, changed, reached)
    following = _apply(state, event, turn_id or "", at_ms)
    return _with_turns(following, following.past, following.current, following.running, reached)


def reduce_unknown(
    state: ThreadState, payload: dict[str, Any], *, version: int, turn_id: str | None = None
) -> ThreadState:
    """The next state after a fact that this client cannot read; an item in it is kept as one of no known kind.

    `payload` is the raw event, or the parameters of its notification.
    """
    if version and version <= state.version:
        return state
    following = replace(state, version=version or state.version, unknown=state.unknown + 1)
    item = payload.get("item")
    fields = cast("dict[str, Any]", item) if isinstance(item, dict) else dict[str, Any]()
    id_ = fields.get("id")
    if not isinstance(id_, str):
        return following
    words = (fields.get(name) for name in ("text", "message", "title"))
    text = next((word for word in words if isinstance(word, str)), "")
    fresh = (None, Phase.DONE, text, str(fields.get("type", "")), None, None)
    return _in_turn(following, turn_id or "", lambda turn: _put_state(turn, id_, fresh))


def text_of(item: TurnItem) -> str:
    """What a person reads of an item that is no tool call."""
    said = _SAID.get(type(item))
    return "" if said is None else said(item)


def _thought(item: ReasoningItem) -> str:
    return "\n\n".join(item.content or item.summary)


def _in_current(turn: TurnState, event: ev.Event, at_ms: int) -> TurnState | None:
    """The turn after what happens in it; None for all else."""
    change = _IN_TURN.get(type(event))
    return None if change is None else change(turn, event, at_ms)


def _item_going(turn: TurnState, event: ev.ItemStarted | ev.ItemUpdated, at_ms: int) -> TurnState:
    return _put_item(turn, event.item, _phase(event.item, Phase.RUNNING), at_ms)


def _item_done(turn: TurnState, event: ev.ItemCompleted, at_ms: int) -> TurnState:
    return _put_item(turn, event.item, _phase(event.item, Phase.DONE), at_ms)


def _trouble(turn: TurnState, event: Trouble, _: int) -> TurnState:
    return noted(turn, event)


def _apply(state: ThreadState, event: ev.Event, turn_id: str, at_ms: int) -> ThreadState:
    match event:
        case ev.TurnStarted(turn=turn):
            return _started(state, turn, at_ms)
        case ev.TurnCompleted(turn=turn) | ev.TurnFailed(turn=turn) | ev.TurnBlocked(turn=turn):
            return _ended(state, turn)
        case ev.TurnQueueChanged():
            return replace(state, queue_depth=event.depth, queue=_queue(state.queue, event))
        case _ if isinstance(event, _OfTurn):
            return _in_turn(state, turn_id, lambda turn: _in_current(turn, event, at_ms) or turn)
        case _:
            return _of_thread(state, event)


def _of_thread(state: ThreadState, event: ev.Event) -> ThreadState:
    match event:
        case ev.ThreadStarted(thread=thread) | ev.ThreadUpdated(thread=thread):
            return replace(state, thread=thread)
        case ev.ThreadClosed():
            return replace(state, is_closed=True, running=None)
        case _ if isinstance(event, _Hints):
            return state
        case _:
            assert_never(event)  # pyright: ignore[reportArgumentType] - the guards above do not narrow


def _queue(waiting: tuple[str, ...], event: ev.TurnQueueChanged) -> tuple[str, ...]:
    others = tuple(turn_id for turn_id in waiting if turn_id != event.queued_turn_id)
    if event.change == "queued":
        others = (*others, event.queued_turn_id)
    return others[-event.depth :] if event.depth else ()


def _phase(item: TurnItem, otherwise: Phase) -> Phase:
    phase = _PHASES.get(type(item))
    return otherwise if phase is None else phase(item)


def _tool_phase(item: ToolFields) -> Phase:
    return _OF_TOOLS.get(item.status, Phase.RUNNING)


def _task_phase(item: TaskItem) -> Phase:
    over = Phase.DONE if item.status == "completed" else Phase.FAILED
    return over if item.status in _ENDS else Phase.RUNNING


def _started(state: ThreadState, turn: Turn, at_ms: int) -> ThreadState:
    """A turn starts once, so only the newest is looked at: a long thread is not searched at each start."""
    if state.current is not None and state.current.turn.id == turn.id:
        state = _put_turn(state, turn)
        return _with_turns(state, state.past, state.current, turn.id, state.version)
    return _with_turns(state, state.turns, TurnState(turn, started_at_ms=at_ms or None), turn.id, state.version)


def _ended(state: ThreadState, turn: Turn) -> ThreadState:
    running = None if state.running == turn.id else state.running
    current = state.current
    if current is None or current.turn.id != turn.id:
        state = _put_turn(state, turn)
        return _with_turns(state, state.past, state.current, running, state.version)
    current = TurnState(turn, current.items, current.notices, current.started_at_ms)
    return _with_turns(state, state.past, current, running, state.version)


def _put_turn(state: ThreadState, turn: Turn) -> ThreadState:
    if state.turn(turn.id) is not None:
        return _in_turn(state, turn.id, lambda known: TurnState(turn, known.items, known.notices, known.started_at_ms))
    return replace(state, past=state.turns, current=TurnState(turn))


def _in_turn(state: ThreadState, turn_id: str, change: Callable[[TurnState], TurnState]) -> ThreadState:
    if state.current is not None and state.current.turn.id == turn_id:
        return _with_current(state, change(state.current), state.version)
    for index in range(len(state.past) - 1, -1, -1):
        if state.past[index].id == turn_id:
            changed = change(state.past[index])
            return replace(state, past=(*state.past[:index], changed, *state.past[index + 1 :]))
    return state


def _with_current(state: ThreadState, current: TurnState, version: int) -> ThreadState:
    return _with_turns(state, state.past, current, state.running, version)


def _with_turns(
    state: ThreadState, past: tuple[TurnState, ...], current: TurnState | None, running: str | None, version: int
) -> ThreadState:
    """What `replace` would give, at a third of its price: every delta comes this way."""
    return ThreadState(
        state.thread_id,
        state.thread,
        past,
        current,
        version,
        state.epoch,
        state.queue_depth,
        state.queue,
        state.unknown,
        state.is_closed,
        running,
    )


def _put_item(turn: TurnState, item: TurnItem, phase: Phase, at_ms: int) -> TurnState:
    at = at_ms or None
    ended = None if phase is Phase.RUNNING else at
    return _put_state(turn, item.id, (item, phase, text_of(item), "", at, ended))


_Fresh = tuple[TurnItem | None, Phase, str, str, int | None, int | None]
"""The item, its phase, its text, its type where it cannot be read, when it began and when it ended."""


def _put_state(turn: TurnState, id_: str, fresh: _Fresh) -> TurnState:
    """The item in its place; what was streamed of it, and when it began, is kept."""
    item, phase, text, item_type, begun, ended = fresh
    index = _find(turn.items, id_)
    if index == len(turn.items):
        added = ItemState(id_, item, phase, text, "", begun, ended, item_type)
        return TurnState(turn.turn, (*turn.items, added), turn.notices, turn.started_at_ms)
    known = turn.items[index]
    text = text or known.text
    changed = ItemState(id_, item, phase, text, known.output, known.started_at_ms, ended, item_type, known.parent)
    return _with_item(turn, index, changed)


def _add_delta(turn: TurnState, event: ev.ItemDelta, at_ms: int) -> TurnState:
    index = _find(turn.items, event.item_id)
    if index < len(turn.items):
        known = turn.items[index]
    else:
        known = ItemState(event.item_id, None, Phase.RUNNING, started_at_ms=at_ms or None)
    is_text = event.stream in {"agent_message", "reasoning"}
    changed = ItemState(
        known.id,
        known.item,
        known.phase,
        known.text + event.delta if is_text else known.text,
        known.output if is_text else known.output + event.delta,
        known.started_at_ms,
        known.completed_at_ms,
        known.item_type,
        known.parent,
    )
    return _with_item(turn, index, changed)


def _find(items: tuple[ItemState, ...], id_: str) -> int:
    """The place of an item, looked for from the newest; behind the last if there is none."""
    for index in range(len(items) - 1, -1, -1):
        if items[index].id == id_:
            return index
    return len(items)


def _with_item(turn: TurnState, index: int, item: ItemState) -> TurnState:
    items = (*turn.items[:index], item, *turn.items[index + 1 :])
    return TurnState(turn.turn, items, turn.notices, turn.started_at_ms)


def _text(item: UserMessage | AgentMessage) -> str:
    return item.text


# By the very type: every event of a long thread comes this way, and asking one class after the other costs more than
# all else that is done with it.
_SAID: dict[type, Callable[[Any], str]] = {
    UserMessage: _text,
    AgentMessage: _text,
    ReasoningItem: _thought,
    SystemEvent: lambda item: item.message,
    TaskItem: lambda item: item.title,
}
_PHASES: dict[type, Callable[[Any], Phase]] = {
    **{tool: _tool_phase for tool in get_args(TurnItem) if issubclass(tool, ToolFields)},
    TaskItem: _task_phase,
}
_OF_TOOLS = {ToolStatus.COMPLETED: Phase.DONE, ToolStatus.FAILED: Phase.FAILED}
_IN_TURN: dict[type, Callable[[TurnState, Any, int], TurnState]] = {
    ev.ItemDelta: _add_delta,
    ev.ItemStarted: _item_going,
    ev.ItemUpdated: _item_going,
    ev.ItemCompleted: _item_done,
    **dict.fromkeys(get_args(Trouble), _trouble),
}
