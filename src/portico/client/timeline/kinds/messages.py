"""What people and models said, thought and were told."""

from typing import Any

from portico.client.state.types import ItemState
from portico.client.timeline.row import Row
from portico.protocol.types.item import AgentMessage, SystemEvent, UserMessage


def user_row(state: ItemState, fields: dict[str, Any]) -> Row:
    attachments = tuple(state.item.attachments) if isinstance(state.item, UserMessage) else ()
    return Row(kind="user", text=state.text, attachments=attachments, **fields)


def assistant_row(state: ItemState, fields: dict[str, Any]) -> Row:
    """`title` is the message's phase."""
    title = state.item.phase if isinstance(state.item, AgentMessage) else ""
    return Row(kind="assistant", text=state.text, title=title, **fields)


def reasoning_row(state: ItemState, fields: dict[str, Any]) -> Row:
    return Row(kind="reasoning", text=state.text, started_at_ms=state.running_since_ms, **fields)


def notice_row(state: ItemState, fields: dict[str, Any]) -> Row:
    if not isinstance(state.item, SystemEvent):
        return unknown_row(state, fields)
    return Row(kind="notice", text=state.text, level=state.item.level, code=state.item.code, **fields)


def unknown_row(state: ItemState, fields: dict[str, Any]) -> Row:
    return Row(kind="unknown", text=state.text or state.output, title=state.item_type, **fields)
