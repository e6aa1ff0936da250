"""A whole log on a real store, for service tests."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import anyio

from portico.gateway.kernel.clock import Clock
from portico.gateway.log import Project
from portico.gateway.log.writer import LogWriter
from portico.gateway.store.engine import Store
from tests.kit.clock import FakeClock
from tests.kit.stores import sqlite_store


@asynccontextmanager
async def running_log(
    store: Store, projects: Sequence[Project] = (), clock: Clock | None = None, epoch: str = "epoch-1"
) -> AsyncGenerator[LogWriter]:
    """A log whose writer runs while the block runs; what was posted is written before it ends."""
    log = LogWriter(store, projects, clock or FakeClock(), epoch)
    async with anyio.create_task_group() as group:
        group.start_soon(log.run)
        yield log
        with anyio.move_on_after(5):
            await log.flush()
        group.cancel_scope.cancel()


@asynccontextmanager
async def sqlite_log(
    folder: Path, projects: Sequence[Project] = (), clock: Clock | None = None
) -> AsyncGenerator[LogWriter]:
    """A log on a SQLite file in `folder`."""
    async with sqlite_store(folder) as store, running_log(store, projects, clock) as log:
        yield log
