"""The edge's own HTTP routes: health, metrics, sign-in (design 6)."""

from collections.abc import Awaitable, Callable
from typing import Annotated

import msgspec

from portico.gateway.edge import page
from portico.gateway.edge.auth import Gate, clear_cookie, set_cookie
from portico.gateway.edge.refusal import Refusal
from portico.gateway.edge.request import Request, Response
from portico.gateway.edge.route import HttpRoute, Told
from portico.gateway.kernel.context import Principal
from portico.gateway.kernel.errors import Denied, NotFound
from portico.protocol.base import Scope


class SessionBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`POST /auth/session`: the code of a printed link; without one a bearer credential is read."""

    code: Annotated[str, msgspec.Meta(min_length=1, max_length=200)] | None = None


class Ok(msgspec.Struct, frozen=True, kw_only=True):
    ok: bool


class Readiness(msgspec.Struct, frozen=True, kw_only=True):
    """`problems` keep the gateway from acknowledging anything."""

    ok: bool
    problems: list[str]


class SignInLink(msgspec.Struct, frozen=True, kw_only=True):
    """Good once, until `expires_at` (Unix seconds)."""

    url: str
    expires_at: int


class Pages:
    """Handlers of the routes. `problems` tells what keeps the gateway from serving; `render` the metrics.

    Without `has_page` what belongs to the page answers 404.
    """

    def __init__(
        self,
        gate: Gate,
        problems: Callable[[], list[str]],
        render: Callable[[], Awaitable[tuple[bytes, str]]],
        *,
        has_page: bool = True,
    ) -> None:
        self._gate = gate
        self._problems = problems
        self._render = render
        self._has_page = has_page

    def routes(self) -> tuple[HttpRoute, ...]:
        credential = (401, 429)
        html = "text/html; charset=utf-8"
        closed = {401: (html, Refusal)}
        root = Told("The page: chat, or how to sign in.", answer=html, others=closed, refusals=(404, 429))
        icon = Told("The icon.", answer="image/svg+xml", refusals=(404,))
        health = Told("The gateway answers.", answer=Ok, refusals=credential)
        readyz = Told("What keeps the gateway from working.", answer=Readiness, others={503: (Readiness, Refusal)})
        session = Told(
            "Exchange the code of a link, or a bearer credential with every scope, for a browser's cookie.",
            body=SessionBody,
            is_body_required=False,
            answer=Ok,
            refusals=credential,
        )
        return (
            HttpRoute("GET", "/", None, self.root, told=root),
            HttpRoute("GET", "/assets/icon.svg", None, self.icon, told=icon),
            HttpRoute("GET", "/health", None, self.health, told=health),
            HttpRoute("GET", "/livez", None, self.livez, told=Told("The process lives.", status=204)),
            HttpRoute("GET", "/readyz", Scope.READ, self.readyz, told=readyz),
            HttpRoute("GET", "/metrics", Scope.READ, self.metrics, told=Told("For Prometheus.", answer="text/plain")),
            HttpRoute("POST", "/auth/session", None, self.open_session, told=session),
            HttpRoute("DELETE", "/auth/session", None, self.close_session, told=Told("Sign out.", status=204)),
            HttpRoute(
                "POST",
                "/auth/code",
                Scope.ADMIN,
                self.make_code,
                told=Told("A link that signs one browser in.", answer=SignInLink),
            ),
        )

    async def root(self, request: Request, caller: Principal | None) -> Response:
        """Without a credential the sign-in page; 401 when GATEWAY_AUTH_TOKEN closes it."""
        del caller
        self._check_page(request)
        policy = (("content-security-policy", page.content_security_policy()),)
        try:
            self._gate.principal(request)
        except Denied:
            if not self._gate.access.has_static_token:
                return Response(200, page.sign_in(), "text/html; charset=utf-8", policy)
            if not request.accepts_html():
                raise
            headers = (*policy, ("www-authenticate", "Bearer"))
            return Response(401, page.sign_in(), "text/html; charset=utf-8", headers)
        return Response(200, page.chat(), "text/html; charset=utf-8", policy)

    async def icon(self, request: Request, caller: Principal | None) -> Response:
        del caller
        self._check_page(request)
        return Response(200, page.icon(), "image/svg+xml")

    async def health(self, request: Request, caller: Principal | None) -> Response:
        del caller
        if self._gate.access.has_static_token:
            self._gate.principal(request)
        return Response.json(Ok(ok=True))

    async def livez(self, request: Request, caller: Principal | None) -> Response:
        del request, caller
        return Response(204)

    async def readyz(self, request: Request, caller: Principal | None) -> Response:
        del request, caller
        problems = self._problems()
        return Response.json(Readiness(ok=not problems, problems=problems), 503 if problems else 200)

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
        return Response.json(Ok(ok=True), headers=(set_cookie(request, session_id),))

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
        return Response.json(SignInLink(url=f"{scheme}://{request.header('host')}/#code={code}", expires_at=until))

    def _check_page(self, request: Request) -> None:
        if self._has_page:
            return
        if self._gate.access.has_static_token:
            self._gate.principal(request)
        raise NotFound("Web UI disabled", code="web_ui_disabled")

    async def _redeem(self, request: Request, code: str) -> str:
        try:
            return await self._gate.access.redeem_code(code)
        except Denied:
            self._gate.failed(request)
            raise
