"""Pass-through by translation: what is recorded of it, and its bound."""

from pathlib import Path
from typing import Any

import pytest

from tests.gateway.edge.openai.asking import Asker, asking
from tests.kit.gateways import Setup, until

REHEARSAL = "rehearsal/rehearsal"


async def rows(asker: Asker) -> list[Any]:
    """The rows of usage, by their faces."""
    async with asker.site.peer() as peer:
        return sorted((await peer.call("usage/list"))["items"], key=lambda row: row["face"])


@pytest.mark.promise("openai.pass-through")
async def test_a_row_for_each_call_and_no_content(tmp_path: Path) -> None:
    async with asking(tmp_path) as asker:
        await asker.chat(REHEARSAL, messages=[{"role": "user", "content": "/say a marker"}])
        await asker.respond(REHEARSAL, input="/fail unknown")
        chat, response = await rows(asker)
        assert {name: chat[name] for name in ("provider", "model", "face", "status")} == {
            "provider": "rehearsal",
            "model": "rehearsal",
            "face": "chat_completions",
            "status": "completed",
        }
        assert chat["output_tokens"] > 0
        assert (response["face"], response["status"]) == ("responses", "failed")
        assert b"a marker" not in asker.site.database


async def test_who_left_is_told_in_the_row(tmp_path: Path) -> None:
    async with asking(tmp_path, Setup(wire="anthropic_messages")) as asker:
        vendor = asker.site.vendor
        vendor.script("hello", vendor.breaks("so far", ending="hang"))
        async with asker.streaming(model="anthropic/m-1"):
            await vendor.hanging.wait()
        await vendor.left.wait()
        await until(lambda: asker.site.it.gateway.app.streams.count == 0)
        [row] = await rows(asker)
        assert (row["provider"], row["status"]) == ("anthropic", "cancelled")
        assert row["input_tokens"] > 0
        assert row["output_tokens"] == 1 + len("so far") // 4


async def test_nothing_is_asked_above_the_bound(tmp_path: Path) -> None:
    setup = Setup(wire="anthropic_messages", config={"pass_through_tokens_per_day": 1})
    async with asking(tmp_path, setup) as asker:
        assert (await asker.chat("anthropic/m-1")).status == 200
        for told in (await asker.chat("anthropic/m-1", stream=True), await asker.respond("anthropic/m-1")):
            assert (told.status, told.error["code"]) == (429, "spend_cap_reached")
        assert len(asker.site.vendor.asked) == 1
        assert (await asker.chat("portico")).status == 200
