"""A deleted thread takes with it whatever ran for it."""

import os
from pathlib import Path

import anyio
import pytest

from tests.kit.gateways import Peer, Site, gateway


async def delete(peer: Peer, thread_id: str = "t1") -> bool:
    workspace = await peer.call("workspace/default")
    gone = await peer.call("thread/delete", workspace_id=workspace["workspace"]["id"], thread_id=thread_id)
    return gone["deleted"]


async def open_terminal(site: Site, peer: Peer, thread_id: str) -> int:
    """The process of a terminal session that a turn of the thread left open."""
    command = ["sh", "-c", "echo $$ > $0; exec cat", f"{thread_id}.pid"]
    site.vendor.script(
        f"open for {thread_id}",
        site.vendor.calls(("exec_command", {"command": command, "tty": True})),
        site.vendor.says("it is open"),
    )
    await peer.thread(thread_id)
    assert (await peer.turn(f"u-{thread_id}", f"open for {thread_id}", thread_id))["status"] == "Completed"
    return int((site.root / f"{thread_id}.pid").read_text())


async def test_terminals_of_a_deleted_thread_end_and_no_others(tmp_path: Path) -> None:
    async with gateway(tmp_path) as site, site.peer() as peer:
        mine, other = await open_terminal(site, peer, "t1"), await open_terminal(site, peer, "t2")
        assert await delete(peer)
        with pytest.raises(ProcessLookupError):
            os.kill(mine, 0)
        os.kill(other, 0)
        assert not await delete(peer)


async def test_a_running_turn_of_a_deleted_thread_ends_and_leaves_nothing(tmp_path: Path) -> None:
    gate = anyio.Event()
    async with gateway(tmp_path) as site, site.peer() as peer:
        site.vendor.script("talk", site.vendor.says("a secret plan", gate, " and its end"))
        await peer.thread()
        await peer.start("u1", "talk")
        await peer.shown("u1", "a secret plan")
        assert await delete(peer)
        assert (await peer.refused("thread/get", thread_id="t1"))["data"]["code"] == "thread_not_found"
        # its provider is not read any more, and the next turn of another thread runs
        await peer.thread("t2")
        assert (await peer.turn("u2", "hello", "t2"))["status"] == "Completed"
        assert b"a secret plan" not in site.database
        gate.set()
