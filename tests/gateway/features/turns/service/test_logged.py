"""Lines about tool calls: which, how long, how they ended; never with what they were given or gave."""

import logging
from pathlib import Path
from typing import Any

import anyio
import pytest

from portico.gateway.agent.ports import DeltaSink
from portico.gateway.features.tools import ToolPlace
from portico.gateway.features.turns.service.logged import LoggedTools
from portico.protocol.events.item import DeltaStream
from tests.kit.clock import FakeClock
from tests.kit.models import call
from tests.kit.tools import FakeTool, FakeTools, ToolTrouble, echo

PLACE = ToolPlace("w1", "t1", "u1", Path("/srv"), Path("/srv"))


def nowhere(piece: str, stream: DeltaStream) -> None:
    del piece, stream


def lines(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    """What was logged, as fields; the message too."""
    assert "secret" not in caplog.text
    told: list[dict[str, Any]] = []
    for record in caplog.records:
        fields: dict[str, Any] = record.__dict__["portico_fields"]
        assert "secret" not in repr(fields)
        assert record.levelno == logging.INFO
        told.append({"message": record.getMessage(), **fields})
    return told


async def test_a_call_has_a_line_when_it_starts_and_one_when_it_ends(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    clock = FakeClock()

    async def slow(arguments: dict[str, Any], sink: DeltaSink) -> str:
        clock.advance(1.5)
        return await echo(arguments, sink)

    async def broken(arguments: dict[str, Any], sink: DeltaSink) -> str:
        del arguments, sink
        raise ToolTrouble("the secret broke")

    tools = FakeTools({"slow": FakeTool(slow), "broken": FakeTool(broken)})
    logged = LoggedTools(tools, PLACE, clock)
    assert logged.specs == tools.specs
    for number, name in enumerate(("slow", "broken")):
        await logged.run(logged.prepare(call(name, {"is": "secret"}), f"i{number}"), nowhere)
    where = {"thread": "t1", "turn": "u1"}
    began = {"message": "tool call started", **where}
    ended = {"message": "tool call ended", **where}
    assert lines(caplog) == [
        {**began, "tool": "slow", "item": "i0"},
        {**ended, "tool": "slow", "item": "i0", "duration_ms": 1_500, "outcome": "ok"},
        {**began, "tool": "broken", "item": "i1"},
        {**ended, "tool": "broken", "item": "i1", "duration_ms": 0, "outcome": "execution_failed"},
    ]


async def test_a_call_that_is_cancelled_ends_too(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")

    async def stuck(arguments: dict[str, Any], sink: DeltaSink) -> str:
        del arguments, sink
        await anyio.sleep_forever()
        return ""

    logged = LoggedTools(FakeTools({"stuck": FakeTool(stuck)}), PLACE, FakeClock())
    with anyio.fail_after(5):
        async with anyio.create_task_group() as group:
            group.start_soon(logged.run, logged.prepare(call("stuck"), "i1"), nowhere)
            await anyio.wait_all_tasks_blocked()
            group.cancel_scope.cancel()
    assert [line.get("outcome") for line in lines(caplog)] == [None, "cancelled"]


async def test_a_call_that_may_not_run_has_one_line_and_no_name_of_the_models(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    logged = LoggedTools(FakeTools({"echo": FakeTool(echo)}), PLACE, FakeClock())
    prepared = logged.prepare(call("secret tool"), "i1")
    assert prepared.refusal is not None
    [line] = lines(caplog)
    assert (line["message"], line["tool"], line["outcome"]) == ("tool call refused", "unknown", "not_found")
