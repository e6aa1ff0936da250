"""Browser tabs without a browser: sockets at `/boundary` that watch one turn, and what they cost the gateway."""

import itertools
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import msgspec
from websockets.asyncio.client import ClientConnection, connect

from bench.measures import Figures, uid
from bench.provider import mark
from bench.rig import Client, Gateway, client, gateway, median, now

TABS = 20
SECONDS = 6.0
PER_SECOND = 500
RENAMED = "A name of a usual length"
THREADS = 10_000
ROUNDS = 3


class _Answer(msgspec.Struct):
    id: int | None = None
    status: str = "ok"
    value: msgspec.Raw = msgspec.Raw(b"null")


_answer = msgspec.json.Decoder(_Answer).decode


class Tab:
    """One shell."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._ids = itertools.count(1)

    async def call(self, method: str, **params: Any) -> msgspec.Raw:
        """The value as it came; events that come meanwhile are dropped."""
        id_ = next(self._ids)
        await self._socket.send(msgspec.json.encode({"id": id_, "method": method, "params": params}).decode())
        while True:
            answer = _answer(await self._socket.recv(decode=False))
            if answer.id == id_:
                if answer.status != "ok":
                    raise RuntimeError(f"{method} was refused")
                return answer.value

    async def frame(self) -> bytes:
        return await self._socket.recv(decode=False)

    async def watch(self) -> None:
        """Read frames and look no closer, for ever."""
        while True:
            await self._socket.recv(decode=False)


@asynccontextmanager
async def tab(it: Gateway) -> AsyncGenerator[Tab]:
    headers = {"Authorization": f"Bearer {it.token}"}
    url = f"{it.url.replace('http', 'ws', 1)}/boundary"
    async with connect(url, compression=None, max_size=None, additional_headers=headers) as socket:
        yield Tab(socket)


async def tabs(it: Gateway) -> Figures:
    """The gateway's processor time of one paced stream: watched by nobody, by one tab, by twenty, in turns."""
    costs: dict[int, list[float]] = {0: [], 1: [], TABS: []}
    async with client(it) as mine:
        await mine.turn(await mine.thread(uid("warm")), uid("t"), mark(n=2))
        for _ in range(ROUNDS):
            for count, taken in costs.items():
                taken.append(await _streamed(it, mine, count))
    none, one, many = (median(taken) for taken in costs.values())
    return {"tabs_0_s": none, "tabs_1_s": one, "tabs_20_s": many, "tabs_ratio": many / one}


async def _streamed(it: Gateway, mine: Client, count: int) -> float:
    thread = await mine.thread(uid("tabs"))
    deltas, taken = int(SECONDS * PER_SECOND), 0.0
    async with AsyncExitStack() as stack, anyio.create_task_group() as group:
        for _ in range(count):
            one = await stack.enter_async_context(tab(it))
            await one.call("gateway_connect")
            await one.call("workspace_bootstrap")
            await one.call("active_thread_open", thread_id=thread)
            group.start_soon(one.watch)
        before = it.cpu()
        await mine.turn(thread, uid("t"), mark(n=deltas, d=1_000 / PER_SECOND, md=1))
        taken += it.cpu() - before
        group.cancel_scope.cancel()
    return taken


async def tree(home: Path) -> Figures:
    """A workspace of 10,000 threads: what a shell's start takes, and what it is told of a rename by somebody else."""
    with gateway(home) as it:
        async with client(it) as mine, tab(it) as one:
            workspace = (await mine.call("workspace/default"))["workspace"]["id"]
            names = [uid("many") for _ in range(THREADS)]
            for name in names:
                await mine.call("thread/start", thread_id=name, workspace_id=workspace, name=f"Of herons, part {name}")
            starts = [await _bootstrapped(it) for _ in range(ROUNDS)]
            await one.call("gateway_connect")
            await one.call("workspace_bootstrap")
            told: list[tuple[float, int]] = []
            for number, name in enumerate(names[:ROUNDS]):
                begun = now()
                await mine.call("thread/update", workspace_id=workspace, thread_id=name, name=f"{RENAMED} {number}")
                size = await _until_told(one, f"{RENAMED} {number}".encode())
                told.append(((now() - begun) * 1e3, size))
    return {
        "tree_ms": median([ms for ms, _ in starts]),
        "tree_bytes": median([size for _, size in starts]),
        "rename_ms": median([ms for ms, _ in told]),
        "rename_bytes": median([size for _, size in told]),
    }


async def _bootstrapped(it: Gateway) -> tuple[float, int]:
    """Milliseconds and bytes of a first screen."""
    async with tab(it) as one:
        begun = now()
        await one.call("gateway_connect")
        screen = await one.call("workspace_bootstrap")
        return (now() - begun) * 1e3, len(bytes(screen))


async def _until_told(one: Tab, name: bytes) -> int:
    """Bytes of all frames up to the one that tells the name."""
    size = 0
    while True:
        frame = await one.frame()
        size += len(frame)
        if name in frame:
            return size
