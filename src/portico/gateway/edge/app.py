"""The one ASGI application: routes requests and upgrades, lets in, answers refusals (design 6)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

import anyio

from portico.gateway.edge.auth import Gate
from portico.gateway.edge.boundary import BoundarySockets
from portico.gateway.edge.errors import error_body, http_status, refusal_headers
from portico.gateway.edge.hub import Hub
from portico.gateway.edge.request import AsgiScope, Headers, Receive, Request, Response, Send
from portico.gateway.edge.route import ErrorStyle, HttpRoute
from portico.gateway.edge.router import Methods, Router
from portico.gateway.edge.socket_protocol import BOUNDARY_PATH
from portico.gateway.edge.streams import SSE_HEADERS, Answer, EventStream, Held, Outlet, PeerGone, Streams
from portico.gateway.edge.ws import SocketTransport, refuse
from portico.gateway.kernel.context import Principal
from portico.gateway.kernel.errors import GatewayError, Invalid, NotFound, Unavailable
from portico.gateway.rpc import CallContext, Dispatcher, NoConnection

SOCKET_PATHS = frozenset({"/", "/rpc"})
_ANYBODY = Principal("anybody", "anybody", frozenset(), "open")
"""Who calls a route that is open to all, as the log names it."""
_BODILESS = frozenset({204, 304})
_NO_VALUE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_COMMON = (
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
)


@dataclass(frozen=True, slots=True)
class _Parts:
    """What answering a request needs."""

    gate: Gate
    router: Router
    streams: Streams
    dispatcher: Dispatcher


class App:
    """Faces add their routes when it is built."""

    def __init__(self, hub: Hub, streams: Streams, gate: Gate, routes: Iterable[HttpRoute]) -> None:
        self._hub = hub
        self._parts = _Parts(gate, Router(routes), streams, hub.services.dispatcher)
        self.boundary: BoundarySockets | None = None
        """Serves the sockets of browsers' shells, where the composition root gives it."""
        self._is_listening = True
        self._active = 0
        self._idle = anyio.Event()

    @property
    def routes(self) -> tuple[HttpRoute, ...]:
        return tuple(self._parts.router)

    @property
    def streams(self) -> Streams:
        return self._parts.streams

    def stop_listening(self) -> None:
        """New requests and calls on open connections answer `unavailable`."""
        self._is_listening = False
        self._parts.dispatcher.drain()

    async def idle(self) -> None:
        """Wait until no request and no socket is served."""
        while self._active:
            if self._idle.is_set():
                self._idle = anyio.Event()
            await self._idle.wait()

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        self._active += 1
        try:
            request = Request(scope, receive)
            if request.is_upgrade:
                await self._socket(request, SocketTransport(scope, receive, send), receive, send)
            else:
                await _Exchange(self._parts, request, send).run()
        finally:
            self._active -= 1
            if not self._active:
                self._idle.set()

    async def _socket(self, request: Request, transport: SocketTransport, receive: Receive, send: Send) -> None:
        try:
            self._parts.gate.check_place(request)
            boundary = self.boundary if request.path == BOUNDARY_PATH else None
            if boundary is None and request.path not in SOCKET_PATHS:
                raise NotFound("no socket is served here")
            principal = self._parts.gate.principal(request)
            if not self._is_listening:
                raise Unavailable("the gateway is stopping", retry_after_seconds=1.0)
        except GatewayError as error:
            response = _refusal(error, "plain")
            await refuse(
                receive, send, response.status, _encoded(response.headers, response.content_type), response.body
            )
            return
        if await transport.accept():
            await (boundary or self._hub).run(principal, transport, is_local=request.is_local)


class _Exchange:
    """One request and its answer."""

    def __init__(self, parts: _Parts, request: Request, send: Send) -> None:
        self._parts = parts
        self._request = request
        self._send = send
        self._cors: Headers = ()
        self._errors: ErrorStyle = "plain"
        self._principal: Principal | None = None

    async def run(self) -> None:
        try:
            answer = await self._answer()
        except GatewayError as error:
            answer = _refusal(error, self._errors)
        if isinstance(answer, Response):
            await self._respond(answer)
            return
        with self._parts.streams.outlet(self._request, self._send, self._principal) as outlet:
            try:
                await self._go_on(answer, outlet)
            except PeerGone:
                # half of the connection may be left
                outlet.abort()

    async def _answer(self) -> Answer:
        """Raises GatewayError."""
        self._cors = self._parts.gate.cors(self._request)
        self._parts.gate.check_place(self._request)
        if self._request.method == "OPTIONS":
            return Response(204)
        return await self._handled(self._request)

    async def _handled(self, request: Request) -> Answer:
        found = self._parts.router.find(request.path, request.raw_path)
        methods: Methods = found.methods if found is not None else {}
        if methods:
            self._errors = next(iter(methods.values())).errors
        route = methods.get("GET" if request.method == "HEAD" else request.method)
        if route is not None and route.scope is None:
            async with self._parts.dispatcher.lasting(CallContext(_ANYBODY)):
                return await route.handler(request, None)
        principal = self._principal = self._parts.gate.principal(request)
        if found is None:
            raise NotFound("there is nothing here")
        if route is None or route.scope is None:
            allowed = sorted(methods)
            raise Invalid(f"use {' or '.join(allowed)}", code="method_not_allowed", allow=allowed)
        request.params, request.max_body = found.params(), route.max_body
        async with self._parts.dispatcher.guard(self._context(), route.scope):
            return await route.handler(request, principal)

    async def _go_on(self, answer: EventStream | Held, outlet: Outlet) -> None:
        """Raises PeerGone."""
        if isinstance(answer, Held):
            outlet.hold(None)
            await self._respond(await self._held(answer, outlet))
            return
        begin = partial(self._start, 200, SSE_HEADERS + answer.headers, None)
        if answer.is_late:
            outlet.hold(begin)
        else:
            await begin()
        try:
            async with self._parts.dispatcher.lasting(self._context(), PeerGone):
                if self._request.method != "HEAD":
                    await answer.produce(outlet)
        except GatewayError as error:
            if not outlet.is_begun:
                await self._respond(_refusal(error, self._errors))
                return
            await outlet.send(answer.failure(error))
        if not outlet.is_begun:
            await begin()
        await self._send({"type": "http.response.body", "body": b""})

    async def _held(self, answer: Held, outlet: Outlet) -> Response:
        try:
            async with self._parts.dispatcher.lasting(self._context(), PeerGone):
                return await answer.produce(outlet)
        except GatewayError as error:
            return _refusal(error, self._errors)

    def _context(self) -> CallContext:
        assert self._principal is not None
        return CallContext(self._principal, NoConnection(is_local=self._request.is_local))

    async def _respond(self, response: Response) -> None:
        headers = response.headers
        if response.status not in _BODILESS:
            headers = (*headers, ("content-length", str(len(response.body))))
        await self._start(response.status, headers, response.content_type)
        body = b"" if self._request.method == "HEAD" else response.body
        await self._send({"type": "http.response.body", "body": body})

    async def _start(self, status: int, headers: Headers, content_type: str | None) -> None:
        encoded = _encoded((*headers, *self._cors), content_type)
        await self._send({"type": "http.response.start", "status": status, "headers": encoded})


def _refusal(error: GatewayError, style: ErrorStyle) -> Response:
    status = http_status(error)
    return Response(status, error_body(error, style), "application/json", refusal_headers(error, status))


def _encoded(headers: Headers, content_type: str | None) -> list[tuple[bytes, bytes]]:
    """An answer's own value of a common header wins."""
    own = [(name.encode(), _value(value)) for name, value in headers]
    names = {name for name, _ in own}
    encoded = [*(pair for pair in _COMMON if pair[0] not in names), *own]
    if content_type is not None:
        encoded.append((b"content-type", content_type.encode()))
    return encoded


def _value(value: str) -> bytes:
    """What a client sent may come back in a header: it must not end it."""
    return _NO_VALUE.sub(" ", value).encode("latin-1", "replace")
