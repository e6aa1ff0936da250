"""Shells for tests: a boundary over a whole gateway in this process."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import msgspec

from portico.boundary import Boundary, Carrier, Means
from portico.client.errors import NotReachable
from portico.client.registry_plan import RegistryFile
from portico.client.timeline import AnyPatch, Row, apply
from portico.client.transport import Opener, Transport
from portico.client.transport.memory import memory
from portico.client.transport.websocket import websocket
from portico.client.tree import Node
from portico.client.tree_patches import TreePatch, patched
from portico.gateway.main import attach
from tests.gateway.main.rig import rehearsing
from tests.kit.gateways import Site, gateway

Answer = dict[str, Any]


class SiteWays:
    """Reaches the gateway of the test; nothing answers elsewhere."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def home(self) -> tuple[str, Opener]:
        return "Test", self._open

    def remote(self, url: str, token: str | None) -> Opener:
        del token

        @asynccontextmanager
        async def nowhere() -> AsyncGenerator[Transport]:
            raise NotReachable(f"no gateway answers at {url}")
            yield

        return nowhere

    @asynccontextmanager
    async def _open(self) -> AsyncGenerator[Transport]:
        async with attach(self._site.it) as (send, receive), memory(send, receive) as transport:
            yield transport


class SocketWays:
    """Reaches one gateway over a socket, with a token."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url
        self._token = token

    def home(self) -> tuple[str, Opener]:
        return "Test", self.remote(self._url, self._token)

    def remote(self, url: str, token: str | None) -> Opener:
        return partial(websocket, url, token)


class Shell:
    """Calls a boundary, keeps the newest event of each kind and applies patches as a shell does."""

    def __init__(self, boundary: Boundary) -> None:
        self.boundary = boundary
        self.seen: dict[str, Any] = {}
        self.count: dict[str, int] = {}
        self.rows: dict[str, list[Row]] = {}
        self.cursors: dict[str, str] = {}

    async def answer(self, method: str, **params: Any) -> Answer:
        return msgspec.json.decode(await self.boundary.call(method, msgspec.json.encode(params)))

    async def ok(self, method: str, **params: Any) -> Any:
        """The value of a call that must succeed."""
        answer = await self.answer(method, **params)
        assert answer["status"] == "ok", answer
        return answer["value"]

    async def failed(self, method: str, **params: Any) -> Answer:
        """The answer of a call that must fail."""
        answer = await self.answer(method, **params)
        assert answer["status"] == "error", answer
        return answer

    async def poll(self, wait_ms: int = 0) -> None:
        for event in (await self.ok("gateway_next_events", wait_ms=wait_ms))["events"]:
            self.take(event)

    async def until(self, fits: Callable[[], bool]) -> None:
        """Take events until it fits."""
        with anyio.fail_after(5):
            while not fits():
                await self.poll(1_000)

    def take(self, event: Answer) -> None:
        name = event["event"]
        if name == "tree_patches":
            before = msgspec.convert(self.seen["tree"]["nodes"], tuple[Node, ...])
            after = patched(before, msgspec.convert(event["patches"], list[TreePatch]))
            self.seen["tree"] = {**self.seen["tree"], "nodes": msgspec.json.decode(msgspec.json.encode(after))}
        self.seen[name] = event
        self.count[name] = self.count.get(name, 0) + 1
        if name in {"timeline", "patches"}:
            id_ = event["thread_id"]
            self.cursors[id_] = event["cursor"]
            if name == "timeline":
                self.rows[id_] = msgspec.convert(event["rows"], list[Row], strict=False)
            else:
                self.rows[id_] = apply(self.rows[id_], msgspec.convert(event["patches"], list[AnyPatch]))

    async def start(self) -> Any:
        """Connect and load the first screen."""
        await self.ok("gateway_connect")
        return await self.ok("workspace_bootstrap")

    def texts(self, thread_id: str, kind: str) -> list[str]:
        return [row.text for row in self.rows.get(thread_id, []) if row.kind == kind]


@asynccontextmanager
async def shell(site: Site, carrier: Carrier = "python", **means: Any) -> AsyncGenerator[Shell]:
    registry = RegistryFile(site.home / "shell" / "gateways.json")
    async with Boundary(carrier, Means(SiteWays(site), registry, **means)).running() as boundary:
        yield Shell(boundary)


@asynccontextmanager
async def started(folder: Path) -> AsyncGenerator[Shell]:
    """A shell on a gateway whose model rehearses, with its first screen."""
    async with gateway(folder, rehearsing()) as site, shell(site) as one:
        await one.start()
        yield one
