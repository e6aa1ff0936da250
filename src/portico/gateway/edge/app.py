"""The one ASGI application: routes requests and upgrades, lets in, answers refusals (design 6)."""

from collections.abc import Iterable

import anyio

from portico.gateway.edge.auth import Gate
from portico.gateway.edge.errors import http_body, http_status
from portico.gateway.edge.http import HttpRoute, refusal_headers
from portico.gateway.edge.hub import Hub
from portico.gateway.edge.request import AsgiScope, Receive, Request, Response, Send
from portico.gateway.edge.ws import SocketTransport, refuse
from portico.gateway.kernel.errors import GatewayError, Invalid, NotFound, Unavailable
from portico.gateway.rpc import CallContext, NoConnection

SOCKET_PATHS = frozenset({"/", "/rpc"})
_COMMON = (
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
)


class App:
    """Faces add their routes when it is built."""

    def __init__(self, hub: Hub, gate: Gate, routes: Iterable[HttpRoute]) -> None:
        self._hub = hub
        self._gate = gate
        self._routes: dict[str, dict[str, HttpRoute]] = {}
        for route in routes:
            self._routes.setdefault(route.path, {})[route.method] = route
        self._is_listening = True
        self._active = 0
        self._idle = anyio.Event()

    @property
    def routes(self) -> tuple[HttpRoute, ...]:
        return tuple(route for methods in self._routes.values() for route in methods.values())

    def stop_listening(self) -> None:
        """New requests and calls on open connections answer `unavailable`."""
        self._is_listening = False
        self._hub.services.dispatcher.drain()

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
                await self._respond(request, await self._answer(request), send)
        finally:
            self._active -= 1
            if not self._active:
                self._idle.set()

    async def _socket(self, request: Request, transport: SocketTransport, receive: Receive, send: Send) -> None:
        try:
            self._gate.check_place(request)
            if request.path not in SOCKET_PATHS:
                raise NotFound("no socket is served here")
            principal = self._gate.principal(request)
            if not self._is_listening:
                raise Unavailable("the gateway is stopping", retry_after_seconds=1.0)
        except GatewayError as error:
            response = _refusal(error)
            await refuse(receive, send, response.status, _encoded(response), response.body)
            return
        if await transport.accept():
            await self._hub.run(principal, transport, is_local=request.is_local)

    async def _answer(self, request: Request) -> Response:
        try:
            self._gate.check_place(request)
            if request.method == "OPTIONS":
                response = Response(204)
            else:
                response = await self._handled(request)
            cors = self._gate.cors(request)
        except GatewayError as error:
            response, cors = _refusal(error), self._cors_of_refusal(request)
        return Response(response.status, response.body, response.content_type, (*response.headers, *cors))

    async def _handled(self, request: Request) -> Response:
        methods = self._routes.get(request.path)
        route = methods.get("GET" if request.method == "HEAD" else request.method) if methods else None
        if route is not None and route.scope is None:
            return await route.handler(request, None)
        principal = self._gate.principal(request)
        if methods is None:
            raise NotFound("there is nothing here")
        if route is None or route.scope is None:
            allowed = sorted(methods)
            raise Invalid(f"use {' or '.join(allowed)}", code="method_not_allowed", allow=allowed)
        ctx = CallContext(principal, NoConnection(is_local=request.is_local))
        async with self._hub.services.dispatcher.guard(ctx, route.scope):
            return await route.handler(request, principal)

    def _cors_of_refusal(self, request: Request) -> tuple[tuple[str, str], ...]:
        try:
            self._gate.check_place(request)
            return self._gate.cors(request)
        except GatewayError:
            return ()

    async def _respond(self, request: Request, response: Response, send: Send) -> None:
        headers = _encoded(response)
        if response.status != 204:
            headers.append((b"content-length", str(len(response.body)).encode()))
        await send({"type": "http.response.start", "status": response.status, "headers": headers})
        body = b"" if request.method == "HEAD" else response.body
        await send({"type": "http.response.body", "body": body})


def _refusal(error: GatewayError) -> Response:
    status = http_status(error)
    return Response(status, http_body(error), "application/json", refusal_headers(error, status))


def _encoded(response: Response) -> list[tuple[bytes, bytes]]:
    headers = [*_COMMON, *((name.encode(), value.encode("latin-1")) for name, value in response.headers)]
    if response.content_type is not None:
        headers.append((b"content-type", response.content_type.encode()))
    return headers
