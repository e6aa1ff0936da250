"""Calls about conversations (ours, for the chat face of seed 002)."""

from typing import Annotated

import msgspec

from portico.protocol.base import Count, Id, Params, Scope, Wire
from portico.protocol.methods.base import Method
from portico.protocol.methods.thread import DeletedResponse
from portico.protocol.types.conversation import Conversation, ConversationId, ConversationMessage

Limit = Annotated[int, msgspec.Meta(ge=1, le=1000)]


class RequestClaim(Params, frozen=True, kw_only=True):
    """A caller's `Idempotency-Key` and the digest of what it asked: the same pair again gets the same turn."""

    key: Annotated[str, msgspec.Meta(min_length=1, max_length=255)]
    digest: Annotated[str, msgspec.Meta(min_length=1, max_length=128)]


class ConversationOpenParams(Params, frozen=True, kw_only=True):
    """Without `conversation_id` a new UUID; without `workspace_id` the default workspace."""

    conversation_id: ConversationId | None = None
    workspace_id: Id | None = None
    request: RequestClaim | None = None


class ConversationOpenResponse(Wire, frozen=True, kw_only=True):
    """`turn_id` is what the caller starts: a new id, or, for a claim that is known, the id of the first time."""

    conversation: Conversation
    turn_id: str
    is_new: bool
    is_repeated: bool = False
    epoch: str
    head_version: Count


class ConversationRef(Params, frozen=True, kw_only=True):
    conversation_id: ConversationId


class ConversationGetParams(Params, frozen=True, kw_only=True):
    """Names the conversation, or the thread behind it: exactly one of the two."""

    conversation_id: ConversationId | None = None
    thread_id: Id | None = None


class ConversationResponse(Wire, frozen=True, kw_only=True):
    conversation: Conversation


class ConversationListParams(Params, frozen=True, kw_only=True):
    """Newest activity first; `cursor` is the `next_cursor` of the page before."""

    limit: Limit = 100
    cursor: str | None = None


class ConversationListResponse(Wire, frozen=True, kw_only=True):
    items: list[Conversation]
    next_cursor: str | None = None


class ConversationMessagesParams(Params, frozen=True, kw_only=True):
    """The newest page, oldest message first; `cursor` leads to the page before it."""

    conversation_id: ConversationId
    limit: Limit = 50
    cursor: str | None = None


class ConversationMessagesResponse(Wire, frozen=True, kw_only=True):
    items: list[ConversationMessage]
    next_cursor: str | None = None


def _by_request(params: ConversationOpenParams) -> str:
    """A claimed request waits for its own repetition, whatever id either names."""
    if params.request is not None:
        return f"request:{params.request.key}"
    return f"conversation:{params.conversation_id or ''}"


def _by_conversation(params: ConversationRef) -> str:
    return f"conversation:{params.conversation_id}"


CONVERSATION_OPEN = Method(
    "conversation/open", ConversationOpenParams, ConversationOpenResponse, Scope.CHAT, _by_request
)
CONVERSATION_GET = Method("conversation/get", ConversationGetParams, ConversationResponse, Scope.READ)
CONVERSATION_LIST = Method("conversation/list", ConversationListParams, ConversationListResponse, Scope.READ)
CONVERSATION_MESSAGES = Method(
    "conversation/messages", ConversationMessagesParams, ConversationMessagesResponse, Scope.READ
)
CONVERSATION_DELETE = Method("conversation/delete", ConversationRef, DeletedResponse, Scope.CHAT, _by_conversation)
ALL = (CONVERSATION_OPEN, CONVERSATION_GET, CONVERSATION_LIST, CONVERSATION_MESSAGES, CONVERSATION_DELETE)
