"""How a gateway process ends: by a signal it drains, by kill -9 nothing that was shown is lost."""

import os
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
import pytest
from websockets.exceptions import InvalidStatus

from tests.e2e.processes import Place, Up, place
from tests.kit.gateways import Peer
from tests.kit.vendors import user_texts


async def check_ended_once(here: Place, status: str, error_class: str | None, text: str) -> list[Any]:
    """After a new start: one start, one end, versions without holes, the text that was shown; the next turn works."""
    async with here.up() as again, again.peer() as peer:
        events = await peer.history()
        assert [event["version"] for event in events] == list(range(1, len(events) + 1))
        payloads = [event["payload"] for event in events]
        ends = [p["turn"] for p in payloads if p["type"] in {"turnCompleted", "turnFailed", "turnBlocked"}]
        assert [(turn["id"], turn["status"], turn.get("error_class")) for turn in ends] == [("u1", status, error_class)]
        items = [p["item"] for p in payloads if p["type"] == "itemCompleted"]
        assert [item["text"] for item in items if item["type"] == "agentMessage"][-1:] == [text]
        turn = (await peer.call("turn/get", thread_id="t1", turn_id="u1"))["turn"]
        assert turn == ends[0]
        assert (await peer.turn("u2", "are you there?"))["status"] == "Completed"
        assert "hello" in "".join(user_texts(here.vendor.asked[-1]))
        return items


async def running(here: Place, peer: Peer, *rest: anyio.Event | str) -> None:
    await peer.thread()
    here.vendor.script("hello", here.vendor.says("shown", *rest))
    await peer.start("u1", "hello")
    await peer.shown("u1", "shown")


async def drained(up: Up, peer: Peer) -> None:
    """New calls are answered, new connections are not let in."""
    while True:
        answer = await peer.answer(await peer.send("gateway/info"))
        if "error" in answer:
            break
    assert (answer["error"]["code"], answer["error"]["data"]["kind"]) == (-32001, "unavailable")
    with pytest.raises((OSError, InvalidStatus)):
        async with up.peer():
            pass


@pytest.mark.promise("faults.stop")
async def test_a_signal_lets_the_running_turn_finish(tmp_path: Path) -> None:
    async with place(tmp_path) as here:
        gate = anyio.Event()
        async with here.up() as up, up.peer() as peer:
            await running(here, peer, gate, " and more")
            up.stop()
            await drained(up, peer)
            gate.set()
            assert (await peer.ended("u1"))["status"] == "Completed"
            await peer.closed.wait()
            assert peer.close_code == 1012
            assert await up.process.wait() == 0
        await check_ended_once(here, "Completed", None, "shown and more")


@pytest.mark.promise("faults.stop")
async def test_a_second_signal_interrupts_it_once(tmp_path: Path) -> None:
    async with place(tmp_path) as here:
        async with here.up() as up, up.peer() as peer:
            await running(here, peer, anyio.Event())
            up.stop()
            await drained(up, peer)
            up.stop()
            turn = await peer.ended("u1")
            assert (turn["status"], turn["error_class"]) == ("Interrupted", "gateway_stopped")
            await peer.closed.wait()
            assert await up.process.wait() == 0
        await check_ended_once(here, "Interrupted", "gateway_stopped", "shown")


@pytest.mark.promise("faults.kill")
async def test_kill_9_with_tool_calls_open(tmp_path: Path) -> None:
    async with place(tmp_path) as here:
        async with here.up() as up, up.peer() as peer:
            await peer.thread()
            # ends of itself when the gateway that reads it is gone
            loud = ["sh", "-c", "echo printed; while echo more >&2; do sleep 0.02; done"]
            calls = here.vendor.calls(
                ("exec_command", {"command": loud}),
                ("exec_command", {"command": ["touch", "written"]}),
                text="shown",
            )
            here.vendor.script("hello", calls)
            await peer.start("u1", "hello")
            await peer.noted("item/command_execution/output_delta", delta="printed\n")
            up.kill()
            await peer.closed.wait()
        items = await check_ended_once(here, "Interrupted", "gateway_restart", "shown")
        tools = [item for item in items if item["type"] == "commandExecution"]
        assert {tool["status"] for tool in tools} == {"failed"}
        assert tools[0]["display"]["stdout"] == "printed\n"
        assert not (here.root / "written").exists()


@pytest.mark.promise("faults.kill")
async def test_kill_9_in_mid_answer_and_again_in_the_next(tmp_path: Path) -> None:
    async with place(tmp_path) as here:
        async with here.up() as up, up.peer() as peer:
            await running(here, peer, anyio.Event())
            up.kill()
            await peer.closed.wait()
        await check_ended_once(here, "Interrupted", "gateway_restart", "shown")
        here.vendor.script("third", here.vendor.says("again", anyio.Event()))
        async with here.up() as up, up.peer() as peer:
            await peer.call("thread/get", thread_id="t1")
            await peer.start("u3", "third")
            await peer.shown("u3", "again")
            up.kill()
            await peer.closed.wait()
        async with here.up() as up, up.peer() as peer:
            turns = (await peer.call("turn/list", thread_id="t1"))["items"]
            assert [(turn["id"], turn["status"]) for turn in turns] == [
                ("u3", "Interrupted"),
                ("u2", "Completed"),
                ("u1", "Interrupted"),
            ]


@pytest.mark.promise("faults.kill")
async def test_what_a_tool_left_running_ends_with_the_next_start(tmp_path: Path) -> None:
    async with place(tmp_path) as here:
        os.mkfifo(here.root / "held")
        gone = anyio.Event()

        async def watch() -> None:
            await anyio.to_thread.run_sync((here.root / "held").read_bytes)  # until the last one that has it ends
            gone.set()

        async with anyio.create_task_group() as group:
            group.start_soon(watch)
            async with here.up() as up, up.peer() as peer:
                await peer.thread()
                sleeper = ["sh", "-c", "exec 5>held; echo sleeping; exec sleep 1000"]
                here.vendor.script("hello", here.vendor.calls(("exec_command", {"command": sleeper})))
                await peer.start("u1", "hello")
                await peer.noted("item/command_execution/output_delta", delta="sleeping\n")
                up.kill()
                await peer.closed.wait()
            assert not gone.is_set()
            async with here.up():
                await gone.wait()
