"""What the chat face tells about conversations and what was said in them (chat-http A5.3; messages are ours)."""

import re
from datetime import UTC, datetime
from typing import Annotated

import msgspec

from portico.gateway.edge.chat.bodies import ChatImage
from portico.protocol.base import Count, WireCamel, no_items, type_safe_id
from portico.protocol.methods.conversation import ConversationListResponse, ConversationMessagesResponse
from portico.protocol.types.conversation import Conversation, ConversationMessage
from portico.protocol.types.input import Attachment, ImageInput

Limit = Annotated[int, msgspec.Meta(ge=1, le=1000)]
_ID = re.compile(type_safe_id)


class ConversationRecord(WireCamel, frozen=True, kw_only=True):
    """A conversation. `sessionFile` is an opaque id, null where nothing is kept on disk; times are ISO-8601 in UTC."""

    conversation_id: str
    session_id: str
    session_file: str | None
    created_at: str
    updated_at: str
    loaded: bool
    running: bool
    queued: Count
    run_id: str | None


class ConversationList(WireCamel, frozen=True, kw_only=True):
    """Newest activity first; `nextCursor` leads to the next page."""

    conversations: list[ConversationRecord] = msgspec.field(default_factory=no_items)
    next_cursor: str | None = None


class MessageRecord(WireCamel, frozen=True, kw_only=True):
    """What was said. `images` are inline pictures; `runId` is the run that it belongs to."""

    id: str
    run_id: str
    role: str
    text: str
    created_at: str
    images: list[ChatImage] = []


class MessageList(WireCamel, frozen=True, kw_only=True):
    """Oldest first; `nextCursor` leads to the page before."""

    messages: list[MessageRecord] = msgspec.field(default_factory=no_items)
    next_cursor: str | None = None


class Aborted(WireCamel, frozen=True, kw_only=True):
    """`aborted`: a run was stopped; `cleared` prompts were taken out of the queue."""

    aborted: bool
    cleared: Count


class Deleted(WireCamel, frozen=True, kw_only=True):
    deleted: bool


class PageQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which page of a list."""

    limit: Limit | None = None
    cursor: str | None = None


class AbortQuery(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """`clearQueue` also takes out what waits."""

    clear_queue: bool = False


class ResumeQuery(msgspec.Struct, frozen=True, kw_only=True):
    """`last_event_id` stands for the header `Last-Event-ID`."""

    last_event_id: str | None = None


def run_id(thread_id: str, turn_id: str) -> str:
    """The public name of a run."""
    return f"{thread_id}.{turn_id}"


def split_run_id(told: str) -> tuple[str, str] | None:
    """Thread and turn of a run; None when it cannot be one. Threads of conversations have no dot in their ids."""
    thread_id, _, turn_id = told.partition(".")
    return (thread_id, turn_id) if _ID.fullmatch(thread_id) and _ID.fullmatch(turn_id) else None


def session_file(thread_id: str, *, is_kept: bool) -> str | None:
    """An opaque id in the place of a path of the host (H9); None where nothing outlives the process."""
    return f"thread:{thread_id}" if is_kept else None


def record(conversation: Conversation, *, is_kept: bool) -> ConversationRecord:
    running = conversation.running_turn_id
    return ConversationRecord(
        conversation_id=conversation.conversation_id,
        session_id=conversation.thread_id,
        session_file=session_file(conversation.thread_id, is_kept=is_kept),
        created_at=time_text(conversation.created_at),
        updated_at=time_text(conversation.updated_at),
        loaded=conversation.is_loaded,
        running=running is not None,
        queued=conversation.queued,
        run_id=None if running is None else run_id(conversation.thread_id, running),
    )


def listing(found: ConversationListResponse, *, is_kept: bool) -> ConversationList:
    records = [record(one, is_kept=is_kept) for one in found.items]
    return ConversationList(conversations=records, next_cursor=found.next_cursor)


def messages(thread_id: str, found: ConversationMessagesResponse) -> MessageList:
    return MessageList(messages=[_message(thread_id, one) for one in found.items], next_cursor=found.next_cursor)


def time_text(seconds: int) -> str:
    """ISO-8601 in UTC."""
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")


def _message(thread_id: str, said: ConversationMessage) -> MessageRecord:
    images = [_image(attachment) for attachment in said.attachments]
    return MessageRecord(
        id=said.id,
        run_id=run_id(thread_id, said.turn_id),
        role=said.role,
        text=said.text,
        created_at=time_text(said.created_at),
        images=[image for image in images if image is not None],
    )


def _image(attachment: Attachment) -> ChatImage | None:
    """An inline picture as it was sent; other attachments have no form on this face."""
    if not isinstance(attachment, ImageInput):
        return None
    head, _, data = attachment.url.partition(";base64,")
    return ChatImage(type="image", data=data, mime_type=head.removeprefix("data:")) if data else None
