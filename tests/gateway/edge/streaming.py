"""Routes of the tests: a stream of deltas, an answer that waits, a body that is read, a value that comes back."""

from dataclasses import dataclass, field

import anyio
import msgspec

from portico.gateway.edge.follow import following
from portico.gateway.edge.request import Request, Response
from portico.gateway.edge.route import HttpRoute
from portico.gateway.edge.streams import EventStream, Held, Outlet, frame
from portico.gateway.kernel.context import Principal
from portico.gateway.kernel.errors import GatewayError
from portico.gateway.log import thread_stream
from portico.gateway.log.feed import Frame
from portico.gateway.log.writer import LogWriter
from portico.protocol.base import Scope
from portico.protocol.events import ItemDelta


@dataclass
class StreamFace:
    """`begun` and `ended` tell which producers and readers of bodies were at work, in order."""

    log: LogWriter
    begun: list[str] = field(default_factory=list[str])
    ended: list[str] = field(default_factory=list[str])
    gate: anyio.Event = field(default_factory=anyio.Event)

    def routes(self) -> tuple[HttpRoute, ...]:
        return (
            HttpRoute("GET", "/test/stream", Scope.READ, self.stream),
            HttpRoute("GET", "/test/gated", Scope.READ, self.gated),
            HttpRoute("GET", "/test/held", Scope.READ, self.held),
            HttpRoute("GET", "/test/broken", Scope.READ, self.broken),
            HttpRoute("POST", "/test/body", Scope.READ, self.body),
            HttpRoute("GET", "/test/echo/{value}", Scope.READ, self.echo, errors="openai"),
        )

    async def stream(self, request: Request, caller: Principal | None) -> EventStream:
        del request, caller
        return EventStream(self._produce, self._failure, headers=(("x-kind", "test"),))

    async def gated(self, request: Request, caller: Principal | None) -> EventStream:
        """A stream whose handler takes its time."""
        self.begun.append("gate")
        await self.gate.wait()
        return await self.stream(request, caller)

    async def held(self, request: Request, caller: Principal | None) -> Held:
        del request, caller
        return Held(self._wait)

    async def broken(self, request: Request, caller: Principal | None) -> EventStream:
        del request, caller
        return EventStream(self._break, self._failure)

    async def body(self, request: Request, caller: Principal | None) -> Response:
        del caller
        self.begun.append("body")
        try:
            return Response.json({"size": len(await request.body())})
        finally:
            self.ended.append("body")

    async def echo(self, request: Request, caller: Principal | None) -> Response:
        del caller
        value = request.params["value"]
        return Response.json({"value": value, "query": request.query()}, headers=(("x-echo", value),))

    async def _produce(self, outlet: Outlet) -> None:
        self.begun.append("stream")
        try:
            await outlet.send(frame("ready", b"{}"))
            async with following(self.log, thread_stream("t"), outlet, 0) as follow:
                while True:
                    await outlet.send(b"".join(_told(fact) for fact in await follow.next()))
        finally:
            self.ended.append("stream")

    async def _break(self, outlet: Outlet) -> None:
        await outlet.send(frame("ready", b"{}"))
        raise RuntimeError("a secret of the machine")

    async def _wait(self, outlet: Outlet) -> Response:
        self.begun.append("held")
        try:
            await outlet.wait()
            return Response.json({"waited": True})
        finally:
            self.ended.append("held")

    @staticmethod
    def _failure(error: GatewayError) -> bytes:
        return frame("error", msgspec.json.encode({"code": error.code}))


def _told(fact: Frame) -> bytes:
    assert isinstance(fact.event, ItemDelta)
    return frame("delta", fact.event.delta.encode())
