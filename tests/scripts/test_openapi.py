"""The description of the HTTP face and the routes of a built gateway are the same set."""

import re

import pytest
from scripts.openapi import description, routes

from portico.protocol.base import Scope


@pytest.mark.promise("http.described")
def test_every_route_is_described_and_nothing_else() -> None:
    of_gateway = {(re.sub(r"\{(\w+)\.\.\.\}", r"{\1}", route.path), route.method.lower()) for route in routes()}
    told = {(path, method) for path, methods in description()["paths"].items() for method in methods}
    assert told == of_gateway


def test_a_description_says_which_scope_its_route_asks_for() -> None:
    paths = description()["paths"]
    scopes = {(r.path, r.method): r.scope for r in routes() if "..." not in r.path}
    assert {k: paths[k[0]][k[1].lower()].get("x-scope") for k in scopes} == {
        k: scope.value if isinstance(scope, Scope) else None for k, scope in scopes.items()
    }


def test_operations_have_names_of_their_own() -> None:
    names = [operation["operationId"] for methods in description()["paths"].values() for operation in methods.values()]
    assert len(names) == len(set(names))
