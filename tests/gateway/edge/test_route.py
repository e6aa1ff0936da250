"""A route is what it does: how it is described makes no other route of it."""

from portico.gateway.edge.request import MAX_BODY, Request, Response
from portico.gateway.edge.route import HttpRoute, Told
from portico.gateway.kernel.context import Principal
from portico.protocol.base import Scope


async def nothing(request: Request, caller: Principal | None) -> Response:
    del request, caller
    return Response(204)


def test_a_route_has_the_common_bounds_and_errors() -> None:
    route = HttpRoute("GET", "/a", Scope.READ, nothing)
    assert (route.errors, route.max_body, route.told) == ("plain", MAX_BODY, None)
    assert route == HttpRoute("GET", "/a", Scope.READ, nothing, told=Told("Something."))
