"""What of a conversation fits, and how much it is."""

import pytest

from portico.gateway.agent.context import (
    CUT_OUTPUT,
    DROPPED_OUTPUT,
    KEPT_OUTPUT_CHARS,
    NO_ANSWER,
    NO_QUESTION,
    Conversation,
    PastTurn,
    choose,
    fixed_tokens,
    past_turn,
    shrink,
    size_of,
    tokens_of,
    told_turns,
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
    turns, tokens, count = choose(past, room)
    assert [turn.turn_id for turn in turns] == kept
    assert (tokens, count) == (10 * len(kept), left_out)


NOT_ASKED = user(NO_QUESTION)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        pytest.param([], [], id="nothing"),
        pytest.param([user("a"), AssistantMessage("b")], [[user("a"), AssistantMessage("b")]], id="a pair"),
        pytest.param(
            [user("a"), AssistantMessage("b"), AssistantMessage("c"), user("d"), AssistantMessage("e")],
            [[user("a"), AssistantMessage("b\n\nc")], [user("d"), AssistantMessage("e")]],
            id="two answers in a row",
        ),
        pytest.param(
            [user("a"), user("b"), AssistantMessage("c")],
            [[UserMessage((TextPart("a"), TextPart("b"))), AssistantMessage("c")]],
            id="two questions in a row",
        ),
        pytest.param(
            [AssistantMessage("a"), user("b"), AssistantMessage("c")],
            [[NOT_ASKED, AssistantMessage("a")], [user("b"), AssistantMessage("c")]],
            id="it begins with an answer",
        ),
        pytest.param(
            [user("a"), AssistantMessage("b"), user("c"), user("d")],
            [[user("a"), AssistantMessage("b")], [UserMessage((TextPart("c"), TextPart("d")))]],
            id="the end waits for its answer",
        ),
        pytest.param(
            [user("a"), AssistantMessage(""), user("b")],
            [[user("a"), AssistantMessage(NO_ANSWER)], [user("b")]],
            id="an empty answer",
        ),
    ],
)
def test_what_a_caller_tells_becomes_past_turns(told: list[Message], expected: list[list[Message]]) -> None:
    turns = told_turns(told)
    assert [list(turn.messages) for turn in turns] == expected
    assert [turn.tokens for turn in turns] == [sum(map(tokens_of, messages)) for messages in expected]


LONG = ToolResultMessage("c", "echo", "x" * 9_000)
CUT = ToolResultMessage("c", "echo", f"{'x' * KEPT_OUTPUT_CHARS}\n{CUT_OUTPUT}")
GONE = ToolResultMessage("c", "echo", DROPPED_OUTPUT)
SHORT = ToolResultMessage("c", "echo", "x")
PAIRS = [message for name in "abcde" for message in (user(name), AssistantMessage(name))]
CALLING = AssistantMessage(tool_calls=(CALL,))


@pytest.mark.parametrize(
    ("messages", "past", "expected", "dropped"),
    [
        pytest.param([*PAIRS, user("now")], [2] * 5, [*PAIRS[6:], user("now")], 3, id="the older half"),
        pytest.param([*PAIRS[:2], user("now")], [2], [user("now")], 1, id="at least one"),
        pytest.param([*PAIRS[:4], user("now")], [2, 2], [*PAIRS[2:4], user("now")], 1, id="one of two"),
        pytest.param([user("x"), user("now")], [1], [user("now")], 1, id="a turn of one message"),
        pytest.param(
            [*PAIRS[:2], user("now"), CALLING, LONG, CALLING, LONG, SHORT],
            [2],
            [user("now"), CALLING, GONE, CALLING, CUT, SHORT],
            1,
            id="results of this turn are shortened",
        ),
        pytest.param([user("now"), CALLING, LONG], [], [user("now"), CALLING, CUT], 0, id="no past, one long result"),
        pytest.param(
            [user("now"), CALLING, LONG, AssistantMessage("so"), user("and?")],
            [],
            [user("now"), CALLING, GONE, AssistantMessage("so"), user("and?")],
            0,
            id="a result before an answer is old",
        ),
    ],
)
def test_what_is_too_long_is_made_smaller(
    messages: list[Message], past: list[int], expected: list[Message], dropped: int
) -> None:
    assert shrink(messages, past) == (expected, dropped)


@pytest.mark.parametrize("messages", [[user("now")], [user("now"), CALLING, SHORT], [user("now"), CALLING, CUT]])
def test_where_nothing_can_go_nothing_is_made_smaller(messages: list[Message]) -> None:
    assert shrink(messages, []) is None
    assert Conversation(messages, 10, 100).compress() is None


def test_a_compressed_conversation_keeps_its_own_messages_and_counts_anew() -> None:
    conversation = Conversation([*PAIRS, user("now")], 1_000 + sum(map(tokens_of, PAIRS)), 1_050, [2] * 5)
    conversation.add(CALLING, LONG)
    before = conversation.tokens
    done = conversation.compress()
    assert done is not None
    assert (done.tokens_after, done.dropped_turns) == (conversation.tokens, 3)
    freed = sum(map(tokens_of, [*PAIRS[:6], LONG])) - tokens_of(CUT)
    assert conversation.tokens == before - freed
    assert list(conversation.own()) == [CALLING, CUT]
    assert conversation.messages() == (*PAIRS[6:], user("now"), CALLING, CUT)
    # twice is not what the loop does, but what is left is still counted right
    again = conversation.compress()
    assert again is not None
    assert again.dropped_turns == 1
    assert conversation.messages()[:3] == (*PAIRS[8:], user("now"))


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
