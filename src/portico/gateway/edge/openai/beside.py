"""Work that ends when the peer it is done for leaves."""

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

import anyio

from portico.gateway.edge.streams import Outlet, PeerGone
from portico.gateway.kernel.errors import GatewayError, Unavailable

T = TypeVar("T")


async def beside(
    outlet: Outlet, work: Callable[[], Awaitable[T]], also: Callable[[], Coroutine[Any, Any, None]] | None = None
) -> T:
    """Do `work` (and `also`, which ends with it) while the peer is there.

    Raises PeerGone when it left, GatewayError of `work` or of the outlet.
    """
    results: list[T] = []
    errors: list[PeerGone | GatewayError] = []

    async def watch() -> None:
        while True:
            await outlet.wait()

    async def kept(task: Callable[[], Coroutine[Any, Any, None]]) -> None:
        try:
            await task()
        except (PeerGone, GatewayError) as error:
            errors.append(error)
            group.cancel_scope.cancel()

    async with anyio.create_task_group() as group:
        group.start_soon(kept, watch)
        if also is not None:
            group.start_soon(kept, also)
        try:
            results.append(await work())
        except (PeerGone, GatewayError) as error:
            errors.append(error)
        group.cancel_scope.cancel()
    if results:
        return results[0]
    raise errors[0] if errors else Unavailable("the gateway is stopping", retry_after_seconds=1.0)
