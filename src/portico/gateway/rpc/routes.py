"""Routes: the plain table that binds each method of the protocol to one handler."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from portico.gateway.rpc.context import CallContext
from portico.protocol.methods import METHODS
from portico.protocol.methods.base import Method

P = TypeVar("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Route(Generic[P, R]):
    """A method and the function that answers it."""

    method: Method[P, R]
    handler: Callable[[CallContext, P], Awaitable[R]]


def table(routes: Iterable[Route[Any, Any]]) -> dict[str, Route[Any, Any]]:
    """Every method has exactly one route, or the gateway does not start (RuntimeError)."""
    routes = list(routes)
    bound = [route.method.name for route in routes]
    wanted = {method.name for method in METHODS}
    if len(bound) != len(set(bound)) or set(bound) != wanted:
        doubled = sorted({name for name in bound if bound.count(name) > 1})
        raise RuntimeError(f"routes differ from the protocol: {sorted(wanted.symmetric_difference(bound))} {doubled}")
    return {route.method.name: route for route in routes}
