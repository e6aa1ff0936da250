"""The edge's own HTTP routes: health and metrics (design 6)."""

from collections.abc import Awaitable, Callable

import msgspec

from portico.gateway.edge.auth import Gate
from portico.gateway.edge.refusal import Refusal
from portico.gateway.edge.request import Request, Response
from portico.gateway.edge.route import HttpRoute, Told
from portico.gateway.edge.sign_in import Ok
from portico.gateway.kernel.context import Principal
from portico.protocol.base import Scope


class Readiness(msgspec.Struct, frozen=True, kw_only=True):
    """`problems` keep the gateway from acknowledging anything."""

    ok: bool
    problems: list[str]


class Probes:
    """Handlers of the routes. `problems` tells what keeps the gateway from serving; `render` the metrics."""

    def __init__(
        self,
        gate: Gate,
        problems: Callable[[], list[str]],
        render: Callable[[], Awaitable[tuple[bytes, str]]],
    ) -> None:
        self._gate = gate
        self._problems = problems
        self._render = render

    def routes(self) -> tuple[HttpRoute, ...]:
        health = Told("The gateway answers.", answer=Ok, refusals=(401, 429))
        readyz = Told("What keeps the gateway from working.", answer=Readiness, others={503: (Readiness, Refusal)})
        return (
            HttpRoute("GET", "/health", None, self.health, told=health),
            HttpRoute("GET", "/livez", None, self.livez, told=Told("The process lives.", status=204)),
            HttpRoute("GET", "/readyz", Scope.READ, self.readyz, told=readyz),
            HttpRoute("GET", "/metrics", Scope.READ, self.metrics, told=Told("For Prometheus.", answer="text/plain")),
        )

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
