"""The table of row kinds: which item gives which row. A new kind is a file here and a line in `KINDS`."""

from collections.abc import Callable
from typing import Any, Literal, NamedTuple

from portico.client.state.types import ItemState
from portico.client.timeline.kinds.changes import change_row
from portico.client.timeline.kinds.messages import assistant_row, notice_row, reasoning_row, unknown_row, user_row
from portico.client.timeline.kinds.tasks import task_row
from portico.client.timeline.kinds.tools import shows_stream, tool_row
from portico.client.timeline.row import Row
from portico.protocol.types import item as it

Stream = Literal["text", "output"]
Fields = dict[str, Any]


def _text(_: ItemState) -> Stream | None:
    return "text"


def _output(state: ItemState) -> Stream | None:
    return "output" if shows_stream(state) else None


def _nothing(_: ItemState) -> Stream | None:
    return None


class Kind(NamedTuple):
    """How an item becomes a row, and which of its streams stands in the row's text as it is: such deltas are appended.

    A message is what is said; all else folds into the turn's work.
    """

    make: Callable[[ItemState, Fields], Row]
    stream: Callable[[ItemState], Stream | None] = _nothing
    is_message: bool = False


UNKNOWN = Kind(unknown_row)
_TOOL = Kind(tool_row, _output)
KINDS: dict[type, Kind] = {
    it.UserMessage: Kind(user_row, _text, is_message=True),
    it.AgentMessage: Kind(assistant_row, _text, is_message=True),
    it.ReasoningItem: Kind(reasoning_row, _text),
    it.SystemEvent: Kind(notice_row, _text),
    it.TaskItem: Kind(task_row),
    it.FileChange: Kind(change_row, _output),
    it.CommandExecution: _TOOL,
    it.WebSearch: _TOOL,
    it.WebFetch: _TOOL,
    it.Download: _TOOL,
    it.DynamicToolCall: _TOOL,
}


def kind_of(state: ItemState) -> Kind:
    """The item's kind; of a later protocol, or known by its deltas only, it is unknown, not gone."""
    return KINDS.get(type(state.item), UNKNOWN)


def item_row(state: ItemState, turn_id: str = "") -> Row:
    """One item as a row."""
    return kind_of(state).make(state, {"key": state.id, "turn_id": turn_id, "phase": state.phase})
