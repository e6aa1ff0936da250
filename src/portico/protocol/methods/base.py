"""How a call is declared: its name, types, scope, and what it queues behind (style, methods)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from portico.protocol.base import Scope

P = TypeVar("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Method(Generic[P, R]):
    """One callable of the protocol. `lane` names what it queues behind; `is_control` has a limit of its own."""

    name: str
    params: type[P]
    result: type[R]
    scope: Scope
    lane: Callable[[P], str] | None = None
    is_control: bool = False


def by_thread(params: Any) -> str:
    """Lane of calls that change one thread."""
    return f"thread:{params.thread_id}"


def by_workspace(params: Any) -> str:
    """Lane of calls that change one workspace or its tree."""
    return f"workspace:{params.workspace_id}"
