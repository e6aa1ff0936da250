"""A thread that is deleted while its turn runs: fenced off, its bytes gone, everything else untouched."""

from pathlib import Path

import pytest

from tests.kit.gateways import Peer, Site, gateway, until

SAID, SHOWN, PRINTED, NAMED = "marker-said-1", "marker-shown-2", "marker-printed-3", "marker-named-4"
MARKERS = [marker.encode() for marker in (SAID, SHOWN, PRINTED, NAMED)]


async def check_gone(site: Site) -> None:
    """No byte of it in the database or its log; the log is emptied just after the answer."""
    await until(lambda: not any(marker in site.database for marker in MARKERS))


async def running(site: Site, peer: Peer) -> str:
    """A thread with a turn that has shown text, then waits for the vendor; its workspace."""
    workspace = (await peer.thread(name=NAMED))["thread"]["workspace_id"]
    printing = site.vendor.calls(("exec_command", {"command": ["printf", "marker-%s-3", "printed"]}))
    site.vendor.script(SAID, printing, site.vendor.breaks(SHOWN, ending="hang"))
    await peer.start("u1", f"say {SAID}")
    await peer.shown("u1", SHOWN)
    assert all(marker in site.database for marker in MARKERS)
    return workspace


@pytest.mark.promise("faults.delete-running")
async def test_a_turn_that_streams(tmp_path: Path) -> None:
    async with gateway(tmp_path) as site, site.peer() as peer, site.peer() as other:
        await other.thread("t2")
        workspace = await running(site, peer)
        assert await other.call("thread/delete", workspace_id=workspace, thread_id="t1") == {"deleted": True}
        await peer.noted("thread/closed")
        place = len(peer.frames)
        await site.vendor.left.wait()
        await check_gone(site)
        for method, more in (("thread/get", {}), ("turn/get", {"turn_id": "u1"}), ("thread/history", {})):
            assert (await other.refused(method, thread_id="t1", **more))["data"]["kind"] == "not_found"
        late = [frame for frame in peer.frames[place:] if frame.get("params", {}).get("thread_id") == "t1"]
        assert late == []
        assert (await other.turn("u2", "are you there?", "t2"))["status"] == "Completed"
    assert not any(marker in site.database for marker in MARKERS)


@pytest.mark.promise("faults.delete-running")
async def test_a_turn_whose_tool_runs(tmp_path: Path) -> None:
    async with gateway(tmp_path) as site, site.peer() as peer:
        workspace = (await peer.thread())["thread"]["workspace_id"]
        # with a newline: a last character that could begin a secret of this run would be held back
        script = f"echo {PRINTED}; echo $$ > pid; exec sleep 1000"
        site.vendor.script(SAID, site.vendor.calls(("exec_command", {"command": ["sh", "-c", script]})))
        await peer.start("u1", SAID)
        await peer.noted("item/command_execution/output_delta", delta=f"{PRINTED}\n")
        pid = site.root / "pid"
        # the shell makes the file before it writes into it
        await until(lambda: pid.exists() and pid.read_text().endswith("\n"))
        process = Path("/proc", pid.read_text().strip())
        assert await peer.call("thread/delete", workspace_id=workspace, thread_id="t1") == {"deleted": True}
        await until(lambda: not process.exists())
        await check_gone(site)


@pytest.mark.promise("faults.delete-running")
async def test_what_waits_in_its_queue_is_gone_too_and_never_starts(tmp_path: Path) -> None:
    async with gateway(tmp_path) as site, site.peer() as peer:
        workspace = await running(site, peer)
        queued = await peer.start("u2", f"later {SAID}", when_busy="queue")
        assert queued["outcome"] == "queued"
        await peer.call("thread/delete", workspace_id=workspace, thread_id="t1")
        await check_gone(site)
        asked = len(site.vendor.asked)
    async with gateway(tmp_path) as site, site.peer() as peer:
        await peer.thread("t2")
        assert (await peer.turn("u3", "and now?", "t2"))["status"] == "Completed"
        assert (len(site.vendor.asked), asked) == (1, 2)
