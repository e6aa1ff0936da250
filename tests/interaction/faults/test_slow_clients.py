"""Clients that read late or never, and calls that must not wait for others."""

import socket
from pathlib import Path
from typing import Any

import anyio
import msgspec
import pytest
from websockets.asyncio.client import ClientConnection, connect

from portico.gateway.edge.connection import MAX_IN_FLIGHT, STALL_SECONDS
from portico.gateway.edge.hub import SWEEP_SECONDS
from portico.gateway.log.feed import RING_BYTES
from tests.kit import FakeClock
from tests.kit.gateways import TERMINAL, Peer, Setup, Site, encoded, gateway, until

KIB = "0123456789abcdef" * 64
TINY_BUFFER = 4_096


def connected(site: Site, buffer: int | None = None) -> connect:
    """A socket whose kernel and library hold next to nothing, if `buffer` is given."""
    made = socket.socket()
    if buffer is not None:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    made.setblocking(True)
    made.connect(("127.0.0.1", site.it.listening.port))
    made.setblocking(False)
    return connect(
        site.it.listening.ws,
        sock=made,
        compression=None,
        max_queue=1,
        max_size=None,
        close_timeout=0.1,
        additional_headers=site.bearer(),
    )


async def follow(ws: ClientConnection, thread_id: str) -> None:
    params = {"thread_id": thread_id}
    await ws.send(encoded({"jsonrpc": "2.0", "id": "follow", "method": "thread/get", "params": params}))
    while b'"id":"follow"' not in await ws.recv(decode=False):
        pass


async def until_end(ws: ClientConnection) -> list[bytes]:
    """The thread's frames up to its turn's end, as they came."""
    frames: list[bytes] = []
    while True:
        frame = await ws.recv(decode=False)
        told: dict[str, Any] = msgspec.json.decode(frame)
        if told["params"].get("thread_id") == "t1":
            frames.append(frame)
        if told["method"] in TERMINAL:
            return frames


@pytest.mark.promise("faults.slow-client")
async def test_who_reads_nothing_for_four_rings_gets_the_same_bytes_and_slows_nobody(tmp_path: Path) -> None:
    async with gateway(tmp_path) as site, site.peer() as peer:
        await peer.thread()
        async with connected(site, TINY_BUFFER) as slow, connected(site) as fast:
            await follow(slow, "t1")
            await follow(fast, "t1")
            site.vendor.script("hello", site.vendor.streams(6_000, KIB, per_write=20))
            await peer.start("u1", "hello")
            quick = await until_end(fast)
            assert sum(map(len, quick)) > 4 * RING_BYTES
            assert site.it.gateway.hub.lag > 0, "the slow one is behind while the fast one is done"
            assert await until_end(slow) == quick
        assert peer.text("u1") == KIB * 6_000


@pytest.mark.promise("faults.slow-client")
async def test_who_never_reads_is_closed_and_no_other(tmp_path: Path) -> None:
    clock = FakeClock()
    async with gateway(tmp_path, Setup(clock=clock)) as site, site.peer() as peer, site.socket() as idle:
        await peer.thread()
        hub = site.it.gateway.hub
        async with connected(site, TINY_BUFFER) as stuck:
            await follow(stuck, "t1")
            site.vendor.script("hello", site.vendor.streams(6_000, KIB, per_write=100))
            await peer.turn("u1", "hello")
            assert hub.count == 3
            for _ in range(int(STALL_SECONDS / SWEEP_SECONDS)):
                await sweep(clock)
                assert hub.count == 3
            await sweep(clock)
            await until(lambda: hub.count == 2)
        assert (await idle.call("gateway/info"))["gateway"]
        assert hub.lag == 0


async def sweep(clock: FakeClock) -> None:
    await anyio.wait_all_tasks_blocked()
    clock.advance(SWEEP_SECONDS)
    await anyio.wait_all_tasks_blocked()


@pytest.mark.promise("faults.renames")
async def test_two_hundred_renames_during_a_turn_of_twenty_thousand_deltas(tmp_path: Path) -> None:
    async with gateway(tmp_path) as site, site.peer() as peer, site.socket() as other:
        started = await peer.thread()
        half, gate = site.vendor.streams(10_000, "word "), anyio.Event()
        pieces = (*half.pieces[:-1], gate, *half.pieces[1:])
        site.vendor.script("hello", type(half)(pieces=pieces))
        await peer.start("u1", "hello")
        await peer.shown("u1", "word ")
        place = {"workspace_id": started["thread"]["workspace_id"], "thread_id": "t1"}
        for number in range(200):
            if number == 100:
                assert peer.notes("turn/completed") == []
                gate.set()
            renamed = await other.call("thread/update", **place, name=f"name {number}")
            assert renamed["thread"]["name"] == f"name {number}"
        assert (await peer.ended("u1"))["status"] == "Completed"
        assert peer.text("u1") == "word " * 20_000
        names = [note["thread"]["name"] for note in peer.notes("thread/updated")]
        assert names == [f"name {number}" for number in range(200)]
        versions = [event["version"] for event in await other.history()]
        assert versions == list(range(1, len(versions) + 1))


@pytest.mark.promise("faults.cancel")
async def test_a_cancel_while_fifty_calls_of_its_thread_wait(tmp_path: Path) -> None:
    """The first of the fifty asks for the models of a server that does not answer yet; the others wait behind it."""
    setup = Setup(environment={"VLLM_BASE_URL": "http://127.0.0.1:9"})
    async with gateway(tmp_path, setup) as site, site.peer() as peer, site.socket() as canceller:
        workspace = (await peer.thread())["thread"]["workspace_id"]
        site.vendor.script("hello", site.vendor.says("shown", anyio.Event()))
        await peer.start("u1", "hello")
        await peer.shown("u1", "shown")
        site.vendor.lists_when = anyio.Event()
        base_url = {"provider": "vllm", "base_url": site.vendor.url}
        await peer.call("provider/configure", workspace_id=workspace, **base_url)
        turn: Any = {"turn_id": "u2", "model_provider": "vllm", "when_busy": "queue", "input": [said("later")]}
        asked: list[tuple[Peer, str]] = [(peer, await peer.send("turn/start", thread_id="t1", **turn))]
        async with site.socket() as b, site.socket() as c, site.socket() as d:
            for number in range(49):
                client = (b, c, d, peer)[number // MAX_IN_FLIGHT]
                rename = {"workspace_id": workspace, "thread_id": "t1", "name": f"n{number}"}
                asked.append((client, await client.send("thread/update", **rename)))
            await until(lambda: site.it.gateway.dispatcher.open_calls == 50)
            cancelled = await canceller.call("turn/cancel", thread_id="t1", turn_id="u1", reason="enough")
            assert cancelled["turn"]["id"] == "u1"
            ended = await peer.ended("u1")
            assert (ended["status"], ended["error"]) == ("Interrupted", "enough")
            assert site.it.gateway.dispatcher.open_calls == 50
            site.vendor.lists_when.set()
            answers = [await client.answer(id_) for client, id_ in asked]
        assert [answer["error"] for answer in answers if "error" in answer] == []
        assert (await peer.ended("u2"))["status"] == "Completed"


def said(text: str) -> dict[str, str]:
    return {"type": "text", "text": text}
