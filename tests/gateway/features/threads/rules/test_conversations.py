"""Decisions about conversations: ids, pages, claims, and what opens one."""

from typing import Any

import msgspec
import pytest

from portico.gateway.features.threads.rules import conversations as rules
from portico.gateway.features.threads.rules.state import ClaimRow, ConversationRow, SaidRow
from portico.gateway.kernel.errors import Conflict, Invalid
from portico.gateway.log import Drop, Put
from portico.protocol.events import ThreadStarted, ThreadTreeChanged
from portico.protocol.methods.conversation import RequestClaim
from portico.protocol.types.conversation import Conversation, ConversationMessage
from portico.protocol.types.input import ImageInput
from portico.protocol.types.item import AgentMessage, ReasoningItem, TurnItem, UserMessage
from portico.protocol.types.turn import Turn, TurnStatus

ROW = ConversationRow("c", "t", "w", created_at=5, updated_at=9, head=4, open_turn="u", queued=2)
REQUEST = RequestClaim(key="k", digest="d")
ID, KEY, DIGEST = "$.conversation_id", "$.request.key", "$.request.digest"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("a" * 200, id="V7: 200 characters"),
        pytest.param("ü" * 200, id="200 of two bytes"),
        pytest.param("漢" * 200, id="200 of three bytes"),
        pytest.param("😀" * 100, id="V22: 100 of two units"),
        pytest.param("نص عربي", id="from right to left"),
        pytest.param(" ", id="a space"),
        pytest.param("../../etc/passwd", id="a path"),
        pytest.param("slack:T123:C456:1712233.991", id="of an adapter"),
        pytest.param("\t\x7f\u2028", id="control characters that break no line of a header"),
    ],
)
def test_an_id_may_be_of_any_script(text: str) -> None:
    rules.check_id(text)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="V11: empty"),
        pytest.param("a" * 201, id="V8: 201 characters"),
        pytest.param("😀" * 100 + "a", id="V22: 201 units"),
        pytest.param("a\nb", id="V9: LF"),
        pytest.param("a\rb", id="V9: CR"),
        pytest.param("slack:T:C\r\n:root", id="V20: CR LF in a part"),
        pytest.param("a\0b", id="NUL"),
        pytest.param("a\ud800", id="half a pair"),
        pytest.param("\udc00", id="the other half"),
    ],
)
def test_an_id_is_refused_with_its_path(text: str) -> None:
    with pytest.raises(Invalid) as refusal:
        rules.check_id(text)
    assert (refusal.value.path, refusal.value.code) == (ID, "bad_conversation_id")


@pytest.mark.parametrize(
    ("request_", "path"),
    [
        (RequestClaim(key="a\0", digest="d"), KEY),
        (RequestClaim(key="\ud800", digest="d"), KEY),
        (RequestClaim(key="k", digest="\0"), DIGEST),
    ],
)
def test_a_key_that_no_table_holds_is_refused(request_: RequestClaim, path: str) -> None:
    rules.check_claim(REQUEST)
    with pytest.raises(Invalid) as refusal:
        rules.check_claim(request_)
    assert refusal.value.path == path


@pytest.mark.parametrize("limit", [0, -1, 1_001])
def test_a_page_is_bounded(limit: int) -> None:
    rules.check_limit(1)
    rules.check_limit(1_000)
    with pytest.raises(Invalid) as refusal:
        rules.check_limit(limit)
    assert refusal.value.path == "$.limit"


@pytest.mark.parametrize("conversation_id", [None, "c"])
def test_a_claim_of_the_same_request_is_known(conversation_id: str | None) -> None:
    rules.same(ClaimRow("d", "c", "u"), REQUEST, conversation_id)


@pytest.mark.parametrize(
    ("digest", "conversation_id"),
    [pytest.param("other", None, id="another body"), pytest.param("d", "c2", id="another conversation")],
)
def test_a_key_stands_for_one_request(digest: str, conversation_id: str | None) -> None:
    with pytest.raises(Conflict) as refusal:
        rules.same(ClaimRow(digest, "c", "u"), REQUEST, conversation_id)
    assert refusal.value.code == "idempotency_key_reused"


def test_a_conversation_opens_in_its_workspace_only() -> None:
    assert rules.opened(ROW, None) is ROW
    assert rules.opened(ROW, "w") is ROW
    with pytest.raises(Conflict) as refusal:
        rules.opened(ROW, "w2")
    assert (refusal.value.code, refusal.value.path) == ("conversation_exists", "$.workspace_id")


def test_a_new_conversation_is_one_batch_with_its_thread() -> None:
    row, batch = rules.made("c", "t", "w", 5)
    assert row == ConversationRow("c", "t", "w", created_at=5, updated_at=5)
    started, changed = (append.event for append in batch.appends)
    assert isinstance(started, ThreadStarted)
    assert (started.thread.id, started.thread.workspace_id, started.thread.name) == ("t", "w", None)
    assert isinstance(changed, ThreadTreeChanged)
    values = {"thread_id": "t", "workspace_id": "w", "created_at": 5}
    assert batch.records == (Put("conversation", {"conversation_id": "c"}, values),)
    assert batch.expected == (("thread:t", 0),)


def test_claims_as_records() -> None:
    values = {"digest": "d", "conversation_id": "c", "thread_id": "t", "turn_id": "u", "created_at": 7}
    assert rules.claimed(ROW, "p", REQUEST, "u", 7) == Put("request_claim", {"principal": "p", "key": "k"}, values)
    assert rules.claim_drop("p", "k") == Drop("request_claim", {"principal": "p", "key": "k"})


def test_a_conversation_as_clients_see_it() -> None:
    assert rules.shown(ROW, is_loaded=True) == Conversation(
        conversation_id="c",
        thread_id="t",
        workspace_id="w",
        created_at=5,
        updated_at=9,
        is_loaded=True,
        running_turn_id="u",
        queued=2,
    )


def said(item: TurnItem, created_at: int | None = 7) -> SaidRow:
    turn = Turn(id="u", status=TurnStatus.COMPLETED, created_at=created_at)
    return SaidRow(3, msgspec.json.encode(item), msgspec.json.encode(turn))


IMAGE = ImageInput(url="data:image/png;base64,AA==")


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        pytest.param(
            said(UserMessage(id="i", text="look", attachments=[IMAGE])),
            {"role": "user", "text": "look", "attachments": [IMAGE], "created_at": 7},
            id="user",
        ),
        pytest.param(
            said(AgentMessage(id="i", text="I see"), None),
            {"role": "assistant", "text": "I see", "created_at": 5},
            id="an assistant in a turn without a time",
        ),
    ],
)
def test_what_was_said(row: SaidRow, expected: dict[str, Any]) -> None:
    assert rules.message(ROW, row) == ConversationMessage(id="i", turn_id="u", **expected)


def test_what_is_no_message_is_left_out() -> None:
    assert rules.message(ROW, said(ReasoningItem(id="i", summary=[], content=[]))) is None


def test_a_cursor_leads_back_to_its_place() -> None:
    assert rules.place(None) is None
    assert rules.place(rules.cursor(ROW)) == rules.Place(9, "t")
    assert rules.position(None) is None
    assert rules.position("17") == 17


@pytest.mark.parametrize("text", ["", ".", "9", "9.", ".t", "x.t", "-1.t", "²1.t", "9" * 17 + ".t", "9.\0", "9.\ud800"])
def test_a_foreign_cursor_of_conversations_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refusal:
        rules.place(text)
    assert (refusal.value.code, refusal.value.path) == ("bad_cursor", "$.cursor")


@pytest.mark.parametrize("text", ["", "x", "-1", "²", "9" * 17, "1.t"])
def test_a_foreign_cursor_of_messages_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refusal:
        rules.position(text)
    assert (refusal.value.code, refusal.value.path) == ("bad_cursor", "$.cursor")
