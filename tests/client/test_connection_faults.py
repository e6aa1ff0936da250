"""What a connection survives: breaks at bad moments, another time of the gateway, facts that it cannot read."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import anyio.lowlevel
import pytest

from portico.client.connection import Connection, Step
from portico.client.errors import ClientError, SignInRefused, TransportClosed
from portico.client.state import ThreadState
from portico.client.transport import Transport
from tests.client.test_connection import announce, delta, ignore, no_wait, page, started, text_of
from tests.kit.peer import FakeGateway, FakePeer


async def test_a_follow_that_is_cut_goes_on_over_the_next_connection() -> None:
    first, second, done = FakePeer(), FakePeer(), list[ThreadState]()
    connection = Connection(FakeGateway(first, second).open, sleep=no_wait)

    async def follow() -> None:
        done.append(await connection.follow("t", ignore))

    async with connection.running(), anyio.create_task_group() as group:
        group.start_soon(follow)
        await first.answer("thread/history", page([started()], head=3))
        await first.request("thread/history")
        first.hang_up()
        await second.answer("thread/history", page([delta(2, "a"), delta(3, "b")], head=3))
        await second.answer("thread/history", page([], head=3))
        await anyio.wait_all_tasks_blocked()
        assert [state.version for state in done] == [3]
        announce(second, 4, "!")
        await anyio.wait_all_tasks_blocked()
        assert text_of(connection) == "ab!"


async def test_who_waits_for_it_is_told_of_each_connection_when_threads_have_caught_up() -> None:
    first, second, told = FakePeer(), FakePeer(), list[int]()
    connection = Connection(FakeGateway(first, second).open, sleep=no_wait)
    async with connection.running(), anyio.create_task_group() as group:
        connection.on_online = lambda: told.append(state_version(connection))
        group.start_soon(connection.follow, "t", ignore)
        await first.answer("thread/history", page([started()], head=1))
        await anyio.wait_all_tasks_blocked()
        assert told == []
        first.hang_up()
        await second.answer("thread/history", page([delta(2, "a")], head=2))
        await anyio.wait_all_tasks_blocked()
        assert told == [2]


def state_version(connection: Connection) -> int:
    state = connection.state("t")
    assert state is not None
    return state.version


async def test_another_time_of_the_gateway_is_told_as_a_whole() -> None:
    first, second, steps, states = FakePeer(), FakePeer(), list[Step](), list[ThreadState]()
    connection = Connection(FakeGateway(first, second).open, sleep=no_wait)
    async with connection.running(), anyio.create_task_group() as group:
        group.start_soon(connection.follow, "t", steps.append, states.append)
        await first.answer("thread/history", page([started(), delta(2, "old")], head=2))
        await anyio.wait_all_tasks_blocked()
        first.hang_up()
        await second.answer("thread/history", page([], head=9, epoch="e2", reset=True))
        await second.answer("thread/history", page([started(), delta(2, "new")], head=2, epoch="e2"))
        await anyio.wait_all_tasks_blocked()
        assert (steps, [state.epoch for state in states]) == ([], ["e2"])
        assert text_of(connection) == "new"
        announce(second, 3, "!")
        await anyio.wait_all_tasks_blocked()
        assert [step.version for step in steps] == [3]


async def test_a_fact_of_a_later_protocol_is_told_as_a_state() -> None:
    peer, states = FakePeer(), list[ThreadState]()
    connection = Connection(FakeGateway(peer).open, sleep=no_wait)
    async with connection.running(), anyio.create_task_group() as group:
        group.start_soon(connection.follow, "t", ignore, states.append)
        await peer.answer("thread/history", page([started()], head=1))
        await anyio.wait_all_tasks_blocked()
        peer.notify("item/completed", thread_id="t", turn_id="u", item={"type": "hologram", "id": "h"}, version=2)
        await anyio.wait_all_tasks_blocked()
        assert [state.turns[-1].items[-1].item_type for state in states] == ["hologram"]


@pytest.mark.parametrize("kind", ["unavailable", "internal"])
async def test_a_gateway_that_cannot_tell_what_was_missed_is_asked_again(kind: str) -> None:
    first, second, third, waits = FakePeer(), FakePeer(), FakePeer(), list[float]()
    connection = Connection(FakeGateway(first, second, third).open, sleep=no_wait)
    connection.on_break = lambda _, wait: waits.append(wait)
    async with connection.running(), anyio.create_task_group() as group:
        group.start_soon(connection.follow, "t", ignore)
        await first.answer("thread/history", page([started()], head=1))
        await anyio.wait_all_tasks_blocked()
        first.hang_up()
        frame = await second.request("thread/history")
        error: dict[str, Any] = {"code": -32603, "message": "not now", "data": {"code": kind, "kind": kind}}
        second.say(id=frame["id"], error=error)
        await third.answer("thread/history", page([delta(2, "missed")], head=2))
        await anyio.wait_all_tasks_blocked()
        assert text_of(connection) == "missed"
    assert waits[1] > waits[0]


class Voiding:
    """Connections that the gateway closes one after the other; the last one stays. Each opening is counted."""

    def __init__(self, *reasons: str) -> None:
        self._reasons = list(reasons)
        self.opened = 0

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[Transport]:
        self.opened += 1
        yield _Ending(self._reasons.pop(0) if self._reasons else None)


class _Ending:
    def __init__(self, reason: str | None) -> None:
        self._reason = reason

    async def send(self, text: str) -> None:
        raise AssertionError(text)

    async def receive(self) -> str:
        if self._reason is None:
            await anyio.sleep_forever()
        await anyio.lowlevel.checkpoint()
        raise TransportClosed(f"the gateway closed the connection ({self._reason})")


async def test_a_void_credential_is_tried_once_more_at_once() -> None:
    gateway = Voiding("4403 the credential is no longer valid", "4403 the credential is no longer valid")
    connection = Connection(gateway.open, sleep=never)
    with anyio.fail_after(5):
        async with connection.running():
            failure: ClientError = await connection.over()
    assert isinstance(failure, SignInRefused)
    assert gateway.opened == 2


async def test_a_renewed_credential_is_taken_without_a_wait() -> None:
    gateway = Voiding("4403 the credential is no longer valid")
    connection = Connection(gateway.open, sleep=never)
    online = anyio.Event()
    with anyio.fail_after(5):
        async with connection.running():
            connection.on_online = online.set
            await online.wait()
    assert gateway.opened == 2


async def never(_: float) -> None:
    raise AssertionError("a void credential is not waited for")


async def test_a_thread_that_is_left_while_it_catches_up_is_left_there_too() -> None:
    first, second, online = FakePeer(), FakePeer(), list[int]()
    connection = Connection(FakeGateway(first, second).open, sleep=no_wait)
    async with connection.running(), anyio.create_task_group() as group:
        group.start_soon(connection.follow, "t", ignore)
        await first.answer("thread/history", page([started()], head=1))
        await anyio.wait_all_tasks_blocked()
        connection.on_online = lambda: online.append(1)
        first.hang_up()
        frame = await second.request("thread/history")
        await connection.unfollow("t")
        second.say(id=frame["id"], result=page([delta(2, "a")], head=2))
        left = await second.answer("thread/unsubscribe", {"status": "unsubscribed"})
        await anyio.wait_all_tasks_blocked()
        assert left["params"] == {"thread_id": "t"}
        assert (online, connection.state("t")) == ([1], None)


async def test_a_thread_that_is_left_during_a_break_is_not_asked_for_again() -> None:
    first, second, online = FakePeer(), FakePeer(), list[int]()
    connection = Connection(FakeGateway(first, second).open, sleep=no_wait)
    async with connection.running(), anyio.create_task_group() as group:
        group.start_soon(connection.follow, "t", ignore)
        await first.answer("thread/history", page([started()], head=1))
        await anyio.wait_all_tasks_blocked()
        connection.on_online = lambda: online.append(1)
        group.start_soon(connection.unfollow, "t")
        await first.request("thread/unsubscribe")
        first.hang_up()
        await anyio.wait_all_tasks_blocked()
        assert (online, list(second.requests)) == ([1], [])


@pytest.mark.parametrize(
    "frame",
    [
        pytest.param({"method": 7}, id="a method that is no text"),
        pytest.param({"method": "a/b", "params": 7}, id="parameters that are no object"),
        pytest.param({"method": "a/b", "params": {"thread": "t"}}, id="a thread that is no object"),
        pytest.param({"method": "a/b", "params": {"thread_id": ["t"]}}, id="an id that is a list"),
        pytest.param({"id": [1], "result": {}}, id="an answer to nothing"),
    ],
)
async def test_frames_that_nobody_understands_change_nothing(frame: dict[str, Any]) -> None:
    peer = FakePeer()
    connection = Connection(FakeGateway(peer).open, sleep=no_wait)
    async with connection.running(), anyio.create_task_group() as group:
        group.start_soon(connection.follow, "t", ignore)
        await peer.answer("thread/history", page([started()], head=1))
        await anyio.wait_all_tasks_blocked()
        peer.say(**frame)
        announce(peer, 2, "on")
        await anyio.wait_all_tasks_blocked()
        assert text_of(connection) == "on"


async def test_a_gateway_that_tells_what_was_missed_in_other_words_is_asked_again() -> None:
    first, second, third = FakePeer(), FakePeer(), FakePeer()
    connection = Connection(FakeGateway(first, second, third).open, sleep=no_wait)
    async with connection.running(), anyio.create_task_group() as group:
        group.start_soon(connection.follow, "t", ignore)
        await first.answer("thread/history", page([started()], head=1))
        await anyio.wait_all_tasks_blocked()
        first.hang_up()
        await second.answer("thread/history", {"pages": 7})
        await third.answer("thread/history", page([delta(2, "missed")], head=2))
        await anyio.wait_all_tasks_blocked()
        assert text_of(connection) == "missed"
