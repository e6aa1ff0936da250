"""Dialogues with the loop: what is said, what is run, how it ends."""

from typing import Any

import anyio
import pytest

from portico.gateway.agent.loop import Ending
from portico.gateway.agent.model import (
    AssistantMessage,
    FailureClass,
    FinishReason,
    OpaqueBlock,
    Retrying,
    ThinkingBlock,
    ToolCall,
    ToolResultMessage,
)
from portico.gateway.agent.ports import Budget, DeltaSink
from portico.protocol.events import ItemCompleted, ItemRetryScheduled, ToolLoopBudgetExceeded
from portico.protocol.types.turn import TurnStatus, Usage
from tests.gateway.agent.dialogue import Dialogue, story, unbalanced, user
from tests.kit.clock import FakeClock
from tests.kit.models import (
    Cut,
    Reach,
    ScriptedModel,
    Step,
    Wait,
    call,
    end,
    fail,
    failure,
    think,
    usage,
)
from tests.kit.tools import FakeTool, FakeTools, ToolTrouble, echo

COMPLETED = Ending(TurnStatus.COMPLETED)
ECHO = {"echo": FakeTool(echo)}


async def play(dialogue: Dialogue) -> tuple[Ending, list[str]]:
    """The ending and the whole story, what closes the turn included."""
    loop = dialogue.loop()
    with anyio.fail_after(5):
        ending = await loop.run()
    dialogue.record.events += loop.closing()
    assert unbalanced(dialogue.record.events) == []
    assert loop.closing() == ()
    return ending, story(dialogue.record.events)


async def test_an_answer_is_shown_as_it_comes_and_completed_with_the_turn() -> None:
    dialogue = Dialogue(ScriptedModel(["Hel", "lo", usage(7, 2)]))
    ending, told = await play(dialogue)
    assert ending == COMPLETED
    assert told == ["+ AgentMessage", "agent_message: Hello", "- AgentMessage final_answer: Hello"]
    assert dialogue.record.facts == 0
    assert dialogue.inbox.is_closed


async def test_thinking_is_an_item_of_its_own_that_ends_when_text_begins() -> None:
    ending, told = await play(Dialogue(ScriptedModel([think("hm"), think("!"), "yes"])))
    assert ending == COMPLETED
    assert told == [
        "+ ReasoningItem",
        "reasoning: hm!",
        "- ReasoningItem hm!",
        "+ AgentMessage",
        "agent_message: yes",
        "- AgentMessage final_answer: yes",
    ]


async def test_a_tool_is_on_record_before_it_runs_and_its_result_before_the_next_call() -> None:
    model = ScriptedModel(["let me see", call("echo", {"n": 1})], ["done"])
    dialogue = Dialogue(model, FakeTools(ECHO))
    ending, told = await play(dialogue)
    assert ending == COMPLETED
    assert told == [
        "+ AgentMessage",
        "agent_message: let me see",
        "- AgentMessage commentary: let me see",
        "+ echo",
        'stdout: {"n":1}',
        "- echo completed",
        "+ AgentMessage",
        "agent_message: done",
        "- AgentMessage final_answer: done",
    ]
    assert dialogue.record.facts == 2
    calling = AssistantMessage(text="let me see", tool_calls=(call("echo", {"n": 1}),))
    assert model.requests[1].messages == (user("hello"), calling, ToolResultMessage("call_echo", "echo", '{"n":1}'))


async def test_every_call_gets_exactly_one_result_in_the_order_of_the_calls() -> None:
    async def broken(arguments: dict[str, Any], sink: DeltaSink) -> str:
        del arguments, sink
        raise ToolTrouble("it broke")

    calls = [call("echo", call_id="a"), call("missing", call_id="b"), call("broken", call_id="a"), call("echo")]
    model = ScriptedModel([*calls, ToolCall("", "echo", "{}")], ["done"])
    ending, told = await play(Dialogue(model, FakeTools(ECHO | {"broken": FakeTool(broken, "exclusive")})))
    assert ending == COMPLETED
    assert told.count("- missing failed") == 1
    assert told.count("- broken failed") == 1
    asking, *results = model.requests[1].messages[1:]
    assert isinstance(asking, AssistantMessage)
    ids = [asked.id for asked in asking.tool_calls]
    assert len(set(ids)) == 5
    assert ids[:2] == ["a", "b"]
    assert all(isinstance(result, ToolResultMessage) for result in results)
    assert [result.call_id for result in results if isinstance(result, ToolResultMessage)] == ids
    assert [result.is_error for result in results if isinstance(result, ToolResultMessage)] == [
        False,
        True,
        True,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("steps", "status", "error_class", "shown"),
    [
        pytest.param([fail(FailureClass.AUTH_EXPIRED)], TurnStatus.FAILED, "auth_expired", None, id="at once"),
        pytest.param(
            ["par", fail(FailureClass.STREAM_TRUNCATED)], TurnStatus.FAILED, "stream_truncated", "par", id="mid-stream"
        ),
        pytest.param(["par", Cut()], TurnStatus.FAILED, "stream_truncated", "par", id="no end at all"),
        pytest.param(["cut", end(FinishReason.LENGTH)], TurnStatus.COMPLETED, None, "cut", id="output limit"),
        pytest.param([end(FinishReason.LENGTH)], TurnStatus.FAILED, "max_output_tokens", None, id="limit, no text"),
        pytest.param(["so", end(FinishReason.CONTENT_FILTER)], TurnStatus.COMPLETED, None, "so", id="filtered"),
        pytest.param([end(FinishReason.REFUSAL)], TurnStatus.FAILED, "provider_rejected", None, id="refused"),
        pytest.param(["hi", end(FinishReason.UNKNOWN)], TurnStatus.COMPLETED, None, "hi", id="unknown reason"),
        pytest.param([call("echo")], TurnStatus.FAILED, "invalid_request", None, id="tools although none are offered"),
        pytest.param(["well", call("echo")], TurnStatus.COMPLETED, None, "well", id="text beside unoffered tools"),
    ],
)
async def test_endings(steps: list[Step], status: TurnStatus, error_class: str | None, shown: str | None) -> None:
    dialogue = Dialogue(ScriptedModel(steps))
    ending, told = await play(dialogue)
    assert (ending.status, ending.error_class) == (status, error_class)
    assert (ending.error is None) == (status is TurnStatus.COMPLETED)
    assert [line for line in told if line.startswith("- AgentMessage")] == (
        [] if shown is None else [f"- AgentMessage final_answer: {shown}"]
    )


async def test_an_answer_cut_at_the_limit_says_so() -> None:
    _, told = await play(Dialogue(ScriptedModel(["cut", end(FinishReason.LENGTH)])))
    assert told[-1] == "- SystemEvent the answer was cut at the model's output limit"


async def test_tools_of_an_answer_that_was_cut_do_not_run() -> None:
    dialogue = Dialogue(ScriptedModel(["x", call("echo"), end(FinishReason.LENGTH)]), FakeTools(ECHO))
    ending, _ = await play(dialogue)
    assert ending == COMPLETED
    assert dialogue.tools.log == []


@pytest.mark.parametrize(
    "kind", [FailureClass.STREAM_STALL, FailureClass.STREAM_TRUNCATED, FailureClass.EMPTY_RESPONSE]
)
async def test_a_call_that_showed_nothing_is_made_again_twice(kind: FailureClass) -> None:
    clock = FakeClock()
    steps: list[Step] = [] if kind is FailureClass.EMPTY_RESPONSE else [fail(kind)]
    model = ScriptedModel(steps, steps, ["at last"])
    dialogue = Dialogue(model, clock=clock)
    loop = dialogue.loop()
    async with anyio.create_task_group() as group:
        group.start_soon(loop.run)
        for seconds in (2, 4):
            await anyio.wait_all_tasks_blocked()
            assert clock.sleepers == 1
            clock.advance(seconds)
    retries = [event for event in dialogue.record.events if isinstance(event, ItemRetryScheduled)]
    assert [(retry.attempt_number, retry.reason) for retry in retries] == [(1, kind), (2, kind)]
    assert [closing.item.id for closing in loop.closing() if isinstance(closing, ItemCompleted)] == [retries[0].item_id]
    assert loop.usage == Usage(provider_calls=3)


async def test_three_failures_are_enough_and_other_classes_are_not_tried_again() -> None:
    clock = FakeClock()
    dialogue = Dialogue(ScriptedModel([], [], []), clock=clock)
    endings: list[Ending] = []

    async def run() -> None:
        endings.append(await dialogue.loop().run())

    async with anyio.create_task_group() as group:
        group.start_soon(run)
        for seconds in (2, 4):
            await anyio.wait_all_tasks_blocked()
            clock.advance(seconds)
    assert endings == [Ending(TurnStatus.FAILED, "the model gave an empty answer", "empty_response")]
    ending, _ = await play(Dialogue(ScriptedModel([fail(FailureClass.RATE_LIMIT, "slow down")])))
    assert ending == Ending(TurnStatus.FAILED, "slow down", "rate_limit")


async def test_the_adapters_own_retries_are_told() -> None:
    retrying = Retrying(1, 1.5, failure(FailureClass.RATE_LIMIT))
    dialogue = Dialogue(ScriptedModel([retrying, "hi"]))
    await play(dialogue)
    [retry] = [event for event in dialogue.record.events if isinstance(event, ItemRetryScheduled)]
    assert (retry.attempt_number, retry.reason, retry.item_type) == (1, "rate_limit", "agent_message")


async def test_a_pause_goes_on_with_what_was_said() -> None:
    block, signed = OpaqueBlock("anthropic", b"{}"), ThinkingBlock("hm", "sig")
    model = ScriptedModel(["a", signed, block, end(FinishReason.PAUSE)], ["b"])
    ending, told = await play(Dialogue(model))
    assert ending == COMPLETED
    assert [line for line in told if line.startswith("-")] == [
        "- AgentMessage commentary: a",
        "- AgentMessage final_answer: b",
    ]
    assert model.requests[1].messages[1] == AssistantMessage("a", thinking=(signed,), opaque=(block,))


async def test_steering_is_read_before_each_call_and_keeps_the_turn_open() -> None:
    model = ScriptedModel([call("echo")], ["one"], ["two"])
    dialogue = Dialogue(model, FakeTools(ECHO))

    async def nudge(arguments: dict[str, Any], sink: DeltaSink) -> str:
        dialogue.inbox.waiting.append("faster")
        return await echo(arguments, sink)

    dialogue.tools.tools["echo"] = FakeTool(nudge)
    gate, reached = anyio.Event(), anyio.Event()
    model.rounds[1] = ["one", Reach(reached), Wait(gate)]
    loop = dialogue.loop()
    async with anyio.create_task_group() as group:
        group.start_soon(loop.run)
        with anyio.fail_after(5):
            await reached.wait()
        dialogue.inbox.waiting.append("and now")
        gate.set()
    assert model.requests[1].messages[-1] == user("faster")
    assert model.requests[2].messages[-2:] == (AssistantMessage("one"), user("and now"))
    assert dialogue.inbox.is_closed


async def test_used_up_rounds_block_the_turn_after_the_last_tools_ran() -> None:
    model = ScriptedModel(*([call("echo")] for _ in range(9)))
    dialogue = Dialogue(model, FakeTools(ECHO), budget=Budget(rounds=3))
    ending, told = await play(dialogue)
    assert (ending.status, ending.error_class) == (TurnStatus.BLOCKED, "budget_agent_rounds")
    assert ending.resume is not None
    assert ending.resume.can_resume_same_turn is False
    assert (len(model.requests), told.count("- echo completed")) == (3, 3)
    exceeded = dialogue.record.events[-1]
    assert isinstance(exceeded, ToolLoopBudgetExceeded)
    assert (exceeded.limit_kind, exceeded.limit, exceeded.observed) == ("agent_rounds", 3, 4)


async def test_the_excess_tool_call_does_not_run() -> None:
    calls = [call("echo", call_id=name) for name in "abc"]
    dialogue = Dialogue(ScriptedModel(calls), FakeTools(ECHO), budget=Budget(tool_calls=2))
    ending, _ = await play(dialogue)
    assert ending.error_class == "budget_tool_calls"
    assert sorted(dialogue.tools.log) == ["a end", "a start", "b end", "b start"]
    exceeded = dialogue.record.events[-1]
    assert isinstance(exceeded, ToolLoopBudgetExceeded)
    assert (exceeded.limit_kind, exceeded.limit, exceeded.observed) == ("tool_calls", 2, 3)


async def test_text_before_calls_that_may_not_run_is_commentary() -> None:
    dialogue = Dialogue(ScriptedModel(["hm", call("echo")]), FakeTools(ECHO), budget=Budget(tool_calls=0))
    ending, told = await play(dialogue)
    assert ending.status is TurnStatus.BLOCKED
    assert told[2:] == ["- AgentMessage commentary: hm", "ToolLoopBudgetExceeded"]


async def test_used_up_time_blocks_the_turn() -> None:
    dialogue = Dialogue(ScriptedModel([call("slow")]))

    async def slow(arguments: dict[str, Any], sink: DeltaSink) -> str:
        dialogue.clock.advance(1_800)
        return await echo(arguments, sink)

    dialogue.tools.tools["slow"] = FakeTool(slow)
    ending, _ = await play(dialogue)
    assert (ending.status, ending.error_class) == (TurnStatus.BLOCKED, "budget_wall_clock")


async def test_old_tool_results_make_room_when_the_context_is_full() -> None:
    async def flood(arguments: dict[str, Any], sink: DeltaSink) -> str:
        del arguments, sink
        return "x" * 4_000

    model = ScriptedModel([call("flood")], [call("flood")], ["done"])
    dialogue = Dialogue(model, FakeTools({"flood": FakeTool(flood)}), context_tokens=1_500)
    await play(dialogue)
    results = [message for message in model.requests[2].messages if isinstance(message, ToolResultMessage)]
    assert [len(result.content) < 100 for result in results] == [True, False]


async def test_the_writers_room_is_asked_for_now_and_then() -> None:
    dialogue = Dialogue(ScriptedModel(["x"] * 640))
    await play(dialogue)
    assert dialogue.record.rooms == 10
