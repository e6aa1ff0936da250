"""A disk that is full: a clear error, nothing acknowledged, and the service goes on when space returns."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import pytest

from portico.gateway.features.access import PROCESS
from portico.gateway.main import Means
from portico.gateway.rpc import CallContext
from portico.protocol.methods.turn import TURN_START, TurnStartParams
from portico.protocol.types.input import TextInput
from tests.kit import FakeClock
from tests.kit.disks import FullDisk, SmallDisk
from tests.kit.gateways import Peer, Setup, gateway, until

BIG = "0123456789abcdef" * 4_000
pytestmark = pytest.mark.promise("faults.full-disk")


def on(disk: SmallDisk | FullDisk, clock: FakeClock) -> Setup:
    return Setup(clock=clock, means=Means(open_store=disk.open))


def check_refusal(error: Any) -> None:
    assert (error["code"], error["data"]["kind"]) == (-32001, "unavailable"), error
    assert error["data"]["details"] == {"reason": "disk_full"}
    assert error["data"]["retry_after_seconds"] > 0


async def test_each_call_that_writes_is_refused_and_works_when_space_returns(tmp_path: Path) -> None:
    disk, clock = FullDisk(), FakeClock()
    async with gateway(tmp_path, on(disk, clock)) as site, site.peer() as peer:
        workspace = (await peer.call("workspace/default"))["workspace"]["id"]
        place = {"workspace_id": workspace}
        await peer.thread("t0")
        writing: list[tuple[str, dict[str, Any]]] = [
            ("workspace/create", {"workspace_id": "w2", "name": "Two"}),
            ("thread/start", place | {"thread_id": "t1"}),
            ("thread/update", place | {"thread_id": "t0", "name": "renamed"}),
            ("thread/folder/create", place | {"folder_id": "f", "name": "F"}),
            ("turn/start", {"thread_id": "t0", "turn_id": "u1", "input": [{"type": "text", "text": "hello"}]}),
            ("settings/update", {"update": {"general": {"default_model": "m-2"}}}),
            ("token/issue", {"name": "one"}),
            ("thread/delete", place | {"thread_id": "t0"}),
        ]
        before, frames = await everything(peer, workspace), len(peer.notes())
        disk.is_full = True
        for method, params in writing:
            check_refusal(await peer.refused(method, **params))
        assert (await everything(peer, workspace), len(peer.notes())) == (before, frames)
        assert site.vendor.asked == []
        disk.is_full = False
        for method, params in writing[:-1]:
            await peer.call(method, **params)
        assert (await peer.ended("u1"))["status"] == "Completed"
        assert await peer.call("thread/delete", **place, thread_id="t0") == {"deleted": True}


async def everything(peer: Peer, workspace: str) -> list[Any]:
    """What a client can read of it; reading goes on."""
    return [
        await peer.call("workspace/list"),
        await peer.call("thread/tree", workspace_id=workspace),
        await peer.call("settings/get"),
        await peer.call("token/list"),
        await peer.history("t0"),
    ]


async def test_a_running_turn_ends_with_what_was_shown_when_space_returns(tmp_path: Path) -> None:
    disk, clock, gate = SmallDisk(), FakeClock(), anyio.Event()
    async with gateway(tmp_path, on(disk, clock)) as site, site.peer() as peer:
        await peer.thread("t1")
        await peer.thread("t2")
        site.vendor.script("hello", site.vendor.says("shown", gate, BIG, "small", anyio.Event(), "never"))
        await peer.start("u1", "hello", "t1")
        await peer.shown("u1", "shown")
        idle = clock.sleepers
        disk.fill()
        gate.set()
        await until(lambda: clock.sleepers > idle)
        check_refusal(await peer.refused("turn/start", thread_id="t2", turn_id="u2", input=[text(BIG)]))
        assert (peer.text("u1"), peer.notes("turn/failed")) == ("shown", [])
        disk.empty()
        clock.advance(60)
        turn = await peer.ended("u1")
        assert (turn["status"], turn["error_class"]) == ("Failed", "unavailable")
        assert "disk is full" in turn["error"]
        assert [item["text"] for item in peer.items("u1", "agentMessage")][-1].startswith("shown")
        await check_all_ended(peer, "t1")
        for thread_id, turn_id in (("t1", "u3"), ("t2", "u2")):
            assert (await peer.turn(turn_id, BIG, thread_id))["status"] == "Completed"


def text(value: str) -> dict[str, str]:
    return {"type": "text", "text": value}


async def check_all_ended(peer: Peer, thread_id: str) -> None:
    """Exactly one end per start, versions without holes."""
    events = await peer.history(thread_id)
    assert [event["version"] for event in events] == list(range(1, len(events) + 1))
    types = [event["payload"]["type"] for event in events]
    ends = [name for name in types if name in {"turnCompleted", "turnFailed", "turnBlocked"}]
    assert types.count("turnStarted") == len(ends)


async def test_a_tool_that_could_not_be_recorded_does_not_run(tmp_path: Path) -> None:
    disk, clock, gate = FullDisk(), FakeClock(), anyio.Event()
    async with gateway(tmp_path, on(disk, clock)) as site, site.peer() as peer:
        await peer.thread()
        written = site.root / "written"
        call = site.vendor.calls(("write_file", {"path": str(written), "content": "x"}))
        site.vendor.script("hello", replace(call, pieces=(gate, *call.pieces)))
        await peer.start("u1", "hello")
        await until(lambda: bool(site.vendor.asked))
        idle, disk.is_full = clock.sleepers, True
        gate.set()
        await until(lambda: clock.sleepers > idle)
        disk.is_full = False
        clock.advance(60)
        assert (await peer.ended("u1"))["status"] == "Failed"
        assert not written.exists()
        await check_all_ended(peer, "t1")


async def test_a_turn_that_could_not_be_ended_is_ended_by_the_next_start(tmp_path: Path) -> None:
    disk, clock, gate = FullDisk(), FakeClock(), anyio.Event()
    async with gateway(tmp_path, on(disk, clock)) as site, site.peer() as peer:
        await peer.thread()
        site.vendor.script("hello", site.vendor.says("shown", gate, "lost"))
        await peer.start("u1", "hello")
        await peer.shown("u1", "shown")
        disk.is_full = True
        gate.set()
        await until(lambda: disk.refused >= 2)
        seen = peer.notes()
    async with gateway(tmp_path) as site, site.peer() as peer:
        turn = (await peer.call("turn/get", thread_id="t1", turn_id="u1"))["turn"]
        assert (turn["status"], turn["error_class"]) == ("Interrupted", "gateway_restart")
        events = await peer.history()
        assert {note["version"] for note in seen if note.get("turn_id")} <= {event["version"] for event in events}
        await check_all_ended(peer, "t1")
        assert (await peer.turn("u2", "again"))["status"] == "Completed"


async def test_a_start_whose_caller_leaves_while_the_disk_hangs_runs_to_its_end(tmp_path: Path) -> None:
    disk, clock = FullDisk(), FakeClock()
    async with gateway(tmp_path, on(disk, clock)) as site, site.peer() as peer:
        await peer.thread()
        wish = TurnStartParams(thread_id="t1", turn_id="u1", input=[TextInput(text="hello")])
        disk.hang()
        async with anyio.create_task_group() as caller:
            caller.start_soon(site.it.gateway.dispatcher.call, CallContext(PROCESS), TURN_START, wish)
            await until(lambda: disk.held == 1)
            caller.cancel_scope.cancel()
            disk.go_on()
        assert (await peer.ended("u1"))["status"] == "Completed"
        await check_all_ended(peer, "t1")
