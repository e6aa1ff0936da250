"""Turns beside each other, with tools and pictures, through the whole gateway."""

import base64
from pathlib import Path

import anyio
import pytest

from tests.kit.gateways import Setup, gateway
from tests.kit.vendors import WIRES, WireName, tool_results

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)) * 40


def meets(mine: str, other: str) -> list[str]:
    """A command that ends only while another one runs beside it."""
    return ["sh", "-c", f"touch {mine}; until [ -e {other} ]; do sleep 0.01; done; echo met {other}"]


@pytest.mark.promise("faults.side-by-side")
async def test_two_turns_use_tools_at_the_same_time(tmp_path: Path) -> None:
    async with gateway(tmp_path) as site, site.peer() as peer:
        for thread, word, other in (("t1", "left", "right"), ("t2", "right", "left")):
            await peer.thread(thread)
            call = site.vendor.calls(("exec_command", {"command": meets(word, other)}))
            site.vendor.script(f"go-{word}", call, site.vendor.says(f"{word} is done"))
        await peer.start("u1", "go-left", "t1")
        await peer.start("u2", "go-right", "t2")
        for turn_id, word, other in (("u1", "left", "right"), ("u2", "right", "left")):
            assert (await peer.ended(turn_id))["status"] == "Completed"
            assert peer.text(turn_id) == f"{word} is done"
            answers = [r for r in site.vendor.asked if f"go-{word}" in r.body.decode() and tool_results(r)]
            assert [f"met {other}" in result for r in answers for result in tool_results(r)] == [True]
        for thread_id, turn_id in (("t1", "u1"), ("t2", "u2")):
            assert {event["turn_id"] for event in (await peer.history(thread_id))[1:]} == {turn_id}


@pytest.mark.promise("faults.side-by-side")
async def test_calls_of_one_turn_run_beside_each_other(tmp_path: Path) -> None:
    async with gateway(tmp_path) as site, site.peer() as peer:
        await peer.thread()
        (site.root / "a").write_text("alpha")
        (site.root / "b").write_text("beta")
        calls = site.vendor.calls(
            ("read_file", {"path": "a"}), ("read_file", {"path": "none"}), ("read_file", {"path": "b"})
        )
        site.vendor.script("hello", calls, site.vendor.says("done"))
        assert (await peer.turn("u1", "hello"))["status"] == "Completed"
        first, second, third = tool_results(site.vendor.asked[-1])
        assert ("alpha" in first, "not_found" in second, "beta" in third) == (True, True, True)


@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.promise("faults.images")
async def test_a_picture_reaches_the_vendor_byte_for_byte(tmp_path: Path, wire: WireName) -> None:
    async with gateway(tmp_path, Setup(wire=wire)) as site, site.peer() as peer:
        await peer.thread()
        picture = site.root / "picture.png"
        picture.write_bytes(PNG)
        inline = f"data:image/png;base64,{base64.b64encode(PNG).decode()}"
        given = [
            {"type": "text", "text": "look"},
            {"type": "image", "url": inline},
            {"type": "localImage", "path": str(picture)},
        ]
        assert (await peer.turn("u1", "", input=given))["status"] == "Completed"
        content = site.vendor.asked[0].json["messages"][-1]["content"]
        sent = [part for part in content if part["type"] in {"image", "image_url"}]
        if wire == "chat_completions":
            data = [part["image_url"]["url"].removeprefix("data:image/png;base64,") for part in sent]
        else:
            assert {part["source"]["media_type"] for part in sent} == {"image/png"}
            data = [part["source"]["data"] for part in sent]
        assert [base64.b64decode(text, validate=True) for text in data] == [PNG, PNG]


async def test_a_cancel_reaches_the_vendor_and_leaves_the_thread_free(tmp_path: Path) -> None:
    async with gateway(tmp_path) as site, site.peer() as peer:
        await peer.thread()
        site.vendor.script("hello", site.vendor.breaks("shown", ending="hang"))
        await peer.start("u1", "hello")
        await peer.shown("u1", "shown")
        await peer.call("turn/cancel", thread_id="t1", turn_id="u1")
        assert (await peer.ended("u1"))["status"] == "Interrupted"
        with anyio.fail_after(5):
            await site.vendor.left.wait()
        assert [item["text"] for item in peer.items("u1", "agentMessage")] == ["shown"]
        assert (await peer.turn("u2", "again"))["status"] == "Completed"
