"""Dialogues about tools that fail: what the model is told, and when it has to answer without them."""

from typing import Any

import anyio
import pytest

from portico.gateway.agent.loop import Ending
from portico.gateway.agent.model import FailureClass, Retrying, ToolResultMessage
from portico.gateway.agent.ports import DeltaSink, RetryDecision
from portico.protocol.events import (
    Event,
    ItemRecoveryExhausted,
    ItemRecoverySucceeded,
    ItemRetryScheduled,
    ItemStarted,
    ItemToolRetryExhausted,
    ItemToolRetryScheduled,
    ToolLoopBudgetExceeded,
)
from portico.protocol.types.turn import TurnStatus
from tests.gateway.agent.dialogue import Dialogue, ScriptedRetries, story, unbalanced, user
from tests.kit.models import Cut, Reach, ScriptedModel, Step, Wait, call, fail, failure, think, usage
from tests.kit.tools import FakeTool, FakeTools, ToolTrouble

SCHEDULED = ItemToolRetryScheduled(
    item_id="i",
    tool_retry_episode_id="e",
    tool_name="broken",
    attempt_number=1,
    error_class="not_found",
    budgets=[],
    failure_signature_fingerprint="f",
    reason="again",
)
EXHAUSTED = ItemToolRetryExhausted(
    item_id="i",
    tool_retry_episode_id="e",
    tool_name="broken",
    attempt_number=2,
    error_class="not_found",
    exhaustion_kind="error_class",
    budgets=[],
    failure_signature_fingerprint="f",
    reason="enough",
)
AGAIN = RetryDecision((SCHEDULED,), "try again")
ENOUGH = RetryDecision((EXHAUSTED,), "explain what failed", is_exhausted=True)
COMPLETED = Ending(TurnStatus.COMPLETED)


async def broken(arguments: dict[str, Any], sink: DeltaSink) -> str:
    del arguments, sink
    raise ToolTrouble("it broke")


def failing(model: ScriptedModel, *decisions: RetryDecision) -> Dialogue:
    return Dialogue(model, FakeTools({"broken": FakeTool(broken)}), ScriptedRetries(*decisions))


async def play(dialogue: Dialogue) -> tuple[Ending, list[str]]:
    loop = dialogue.loop()
    with anyio.fail_after(5):
        ending = await loop.run()
    dialogue.record.events += loop.closing()
    assert unbalanced(dialogue.record.events) == []
    return ending, story(dialogue.record.events)


async def test_what_failed_is_on_record_and_the_model_is_told_with_its_next_request() -> None:
    model = ScriptedModel([call("broken", call_id="a"), call("broken", call_id="b")], [call("broken")], ["done"])
    dialogue = failing(model, AGAIN)
    ending, told = await play(dialogue)
    assert ending == COMPLETED
    assert dialogue.retries.rounds == [["broken execution_failed"] * 2, ["broken execution_failed"]]
    # after the results of the round, before the next call
    assert told[:6] == ["+ broken"] * 2 + ["- broken failed"] * 2 + ["ItemToolRetryScheduled", "+ broken"]
    assert model.requests[1].messages[-2:] == (
        ToolResultMessage("a", "broken", "it broke", is_error=True),
        ToolResultMessage("b", "broken", "it broke", is_error=True, note="try again"),
    )
    assert model.requests[2].messages[-1] == ToolResultMessage("call_broken", "broken", "it broke", is_error=True)
    assert [request.may_call for request in model.requests] == [True] * 3


async def test_without_attempts_left_the_model_answers_without_tools() -> None:
    model = ScriptedModel([call("broken")], ["it does not work"])
    dialogue = failing(model, ENOUGH)
    ending, told = await play(dialogue)
    assert ending == COMPLETED
    assert told[2:] == [
        "ItemToolRetryExhausted",
        "+ AgentMessage",
        "agent_message: it does not work",
        "- AgentMessage final_answer: it does not work",
    ]
    last = model.requests[1]
    assert (last.may_call, last.tools) == (False, dialogue.tools.specs)
    assert last.messages[-1] == ToolResultMessage(
        "call_broken", "broken", "it broke", is_error=True, note="explain what failed"
    )


@pytest.mark.parametrize(
    ("steps", "status", "error_class"),
    [
        pytest.param([call("broken")], TurnStatus.FAILED, "tool_retries_exhausted", id="nothing but calls"),
        pytest.param(["well", call("broken")], TurnStatus.COMPLETED, None, id="an answer beside them"),
    ],
)
async def test_calls_instead_of_the_final_answer_do_not_run(
    steps: list[Step], status: TurnStatus, error_class: str | None
) -> None:
    dialogue = failing(ScriptedModel([call("broken")], steps), ENOUGH)
    ending, told = await play(dialogue)
    assert (ending.status, ending.error_class) == (status, error_class)
    assert told.count("+ broken") == 1
    exceeded = dialogue.record.events[-1]
    assert isinstance(exceeded, ToolLoopBudgetExceeded)
    assert (exceeded.limit_kind, exceeded.observed) == ("provider_returned_tools_after_tools_disabled", 1)


async def test_what_the_user_says_gives_the_tools_back() -> None:
    reached, gate = anyio.Event(), anyio.Event()
    model = ScriptedModel([call("broken")], ["no", Reach(reached), Wait(gate)], [call("broken")], ["yes"])
    dialogue = failing(model, ENOUGH)
    loop = dialogue.loop()
    with anyio.fail_after(5):
        async with anyio.create_task_group() as group:
            group.start_soon(loop.run)
            await reached.wait()
            dialogue.inbox.waiting.append("try elsewhere")
            gate.set()
    assert [request.may_call for request in model.requests] == [True, False, True, True]
    assert model.requests[2].messages[-1] == user("try elsewhere")
    assert len(dialogue.retries.rounds) == 2


@pytest.mark.parametrize(
    ("rounds", "expected"),
    [
        pytest.param([["hi", usage(3, 2)]], ["ok"], id="well"),
        pytest.param([[fail(FailureClass.AUTH_EXPIRED)]], ["auth_expired"], id="failed"),
        pytest.param([["par", Cut()]], ["stream_truncated"], id="cut"),
        pytest.param(
            [[Retrying(1, 1.0, failure(FailureClass.RATE_LIMIT)), "hi"]], ["rate_limit", "ok"], id="retried below"
        ),
    ],
)
async def test_every_provider_call_is_counted_by_how_it_ended(rounds: list[list[Step]], expected: list[str]) -> None:
    dialogue = Dialogue(ScriptedModel(*rounds))
    await play(dialogue)
    assert dialogue.metrics.calls == [("scripted", outcome) for outcome in expected]
    assert dialogue.metrics.counted["scripted input"] == (3 if usage(3, 2) in rounds[0] else 0)


async def test_a_call_that_is_left_is_counted_as_cancelled() -> None:
    reached = anyio.Event()
    dialogue = Dialogue(ScriptedModel(["so", usage(3, 2), Reach(reached), Wait(anyio.Event())]))
    with anyio.fail_after(5):
        async with anyio.create_task_group() as group:
            group.start_soon(dialogue.loop().run)
            await reached.wait()
            group.cancel_scope.cancel()
    assert dialogue.metrics.calls == [("scripted", "cancelled")]
    assert dialogue.metrics.counted == {"scripted input": 3, "scripted output": 2}


def retries(events: list[Event]) -> list[str]:
    """What was told of retries, all of it about one item."""
    lines: list[str] = []
    ids: set[str] = set()
    for event in events:
        match event:
            case ItemRetryScheduled(item_id=item, attempt_number=number, max_attempts=most, delay_ms=delay):
                lines.append(f"{number}/{most} in {delay} ms")
            case ItemRecoverySucceeded(item_id=item, attempt_number=number):
                lines.append(f"{number} succeeded")
            case ItemRecoveryExhausted(item_id=item, attempt_number=number, status=status, error_message=why):
                lines.append(f"{number} {status}: {why}")
            case _:
                continue
        ids |= {item, event.recovery_job_id}
    assert len(ids) <= 1
    return lines


BUSY = failure(FailureClass.RATE_LIMIT)
FIRST, SECOND = Retrying(1, 0.5, BUSY, max_attempts=3), Retrying(2, 1.0, BUSY, max_attempts=3)
TWICE = ["1/3 in 500 ms", "2/3 in 1000 ms"]


@pytest.mark.parametrize(
    ("steps", "expected", "status"),
    [
        pytest.param([FIRST, SECOND, "hi"], [*TWICE, "2 succeeded"], TurnStatus.COMPLETED, id="text at last"),
        pytest.param(
            [FIRST, SECOND, think("hm"), "hi"], [*TWICE, "2 succeeded"], TurnStatus.COMPLETED, id="thinking first"
        ),
        pytest.param([FIRST, "hi", Cut()], [TWICE[0], "1 succeeded"], TurnStatus.FAILED, id="cut after it began"),
        pytest.param(
            [FIRST, SECOND, fail(FailureClass.RATE_LIMIT, "busy")],
            [*TWICE, "2 failed: busy"],
            TurnStatus.FAILED,
            id="never",
        ),
        pytest.param(["hi"], [], TurnStatus.COMPLETED, id="no retry"),
    ],
)
async def test_retries_of_the_adapter_are_counted_and_ended(
    steps: list[Step], expected: list[str], status: TurnStatus
) -> None:
    dialogue = Dialogue(ScriptedModel(steps))
    ending, _ = await play(dialogue)
    assert (retries(dialogue.record.events), ending.status) == (expected, status)


async def test_a_call_alone_ends_retries_well_and_the_next_message_is_another_item() -> None:
    dialogue = failing(ScriptedModel([FIRST, call("broken")], ["so"]))
    _, told = await play(dialogue)
    assert retries(dialogue.record.events) == [TWICE[0], "1 succeeded"]
    assert told[:3] == ["ItemRetryScheduled", "ItemRecoverySucceeded", "+ broken"]


async def test_the_message_that_came_at_last_has_the_id_that_was_announced() -> None:
    dialogue = Dialogue(ScriptedModel([FIRST, "hi"]))
    await play(dialogue)
    [started] = [event for event in dialogue.record.events if isinstance(event, ItemStarted)]
    [scheduled] = [event for event in dialogue.record.events if isinstance(event, ItemRetryScheduled)]
    assert started.item.id == scheduled.item_id


@pytest.mark.parametrize(
    ("rounds", "expected"),
    [
        pytest.param([[], ["hi"]], ["1/2 in 2000 ms", "1 succeeded"], id="well in the end"),
        pytest.param(
            list[list[Step]](([], [], [])),
            ["1/2 in 2000 ms", "2/2 in 4000 ms", "2 failed: the model gave an empty answer"],
            id="used up",
        ),
    ],
)
async def test_retries_of_the_loop_are_counted_and_ended(rounds: list[list[Step]], expected: list[str]) -> None:
    dialogue = Dialogue(ScriptedModel(*rounds))
    loop = dialogue.loop()
    with anyio.fail_after(5):
        async with anyio.create_task_group() as group:
            group.start_soon(loop.run)
            for _ in rounds:
                await anyio.wait_all_tasks_blocked()
                dialogue.clock.advance(4)
    dialogue.record.events += loop.closing()
    assert retries(dialogue.record.events) == expected


async def test_retries_that_a_cancellation_ends_are_told_with_the_turns_end() -> None:
    dialogue = Dialogue(ScriptedModel([FIRST, Wait(anyio.Event())]))
    loop = dialogue.loop()
    with anyio.fail_after(5):
        async with anyio.create_task_group() as group:
            group.start_soon(loop.run)
            await anyio.wait_all_tasks_blocked()
            group.cancel_scope.cancel()
    dialogue.record.events += loop.closing("enough")
    assert retries(dialogue.record.events) == [TWICE[0], "1 cancelled: enough"]
    assert loop.closing("enough") == ()
