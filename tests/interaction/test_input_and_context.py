"""Input for a running turn, a caller's own context, and a conversation that is too long, through the whole gateway."""

from pathlib import Path

import anyio
import pytest

from tests.kit.gateways import Setup, encoded, gateway
from tests.kit.vendors import WIRES, WireName, user_texts
from tests.kit.wire import Reply, refusal

every_wire = pytest.mark.parametrize("wire", WIRES)
TEXT = {"type": "text"}


def too_long(wire: WireName) -> Reply:
    """What a vendor answers to a request above its window."""
    if wire == "anthropic_messages":
        error = {"type": "invalid_request_error", "message": "prompt is too long: 200001 tokens > 200000 maximum"}
        return refusal(400, {"type": "error", "error": error})
    said = "This model's maximum context length is 8192 tokens"
    return refusal(400, {"error": {"message": said, "code": "context_length_exceeded"}})


@every_wire
async def test_a_follow_up_is_shown_as_waiting_and_read_when_the_turn_would_end(tmp_path: Path, wire: WireName) -> None:
    goes_on = anyio.Event()
    async with gateway(tmp_path, Setup(wire=wire)) as site, site.peer() as peer:
        await peer.thread()
        site.vendor.script("hello", site.vendor.says("so", goes_on, " far"))
        site.vendor.script("then this", site.vendor.says("that, too"))
        await peer.start("u1", "hello")
        await peer.shown("u1", "so")
        given = [{**TEXT, "text": "then this"}]
        await peer.call(
            "turn/steer",
            thread_id="t1",
            expected_turn_id="u1",
            steer_id="f1",
            input=given,
            delivery="follow_up",
        )
        answer = await peer.start("u2", "and more", when_busy="follow_up")
        assert (answer["outcome"], answer["queue_position"]) == ("steered", 2)
        queue = await peer.call("turn/queue/list", thread_id="t1")
        assert [(steer["steer_id"], steer["delivery"]) for steer in queue["steers"]] == [
            ("f1", "follow_up"),
            ("u2", "follow_up"),
        ]
        goes_on.set()
        assert (await peer.ended("u1"))["status"] == "Completed"
        assert [item["text"] for item in peer.items("u1", "userMessage")] == ["hello", "then this", "and more"]
        assert [user_texts(seen)[-1] for seen in site.vendor.asked] == ["hello", "then this", "and more"]
        assert (await peer.call("turn/queue/list", thread_id="t1")).get("steers", []) == []


@every_wire
async def test_a_conversation_that_the_vendor_finds_too_long_is_made_smaller(tmp_path: Path, wire: WireName) -> None:
    async with gateway(tmp_path, Setup(wire=wire)) as site, site.peer() as peer:
        await peer.thread()
        for number in range(3):
            await peer.turn(f"u{number}", f"question {number}")
        site.vendor.script("hello", too_long(wire), site.vendor.says("here"))
        turn = await peer.turn("u9", "hello")
        assert (turn["status"], peer.text("u9")) == ("Completed", "here")
        [began] = peer.notes("context/compressing")
        [done] = peer.notes("context/compressed")
        assert (began["reason"], done["dropped_turns"], done["will_retry"]) == ("overflow", 2, True)
        assert began["tokens_before"] > done["tokens_after"] == done["compressed_tokens"]
        told = encoded(user_texts(site.vendor.asked[-1]))
        assert [f"question {number}" in told for number in range(3)] == [False, False, True]
        assert "question 0" in encoded(await peer.history())
        assert "question 0" in encoded(await peer.history())  # the log keeps everything
        site.vendor.script("again", too_long(wire), too_long(wire))
        turn = await peer.turn("u10", "again")
        assert (turn["status"], turn["error_class"]) == ("Failed", "prompt_too_long")
        assert [note.get("error") is None for note in peer.notes("context/compressed")] == [True, True, False]


@every_wire
async def test_context_and_instructions_reach_the_vendor_for_one_turn(tmp_path: Path, wire: WireName) -> None:
    async with gateway(tmp_path, Setup(wire=wire)) as site, site.peer() as peer:
        await peer.thread()
        await peer.turn("u1", "our own")
        context = [
            {"role": "user", "content": [{**TEXT, "text": "told before"}]},
            {"role": "assistant", "content": [{**TEXT, "text": "answered before"}]},
        ]
        await peer.turn("u2", "and now", context=context, instructions="be a pirate")
        await peer.turn("u3", "after")
        second, third = [encoded(seen.json) for seen in site.vendor.asked[1:]]
        assert [word in second for word in ("told before", "answered before", "be a pirate", "our own")] == [
            True,
            True,
            True,
            False,
        ]
        assert [word in third for word in ("told before", "be a pirate", "our own", "and now")] == [
            False,
            False,
            True,
            True,
        ]
        refused = await peer.refused(
            "turn/start",
            thread_id="t1",
            turn_id="u4",
            input=[{**TEXT, "text": "x"}],
            context=[{"role": "assistant", "content": [{"type": "image", "url": "https://example.org/a.png"}]}],
        )
        told = refused["data"]
        assert (told["code"], told["path"]) == ("unsupported_input", "$.context[0].content[0]")
