"""The boundary inside the gateway: what browsers look at is followed once, by a connection of the gateway's own."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

import anyio

from portico.boundary import Boundary, Means, Session, Threads
from portico.client.connection import Connection
from portico.client.errors import ClientError, lone_errors
from portico.client.transport import Opener, Transport
from portico.client.transport.memory import memory
from portico.gateway.edge.boundary import ShellEnds, ShellSession
from portico.gateway.edge.hub import Hub
from portico.gateway.edge.memory import attached
from portico.gateway.features.access import PROCESS

NAME = "Portico"


class Boundaries:
    """`run` must run. The following connection is there while somebody looks, so that it keeps no gateway alive."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._users = 0
        self._threads: Threads | None = None
        self._changed = anyio.Event()

    @asynccontextmanager
    async def shell(self, ends: ShellEnds) -> AsyncGenerator[ShellSession]:
        """One browser's session; as `edge.boundary.OpenShell`."""
        async with self._following() as threads:
            means = Means(_Bound(ends), scopes=ends.principal.scopes, shared=threads, is_bound=True)
            async with (
                anyio.create_task_group() as group,
                Session(Boundary("websocket", means), ends.tell).running() as session,
            ):
                group.start_soon(self._end_with, threads, ends)
                yield session
                group.cancel_scope.cancel()

    async def run(self) -> None:
        """Follow for the shells, for ever."""
        while True:
            await self._until(lambda: self._users > 0)
            with lone_errors():
                await self._follow()

    async def _follow(self) -> None:
        async with Connection(self._open).running() as connection, anyio.create_task_group() as group:
            threads = Threads(connection)
            connection.on_online = threads.missed
            group.start_soon(threads.keep)
            self._set(threads)
            try:
                await self._until(lambda: self._users == 0)
            finally:
                self._set(None)
                group.cancel_scope.cancel()

    async def _end_with(self, threads: Threads, ends: ShellEnds) -> None:
        """What the shell looks at is followed no more when the following connection broke down and began anew."""
        await self._until(lambda: self._threads is not threads)
        ends.end()

    @asynccontextmanager
    async def _following(self) -> AsyncGenerator[Threads]:
        self._users += 1
        self._ring()
        try:
            await self._until(lambda: self._threads is not None)
            assert self._threads is not None
            yield self._threads
        finally:
            self._users -= 1
            self._ring()

    @asynccontextmanager
    async def _open(self) -> AsyncGenerator[Transport]:
        async with attached(self._hub, PROCESS) as client, memory(client.send_text, client.receive_text) as transport:
            yield transport

    async def _until(self, fits: Callable[[], bool]) -> None:
        while not fits():
            await self._changed.wait()

    def _set(self, threads: Threads | None) -> None:
        self._threads = threads
        self._ring()

    def _ring(self) -> None:
        changed, self._changed = self._changed, anyio.Event()
        changed.set()


class _Bound:
    """The one gateway of a browser, by the connection that its socket has."""

    def __init__(self, ends: ShellEnds) -> None:
        self._ends = ends
        self._is_used = False

    def home(self) -> tuple[str, Opener]:
        return NAME, self._open

    def remote(self, url: str, token: str | None) -> Opener:
        del token
        raise ClientError(f"{url} is not reached from here")

    @asynccontextmanager
    async def _open(self) -> AsyncGenerator[Transport]:
        if self._is_used:
            raise ClientError("this connection is over: open another socket")
        self._is_used = True
        async with memory(self._ends.send_text, self._ends.receive_text) as transport:
            yield transport
