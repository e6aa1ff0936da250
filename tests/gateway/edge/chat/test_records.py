"""Conversations and messages as the chat face tells them."""

import msgspec
import pytest

from portico.gateway.edge.chat.records import listing, messages, record, run_id, session_file, split_run_id, time_text
from portico.protocol.methods.conversation import ConversationListResponse, ConversationMessagesResponse
from portico.protocol.types.conversation import Conversation, ConversationMessage
from portico.protocol.types.input import ImageInput, MentionInput

IDLE = Conversation(
    conversation_id="slack:T:C:1", thread_id="t1", workspace_id="w", created_at=0, updated_at=60, is_loaded=False
)
RUNNING = msgspec.structs.replace(IDLE, is_loaded=True, running_turn_id="u1", queued=2)


@pytest.mark.parametrize(
    ("conversation", "is_kept", "told"),
    [
        pytest.param(
            IDLE, True, {"sessionFile": "thread:t1", "loaded": False, "running": False, "queued": 0, "runId": None}
        ),
        pytest.param(
            RUNNING, False, {"sessionFile": None, "loaded": True, "running": True, "queued": 2, "runId": "t1.u1"}
        ),
    ],
)
def test_a_record_says_everything(conversation: Conversation, is_kept: bool, told: dict[str, object]) -> None:
    names = {
        "conversationId": "slack:T:C:1",
        "sessionId": "t1",
        "createdAt": "1970-01-01T00:00:00Z",
        "updatedAt": "1970-01-01T00:01:00Z",
    }
    assert msgspec.to_builtins(record(conversation, is_kept=is_kept)) == {**names, **told}


def test_an_empty_list_is_a_list() -> None:
    empty = listing(ConversationListResponse(items=[]), is_kept=True)
    assert msgspec.json.encode(empty) == b'{"conversations":[]}'
    assert msgspec.json.encode(messages("t", ConversationMessagesResponse(items=[]))) == b'{"messages":[]}'


def test_a_page_leads_to_the_next() -> None:
    page = listing(ConversationListResponse(items=[IDLE], next_cursor="next"), is_kept=True)
    assert (len(page.conversations), page.next_cursor) == (1, "next")


def test_messages_carry_their_pictures_as_they_were_sent() -> None:
    said = ConversationMessage(
        id="i",
        turn_id="u1",
        role="user",
        text="look",
        created_at=1,
        attachments=[
            ImageInput(url="data:image/png;base64,AAAA"),
            ImageInput(url="https://example.org/a.png"),
            MentionInput(name="n", path="p"),
        ],
    )
    plain = msgspec.structs.replace(said, id="j", role="assistant", attachments=[])
    told = msgspec.to_builtins(messages("t1", ConversationMessagesResponse(items=[said, plain])))["messages"]
    expected = {"id": "i", "runId": "t1.u1", "role": "user", "text": "look", "createdAt": "1970-01-01T00:00:01Z"}
    assert told[0] == {**expected, "images": [{"type": "image", "data": "AAAA", "mimeType": "image/png"}]}
    assert told[1] == {**expected, "id": "j", "role": "assistant"}


@pytest.mark.parametrize(
    ("told", "parts"),
    [
        ("t1.u1", ("t1", "u1")),
        ("t1.u.1", ("t1", "u.1")),
        (run_id("a" * 21, "b" * 21), ("a" * 21, "b" * 21)),
        ("t1", None),
        ("t1.", None),
        (".u1", None),
        ("", None),
        ("t\0.u", None),
        ("t1.u/1", None),
        ("t" * 65 + ".u", None),
    ],
)
def test_run_ids_are_split(told: str, parts: tuple[str, str] | None) -> None:
    assert split_run_id(told) == parts


def test_a_session_file_is_no_path() -> None:
    assert session_file("t", is_kept=True) == "thread:t"
    assert session_file("t", is_kept=False) is None


def test_times_are_iso_8601_in_utc() -> None:
    assert time_text(1_800_000_000) == "2027-01-15T08:00:00Z"
