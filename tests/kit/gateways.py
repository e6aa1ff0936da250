"""Whole gateways for tests: every part real but the vendor, in this process, with clients that see every frame."""

import os
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from portico.client.errors import lone_errors
from portico.gateway.adapters.http_port import Timeouts
from portico.gateway.kernel.clock import Clock, SystemClock
from portico.gateway.kernel.config import Config
from portico.gateway.main import Means, Running, Stop, attach, running
from tests.kit.vendors import MODEL, Vendor, WireName

Frame = dict[str, Any]
KEY = "sk-the-vendors-key-0123456789"
SECONDS = 10.0
"""A bound of each test, not an expectation."""
TERMINAL = frozenset({"turn/completed", "turn/failed", "turn/blocked"})
PROVIDERS: dict[WireName, str] = {"chat_completions": "openai", "anthropic_messages": "anthropic"}
ENDS = (anyio.EndOfStream, anyio.BrokenResourceError, anyio.ClosedResourceError, ConnectionClosed)


class Peer:
    """A client as plain as can be: `frames` is all that came, in its order."""

    def __init__(self, send: Callable[[Any], Awaitable[None]], receive: Callable[[], Awaitable[str | bytes]]) -> None:
        self.frames: list[Frame] = []
        self.closed = anyio.Event()
        self.close_code: int | None = None
        self.send_text = send
        self._receive = receive
        self._count = 0
        self._came = anyio.Event()

    async def run(self) -> None:
        """Take frames until the gateway closes."""
        try:
            while True:
                self.frames.append(msgspec.json.decode(await self._receive()))
                came, self._came = self._came, anyio.Event()
                came.set()
        except ENDS as end:
            if isinstance(end, ConnectionClosed) and end.rcvd is not None:
                self.close_code = end.rcvd.code
            self.closed.set()

    async def send(self, method: str, **params: Any) -> str:
        """Send a call; its id."""
        self._count += 1
        id_ = f"call{self._count}"
        await self.send_text(encoded({"jsonrpc": "2.0", "id": id_, "method": method, "params": params}))
        return id_

    async def exchange(self, frame: str | bytes) -> Frame:
        """Send a frame as it is; the next answer to anything, which must be to this one."""
        place = len(self.frames)
        await self.send_text(frame)
        return await self.first(lambda frame: "method" not in frame, place)

    async def first(self, fits: Callable[[Frame], bool], after: int = 0) -> Frame:
        """The first frame that fits, from place `after` on; waits for it."""
        place = after
        while True:
            while place < len(self.frames):
                if fits(self.frames[place]):
                    return self.frames[place]
                place += 1
            await self._came.wait()

    async def arrived(self, count: int) -> None:
        """Wait until so many frames have come."""
        while len(self.frames) < count:
            await self._came.wait()

    async def answer(self, id_: str | int | None) -> Frame:
        return await self.first(lambda frame: "method" not in frame and frame["id"] == id_)

    async def call(self, method: str, **params: Any) -> Any:
        """The result of a call that must succeed."""
        frame = await self.answer(await self.send(method, **params))
        assert "error" not in frame, frame
        return frame["result"]

    async def refused(self, method: str, **params: Any) -> Any:
        """The error of a call that must fail."""
        frame = await self.answer(await self.send(method, **params))
        assert "error" in frame, frame
        return frame["error"]

    async def noted(self, method: str, after: int = 0, **members: Any) -> Any:
        """The parameters of the first notification of `method` with these members."""

        def fits(frame: Frame) -> bool:
            return frame.get("method") == method and members.items() <= frame["params"].items()

        return (await self.first(fits, after))["params"]

    def notes(self, method: str = "") -> list[Any]:
        """The parameters of all notifications so far (of `method`)."""
        return [f["params"] for f in self.frames if "method" in f and method in {"", f["method"]}]

    async def thread(self, thread_id: str = "t1", **given: Any) -> Any:
        """A thread in the default workspace, followed."""
        workspace_id = (await self.call("workspace/default"))["workspace"]["id"]
        return await self.call("thread/start", thread_id=thread_id, workspace_id=workspace_id, **given)

    async def start(self, turn_id: str, text: str, thread_id: str = "t1", **given: Any) -> Any:
        given.setdefault("input", [{"type": "text", "text": text}])
        return await self.call("turn/start", thread_id=thread_id, turn_id=turn_id, **given)

    async def ended(self, turn_id: str) -> Any:
        """The turn as its terminal notification tells it."""

        def fits(frame: Frame) -> bool:
            return frame.get("method") in TERMINAL and frame["params"]["turn"]["id"] == turn_id

        return (await self.first(fits))["params"]["turn"]

    async def turn(self, turn_id: str, text: str, thread_id: str = "t1", **given: Any) -> Any:
        """Start a turn and wait for its end."""
        await self.start(turn_id, text, thread_id, **given)
        return await self.ended(turn_id)

    def text(self, turn_id: str) -> str:
        """The deltas of a turn's answer so far."""
        return "".join(p["delta"] for p in self.notes("item/agent_message/delta") if p["turn_id"] == turn_id)

    async def shown(self, turn_id: str, text: str) -> None:
        """Wait until the turn's answer has come this far."""
        await self.first(lambda _: self.text(turn_id).startswith(text))

    def items(self, turn_id: str, kind: str = "") -> list[Any]:
        """The completed items of a turn (of `kind`), in order."""
        done = [p["item"] for p in self.notes("item/completed") if p["turn_id"] == turn_id]
        return [item for item in done if kind in {"", item["type"]}]

    async def history(self, thread_id: str = "t1", page: int = 1_000, **given: Any) -> list[Any]:
        """The whole history of a thread, by pages; versions without holes."""
        events: list[Any] = []
        after = 0
        while True:
            found = await self.call("thread/history", thread_id=thread_id, after_version=after, limit=page, **given)
            events += found["events"]
            after = found["to_version"]
            if after >= found["head_version"]:
                return events


@dataclass
class Setup:
    """What a gateway is made of; tests change what they are about."""

    wire: WireName = "chat_completions"
    clock: Clock = field(default_factory=SystemClock)
    environment: dict[str, str] = field(default_factory=dict[str, str])
    config: dict[str, Any] = field(default_factory=dict[str, Any])
    means: Means = field(default_factory=lambda: Means(timeouts=Timeouts(connect=5.0, read=10.0)))
    seconds: float = SECONDS


@dataclass
class Site:
    """A running gateway and what is around it."""

    it: Running
    vendor: Vendor
    home: Path
    root: Path

    @property
    def url(self) -> str:
        return self.it.listening.url

    @property
    def token(self) -> str:
        """The home's own token."""
        return (self.home / "token").read_text().strip()

    def bearer(self, token: str | None = None) -> dict[str, str]:
        return {"authorization": f"Bearer {token or self.token}"}

    @property
    def database(self) -> bytes:
        """Every byte of the database's files."""
        return b"".join(path.read_bytes() for path in sorted(self.home.glob("gateway.db*")))

    @asynccontextmanager
    async def peer(self) -> AsyncGenerator[Peer]:
        """A client in this process."""
        async with attach(self.it) as (send, receive), _reading(Peer(send, receive)) as peer:
            yield peer

    @asynccontextmanager
    async def socket(self, token: str | None = None, **options: Any) -> AsyncGenerator[Peer]:
        """A client over a WebSocket."""
        options.setdefault("additional_headers", self.bearer(token))
        async with dialled(self.it.listening.ws, **options) as peer:
            yield peer


@asynccontextmanager
async def gateway(folder: Path, setup: Setup | None = None) -> AsyncGenerator[Site]:
    """A gateway on the home in `folder`, with its vendor beside it; turns that still run at the end are interrupted."""
    setup = setup or Setup()
    root, home = folder / "root", folder / "home"
    root.mkdir(exist_ok=True)
    with lone_errors(), anyio.fail_after(setup.seconds):
        async with Vendor(setup.wire).answering() as vendor, _running(setup, home, root, vendor) as it:
            yield Site(it, vendor, home, root)


@asynccontextmanager
async def _running(setup: Setup, home: Path, root: Path, vendor: Vendor) -> AsyncGenerator[Running]:
    config = _config(home, root, vendor, setup)
    async with running(config, Stop(), clock=setup.clock, means=setup.means) as it:
        try:
            yield it
        finally:
            it.gateway.features.turns.hurry()


@asynccontextmanager
async def dialled(url: str, **options: Any) -> AsyncGenerator[Peer]:
    """A client of the gateway whose socket is at `url`."""
    async with (
        connect(url, compression=None, max_size=None, close_timeout=1.0, **options) as ws,
        _reading(Peer(partial(_send_text, ws), ws.recv)) as peer,
    ):
        yield peer


def encoded(value: Any) -> str:
    return msgspec.json.encode(value).decode()


async def until(condition: Callable[[], bool]) -> None:
    """Give other tasks and threads turns until `condition` holds; the test's bound ends it."""
    while not condition():
        await anyio.to_thread.run_sync(_nothing)


def _config(home: Path, root: Path, vendor: Vendor, setup: Setup) -> Config:
    provider = PROVIDERS[setup.wire]
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        f"{provider.upper()}_BASE_URL": vendor.url,
        f"{provider.upper()}_API_KEY": KEY,
        **setup.environment,
    }
    given: dict[str, Any] = {"provider": provider, "model": MODEL, "port": 0, "default_root": root, **setup.config}
    return Config(home=home, environment=environment, **given)


@asynccontextmanager
async def _reading(peer: Peer) -> AsyncGenerator[Peer]:
    async with anyio.create_task_group() as group:
        group.start_soon(peer.run)
        yield peer
        group.cancel_scope.cancel()


async def _send_text(ws: ClientConnection, text: str | bytes) -> None:
    """As a text frame, also what is no UTF-8."""
    await ws.send(text, text=True)


def _nothing() -> None:
    """A turn for the threads of the store, which a busy loop would starve."""
