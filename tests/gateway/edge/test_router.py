"""Which routes a path has, and what a template takes from it."""

import pytest

from portico.gateway.edge.request import Request, Response
from portico.gateway.edge.route import HttpRoute
from portico.gateway.edge.router import Router
from portico.gateway.kernel.context import Principal
from portico.gateway.kernel.errors import Invalid


async def nothing(request: Request, caller: Principal | None) -> Response:
    del request, caller
    return Response(204)


def route(method: str, path: str) -> HttpRoute:
    return HttpRoute(method, path, None, nothing)


TABLE = Router(
    [
        route("GET", "/a"),
        route("POST", "/a"),
        route("GET", "/a/{id}"),
        route("DELETE", "/a/{id}"),
        route("GET", "/a/{id}/b"),
        route("GET", "/models/{name...}"),
        route("GET", "/a/fixed"),
    ]
)


@pytest.mark.parametrize(
    ("raw", "methods", "params"),
    [
        ("/a", {"GET", "POST"}, {}),
        ("/a/fixed", {"GET"}, {}),
        ("/a/x", {"GET", "DELETE"}, {"id": "x"}),
        ("/a/x/b", {"GET"}, {"id": "x"}),
        ("/a/x%2Fy", {"GET", "DELETE"}, {"id": "x/y"}),
        ("/a/%C3%BC%20%3A", {"GET", "DELETE"}, {"id": "ü :"}),
        ("/a/..", {"GET", "DELETE"}, {"id": ".."}),
        ("/models/a/b/c", {"GET"}, {"name": "a/b/c"}),
        ("/models/a%2Fb", {"GET"}, {"name": "a/b"}),
        ("/models/", None, None),
        ("/a/", None, None),
        ("/a/x/", None, None),
        ("/a/x/c", None, None),
        ("/a//b", None, None),
        ("/A", None, None),
        ("", None, None),
    ],
)
def test_paths(raw: str, methods: set[str] | None, params: dict[str, str] | None) -> None:
    found = TABLE.find(raw, raw.encode())
    if methods is None:
        assert found is None
        return
    assert found is not None
    assert (set(found.methods), found.params()) == (methods, params)


def test_a_parameter_that_is_no_text_is_named() -> None:
    found = TABLE.find("/a/\ufffd", b"/a/%FF")
    assert found is not None
    with pytest.raises(Invalid) as refused:
        found.params()
    assert refused.value.path == "id"


def test_every_route_is_listed_and_none_twice() -> None:
    assert len(list(TABLE)) == 7
    for path in ("/a", "/a/{id}"):
        with pytest.raises(RuntimeError):
            Router([route("GET", path), route("GET", path)])
