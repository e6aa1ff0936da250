"""Callers for service tests."""

from collections.abc import Callable, Coroutine
from typing import Any

import anyio

from portico.gateway.kernel.context import ALL_SCOPES, Principal
from portico.gateway.rpc import CallContext, NoConnection
from portico.protocol.base import Scope


def caller(*scopes: Scope, is_local: bool = True) -> CallContext:
    """A call with these scopes, with all of them if none is named."""
    principal = Principal(id="tester", name="tester", scopes=frozenset(scopes) or ALL_SCOPES, kind="token")
    return CallContext(principal=principal, connection=NoConnection(is_local=is_local))


async def together(*calls: Callable[[], Coroutine[Any, Any, object]]) -> None:
    """Start all of them at once and wait for all, five seconds at most."""
    with anyio.fail_after(5):
        async with anyio.create_task_group() as group:
            for call in calls:
                group.start_soon(call)
