"""Tools that keep failing, through a whole gateway and over both wires: what client, model and metrics are told."""

from pathlib import Path
from urllib.request import Request, urlopen

import anyio.to_thread
import pytest

from tests.kit.gateways import PROVIDERS, Setup, Site, gateway
from tests.kit.vendors import WIRES, WireName, tool_results

NO_CALLS = {"chat_completions": "none", "anthropic_messages": {"type": "none"}}
CALLS = {"chat_completions": "auto", "anthropic_messages": {"type": "auto"}}


async def metrics(site: Site) -> list[str]:
    """What Prometheus reads."""
    request = Request(f"{site.url}/metrics", headers=site.bearer())

    def read() -> str:
        with urlopen(request, timeout=5) as answer:
            return answer.read().decode()

    return (await anyio.to_thread.run_sync(read)).splitlines()


@pytest.mark.parametrize("wire", WIRES)
async def test_a_tool_that_keeps_failing_is_told_and_then_taken_away(tmp_path: Path, wire: WireName) -> None:
    async with gateway(tmp_path, Setup(wire=wire)) as site, site.peer() as peer:
        missing = [(("read_file", {"path": f"no-{n}"}), ("read_file", {"path": f"none-{n}"})) for n in range(3)]
        site.vendor.script("read", *(site.vendor.calls(*calls) for calls in missing), site.vendor.says("none is there"))
        await peer.thread()
        turn = await peer.turn("u1", "read them")
        assert (turn["status"], peer.text("u1")) == ("Completed", "none is there")
        scheduled, exhausted = peer.notes("item/tool/retry_scheduled"), peer.notes("item/tool/retry_exhausted")
        assert [note["attempt_number"] for note in scheduled] == [1, 1, 2, 2]
        assert [(note["attempt_number"], note["exhaustion_kind"]) for note in exhausted] == [(3, "error_class")]
        assert len({note["tool_retry_episode_id"] for note in (*scheduled, *exhausted)}) == 1
        asked = [request.json for request in site.vendor.asked]
        assert [body["tool_choice"] for body in asked] == [CALLS[wire]] * 3 + [NO_CALLS[wire]]
        assert asked[3]["tools"] == asked[0]["tools"]
        told = tool_results(site.vendor.asked[3])
        assert [("These tool calls failed" in text, "explain what failed" in text) for text in told] == [
            (False, False),
            (True, False),
            (False, False),
            (True, False),
            (False, False),
            (False, True),
        ]
        # later turns have their tools, and nothing of this
        assert (await peer.turn("u2", "hello"))["status"] == "Completed"
        assert site.vendor.asked[-1].json["tool_choice"] == CALLS[wire]
        assert tool_results(site.vendor.asked[-1]) == []


@pytest.mark.parametrize("wire", WIRES)
async def test_a_success_closes_the_episode(tmp_path: Path, wire: WireName) -> None:
    async with gateway(tmp_path, Setup(wire=wire)) as site, site.peer() as peer:
        look, make = ("read_file", {"path": "note"}), ("write_file", {"path": "note", "content": "x"})
        site.vendor.script("try", *(site.vendor.calls(call) for call in (look, make, look)), site.vendor.says("done"))
        await peer.thread()
        assert (await peer.turn("u1", "try it"))["status"] == "Completed"
        (scheduled,), (resolved,) = peer.notes("item/tool/retry_scheduled"), peer.notes("item/tool/retry_resolved")
        assert resolved["resolution"] == "succeeded"
        assert resolved["tool_retry_episode_id"] == scheduled["tool_retry_episode_id"]
        assert peer.notes("item/tool/retry_exhausted") == []


async def test_every_provider_call_and_its_tokens_are_counted(tmp_path: Path) -> None:
    wire: WireName = "anthropic_messages"
    async with gateway(tmp_path, Setup(wire=wire)) as site, site.peer() as peer:
        site.vendor.script("look", site.vendor.calls(("list_dir", {"path": "."})), site.vendor.says("empty"))
        site.vendor.script("break", site.vendor.breaks("so far", ending="close"))
        await peer.thread()
        await peer.turn("u1", "look")
        await peer.turn("u2", "break")
        lines = await metrics(site)
        name = PROVIDERS[wire]
        assert f'portico_provider_calls_total{{outcome="ok",provider="{name}"}} 2.0' in lines
        assert f'portico_provider_calls_total{{outcome="stream_truncated",provider="{name}"}} 1.0' in lines
        assert f'portico_tokens_total{{direction="output",provider="{name}"}} 3.0' in lines
        assert "portico_turns_open 0.0" in lines
        assert "portico_writer_queue_bytes 0.0" in lines
