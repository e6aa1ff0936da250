"""A turn that is cut: by a cancellation at any step, by a record that refuses, by a model that does as it likes."""

from typing import Any

import anyio
import anyio.lowlevel
import pytest

from portico.gateway.agent.loop import Ending
from portico.gateway.agent.ports import DeltaSink
from portico.gateway.kernel.errors import Unavailable
from portico.protocol.types.turn import TurnStatus
from tests.gateway.agent.dialogue import Dialogue, MemoryRecord, story, unbalanced
from tests.kit.models import ChaosModel, Reach, ScriptedModel, Wait, call, think
from tests.kit.tools import FakeTool, FakeTools, echo

ECHO = {"echo": FakeTool(echo)}


async def test_a_record_that_refuses_stops_the_turn_before_the_tool_runs() -> None:
    dialogue = Dialogue(ScriptedModel([call("echo")]), FakeTools(ECHO), record=MemoryRecord(fails_at=1))
    with pytest.raises(Unavailable):
        await dialogue.loop().run()
    assert dialogue.tools.log == []


async def test_a_refused_result_stops_its_neighbours() -> None:
    gate = anyio.Event()

    async def wait(arguments: dict[str, Any], sink: DeltaSink) -> str:
        await gate.wait()
        return await echo(arguments, sink)

    tools = FakeTools(ECHO | {"wait": FakeTool(wait)})
    dialogue = Dialogue(ScriptedModel([call("wait"), call("echo")]), tools, record=MemoryRecord(fails_at=2))
    loop = dialogue.loop()
    with anyio.fail_after(5), pytest.raises(Unavailable):
        await loop.run()
    assert [line.split()[1:] for line in story(list(loop.closing("stopped")))] == [
        ["wait", "failed"],
        ["echo", "failed"],
    ]


async def test_cancelling_closes_the_stream_and_keeps_what_was_shown() -> None:
    reached, never = anyio.Event(), anyio.Event()
    model = ScriptedModel(["so ", "far", Reach(reached), Wait(never)])
    dialogue = Dialogue(model)
    loop = dialogue.loop()
    async with anyio.create_task_group() as group:
        group.start_soon(loop.run)
        with anyio.fail_after(5):
            await reached.wait()
        group.cancel_scope.cancel()
    assert model.closed == 1
    assert story(list(loop.closing())) == ["- AgentMessage final_answer: so far"]


async def test_a_cancelled_tool_is_failed_with_the_output_it_showed() -> None:
    shown, never = anyio.Event(), anyio.Event()

    async def stuck(arguments: dict[str, Any], sink: DeltaSink) -> str:
        await echo(arguments, sink)
        shown.set()
        await never.wait()
        return ""

    dialogue = Dialogue(ScriptedModel([call("stuck", {"a": 1})]), FakeTools({"stuck": FakeTool(stuck)}))
    loop = dialogue.loop()
    async with anyio.create_task_group() as group:
        group.start_soon(loop.run)
        with anyio.fail_after(5):
            await shown.wait()
        group.cancel_scope.cancel()
    [done] = loop.closing("cancelled by the user")
    assert story([done]) == ["- stuck failed"]
    item: Any = getattr(done, "item", None)
    assert (item.success, item.display.stdout, item.outcome.error_class) == (False, '{"a":1}', "cancelled")
    assert item.outcome.incomplete_reason == "cancelled by the user"


async def test_cancelling_at_any_await_leaves_every_item_ended_once() -> None:
    """The model, two tools side by side and one alone, cut at the first, second, third ... step of the event loop."""

    def dialogue() -> Dialogue:
        calls = [call("echo", call_id="a"), call("echo", call_id="b"), call("alone")]
        tools = FakeTools(ECHO | {"alone": FakeTool(echo, "exclusive")})
        return Dialogue(ScriptedModel([think("hm"), "text", *calls], ["done"]), tools)

    is_over, steps = False, 0
    while not is_over:
        told, ended = dialogue(), anyio.Event()
        loop = told.loop()

        async def run(loop: Any = loop, ended: anyio.Event = ended) -> None:
            await loop.run()
            ended.set()

        async with anyio.create_task_group() as group:
            group.start_soon(run)
            for _ in range(steps):
                await anyio.lowlevel.checkpoint()
            is_over = ended.is_set()
            group.cancel_scope.cancel()
        events = [*told.record.events, *loop.closing()]
        assert unbalanced(events) == [], steps
        steps += 1
    assert steps > 8


@pytest.mark.parametrize("seed", range(40))
async def test_whatever_the_model_does_every_item_ends_once(seed: int) -> None:
    dialogue = Dialogue(ChaosModel(seed, ["echo", "alone"]), FakeTools(ECHO | {"alone": FakeTool(echo, "exclusive")}))
    loop, endings = dialogue.loop(), list[Ending]()

    async def run() -> None:
        endings.append(await loop.run())

    with anyio.fail_after(5):
        async with anyio.create_task_group() as group:
            group.start_soon(run)
            while not endings:
                await anyio.lowlevel.checkpoint()
                dialogue.clock.advance(10 if dialogue.clock.sleepers else 0)
    assert unbalanced([*dialogue.record.events, *loop.closing()]) == []
    assert endings[0].status in {TurnStatus.COMPLETED, TurnStatus.FAILED, TurnStatus.BLOCKED}
