"""Sending a plan over a connection."""

from dataclasses import replace
from typing import Any

import anyio
import anyio.lowlevel
import pytest

from portico.client.composer import Draft, Plan, Refusal, Scene, plan, refusal_of, send
from portico.client.connection import Connection
from portico.client.errors import CallFailed
from portico.client.words import Phrase, say
from portico.protocol.errors import ErrorData, ErrorKind
from portico.protocol.jsonrpc import ErrorObject
from portico.protocol.methods.turn import TurnStartResponse, TurnSteerResponse
from tests.kit.peer import FakeGateway, FakePeer

STARTED = {"turn": {"id": "new", "status": "InProgress"}, "outcome": "started", "epoch": "e", "head_version": 1}


async def no_wait(_: float) -> None:
    await anyio.lowlevel.checkpoint()


def planned(busy: Any = "queue", running: str | None = None) -> Plan:
    return plan(Draft("hello", busy=busy), Scene("t", running=running), turn_id="new", steer_id="s")


async def sent(peer: FakePeer, what: Plan, *answers: tuple[str, dict[str, Any]]) -> Any:
    """What `send` answers while the gateway plays `answers`: a method, and `result` or `error`."""
    connection = Connection(FakeGateway(peer).open, sleep=no_wait)
    outcome: list[Any] = []

    async def run() -> None:
        try:
            outcome.append(await send(connection, what))
        except CallFailed as failed:
            outcome.append(failed.code)

    async with connection.running(), anyio.create_task_group() as group:
        group.start_soon(run)
        for method, answer in answers:
            frame = await peer.request(method)
            peer.say(id=frame["id"], **answer)
    return outcome[0]


def refused(code: str) -> dict[str, Any]:
    return {"error": {"code": -32600, "message": "no", "data": {"code": code, "kind": "conflict"}}}


async def test_a_start() -> None:
    answer = await sent(FakePeer(), planned(), ("turn/start", {"result": STARTED}))
    assert isinstance(answer, TurnStartResponse)


async def test_a_steer() -> None:
    result = {"turn_id": "u", "steer_id": "s"}
    answer = await sent(FakePeer(), planned("steer", "u"), ("turn/steer", {"result": result}))
    assert answer == TurnSteerResponse(turn_id="u", steer_id="s")


async def test_a_steer_that_comes_too_late_is_a_start() -> None:
    late = refused("turn_not_running")
    answer = await sent(FakePeer(), planned("steer", "u"), ("turn/steer", late), ("turn/start", {"result": STARTED}))
    assert isinstance(answer, TurnStartResponse)


@pytest.mark.parametrize(
    ("what", "code"),
    [
        pytest.param(planned("steer", "u"), "steer_exists", id="another reason"),
        pytest.param(replace(planned("steer", "u"), otherwise=None), "turn_not_running", id="nothing else to do"),
    ],
)
async def test_other_refusals_are_the_callers(what: Plan, code: str) -> None:
    assert await sent(FakePeer(), what, ("turn/steer", refused(code))) == code


async def test_a_refused_plan_is_not_sent() -> None:
    connection = Connection(FakeGateway(FakePeer()).open, sleep=no_wait)
    with pytest.raises(ValueError, match="refusals"):
        await send(connection, Plan("start"))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param(None, say("composer.refused", why="no"), id="no reason"),
        pytest.param(
            ErrorData(code="denied", kind=ErrorKind.DENIED, details={"scope": "agent"}),
            say("composer.scope_missing", scope="agent"),
            id="a missing scope",
        ),
        pytest.param(
            ErrorData(code="denied", kind=ErrorKind.DENIED, details={"scope": 4}),
            say("composer.refused", why="no"),
            id="a scope that is none",
        ),
        pytest.param(
            ErrorData(code="turn_exists", kind=ErrorKind.CONFLICT, details={"scope": "agent"}),
            say("composer.refused", why="no"),
            id="another reason",
        ),
    ],
)
def test_a_late_refusal_in_words(data: ErrorData | None, expected: Phrase) -> None:
    failed = CallFailed("turn/start", ErrorObject(code=-32600, message="no", data=data))
    assert refusal_of(failed) == Refusal(expected)
