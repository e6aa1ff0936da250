"""The boundary for browsers, loaded when the first of them comes: a gateway starts without the client core."""

import importlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import anyio.to_thread

from portico.gateway.edge.boundary import ShellEnds, ShellSession
from portico.gateway.edge.hub import Hub


class Shells:
    """`run` must run."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._wanted = anyio.Event()
        self._loaded: Any = None

    @asynccontextmanager
    async def open(self, ends: ShellEnds) -> AsyncGenerator[ShellSession]:
        """As `edge.boundary.OpenShell`."""
        async with (await self._boundaries()).shell(ends) as session:
            yield session

    async def run(self) -> None:
        """Follow what shells look at, for ever."""
        await self._wanted.wait()
        await (await self._boundaries()).run()

    async def _boundaries(self) -> Any:
        """`main.boundaries.Boundaries`; imported on a thread, since others are served meanwhile."""
        self._wanted.set()
        module = await anyio.to_thread.run_sync(_module)
        if self._loaded is None:
            self._loaded = module.Boundaries(self._hub)
        return self._loaded


def _module() -> Any:
    return importlib.import_module("portico.gateway.main.boundaries")
