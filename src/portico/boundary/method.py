"""How a method of the boundary is declared: its name, its types, and on which carriers it may be called."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal

from portico.boundary.desk import Desk

Carrier = Literal["python", "stdio", "websocket"]
EVERYWHERE: frozenset[Carrier] = frozenset({"python", "stdio", "websocket"})
LOCAL: frozenset[Carrier] = frozenset({"python", "stdio"})
"""Where the shell is the person's own program; a browser is bound to the gateway that it came from."""


@dataclass(frozen=True, slots=True)
class BoundaryMethod:
    """A row of the table. The handler raises ClientError."""

    name: str
    params: type[Any]
    result: type[Any]
    handler: Callable[[Desk, Any], Awaitable[Any]]
    carriers: frozenset[Carrier] = EVERYWHERE
