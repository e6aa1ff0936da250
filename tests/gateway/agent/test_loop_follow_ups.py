"""Dialogues with input that waits for the turn's end: when the turn would end, one at a time."""

import anyio
import pytest

from portico.gateway.agent.loop import Ending
from portico.gateway.agent.model import AssistantMessage, FailureClass, FinishReason
from portico.protocol.types.turn import TurnStatus
from tests.gateway.agent.dialogue import Dialogue, ScriptedRetries, story, unbalanced, user
from tests.kit.models import Reach, ScriptedModel, Step, Wait, call, end, fail
from tests.kit.tools import FakeTool, FakeTools, echo

COMPLETED = Ending(TurnStatus.COMPLETED)


async def play(dialogue: Dialogue) -> tuple[Ending, list[str]]:
    loop = dialogue.loop()
    with anyio.fail_after(5):
        ending = await loop.run()
    dialogue.record.events += loop.closing()
    assert unbalanced(dialogue.record.events) == []
    return ending, story(dialogue.record.events)


async def test_they_come_one_at_a_time_when_the_turn_would_end() -> None:
    model = ScriptedModel([call("echo")], ["one"], ["two"], ["three"])
    dialogue = Dialogue(model, FakeTools({"echo": FakeTool(echo)}))
    dialogue.inbox.follow_ups = ["and then", "at last"]
    ending, told = await play(dialogue)
    assert ending == COMPLETED
    assert [request.messages[-1] for request in model.requests[2:]] == [user("and then"), user("at last")]
    assert model.requests[3].messages[-3:] == (user("and then"), AssistantMessage("two"), user("at last"))
    assert [line for line in told if line.startswith("- AgentMessage")] == [
        "- AgentMessage commentary: one",
        "- AgentMessage commentary: two",
        "- AgentMessage final_answer: three",
    ]
    assert dialogue.inbox.is_closed


async def test_steering_goes_before_them() -> None:
    reached, gate = anyio.Event(), anyio.Event()
    model = ScriptedModel(["one", Reach(reached), Wait(gate)], ["two"], ["three"])
    dialogue = Dialogue(model)
    dialogue.inbox.follow_ups = ["later"]
    loop = dialogue.loop()
    with anyio.fail_after(5):
        async with anyio.create_task_group() as group:
            group.start_soon(loop.run)
            await reached.wait()
            dialogue.inbox.waiting.append("now")
            gate.set()
    assert [request.messages[-1] for request in model.requests[1:]] == [user("now"), user("later")]


@pytest.mark.parametrize(
    ("steps", "notice"),
    [
        pytest.param(["par", end(FinishReason.LENGTH)], "the answer was cut at the model's output limit", id="cut"),
        pytest.param(["par", call("no")], None, id="calls without tools"),
    ],
)
async def test_an_answer_that_ends_oddly_but_ends_is_gone_on_from(steps: list[Step], notice: str | None) -> None:
    model = ScriptedModel(steps, ["whole"])
    dialogue = Dialogue(model, retries=ScriptedRetries())
    dialogue.inbox.follow_ups = ["go on"]
    ending, told = await play(dialogue)
    assert ending == COMPLETED
    assert model.requests[1].messages[1:] == (AssistantMessage("par"), user("go on"))
    before = told.index("+ AgentMessage", 1)
    assert told[before - 2] == "- AgentMessage commentary: par"
    assert notice is None or told[before - 1].endswith(notice)


@pytest.mark.parametrize(
    "steps",
    [
        pytest.param([fail(FailureClass.AUTH_EXPIRED)], id="failed"),
        pytest.param([end(FinishReason.REFUSAL)], id="refused"),
    ],
)
async def test_a_turn_that_fails_takes_none(steps: list[Step]) -> None:
    dialogue = Dialogue(ScriptedModel(steps))
    dialogue.inbox.follow_ups = ["go on"]
    ending, _ = await play(dialogue)
    assert ending.status is TurnStatus.FAILED
    assert dialogue.inbox.follow_ups == ["go on"]
