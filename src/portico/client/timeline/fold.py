"""From a turn to its rows, and what folds under what (reference 19.3). Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

import msgspec

from portico.client.state.types import ItemState, Notice, Phase, TurnState
from portico.client.timeline.kinds import item_row, kind_of
from portico.client.timeline.row import Row
from portico.client.words import Phrase, say, say_count
from portico.protocol.types.item import AgentMessage, DynamicToolCall, TaskItem, ToolFields, UserMessage
from portico.protocol.types.turn import TurnStatus

VISIBLE_TOOLS = 2
"""Completed tool rows of a live task that stay visible; older ones become one."""
Toggles = Mapping[str, bool]
"""What a person opened or closed, by the key of the row; all else is as the row says by itself."""
NOTHING: Toggles = {}
_PHASES = {TurnStatus.IN_PROGRESS: Phase.RUNNING, TurnStatus.COMPLETED: Phase.DONE}
_WORK = {
    TurnStatus.IN_PROGRESS: "row.in_progress",
    TurnStatus.COMPLETED: "row.completed",
    TurnStatus.FAILED: "row.failed",
    TurnStatus.INTERRUPTED: "row.interrupted",
    TurnStatus.BLOCKED: "row.blocked",
}
_replace = msgspec.structs.replace


def turn_rows(turn: TurnState) -> list[Row]:
    """A turn's rows in order with nothing folded, closed by how it ended unless it ended well."""
    shown = [row for row, _ in _entries(turn)]
    ended = end_row(turn)
    return [*shown, ended] if ended else shown


def folded_turn(turn: TurnState, toggles: Toggles = NOTHING) -> list[Row]:
    """A turn's rows as they are shown, without those under a closed row."""
    entries = list(_entries(turn))
    final = _final(turn, entries)
    work = f"{turn.id}:work"
    parents = _parents(turn, entries, work, final)
    shown = _with_coalesced(turn, entries, parents)
    shown = _with_work(turn, shown, work, is_closed=final < len(entries))
    if final < len(entries):
        key = entries[final][0].key
        shown = [_as_final(turn, row) if row.key == key else row for row in shown]
    ended = end_row(turn)
    return _visible([*shown, ended] if ended else shown, toggles)


def end_row(turn: TurnState) -> Row | None:
    """How a turn ended, if a person should be told."""
    match turn.turn.status:
        case TurnStatus.FAILED:
            title, text = say("row.ended_failed"), say("row.turn_failed")
        case TurnStatus.INTERRUPTED:
            title = text = say("row.ended_interrupted")
        case TurnStatus.BLOCKED:
            title = text = say("row.ended_blocked")
        case TurnStatus.COMPLETED | TurnStatus.IN_PROGRESS:
            return None
    row = Row(
        key=f"{turn.id}:end",
        kind="end",
        turn_id=turn.id,
        text=turn.turn.error or str(text),
        text_words=None if turn.turn.error else text,
        level="error" if turn.turn.status is TurnStatus.FAILED else "warning",
        title=str(title),
        title_words=title,
        code=turn.turn.error_class,
    )
    return _as_final(turn, row)


@cache
def heading(status: TurnStatus) -> Phrase:
    """What a turn's work is called; made once, since every turn of a long thread has one."""
    return say(_WORK[status])


def elapsed_ms(turn: TurnState) -> int | None:
    """How long a turn took, once it is over: in whole seconds, as the gateway notes them."""
    begun, ended = turn.turn.created_at, turn.turn.completed_at
    return None if begun is None or ended is None else max(0, ended - begun) * 1_000


Entry = tuple[Row, ItemState | None]


def _entries(turn: TurnState) -> Iterator[Entry]:
    """Items and notices in their order."""
    notices = list(turn.notices)
    for index, item in enumerate(turn.items):
        while notices and notices[0].after <= index:
            yield _notice_row(turn, notices.pop(0)), None
        yield _settled(turn, item_row(item, turn.id)), item
    for notice in notices:
        yield _notice_row(turn, notice), None


def _settled(turn: TurnState, row: Row) -> Row:
    """Nothing but a task outlives its turn: what was not ended is over with it."""
    if row.phase is not Phase.RUNNING or turn.turn.status is TurnStatus.IN_PROGRESS or row.kind == "task":
        return row
    is_cut = row.kind in {"tool", "change", "unknown"}
    return _replace(row, phase=Phase.FAILED if is_cut else Phase.DONE, started_at_ms=None)


def _notice_row(turn: TurnState, notice: Notice) -> Row:
    is_over = notice.phase is Phase.RUNNING and turn.turn.status is not TurnStatus.IN_PROGRESS
    return Row(
        key=notice.key,
        kind="notice",
        turn_id=turn.id,
        text=notice.text,
        text_words=notice.words,
        code=notice.code,
        level=notice.level,
        phase=Phase.DONE if is_over else notice.phase,
    )


def _final(turn: TurnState, entries: list[Entry]) -> int:
    """The place of the final answer; behind all others while there is none."""
    if turn.turn.status is TurnStatus.COMPLETED:
        for index in range(len(entries) - 1, -1, -1):
            match entries[index][1]:
                case ItemState(item=AgentMessage(phase="final_answer")):
                    return index
                case _:
                    pass
    return len(entries)


def _as_final(turn: TurnState, row: Row) -> Row:
    """The row that closes a turn tells what it took."""
    known = turn.turn
    return _replace(
        row,
        usage=known.usage,
        model=known.model,
        model_provider=known.model_provider,
        elapsed_ms=elapsed_ms(turn),
    )


def _parents(turn: TurnState, entries: list[Entry], work: str, final: int) -> dict[str, str]:
    """Under which row each one stands: what is done for a task under the task, all else but messages under the work."""
    # the very type, here and below: asking for a class that an item is not of costs as much as all else
    tasks = {state.item.task_id: state.id for state in turn.items if type(state.item) is TaskItem}
    seen: set[str] = set()
    parents: dict[str, str] = {}
    for index, (row, state) in enumerate(entries):
        above = _above(state, tasks)
        if above is not None and above in seen:
            parents[row.key] = above
        elif index < final and not (state is not None and kind_of(state).is_message):
            parents[row.key] = work
        seen.add(row.key)
    return parents


def _above(state: ItemState | None, tasks: dict[str, str]) -> str | None:
    if state is None:
        return None
    if type(state.item) is TaskItem and state.item.parent_task_id is not None:
        return tasks.get(state.item.parent_task_id)
    return state.parent


@dataclass(frozen=True, slots=True)
class _Group:
    """Rows that become one: `members` are their keys, the group stands where the first of them stood."""

    key: str
    code: str
    title: Phrase
    members: frozenset[str]


def _with_coalesced(turn: TurnState, entries: list[Entry], parents: dict[str, str]) -> list[Row]:
    of = {key: group for group in _groups(turn, entries, parents) for key in group.members}
    shown: list[Row] = []
    begun: set[str] = set()
    for row, _ in entries:
        parent, group = parents.get(row.key), of.get(row.key)
        if group is not None:
            if group.key not in begun:
                begun.add(group.key)
                shown.append(_group_row(turn, group, parent))
            parent = group.key
        shown.append(row if parent is None else _replace(row, parent=parent))
    return shown


def _group_row(turn: TurnState, group: _Group, parent: str | None) -> Row:
    return Row(
        key=group.key,
        kind="coalesced",
        turn_id=turn.id,
        code=group.code,
        title=str(group.title),
        title_words=group.title,
        count=len(group.members),
        is_open=False,
        parent=parent,
    )


def _groups(turn: TurnState, entries: list[Entry], parents: dict[str, str]) -> Iterator[_Group]:
    done: dict[str, list[str]] = {}
    live = {state.id for state in turn.items if type(state.item) is TaskItem and state.phase is Phase.RUNNING}
    waits: dict[bytes, list[str]] = {}
    for row, state in entries:
        if state is None or not isinstance(state.item, ToolFields) or state.phase is Phase.RUNNING:
            continue
        if parents.get(row.key) in live:
            done.setdefault(parents[row.key], []).append(row.key)
        elif isinstance(state.item, DynamicToolCall) and state.item.tool_name == "task_wait":
            same = parents.get(row.key, "").encode() + b"\0" + msgspec.json.encode(state.item.arguments)
            waits.setdefault(same, []).append(row.key)
    for task, keys in done.items():
        if len(keys) > VISIBLE_TOOLS:
            older = frozenset(keys[:-VISIBLE_TOOLS])
            title = say_count("row.earlier_steps", len(older))
            yield _Group(f"{task}:tools", "completed_task_tools", title, older)
    for keys in waits.values():
        if len(keys) > 1:
            again = frozenset(keys[1:])
            title = say_count("row.waited_again", len(again))
            yield _Group(f"{keys[0]}:waits", "repeated_task_wait", title, again)


def _with_work(turn: TurnState, shown: list[Row], work: str, *, is_closed: bool) -> list[Row]:
    """The header of the turn's work stands behind the message that began it."""
    count = sum(row.parent == work for row in shown)
    if not count and turn.turn.status is not TurnStatus.IN_PROGRESS:
        return shown
    first = next((index for index, state in enumerate(turn.items) if isinstance(state.item, UserMessage)), None)
    anchor = turn.items[first].id if first is not None else None
    place = next((index + 1 for index, row in enumerate(shown) if row.key == anchor), 0)
    words = heading(turn.turn.status)
    header = Row(
        key=work,
        kind="work",
        turn_id=turn.id,
        phase=_PHASES.get(turn.turn.status, Phase.FAILED),
        title=str(words),
        title_words=words,
        count=count,
        is_open=not is_closed,
        started_at_ms=turn.started_at_ms if turn.turn.status is TurnStatus.IN_PROGRESS else None,
        elapsed_ms=elapsed_ms(turn),
    )
    under = {work}
    before: list[Row] = []
    moved: list[Row] = []
    for row in shown[:place]:
        if row.parent in under:
            under.add(row.key)
        (moved if row.key in under else before).append(row)
    return [*before, header, *moved, *shown[place:]]


def _visible(shown: list[Row], toggles: Toggles) -> list[Row]:
    """Without what stands under a closed row; a row always stands behind the one it belongs to."""
    hidden: set[str] = set()
    visible: list[Row] = []
    for row in shown:
        if row.parent in hidden:
            hidden.add(row.key)
            continue
        seen = row
        if row.is_open is not None:
            is_open = toggles.get(row.key, row.is_open)
            seen = row if is_open == row.is_open else _replace(row, is_open=is_open)
            if not is_open:
                hidden.add(row.key)
        visible.append(seen)
    return visible
