"""A small gateway for tests of the edge: a real log and dispatcher, methods of the tests, memory or a socket."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
import msgspec
from anyio.abc import SocketStream
from websockets.asyncio.client import ClientConnection, connect

from portico.gateway.edge.app import App
from portico.gateway.edge.auth import Gate, Perimeter
from portico.gateway.edge.connection import Services
from portico.gateway.edge.http import Probes
from portico.gateway.edge.hub import Hub
from portico.gateway.edge.memory import MemoryClient, attached
from portico.gateway.edge.metrics import GatewayMetrics
from portico.gateway.edge.server import Listening, connections
from portico.gateway.edge.sign_in import SignIn
from portico.gateway.edge.streams import Streams
from portico.gateway.edge.throttle import Throttle
from portico.gateway.edge.web import Bundle, WebShell
from portico.gateway.features.access import PROCESS, AccessOptions, AccessPorts, AccessService
from portico.gateway.features.access import routes as access_routes
from portico.gateway.kernel.config import Config
from portico.gateway.kernel.context import Principal
from portico.gateway.kernel.lanes import Lanes
from portico.gateway.log import Append, Batch, thread_stream
from portico.gateway.log.writer import LogWriter
from portico.gateway.rpc import CallContext, Dispatcher, Route
from portico.protocol.base import NoParams, Params, Scope, Wire
from portico.protocol.events import ItemDelta, ThreadTreeChanged
from portico.protocol.methods.base import Method, by_thread
from tests.gateway.edge.streaming import StreamFace
from tests.gateway.features.access.ports import HomeInMemory, KeyInMemory
from tests.kit import FakeClock, FakeIds
from tests.kit.logs import sqlite_log


class TextParams(Params, frozen=True, kw_only=True):
    text: str = ""
    count: int = 0
    thread_id: str = "t"


class TextResult(Wire, frozen=True, kw_only=True):
    text: str


TOKEN = "s3cret"
VERSION = "1.2.3"
ECHO = Method("test/echo", TextParams, TextResult, Scope.READ)
HOLD = Method("test/hold", TextParams, TextResult, Scope.READ)
IN_LANE = Method("test/lane", TextParams, TextResult, Scope.READ, by_thread)
FOLLOW = Method("test/follow", TextParams, TextResult, Scope.READ)
SELECT = Method("test/select", TextParams, TextResult, Scope.READ)
FORGET = Method("test/forget", TextParams, TextResult, Scope.READ)
BREAK = Method("test/break", NoParams, TextResult, Scope.READ)
ADMIN = Method("test/admin", NoParams, TextResult, Scope.ADMIN)


@dataclass
class TestMethods:
    """Handlers that a test can hold up. `started` tells what is at work, in order."""

    __test__ = False

    log: LogWriter
    gates: dict[str, anyio.Event] = field(default_factory=dict[str, anyio.Event])
    started: list[str] = field(default_factory=list[str])

    def routes(self) -> tuple[Route[Any, Any], ...]:
        return (
            Route(ECHO, self.echo),
            Route(HOLD, self.hold),
            Route(IN_LANE, self.hold),
            Route(FOLLOW, self.follow),
            Route(SELECT, self.select),
            Route(FORGET, self.forget),
            Route(BREAK, self.break_),
            Route(ADMIN, self.admin),
        )

    async def echo(self, ctx: CallContext, p: TextParams) -> TextResult:
        del ctx
        return TextResult(text=p.text)

    async def hold(self, ctx: CallContext, p: TextParams) -> TextResult:
        del ctx
        self.started.append(p.text)
        await self.gates.setdefault(p.text, anyio.Event()).wait()
        return TextResult(text=p.text)

    async def follow(self, ctx: CallContext, p: TextParams) -> TextResult:
        stream = thread_stream(p.thread_id)
        head = await self.log.head(stream)
        ctx.connection.subscribe(stream, head if p.count == 0 else p.count - 1)
        if p.text:
            self.started.append(p.text)
            await self.gates.setdefault(p.text, anyio.Event()).wait()
        return TextResult(text=str(head))

    async def select(self, ctx: CallContext, p: TextParams) -> TextResult:
        before = ctx.connection.workspace_id
        ctx.connection.select_workspace(p.text)
        return TextResult(text=f"{before} to {ctx.connection.workspace_id}")

    async def forget(self, ctx: CallContext, p: TextParams) -> TextResult:
        return TextResult(text=str(ctx.connection.unsubscribe(thread_stream(p.thread_id))))

    async def break_(self, ctx: CallContext, p: NoParams) -> TextResult:
        raise RuntimeError("a secret of the machine")

    async def admin(self, ctx: CallContext, p: NoParams) -> TextResult:
        return TextResult(text="admin")


@dataclass
class Rig:
    """Everything of one test gateway."""

    log: LogWriter
    clock: FakeClock
    access: AccessService
    methods: TestMethods
    services: Services
    hub: Hub
    gate: Gate
    app: App
    metrics: GatewayMetrics
    face: StreamFace

    async def publish(self, *texts: str, thread: str = "t") -> None:
        """One delta each on the thread's stream, committed one after the other."""
        for text in texts:
            await self.log.write(delta(thread_stream(thread), text))

    async def publish_many(self, texts: list[str], thread: str = "t") -> None:
        """The same, in few commits."""
        for text in texts[:-1]:
            self.log.post(delta(thread_stream(thread), text))
        await self.publish(texts[-1], thread=thread)

    async def announce(self, workspace: str) -> None:
        """A change of the tree on the workspace's stream."""
        event = ThreadTreeChanged(workspace_id=workspace, thread_id="t", reason="thread_updated")
        await self.log.write(Batch(appends=(Append(f"workspace:{workspace}", event, workspace_id=workspace),)))


def delta(stream: str, text: str) -> Batch:
    return Batch(appends=(Append(stream, ItemDelta(item_id="i", delta=text), workspace_id="w", flow=True),))


@asynccontextmanager
async def rig(
    folder: Path,
    options: AccessOptions | None = None,
    perimeter: Perimeter | None = None,
    *,
    web: Bundle | None = None,
) -> AsyncGenerator[Rig]:
    """A gateway without a listener, on a log in `folder`."""
    clock = FakeClock()
    async with sqlite_log(folder, (), clock) as log:
        ids = FakeIds()
        access = AccessService(
            log, clock, ids, options or AccessOptions(), AccessPorts(KeyInMemory(b"k" * 64), HomeInMemory())
        )
        await access.load()
        methods = TestMethods(log)
        table = {route.method.name: route for route in (*methods.routes(), *access_routes(access))}
        metrics = GatewayMetrics()
        services = Services(
            dispatcher=Dispatcher(table, Lanes(), ids),
            feeds=log,
            credentials=access,
            clock=clock,
            ids=ids,
            metrics=metrics,
        )
        hub = Hub(services)
        gate = Gate(access, Throttle(clock), perimeter or Perimeter("127.0.0.1"))
        own = (*WebShell(gate, web).routes(), *Probes(gate, list, metrics.render).routes())
        face = StreamFace(log)
        app = App(hub, Streams(access, clock), gate, (*own, *SignIn(gate, VERSION).routes(), *face.routes()))
        with hub.rechecking():
            yield Rig(log, clock, access, methods, services, hub, gate, app, metrics, face)


@asynccontextmanager
async def joined(folder: Path, principal: Principal = PROCESS) -> AsyncGenerator[tuple[Rig, MemoryClient]]:
    """A gateway and a client in memory, for at most five seconds."""
    with anyio.fail_after(5):
        async with rig(folder) as gateway, attached(gateway.hub, principal) as client:
            yield gateway, client


def call(id: str | int, method: str, **params: Any) -> str:
    return encoded({"jsonrpc": "2.0", "id": id, "method": method, "params": params})


def encoded(value: Any) -> str:
    return msgspec.json.encode(value).decode()


@asynccontextmanager
async def served(
    folder: Path,
    options: AccessOptions | None = None,
    perimeter: Perimeter | None = None,
    *,
    web: Bundle | None = None,
    **changes: Any,
) -> AsyncGenerator[tuple[Rig, Listening]]:
    """A gateway behind a real listener, for at most ten seconds; its static token is `s3cret`."""
    config = Config(home=folder, port=0, **changes)
    with anyio.fail_after(10):
        async with (
            rig(folder, options or AccessOptions(static_token=TOKEN), perimeter, web=web) as gateway,
            connections(gateway.app, gateway.hub, config, gateway.clock) as clients,
            clients.listening(config) as place,
        ):
            yield gateway, place


async def exchange(place: Listening, data: bytes) -> bytes:
    """Send `data` and read until the gateway closes."""
    async with await anyio.connect_tcp(place.host, place.port) as stream:
        await stream.send(data)
        return await read_all(stream)


async def read_all(stream: SocketStream) -> bytes:
    received = b""
    try:
        while True:
            received += await stream.receive()
    except (anyio.EndOfStream, anyio.BrokenResourceError):
        return received


@dataclass(frozen=True)
class Answer:
    """An HTTP answer; header names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return msgspec.json.decode(self.body)


async def ask(place: Listening, line: str, body: bytes = b"", **headers: str) -> Answer:
    """One request on a connection of its own; `token=""` sends no credential."""
    fields = {"host": f"{place.host}:{place.port}", "connection": "close"}
    token = headers.pop("token", TOKEN)
    if token:
        fields["authorization"] = f"Bearer {token}"
    if body:
        fields["content-length"] = str(len(body))
    fields |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return parsed(await exchange(place, f"{line} HTTP/1.1\r\n{head}\r\n".encode() + body))


def parsed(data: bytes) -> Answer:
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    pairs = (line.partition(": ") for line in lines)
    return Answer(int(first.split()[1]), {name.lower(): value for name, _, value in pairs}, body)


@asynccontextmanager
async def socket(place: Listening, **options: Any) -> AsyncGenerator[ClientConnection]:
    """A WebSocket of another library."""
    options.setdefault("additional_headers", {"authorization": f"Bearer {TOKEN}"})
    options.setdefault("compression", None)
    async with connect(options.pop("url", place.ws), **options) as made:
        yield made


async def result_of(client: MemoryClient, frame: str) -> Any:
    """The result of a call, past the notifications that come before it."""
    await client.send_text(frame)
    while "id" not in (answer := await receive(client)):
        pass
    return answer["result"]


async def rest_of(client: MemoryClient) -> list[Any]:
    """All frames until the gateway closes."""
    frames: list[Any] = []
    try:
        while True:
            frames.append(await receive(client))
    except anyio.EndOfStream:
        return frames


async def receive(client: MemoryClient) -> Any:
    return msgspec.json.decode(await client.receive_text())


def answered(id: str | int, text: str) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": id, "result": {"text": text}}


async def until(condition: Callable[[], bool]) -> None:
    """Give other tasks and threads turns until `condition` holds; the test's `fail_after` bounds it."""
    while not condition():
        await anyio.to_thread.run_sync(_nothing)


def _nothing() -> None:
    """A turn for the threads of the store, which a busy loop would starve."""
