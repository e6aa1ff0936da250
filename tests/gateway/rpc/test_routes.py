"""Every method has exactly one route, or the gateway does not start."""

from typing import Any

import pytest

from portico.gateway.rpc import CallContext, Route, table
from portico.protocol.methods import METHODS


async def answer(ctx: CallContext, params: Any) -> Any:
    del ctx
    return params


ROUTES = [Route(method, answer) for method in METHODS]


def test_one_route_for_each_method_makes_the_table() -> None:
    assert list(table(ROUTES)) == [method.name for method in METHODS]


@pytest.mark.parametrize(
    ("routes", "named"),
    [
        pytest.param(ROUTES[1:], METHODS[0].name, id="missing"),
        pytest.param([*ROUTES, ROUTES[0]], METHODS[0].name, id="doubled"),
        pytest.param([], METHODS[-1].name, id="none"),
    ],
)
def test_a_table_that_differs_is_refused_by_name(routes: list[Route[Any, Any]], named: str) -> None:
    with pytest.raises(RuntimeError, match=named):
        table(routes)
