"""A provider that fails in every way: the turn ends Failed, keeps what was shown, and the next turn works."""

from pathlib import Path
from typing import Any

import anyio
import pytest

from portico.gateway.adapters.http_port import Timeouts
from portico.gateway.main import Means
from tests.kit import FakeClock
from tests.kit.gateways import KEY, Peer, Setup, Site, gateway
from tests.kit.vendors import WIRES, Vendor, WireName, user_texts
from tests.kit.wire import Reply, refusal

every_wire = pytest.mark.parametrize("wire", WIRES)
SHOWN = "what was shown"


def setup(wire: WireName = "chat_completions", **changes: Any) -> Setup:
    return Setup(wire=wire, clock=FakeClock(), **changes)


async def wait_out_retries(site: Site, peer: Peer, turn_id: str) -> Any:
    """Move the clock past each announced retry until the turn ends; the turn."""
    clock = site.it.gateway.outside.clock
    assert isinstance(clock, FakeClock)
    ended: list[Any] = []

    async def watch() -> None:
        ended.append(await peer.ended(turn_id))
        group.cancel_scope.cancel()

    async with anyio.create_task_group() as group:
        group.start_soon(watch)
        count = 0
        while True:
            count += 1
            await peer.first(lambda _, count=count: len(peer.notes("item/retry_scheduled")) >= count)
            await anyio.wait_all_tasks_blocked()
            clock.advance(60)
    return ended[0]


async def check_next_turn(site: Site, peer: Peer) -> None:
    """The thread is idle again, and what was asked before is still in the conversation."""
    again = await peer.turn("u2", "are you there?")
    assert (again["status"], peer.text("u2")) == ("Completed", "ok")
    told = "\n".join(user_texts(site.vendor.asked[-1]))
    assert "hello" in told
    assert "are you there?" in told


def broken(vendor: Vendor) -> dict[str, Reply]:
    """Answers that break after text was shown."""
    bad = b'data: {"choices": [{"delta": \xff\xfe}]}\n\n'
    return {
        "truncated": vendor.breaks(SHOWN, ending="end"),
        "closed": vendor.breaks(SHOWN, ending="close"),
        "reset": vendor.breaks(SHOWN, ending="reset"),
        "bad JSON": vendor.breaks(SHOWN, b"data: {oops\n\n", ending="end"),
        "not UTF-8": vendor.breaks(SHOWN, bad, ending="end"),
        "not SSE": vendor.breaks(SHOWN, b"<html>502</html>\n\n", ending="end"),
    }


@every_wire
@pytest.mark.parametrize("fault", ["truncated", "closed", "reset", "bad JSON", "not UTF-8", "not SSE"])
@pytest.mark.promise("faults.provider-breaks")
async def test_an_answer_that_breaks_keeps_what_was_shown(tmp_path: Path, wire: WireName, fault: str) -> None:
    async with gateway(tmp_path, setup(wire)) as site, site.peer() as peer:
        await peer.thread()
        site.vendor.script("hello", broken(site.vendor)[fault])
        turn = await peer.turn("u1", "hello")
        assert (turn["status"], turn["error_class"], bool(turn["error"])) == ("Failed", "stream_truncated", True)
        assert peer.text("u1") == SHOWN
        assert [item["text"] for item in peer.items("u1", "agentMessage")] == [SHOWN]
        assert len(site.vendor.asked) == 1, "an answer that was shown is not asked for again"
        await check_next_turn(site, peer)


@every_wire
@pytest.mark.promise("faults.provider-breaks")
async def test_a_stall_in_mid_answer(tmp_path: Path, wire: WireName) -> None:
    means = Means(timeouts=Timeouts(connect=5.0, read=0.2))
    async with gateway(tmp_path, setup(wire, means=means)) as site, site.peer() as peer:
        await peer.thread()
        site.vendor.script("hello", site.vendor.breaks(SHOWN, ending="hang"))
        turn = await peer.turn("u1", "hello")
        assert (turn["status"], turn["error_class"], peer.text("u1")) == ("Failed", "stream_stall", SHOWN)
        await site.vendor.left.wait()
        await check_next_turn(site, peer)


REFUSALS = {
    400: "invalid_request",
    401: "auth_expired",
    403: "permission_denied",
    404: "model_not_found",
    413: "prompt_too_long",
}


@every_wire
@pytest.mark.parametrize("status", REFUSALS)
@pytest.mark.promise("faults.provider-refuses")
async def test_a_refusal_is_told_and_not_repeated(tmp_path: Path, wire: WireName, status: int) -> None:
    async with gateway(tmp_path, setup(wire)) as site, site.peer() as peer:
        await peer.thread()
        site.vendor.script("hello", refusal(status, {"error": {"message": f"no, {KEY} is bad"}}))
        turn = await peer.turn("u1", "hello")
        assert (turn["status"], turn["error_class"]) == ("Failed", REFUSALS[status])
        assert "no, " in turn["error"]
        assert KEY not in str(peer.frames)
        assert len(site.vendor.asked) == 1
        await check_next_turn(site, peer)


def passing(vendor: Vendor, fault: str) -> Reply:
    """Trouble that passes."""
    match fault:
        case "429":
            return refusal(429, {"error": {"message": "slow down"}})
        case "500" | "529":
            return refusal(int(fault), {"error": {"message": "not now"}})
        case "stall":
            return vendor.breaks(ending="hang")
        case "drop":
            return Reply(ending="drop")
        case _:
            return Reply(ending="end")


PASSING = {
    "429": ("rate_limit", 4),
    "500": ("provider_5xx", 4),
    "529": ("rate_limit", 4),
    "drop": ("network_transient", 4),
    "stall": ("stream_stall", 3),
    "empty": ("stream_truncated", 3),
}


@every_wire
@pytest.mark.parametrize("fault", PASSING)
@pytest.mark.promise("faults.provider-passes")
async def test_trouble_that_passes_before_anything_was_shown(tmp_path: Path, wire: WireName, fault: str) -> None:
    means = Means(timeouts=Timeouts(connect=5.0, read=0.2))
    async with gateway(tmp_path, setup(wire, means=means)) as site, site.peer() as peer:
        await peer.thread()
        site.vendor.script("hello", passing(site.vendor, fault), passing(site.vendor, fault), site.vendor.says("here"))
        await peer.start("u1", "hello")
        turn = await wait_out_retries(site, peer, "u1")
        assert (turn["status"], peer.text("u1"), len(site.vendor.asked)) == ("Completed", "here", 3)
        error_class, most = PASSING[fault]
        scheduled = peer.notes("item/retry_scheduled")
        assert {note["reason"] for note in scheduled} == {error_class}
        assert [note["attempt_number"] for note in scheduled] == [1, 2]
        assert {note["max_attempts"] for note in scheduled} == {most - 1}
        assert all(note["delay_ms"] > 0 for note in scheduled)
        [done] = peer.notes("item/recovery_succeeded")
        assert (done["attempt_number"], done["item_id"]) == (2, scheduled[0]["item_id"])
        site.vendor.script("more", *[passing(site.vendor, fault) for _ in range(most)])
        await peer.start("u3", "more")
        turn = await wait_out_retries(site, peer, "u3")
        assert (turn["status"], turn["error_class"]) == ("Failed", error_class)
        assert len(site.vendor.asked) == 3 + most
        [gone] = peer.notes("item/recovery_exhausted")
        assert (gone["attempt_number"], gone["status"]) == (most - 1, "failed")
        assert (await peer.turn("u4", "and now?"))["status"] == "Completed"


@every_wire
@pytest.mark.promise("faults.provider-passes")
async def test_retry_after_is_waited_for_to_the_second(tmp_path: Path, wire: WireName) -> None:
    async with gateway(tmp_path, setup(wire)) as site, site.peer() as peer:
        clock = site.it.gateway.outside.clock
        assert isinstance(clock, FakeClock)
        await peer.thread()
        slow = refusal(429, {"error": {"message": "slow down"}}, retry_after="20")
        site.vendor.script("hello", slow, site.vendor.says("here"))
        asked_at = clock.now()
        await peer.start("u1", "hello")
        note = await peer.noted("item/retry_scheduled")
        assert (note["next_run_at_unix"], note["reason"]) == (asked_at + 20, "rate_limit")
        await anyio.wait_all_tasks_blocked()
        clock.advance(19.5)
        await anyio.wait_all_tasks_blocked()
        assert len(site.vendor.asked) == 1
        clock.advance(0.5)
        assert ((await peer.ended("u1"))["status"], len(site.vendor.asked)) == ("Completed", 2)


@pytest.mark.promise("faults.provider-passes")
async def test_a_wait_of_an_hour_is_told_instead(tmp_path: Path) -> None:
    async with gateway(tmp_path, setup()) as site, site.peer() as peer:
        await peer.thread()
        site.vendor.script("hello", refusal(429, {"error": {"message": "tomorrow"}}, retry_after="3600"))
        turn = await peer.turn("u1", "hello")
        assert (turn["status"], turn["error_class"], len(site.vendor.asked)) == ("Failed", "rate_limit", 1)
        await check_next_turn(site, peer)


async def test_a_failure_after_a_tool_keeps_the_tools_result(tmp_path: Path) -> None:
    async with gateway(tmp_path, setup()) as site, site.peer() as peer:
        await peer.thread()
        (site.root / "notes.txt").write_text("forty-two")
        call = site.vendor.calls(("read_file", {"path": "notes.txt"}), text="let me look")
        site.vendor.script("hello", call, site.vendor.breaks(SHOWN, ending="close"))
        turn = await peer.turn("u1", "hello")
        assert (turn["status"], turn["error_class"]) == ("Failed", "stream_truncated")
        items = peer.items("u1")
        assert [item["type"] for item in items][1:] == ["agentMessage", items[2]["type"], "agentMessage"]
        assert [item["text"] for item in peer.items("u1", "agentMessage")] == ["let me look", SHOWN]
        assert "forty-two" in str(items[2])
        await check_next_turn(site, peer)
