"""Dialogues about requests that the provider finds too long."""

import anyio
import pytest

from portico.gateway.agent.context import CUT_OUTPUT
from portico.gateway.agent.loop import Ending
from portico.gateway.agent.model import AssistantMessage, FailureClass, ToolResultMessage
from portico.protocol.events import ContextCompressed, ContextCompressing, Event
from portico.protocol.types.turn import TurnStatus
from tests.gateway.agent.dialogue import Dialogue, story, unbalanced, user
from tests.kit.models import ScriptedModel, call, fail, think
from tests.kit.tools import FakeTool, FakeTools, echo

TOO_LONG = fail(FailureClass.PROMPT_TOO_LONG, "too long")
COMPLETED = Ending(TurnStatus.COMPLETED)
FAILED = Ending(TurnStatus.FAILED, "too long", "prompt_too_long")


async def play(dialogue: Dialogue) -> tuple[Ending, list[ContextCompressing | ContextCompressed]]:
    loop = dialogue.loop()
    with anyio.fail_after(5):
        ending = await loop.run()
    dialogue.record.events += loop.closing()
    assert unbalanced(dialogue.record.events) == []
    return ending, told(dialogue.record.events)


def told(events: list[Event]) -> list[ContextCompressing | ContextCompressed]:
    """The events of compression, in pairs."""
    found = [event for event in events if isinstance(event, ContextCompressing | ContextCompressed)]
    assert [type(event) for event in found] == [ContextCompressing, ContextCompressed] * (len(found) // 2)
    return found


async def test_the_older_half_of_the_past_is_left_out_and_the_model_asked_again() -> None:
    model = ScriptedModel([TOO_LONG], ["hi"])
    dialogue = Dialogue(model, past=("a" * 40, "b" * 40, "c" * 40))
    ending, [began, done] = await play(dialogue)
    assert ending == COMPLETED
    assert [len(request.messages) for request in model.requests] == [7, 3]
    assert model.requests[1].messages == (user("c" * 40), AssistantMessage("c" * 40), user("hello"))
    assert isinstance(began, ContextCompressing)
    assert isinstance(done, ContextCompressed)
    assert (began.reason, began.tokens_before) == ("overflow", 89)
    assert (done.reason, done.tokens_before, done.tokens_after, done.compressed_tokens) == ("overflow", 89, 33, 33)
    assert (done.dropped_turns, done.will_retry, done.error) == (2, True, None)
    # no retry is announced: compression tells it
    assert story(dialogue.record.events)[:3] == ["ContextCompressing", "ContextCompressed", "+ AgentMessage"]


async def test_a_second_overflow_fails_the_turn() -> None:
    model = ScriptedModel([TOO_LONG], [TOO_LONG])
    ending, [_, _, _, last] = await play(Dialogue(model, past=("a", "b", "c")))
    assert ending == FAILED
    assert len(model.requests) == 2
    assert isinstance(last, ContextCompressed)
    assert (last.will_retry, last.dropped_turns, last.error is not None) == (False, 0, True)
    assert last.tokens_before == last.tokens_after


async def test_a_second_overflow_later_in_the_turn_fails_it_too() -> None:
    model = ScriptedModel([TOO_LONG], [call("echo")], [TOO_LONG])
    dialogue = Dialogue(model, FakeTools({"echo": FakeTool(echo)}), past=("a", "b", "c"))
    ending, found = await play(dialogue)
    assert (ending, len(found)) == (FAILED, 4)


async def test_where_nothing_can_be_left_out_the_turn_fails_at_once() -> None:
    model = ScriptedModel([TOO_LONG])
    ending, [_, done] = await play(Dialogue(model))
    assert ending == FAILED
    assert len(model.requests) == 1
    assert isinstance(done, ContextCompressed)
    assert (done.will_retry, done.compressed_tokens, done.error is not None) == (False, None, True)


async def test_long_results_of_this_turn_are_cut() -> None:
    model = ScriptedModel([call("echo", {"text": "x" * 9_000})], [TOO_LONG], ["done"])
    dialogue = Dialogue(model, FakeTools({"echo": FakeTool(echo)}))
    ending, [_, done] = await play(dialogue)
    assert ending == COMPLETED
    assert isinstance(done, ContextCompressed)
    assert (done.dropped_turns, done.will_retry) == (0, True)
    result = model.requests[2].messages[-1]
    assert isinstance(result, ToolResultMessage)
    assert result.content.endswith(CUT_OUTPUT)


@pytest.mark.parametrize("shown", ["text", think("hm")], ids=["text", "thinking"])
async def test_what_was_shown_is_not_asked_again(shown: object) -> None:
    model = ScriptedModel([shown, TOO_LONG])  # pyright: ignore[reportArgumentType] - a step is one or the other
    ending, found = await play(Dialogue(model, past=("a",)))
    assert (ending, found) == (FAILED, [])
