"""What of a conversation fits, and how much it is."""

import pytest

from portico.gateway.agent.context import (
    DROPPED_OUTPUT,
    NO_ANSWER,
    Conversation,
    PastTurn,
    choose,
    fixed_tokens,
    past_turn,
    size_of,
    tokens_of,
)
from portico.gateway.agent.model import (
    AssistantMessage,
    ImagePart,
    Message,
    OpaqueBlock,
    TextPart,
    ThinkingBlock,
    ToolCall,
    ToolResultMessage,
    ToolSpec,
    UserMessage,
)
from tests.gateway.agent.dialogue import user

CALL = ToolCall("c", "echo", "{}" * 10)
RESULT = ToolResultMessage("c", "echo", "x" * 400)
PICTURE = UserMessage((ImagePart("image/png", b"12345"), TextPart("abcd")))


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        pytest.param([user("a"), AssistantMessage("b")], [user("a"), AssistantMessage("b")], id="plain"),
        pytest.param(
            [user("a"), AssistantMessage("b", tool_calls=(CALL,)), RESULT, AssistantMessage("c")],
            [user("a"), AssistantMessage("b\n\nc")],
            id="tools are left out, texts joined",
        ),
        pytest.param(
            [user("a"), user("b"), AssistantMessage("c")],
            [UserMessage((TextPart("a"), TextPart("b"))), AssistantMessage("c")],
            id="steering before the answer",
        ),
        pytest.param(
            [user("a"), AssistantMessage("", thinking=(ThinkingBlock("hm"),))],
            [user("a"), AssistantMessage(NO_ANSWER)],
            id="no answer",
        ),
        pytest.param([], [], id="nothing"),
    ],
)
def test_an_ended_turn_alternates_between_user_and_assistant(said: list[Message], expected: list[Message]) -> None:
    turn = past_turn("u", said)
    assert list(turn.messages) == expected
    assert turn.tokens == sum(map(tokens_of, expected))
    assert turn.size == sum(map(size_of, expected))


@pytest.mark.parametrize(
    ("room", "kept", "left_out"),
    [
        pytest.param(100, ["a", "b", "c"], 0, id="all"),
        pytest.param(30, ["a", "b", "c"], 0, id="just"),
        pytest.param(29, ["b", "c"], 1, id="the oldest goes"),
        pytest.param(9, [], 3, id="none fits"),
        pytest.param(-5, [], 3, id="no room at all"),
    ],
)
def test_the_oldest_whole_turns_are_left_out_first(room: int, kept: list[str], left_out: int) -> None:
    past = [PastTurn(name, (user(name), AssistantMessage(name)), 10, 0) for name in "abc"]
    messages, tokens, count = choose(past, room)
    assert [message.text for message in messages if isinstance(message, AssistantMessage)] == kept
    assert (tokens, count) == (10 * len(kept), left_out)


@pytest.mark.parametrize(
    ("message", "tokens"),
    [
        pytest.param(user("x" * 400), 104, id="text"),
        pytest.param(PICTURE, 1_505, id="an image"),
        pytest.param(AssistantMessage("x" * 40, tool_calls=(CALL,)), 20, id="calls"),
        pytest.param(AssistantMessage(thinking=(ThinkingBlock("x" * 40, "s"), ThinkingBlock("", None, "y" * 40))), 24),
        pytest.param(AssistantMessage(opaque=(OpaqueBlock("w", b"x" * 40),)), 14, id="a vendor's block"),
        pytest.param(RESULT, 104, id="a result"),
    ],
)
def test_tokens_are_estimated(message: Message, tokens: int) -> None:
    assert tokens_of(message) == tokens
    assert size_of(message) >= 200


def test_an_image_counts_its_bytes_in_memory() -> None:
    assert size_of(PICTURE) == 209


def test_what_every_call_sends_counts_too() -> None:
    assert fixed_tokens("x" * 40, []) == 10
    assert fixed_tokens("", [ToolSpec("n", "x" * 38, {})]) == 10


def test_old_results_are_left_out_when_the_turn_outgrows_the_context() -> None:
    conversation = Conversation([user("old"), RESULT], 100, 420)
    for _ in range(3):
        conversation.add(AssistantMessage(tool_calls=(CALL,)), RESULT)
    contents = [message.content for message in conversation.messages() if isinstance(message, ToolResultMessage)]
    assert contents == [RESULT.content, DROPPED_OUTPUT, RESULT.content, RESULT.content]
    assert len(conversation.own()) == 6
    assert conversation.messages() == conversation.messages()


def test_the_newest_result_stays_whatever_its_size() -> None:
    conversation = Conversation([user("a")], 5, 10)
    conversation.add(AssistantMessage(tool_calls=(CALL,)), RESULT)
    assert conversation.messages()[-1] == RESULT
