"""Conversations of the chat face: names of the caller's for threads with generated ids (seed 002; ours as methods)."""

from typing import Annotated, Literal

import msgspec

from portico.protocol.base import Count, Seconds, Wire
from portico.protocol.types.input import Attachment

ConversationId = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
"""Any script, no line break, at most 200 UTF-16 units (reference chat-http A6, V7 to V11, V22)."""


class Conversation(Wire, frozen=True, kw_only=True):
    """A row over a thread. `is_loaded`: its messages are in memory; `queued` starts wait behind `running_turn_id`."""

    conversation_id: str
    thread_id: str
    workspace_id: str
    created_at: Seconds
    updated_at: Seconds
    is_loaded: bool
    running_turn_id: str | None = None
    queued: Count = 0


class ConversationMessage(Wire, frozen=True, kw_only=True):
    """What was said, by whom, in which turn; `created_at` is the turn's."""

    id: str
    turn_id: str
    role: Literal["user", "assistant"]
    text: str
    attachments: list[Attachment] = msgspec.field(default_factory=list[Attachment])
    created_at: Seconds
