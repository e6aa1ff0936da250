"""All open connections: rechecked when credentials change, swept for peers that are stuck, closed together."""

from collections.abc import Generator
from contextlib import contextmanager

import anyio

from portico.gateway.edge.connection import Connection, Services
from portico.gateway.edge.ports import Transport
from portico.gateway.kernel.context import Principal
from portico.gateway.kernel.supervise import Worker

SWEEP_SECONDS = 60.0


class Hub:
    """Whoever serves a socket, or memory, runs its connection here."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._open: set[Connection] = set()
        self._changed = anyio.Event()

    @property
    def services(self) -> Services:
        return self._services

    @property
    def count(self) -> int:
        return len(self._open)

    @property
    def lag(self) -> int:
        """Versions that the slowest watcher has yet to get."""
        return max((connection.outbox.lag for connection in self._open), default=0)

    async def run(self, principal: Principal, transport: Transport, *, is_local: bool) -> None:
        """Serve one client until it or we leave."""
        connection = Connection(self._services, principal, transport, is_local=is_local)
        self._open.add(connection)
        try:
            await connection.run()
        finally:
            self._open.discard(connection)
            self._changed.set()

    @contextmanager
    def rechecking(self) -> Generator[None]:
        """While the block runs, connections whose credential is made void are closed."""
        forget = self._services.credentials.watch(self.recheck)
        try:
            yield
        finally:
            forget()

    def recheck(self) -> None:
        for connection in list(self._open):
            connection.recheck()

    async def leave(self) -> None:
        """Ask all to finish what is at work, send what waits and close; returns when all have."""
        for connection in list(self._open):
            connection.leave()
        await self.empty()

    async def empty(self) -> None:
        """Wait until no client is left."""
        while self._open:
            if self._changed.is_set():
                self._changed = anyio.Event()
            await self._changed.wait()

    def abort(self) -> None:
        """Drop whoever is left."""
        for connection in list(self._open):
            connection.abort()

    def sweeper(self) -> Worker:
        """Looks every minute for peers that take nothing and for sessions that were idle for too long."""

        async def run() -> None:
            while True:
                await self._services.clock.sleep(SWEEP_SECONDS)
                for connection in list(self._open):
                    connection.check_progress()
                    connection.recheck()

        return Worker("edge.sweeper", run)
