"""What the calls about conversations queue behind."""

from portico.protocol.methods.conversation import (
    CONVERSATION_DELETE,
    CONVERSATION_OPEN,
    ConversationOpenParams,
    ConversationRef,
    RequestClaim,
)

CLAIM = RequestClaim(key="k", digest="d")


def test_openings_queue_behind_their_request_else_their_conversation() -> None:
    lane = CONVERSATION_OPEN.lane
    assert lane is not None
    assert lane(ConversationOpenParams(conversation_id="c")) == "conversation:c"
    assert lane(ConversationOpenParams()) == "conversation:"
    assert lane(ConversationOpenParams(conversation_id="c", request=CLAIM)) == "request:k"
    assert lane(ConversationOpenParams(request=CLAIM)) == "request:k"


def test_deletions_queue_behind_their_conversation() -> None:
    assert CONVERSATION_DELETE.lane is not None
    assert CONVERSATION_DELETE.lane(ConversationRef(conversation_id="c")) == "conversation:c"
