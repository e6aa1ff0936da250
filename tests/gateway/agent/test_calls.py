"""Execution classes: what runs beside what."""

from typing import Any

import anyio
import anyio.lowlevel
import pytest

from portico.gateway.agent.calls import CallRunner, results, unique, waves
from portico.gateway.agent.model import ToolCall, ToolResultMessage
from portico.gateway.agent.ports import DeltaSink, ExecutionClass, PreparedCall, ToolOutcome
from tests.gateway.agent.dialogue import MemoryRecord, story, unbalanced
from tests.kit.ids import FakeIds
from tests.kit.models import call
from tests.kit.tools import FakeTool, FakeTools, echo, fake_item


def prepared(name: str, kind: ExecutionClass, *, refused: bool = False) -> PreparedCall:
    item = fake_item(name, name)
    refusal = ToolOutcome("no", item, is_error=True) if refused else None
    return PreparedCall(ToolCall(name, name, "{}"), {}, item, kind, refusal=refusal)


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        pytest.param("", [], id="none"),
        pytest.param("sss", ["abc"], id="shared together"),
        pytest.param("xx", ["a", "b"], id="exclusive alone"),
        pytest.param("sxss", ["a", "b", "cd"], id="exclusive divides"),
        pytest.param("spxp", ["ab", "c", "d"], id="sessions beside shared"),
        pytest.param("srs", ["abc"], id="a refused exclusive call divides nothing"),
    ],
)
def test_waves(kinds: str, expected: list[str]) -> None:
    classes: dict[str, ExecutionClass] = {"s": "shared", "x": "exclusive", "p": "session", "r": "exclusive"}
    calls = [prepared(name, classes[kind], refused=kind == "r") for name, kind in zip("abcdefgh", kinds, strict=False)]
    assert ["".join(call.item.id for call in wave) for wave in waves(calls)] == expected


def test_calls_without_an_id_of_their_own_get_one() -> None:
    calls = [ToolCall("a", "x", "{}"), ToolCall("a", "y", "{}"), ToolCall("", "z", "{}")]
    named = unique(calls, FakeIds())
    assert named[0] == calls[0]
    assert len({call.id for call in named}) == 3
    assert [call.name for call in named] == ["x", "y", "z"]


async def run(tools: FakeTools, calls: list[ToolCall]) -> tuple[list[ToolResultMessage], MemoryRecord]:
    record = MemoryRecord()
    with anyio.fail_after(5):
        done = await CallRunner(tools, record, FakeIds()).run(calls, ())
    assert unbalanced(record.events) == []
    return results(done), record


async def test_shared_calls_run_side_by_side() -> None:
    arrived = 0
    both = anyio.Event()

    async def meet(arguments: dict[str, Any], sink: DeltaSink) -> str:
        nonlocal arrived
        del arguments, sink
        arrived += 1
        if arrived == 2:
            both.set()
        await both.wait()
        return "met"

    answers, record = await run(
        FakeTools({"meet": FakeTool(meet)}), [call("meet", call_id="a"), call("meet", call_id="b")]
    )
    assert [answer.content for answer in answers] == ["met", "met"]
    assert story(record.events)[:2] == ["+ meet", "+ meet"]


async def test_exclusive_calls_run_alone_and_in_order() -> None:
    async def slow(arguments: dict[str, Any], sink: DeltaSink) -> str:
        for _ in range(3):
            await anyio.lowlevel.checkpoint()
        return await echo(arguments, sink)

    tools = FakeTools({"s": FakeTool(slow), "x": FakeTool(slow, "exclusive")})
    await run(tools, [call("s", call_id="a"), call("x", call_id="b"), call("x", call_id="c"), call("s", call_id="d")])
    assert tools.log == [f"{name} {what}" for name in "abcd" for what in ("start", "end")]


async def test_calls_of_one_session_keep_their_order_beside_others() -> None:
    gate = anyio.Event()

    async def wait(arguments: dict[str, Any], sink: DeltaSink) -> str:
        del arguments, sink
        await gate.wait()
        return ""

    async def open_gate(arguments: dict[str, Any], sink: DeltaSink) -> str:
        gate.set()
        return await echo(arguments, sink)

    tools = FakeTools(
        {
            "one": FakeTool(wait, "session", "1"),
            "after": FakeTool(echo, "session", "1"),
            "two": FakeTool(open_gate, "session", "2"),
        }
    )
    await run(tools, [call("one"), call("after"), call("two")])
    log = tools.log
    assert log.index("call_one end") < log.index("call_after start")
    assert log.index("call_two end") < log.index("call_one end")


async def test_nothing_runs_before_its_start_is_on_record() -> None:
    seen: list[list[str]] = []
    record = MemoryRecord()

    async def look(arguments: dict[str, Any], sink: DeltaSink) -> str:
        seen.append(story(record.events))
        return await echo(arguments, sink)

    runner = CallRunner(FakeTools({"look": FakeTool(look, "exclusive")}), record, FakeIds())
    await runner.run([call("look", call_id="a"), call("look", call_id="b")], ())
    assert seen[0] == ["+ look"]
    assert seen[1][-1] == "+ look"


async def test_the_answers_are_those_of_the_outcomes_with_the_note_below_the_last() -> None:
    tools = FakeTools({"echo": FakeTool(echo)})
    calls = [call("echo", {"n": 1}, "a"), call("missing", call_id="b")]
    done = await CallRunner(tools, MemoryRecord(), FakeIds()).run(calls, ())
    assert results(done, "mind the gap") == [
        ToolResultMessage("a", "echo", '{"n":1}'),
        ToolResultMessage("b", "missing", "there is no tool missing", is_error=True, note="mind the gap"),
    ]
    assert [answer.told for answer in results(done, "mind the gap")] == [
        '{"n":1}',
        "there is no tool missing\n\nmind the gap",
    ]
