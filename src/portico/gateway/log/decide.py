"""Deciding again when the state that a decision stood on has changed meanwhile (design 4)."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from portico.gateway.kernel.errors import Conflict

T = TypeVar("T")

AGAIN = 3
"""How often a stale decision is loaded and decided again before its conflict is told to the caller."""
STALE = "stale_decision"
"""The code of the log's Conflict about `expected`."""


async def decide(attempt: Callable[[], Awaitable[T]]) -> T:
    """The result of `attempt`, which loads, decides and writes.

    It is called again when the log found its decision stale; the last Conflict is raised when that goes on.
    Any other error is raised at once.
    """
    for _ in range(AGAIN):
        try:
            return await attempt()
        except Conflict as error:
            if error.code != STALE:
                raise
    return await attempt()
