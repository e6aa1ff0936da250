"""A whole gateway, and the `openai` SDK's own client of it."""

import base64
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from openai import AsyncOpenAI

from tests.kit.gateways import Setup, Site, gateway
from tests.kit.vendors import WireName
from tests.kit.wire import Reply, refusal

PNG = "data:image/png;base64," + base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"0" * 16).decode()
MODELS: dict[WireName, str] = {"chat_completions": "openai/m-1", "anthropic_messages": "anthropic/m-1"}
each_wire = pytest.mark.parametrize("wire", list(MODELS))


@asynccontextmanager
async def client(
    folder: Path, wire: WireName = "chat_completions", **options: Any
) -> AsyncGenerator[tuple[Site, AsyncOpenAI]]:
    """A gateway and the SDK's client of it."""
    options.setdefault("max_retries", 0)
    async with (
        gateway(folder, Setup(wire=wire)) as site,
        AsyncOpenAI(base_url=f"{site.url}/v1", api_key=site.token, **options) as sdk,
    ):
        yield site, sdk


def one_answer(site: Site, text: str) -> Reply:
    """What the vendor says to a request that is not streamed: bytes pass through, everything else is streamed."""
    if site.vendor.wire == "anthropic_messages":
        return site.vendor.says(text)
    message = {"role": "assistant", "content": text}
    choices = [{"index": 0, "message": message, "finish_reason": "stop"}]
    usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
    body = {"id": "r", "object": "chat.completion", "created": 1, "model": "m-1", "choices": choices, "usage": usage}
    return refusal(200, body)


async def nothing_is_kept(site: Site) -> None:
    """No thread is left in any tree."""
    async with site.peer() as peer:
        workspace_id = (await peer.call("workspace/default"))["workspace"]["id"]
        assert (await peer.call("thread/tree", workspace_id=workspace_id))["threads"] == []
