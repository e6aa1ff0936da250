"""Browsers sign in here: the code of a link or a bearer credential becomes a cookie, and is asked who it is."""

from typing import Annotated, Literal, cast

import msgspec

from portico.gateway.edge.auth import Gate, clear_cookie, set_cookie
from portico.gateway.edge.request import Headers, Request, Response
from portico.gateway.edge.route import HttpRoute, Told
from portico.gateway.kernel.context import Principal
from portico.gateway.kernel.errors import Denied
from portico.protocol.base import Scope

AuthMode = Literal["token", "none"]


class SessionBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`POST /auth/session`: the code of a printed link; without one a bearer credential is read."""

    code: Annotated[str, msgspec.Meta(min_length=1, max_length=200)] | None = None


class Ok(msgspec.Struct, frozen=True, kw_only=True):
    ok: bool


class SessionTold(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who the caller is; `name` and `scopes` only if somebody is signed in. With `auth` `none` everybody is."""

    signed_in: bool
    auth: AuthMode
    version: str
    name: str | None = None
    scopes: list[Scope] | None = None


class SignInLink(msgspec.Struct, frozen=True, kw_only=True):
    """Good once, until `expires_at` (Unix seconds)."""

    url: str
    expires_at: int


class SignIn:
    """Handlers of `/auth/…`. `version` is the gateway's."""

    def __init__(self, gate: Gate, version: str) -> None:
        self._gate = gate
        self._version = version

    def routes(self) -> tuple[HttpRoute, ...]:
        opened = Told(
            "Exchange the code of a link, or a bearer credential with every scope, for a browser's cookie.",
            body=SessionBody,
            is_body_required=False,
            answer=Ok,
            refusals=(401, 429),
        )
        session = Told("Who the caller is, and whether anybody; never 401.", answer=SessionTold, refusals=(429,))
        link = Told("A link that signs one browser in.", answer=SignInLink)
        return (
            HttpRoute("GET", "/auth/session", None, self.session, told=session),
            HttpRoute("POST", "/auth/session", None, self.open_session, told=opened),
            HttpRoute("DELETE", "/auth/session", None, self.close_session, told=Told("Sign out.", status=204)),
            HttpRoute("POST", "/auth/code", Scope.ADMIN, self.make_code, told=link),
        )

    async def session(self, request: Request, caller: Principal | None) -> Response:
        """Asking counts as use, and a browser's cookie lives on from now. Raises Unavailable (429)."""
        del caller
        mode = cast(AuthMode, self._gate.access.mode)
        try:
            who = self._gate.principal(request)
        except Denied:
            return Response.json(SessionTold(signed_in=False, auth=mode, version=self._version))
        scopes = [scope for scope in Scope if scope in who.scopes]
        told = SessionTold(signed_in=True, auth=mode, version=self._version, name=who.name, scopes=scopes)
        return Response.json(told, headers=self._prolonged(request, who))

    async def open_session(self, request: Request, caller: Principal | None) -> Response:
        """Exchange a code, or a bearer credential, for the browser's cookie."""
        del caller
        body: SessionBody = await request.json(SessionBody) if request.has_body() else SessionBody()
        access = self._gate.access
        if body.code is None:
            who = self._gate.principal(request)
            if who.kind == "token" and len(who.scopes) < len(Scope):
                raise Denied("a session has every scope: only a credential that has them all can open one")
            session_id = await access.open_session(who)
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
        code, until = self._gate.access.make_code(caller)
        scheme = "https" if request.is_tls else "http"
        return Response.json(SignInLink(url=f"{scheme}://{request.header('host')}/#code={code}", expires_at=until))

    def _prolonged(self, request: Request, who: Principal) -> Headers:
        session_id = self._gate.session_cookie(request)
        if who.kind != "session" or session_id is None:
            return ()
        return (set_cookie(request, session_id),)

    async def _redeem(self, request: Request, code: str) -> str:
        try:
            return await self._gate.access.redeem_code(code)
        except Denied:
            self._gate.failed(request)
            raise
