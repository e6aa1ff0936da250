"""Decisions about conversations: their ids, their pages, and the claims of requests that may come twice."""

from dataclasses import dataclass, replace

import msgspec

from portico.gateway.features.threads.rules import threads
from portico.gateway.features.threads.rules.state import ClaimRow, ConversationRow, Known, SaidRow, StreamHead
from portico.gateway.kernel.errors import Conflict, Invalid, NotFound
from portico.gateway.log import Batch, Change, Drop, Put
from portico.protocol.methods.conversation import RequestClaim
from portico.protocol.methods.thread import ThreadStartParams
from portico.protocol.types.conversation import Conversation, ConversationMessage
from portico.protocol.types.item import AgentMessage, TurnItem, UserMessage
from portico.protocol.types.turn import Turn

MAX_UNITS = 200
"""Longest id, in UTF-16 units (reference chat-http A6, V22)."""
MAX_PAGE = 1_000
CLAIM_SECONDS = 86_400
"""A claim that is older is unknown again."""
DROPPED_AT_ONCE = 8
"""How many outlived claims go with a new one: none piles up, and no request pays for all."""

_MAX_DIGITS = 16

_item: msgspec.json.Decoder[TurnItem] = msgspec.json.Decoder(TurnItem)
_turn = msgspec.json.Decoder(Turn)


@dataclass(frozen=True, slots=True)
class Place:
    """The last conversation of a page: the next one begins behind it."""

    updated_at: int
    thread_id: str


def check_id(conversation_id: str) -> None:
    """Any script, one line, at most 200 UTF-16 units. Raises Invalid with the path (V7 to V11, V22)."""
    path = "$.conversation_id"
    if not conversation_id:
        raise Invalid("a conversation id must not be empty", code="bad_conversation_id", path=path)
    _check_text(conversation_id, "bad_conversation_id", path)
    if any(character in conversation_id for character in "\r\n"):
        raise Invalid("a conversation id holds no line break", code="bad_conversation_id", path=path)
    if len(conversation_id.encode("utf-16-le")) // 2 > MAX_UNITS:
        raise Invalid(
            f"a conversation id is longer than {MAX_UNITS} UTF-16 units", code="bad_conversation_id", path=path
        )


def check_claim(request: RequestClaim) -> None:
    """Refuse a key or digest that no table holds."""
    _check_text(request.key, "bad_idempotency_key", "$.request.key")
    _check_text(request.digest, "bad_idempotency_key", "$.request.digest")


def check_limit(limit: int) -> None:
    """Faces call with parameters that no decoder has seen."""
    if not 1 <= limit <= MAX_PAGE:
        raise Invalid(f"a page has 1 to {MAX_PAGE} entries", path="$.limit")


def not_found(conversation_id: str | None = None, thread_id: str | None = None) -> NotFound:
    """The refusal of a conversation that is not there (any more), by what it was looked for."""
    return NotFound(
        "there is no such conversation",
        code="conversation_not_found",
        conversation_id=conversation_id,
        thread_id=thread_id,
    )


def same(claim: ClaimRow, request: RequestClaim, conversation_id: str | None) -> None:
    """Refuse a known key that now stands for something else."""
    if claim.digest != request.digest or conversation_id not in {None, claim.conversation_id}:
        raise Conflict("this idempotency key was used for another request", code="idempotency_key_reused")


def opened(row: ConversationRow, workspace_id: str | None) -> ConversationRow:
    """The conversation that is there. Raises Conflict when another workspace was named."""
    if workspace_id not in {None, row.workspace_id}:
        raise Conflict("the conversation is in another workspace", code="conversation_exists", path="$.workspace_id")
    return row


def made(conversation_id: str, thread_id: str, workspace_id: str, at: int) -> tuple[ConversationRow, Batch]:
    """A new conversation over a new thread, and what to write."""
    wish = ThreadStartParams(thread_id=thread_id, workspace_id=workspace_id)
    _, batch = threads.start(Known(StreamHead(), None), wish, at)
    row = ConversationRow(conversation_id, thread_id, workspace_id, created_at=at, updated_at=at)
    values = {"thread_id": thread_id, "workspace_id": workspace_id, "created_at": at}
    put = Put("conversation", {"conversation_id": conversation_id}, values)
    return row, replace(batch or Batch(), records=(put,))


def claimed(row: ConversationRow, principal: str, request: RequestClaim, turn_id: str, at: int) -> Change:
    """The record by which the same request is known when it comes again."""
    values = {
        "digest": request.digest,
        "conversation_id": row.conversation_id,
        "thread_id": row.thread_id,
        "turn_id": turn_id,
        "created_at": at,
    }
    return Put("request_claim", {"principal": principal, "key": request.key}, values)


def claim_drop(principal: str, key: str) -> Change:
    """Take a claim out."""
    return Drop("request_claim", {"principal": principal, "key": key})


def shown(row: ConversationRow, *, is_loaded: bool) -> Conversation:
    """The conversation as clients see it."""
    return Conversation(
        conversation_id=row.conversation_id,
        thread_id=row.thread_id,
        workspace_id=row.workspace_id,
        created_at=row.created_at,
        updated_at=row.updated_at,
        is_loaded=is_loaded,
        running_turn_id=row.open_turn,
        queued=row.queued,
    )


def message(row: ConversationRow, said: SaidRow) -> ConversationMessage | None:
    """What was said, as clients see it."""
    turn = _turn.decode(said.turn)
    created_at = row.created_at if turn.created_at is None else turn.created_at
    match _item.decode(said.item):
        case UserMessage(id=id_, text=text, attachments=attachments):
            return ConversationMessage(
                id=id_, turn_id=turn.id, role="user", text=text, attachments=attachments, created_at=created_at
            )
        case AgentMessage(id=id_, text=text):
            return ConversationMessage(id=id_, turn_id=turn.id, role="assistant", text=text, created_at=created_at)
        case _:
            return None


def cursor(row: ConversationRow) -> str:
    """Where the page after `row` begins."""
    return f"{row.updated_at}.{row.thread_id}"


def place(text: str | None) -> Place | None:
    """The place that a cursor of `cursor` names. Raises Invalid."""
    if text is None:
        return None
    digits, dot, thread_id = text.partition(".")
    if not dot or not thread_id:
        raise _foreign()
    _check_text(thread_id, "bad_cursor", "$.cursor")
    return Place(_number(digits), thread_id)


def position(text: str | None) -> int | None:
    """The position that a cursor of messages names. Raises Invalid."""
    return None if text is None else _number(text)


def _number(digits: str) -> int:
    if not (digits.isascii() and digits.isdigit() and len(digits) <= _MAX_DIGITS):
        raise _foreign()
    return int(digits)


def _foreign() -> Invalid:
    return Invalid("this cursor is none of ours", code="bad_cursor", path="$.cursor")


def _check_text(text: str, code: str, path: str) -> None:
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise Invalid("text holds a NUL character or half a surrogate pair", code=code, path=path)
