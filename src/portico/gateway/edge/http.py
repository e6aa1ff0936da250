"""The edge's own HTTP routes: health, metrics, sign-in (design 6)."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated

import msgspec

from portico.gateway.edge import page
from portico.gateway.edge.auth import Gate, clear_cookie, set_cookie
from portico.gateway.edge.request import Request, Response
from portico.gateway.kernel.context import Principal
from portico.gateway.kernel.errors import Denied, GatewayError, Unavailable
from portico.protocol.base import Scope


@dataclass(frozen=True, slots=True)
class HttpRoute:
    """`scope` is the least one needed; None: the handler is public and looks after itself."""

    method: str
    path: str
    scope: Scope | None
    handler: Callable[[Request, Principal | None], Awaitable[Response]]


class SessionBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`POST /auth/session`: the code of a printed link; without one a bearer credential is read."""

    code: Annotated[str, msgspec.Meta(min_length=1, max_length=200)] | None = None


class Pages:
    """Handlers of the routes. `problems` tells what keeps the gateway from serving; `render` the metrics."""

    def __init__(
        self, gate: Gate, problems: Callable[[], list[str]], render: Callable[[], Awaitable[tuple[bytes, str]]]
    ) -> None:
        self._gate = gate
        self._problems = problems
        self._render = render

    def routes(self) -> tuple[HttpRoute, ...]:
        return (
            HttpRoute("GET", "/", None, self.root),
            HttpRoute("GET", "/health", None, self.health),
            HttpRoute("GET", "/livez", None, self.livez),
            HttpRoute("GET", "/readyz", Scope.READ, self.readyz),
            HttpRoute("GET", "/metrics", Scope.READ, self.metrics),
            HttpRoute("POST", "/auth/session", None, self.open_session),
            HttpRoute("DELETE", "/auth/session", None, self.close_session),
            HttpRoute("POST", "/auth/code", Scope.ADMIN, self.make_code),
        )

    async def root(self, request: Request, caller: Principal | None) -> Response:
        """Without a credential the sign-in page; 401 when GATEWAY_AUTH_TOKEN closes it."""
        del caller
        policy = (("content-security-policy", page.CONTENT_SECURITY_POLICY),)
        try:
            self._gate.principal(request)
        except Denied:
            if not self._gate.access.has_static_token:
                return Response(200, page.sign_in(), "text/html; charset=utf-8", policy)
            if not request.accepts_html():
                raise
            headers = (*policy, ("www-authenticate", "Bearer"))
            return Response(401, page.sign_in(), "text/html; charset=utf-8", headers)
        return Response(200, page.signed_in(), "text/html; charset=utf-8", policy)

    async def health(self, request: Request, caller: Principal | None) -> Response:
        del caller
        if self._gate.access.has_static_token:
            self._gate.principal(request)
        return Response.json({"ok": True})

    async def livez(self, request: Request, caller: Principal | None) -> Response:
        del request, caller
        return Response(204)

    async def readyz(self, request: Request, caller: Principal | None) -> Response:
        del request, caller
        problems = self._problems()
        return Response.json({"ok": not problems, "problems": problems}, 503 if problems else 200)

    async def metrics(self, request: Request, caller: Principal | None) -> Response:
        del request, caller
        body, content_type = await self._render()
        return Response(200, body, content_type)

    async def open_session(self, request: Request, caller: Principal | None) -> Response:
        """Exchange a code, or a bearer credential, for the browser's cookie."""
        del caller
        body: SessionBody = await request.json(SessionBody) if request.has_body() else SessionBody()
        access = self._gate.access
        if body.code is None:
            who = self._gate.principal(request)
            if who.kind == "token" and len(who.scopes) < len(Scope):
                raise Denied("a session has every scope: only a credential that has them all can open one")
            session_id = await access.open_session()
        else:
            session_id = await self._redeem(request, body.code)
        return Response.json({"ok": True}, headers=(set_cookie(request, session_id),))

    async def close_session(self, request: Request, caller: Principal | None) -> Response:
        del caller
        session_id = self._gate.session_cookie(request)
        if session_id is not None:
            await self._gate.access.close_session(session_id)
        return Response(204, headers=(clear_cookie(request),))

    async def make_code(self, request: Request, caller: Principal | None) -> Response:
        """A link that signs one browser in; the code is in the fragment, which is never sent."""
        del caller
        code, until = self._gate.access.make_code()
        scheme = "https" if request.is_tls else "http"
        return Response.json({"url": f"{scheme}://{request.header('host')}/#code={code}", "expires_at": until})

    async def _redeem(self, request: Request, code: str) -> str:
        try:
            return await self._gate.access.redeem_code(code)
        except Denied:
            self._gate.failed(request)
            raise


def refusal_headers(error: GatewayError, status: int) -> tuple[tuple[str, str], ...]:
    """What a client needs beside the body to act on a refusal."""
    headers: list[tuple[str, str]] = []
    if status == 401:
        headers.append(("www-authenticate", "Bearer"))
    if error.retry_after_seconds is not None and isinstance(error, Unavailable):
        headers.append(("retry-after", str(max(1, round(error.retry_after_seconds)))))
    if status == 405:
        headers.append(("allow", ", ".join(error.details["allow"])))
    if status in {408, 413}:
        # the rest of the body is not read
        headers.append(("connection", "close"))
    return tuple(headers)
