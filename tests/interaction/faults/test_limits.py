"""How much a connection may ask at once: sixteen calls, batches of sixteen, and control calls beside them."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest

from portico.gateway.edge.connection import MAX_IN_FLIGHT
from tests.kit.gateways import Peer, Setup, Site, encoded, gateway, until

pytestmark = pytest.mark.promise("faults.limits")


@asynccontextmanager
async def stuck(folder: Path) -> AsyncGenerator[tuple[Site, Peer, dict[str, Any]]]:
    """A thread with a running turn and a lane that a call holds: it asks for the models of a server that is silent."""
    setup = Setup(environment={"VLLM_BASE_URL": "http://127.0.0.1:9"})
    async with gateway(folder, setup) as site, site.peer() as holder, site.socket() as peer:
        workspace = (await holder.thread())["thread"]["workspace_id"]
        site.vendor.script("hello", site.vendor.says("shown", anyio.Event()))
        await holder.start("u1", "hello")
        await holder.shown("u1", "shown")
        site.vendor.lists_when = anyio.Event()
        await holder.call("provider/configure", workspace_id=workspace, provider="vllm", base_url=site.vendor.url)
        later: Any = {"turn_id": "u2", "model_provider": "vllm", "input": [{"type": "text", "text": "later"}]}
        await holder.send("turn/start", thread_id="t1", when_busy="queue", **later)
        await until(lambda: site.it.gateway.dispatcher.open_calls == 1)
        yield site, peer, {"workspace_id": workspace, "thread_id": "t1", "name": "renamed"}


async def test_the_seventeenth_call_is_refused_and_control_calls_pass(tmp_path: Path) -> None:
    async with stuck(tmp_path) as (site, peer, rename):
        waiting = [await peer.send("thread/update", **rename) for _ in range(MAX_IN_FLIGHT)]
        for method, params in (("gateway/info", {}), ("thread/get", {"thread_id": "t1"})):
            error = await peer.refused(method, **params)
            assert (error["code"], error["data"]["kind"]) == (-32001, "unavailable")
            assert error["data"]["retry_after_seconds"] > 0
        assert (await peer.call("thread/unsubscribe", thread_id="t1"))["status"] in {"unsubscribed", "notSubscribed"}
        await peer.call("turn/cancel", thread_id="t1", turn_id="u1")
        async with site.socket() as other:
            assert (await other.call("thread/get", thread_id="t1"))["thread"]["id"] == "t1"
        site.vendor.lists_when.set()
        assert ["error" in await peer.answer(id_) for id_ in waiting] == [False] * MAX_IN_FLIGHT
        await peer.call("gateway/info")


async def test_each_call_of_a_batch_counts_and_the_array_comes_with_the_last(tmp_path: Path) -> None:
    async with stuck(tmp_path) as (site, peer, rename):
        waiting = [await peer.send("thread/update", **rename) for _ in range(MAX_IN_FLIGHT - 2)]
        parts = [
            {"jsonrpc": "2.0", "id": f"b{n}", "method": method, "params": params}
            for n, (method, params) in enumerate(
                (("thread/update", rename), ("gateway/info", {}), ("gateway/info", {}))
            )
        ]
        await peer.send_text(encoded(parts))
        cancel = {"thread_id": "t1", "turn_id": "u1"}
        await peer.call("turn/cancel", **cancel)
        assert [frame for frame in peer.frames if isinstance(frame, list)] == []
        site.vendor.lists_when.set()
        for id_ in waiting:
            assert "result" in await peer.answer(id_)
        batch: Any = await peer.first(lambda frame: isinstance(frame, list))
        assert [(part["id"], part.get("error", {}).get("code")) for part in batch] == [
            ("b0", None),
            ("b1", None),
            ("b2", -32001),
        ]


async def test_calls_of_one_thread_run_in_their_order(tmp_path: Path) -> None:
    async with stuck(tmp_path) as (site, peer, rename):
        names = [f"name {n}" for n in range(10)]
        await peer.call("thread/get", thread_id="t1")
        waiting = [await peer.send("thread/update", **rename | {"name": name}) for name in names]
        site.vendor.lists_when.set()
        for id_ in waiting:
            await peer.answer(id_)
        await until(lambda: len(peer.notes("thread/updated")) == len(names))
        assert [note["thread"]["name"] for note in peer.notes("thread/updated")] == names
