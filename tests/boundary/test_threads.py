"""Threads are followed once for all shells, and for a while after the last has left."""

from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
import pytest

from portico.boundary import threads as module
from portico.boundary.threads import Threads
from portico.client.connection import Connection, Step
from portico.client.errors import CallFailed
from portico.protocol.events import TurnCompleted
from portico.protocol.types.turn import TurnStatus
from tests.boundary.shells import Shell, started
from tests.client.test_connection import page
from tests.client.test_connection import started as began
from tests.kit.peer import FakeGateway, FakePeer


async def opened(one: Shell) -> tuple[Threads, str]:
    return one.boundary.desk.link.threads, (await one.ok("thread_create"))["id"]


async def test_two_opens_are_one_thread(tmp_path: Path) -> None:
    async with started(tmp_path) as one:
        threads, id_ = await opened(one)
        first, second = await threads.open(id_), await threads.open(id_)
        assert first is second
        await threads.close(first)
        await threads.close(second)
        assert await threads.open(id_) is first


async def test_what_is_not_there_leaves_nothing_behind(tmp_path: Path) -> None:
    async with started(tmp_path) as one:
        threads, _ = await opened(one)
        with pytest.raises(CallFailed):
            await threads.open("nowhere")
        assert one.boundary.desk.link.connection.state("nowhere") is None


async def test_only_the_last_ones_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "IDLE", 1)
    async with started(tmp_path) as one:
        threads, first = await opened(one)
        _, second = await opened(one)
        for id_ in (first, second):
            await threads.close(await threads.open(id_))
        connection = one.boundary.desk.link.connection
        assert (connection.state(first), connection.state(second) is None) == (None, False)


async def test_the_queue_is_loaded_and_kept_fresh(tmp_path: Path) -> None:
    async with started(tmp_path) as one:
        _, id_ = await opened(one)
        await one.ok("active_thread_open", thread_id=id_)
        sleep = '/tool exec_command {"command": ["sleep", "30"]}'
        await one.ok("composer_send", thread_id=id_, text=sleep)
        await one.until(lambda: "composer" in one.seen and one.seen["composer"]["running"] is not None)
        sent = await one.ok("composer_send", thread_id=id_, text="and then", busy="queue")
        assert sent["outcome"] == "queued"
        await one.until(lambda: len(one.seen["composer"]["queued"]) == 1)
        assert one.texts(id_, "queued") == ["and then"]
        one.boundary.desk.link.threads.missed()
        params = {"thread_id": id_, "turn_id": sent["turn_id"]}
        assert (await one.ok("active_thread_queue_remove", **params))["removed"]
        await one.until(lambda: one.seen["composer"]["queued"] == [])
        await one.ok("active_thread_stop", thread_id=id_)
        await one.until(lambda: one.seen["composer"]["running"] is None)
        await one.ok("active_thread_stop", thread_id=id_)


BUSY: dict[str, Any] = {"code": -32603, "message": "not now", "data": {"code": "unavailable", "kind": "unavailable"}}


async def no_wait(_: float) -> None:
    await anyio.lowlevel.checkpoint()


async def asleep(_: float) -> None:
    await anyio.sleep_forever()


async def test_a_queue_that_cannot_be_read_keeps_no_other_waiting() -> None:
    peer = FakePeer()
    connection = Connection(FakeGateway(peer).open)
    async with connection.running(), anyio.create_task_group() as group:
        threads = Threads(connection, sleep=asleep)
        for id_ in ("t", "o"):
            group.start_soon(threads.open, id_)
            await peer.answer("thread/history", {**page([], head=0), "thread_id": id_})
        await anyio.wait_all_tasks_blocked()
        group.start_soon(threads.keep)
        first = await peer.request("turn/queue/list")
        peer.say(id=first["id"], error=BUSY)
        second = await peer.answer("turn/queue/list", {"thread_id": "o", "items": [], "steers": []})
        assert [first["params"]["thread_id"], second["params"]["thread_id"]] == ["t", "o"]
        group.cancel_scope.cancel()


async def test_a_turn_that_a_restart_has_ended_is_told_once() -> None:
    first, second, steps = FakePeer(), FakePeer(), list[Step]()
    connection = Connection(FakeGateway(first, second).open, sleep=no_wait)
    async with connection.running(), anyio.create_task_group() as group:
        threads = Threads(connection)
        threads.listen(steps.append)
        group.start_soon(threads.open, "t")
        await first.answer("thread/history", page([began()], head=1))
        await anyio.wait_all_tasks_blocked()
        first.hang_up()
        await second.answer("thread/history", page([], head=2, epoch="e2", reset=True))
        turn = {"id": "u", "status": "Interrupted"}
        over = {"version": 2, "created_at": 6, "turn_id": "u", "payload": {"type": "turnCompleted", "turn": turn}}
        await second.answer("thread/history", page([began(), {**over, "sequence": 2}], head=2, epoch="e2"))
        await anyio.wait_all_tasks_blocked()
        (step,) = steps
        assert isinstance(step.event, TurnCompleted)
        assert (step.event.turn.status, step.turn_id) == (TurnStatus.INTERRUPTED, "u")
