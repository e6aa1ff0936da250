"""Dialogues about tools that fail: what the model is told, and when it has to answer without them."""

from typing import Any

import anyio
import pytest

from portico.gateway.agent.loop import Ending
from portico.gateway.agent.model import FailureClass, Retrying, ToolResultMessage
from portico.gateway.agent.ports import DeltaSink, RetryDecision
from portico.protocol.events import ItemToolRetryExhausted, ItemToolRetryScheduled, ToolLoopBudgetExceeded
from portico.protocol.types.turn import TurnStatus
from tests.gateway.agent.dialogue import Dialogue, ScriptedRetries, story, unbalanced, user
from tests.kit.models import Cut, Reach, ScriptedModel, Step, Wait, call, fail, failure, usage
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
