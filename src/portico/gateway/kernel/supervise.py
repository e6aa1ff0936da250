"""Workers that run for ever: restarted with growing delays, or fatal when they crash (style, lifecycle)."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Literal

import anyio

from portico.gateway.kernel.clock import Clock
from portico.gateway.kernel.logging import get_logger

FIRST_DELAY = 0.5
LONGEST_DELAY = 30.0

logger = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Worker:
    """A function that never returns of itself."""

    name: str
    run: Callable[[], Awaitable[None]]
    on_crash: Literal["restart", "stop_gateway"] = "restart"


@asynccontextmanager
async def supervise(workers: Iterable[Worker], clock: Clock) -> AsyncGenerator[None]:
    """Run `workers` while the block runs; cancel and join them when it ends."""
    async with anyio.create_task_group() as group:
        for worker in workers:
            group.start_soon(_keep_running, worker, clock, name=worker.name)
        yield
        group.cancel_scope.cancel()


async def _keep_running(worker: Worker, clock: Clock) -> None:
    delay = FIRST_DELAY
    while True:
        try:
            await worker.run()
        except Exception:
            logger.exception("worker crashed", worker=worker.name, on_crash=worker.on_crash)
            if worker.on_crash == "stop_gateway":
                raise
        await clock.sleep(delay)
        delay = min(delay * 2, LONGEST_DELAY)
