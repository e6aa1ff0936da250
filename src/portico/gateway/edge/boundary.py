"""WebSocket `/boundary`: a browser's shell talks to the client core in this process, with its own credential's scopes.

The shell's own calls go through a connection of the hub, so that limits, revocation and draining are those of any
client; when that connection ends, the socket does.
"""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol

import anyio

from portico.gateway.edge.connection import GOING_AWAY, REVOKED
from portico.gateway.edge.hub import Hub
from portico.gateway.edge.memory import MemoryClient, attached
from portico.gateway.edge.ports import Transport, TransportLost
from portico.gateway.kernel.context import Principal


class ShellSession(Protocol):
    """One shell, see `portico.boundary.Session`."""

    async def take(self, frame: bytes) -> None: ...

    async def push(self) -> None: ...


class ShellEnds(Protocol):
    """The shell's own connection to the gateway, and its carrier."""

    @property
    def principal(self) -> Principal: ...

    async def send_text(self, text: str) -> None: ...

    async def receive_text(self) -> str: ...

    async def tell(self, frame: bytes) -> None: ...

    def end(self) -> None:
        """Close the carrier: the shell comes back over another one."""
        ...


OpenShell = Callable[[ShellEnds], AbstractAsyncContextManager[ShellSession]]


class _Ends:
    def __init__(self, principal: Principal, client: MemoryClient, transport: Transport) -> None:
        self.principal = principal
        self.ended = anyio.Event()
        self.send_text = client.send_text
        self._client = client
        self._transport = transport

    async def receive_text(self) -> str:
        try:
            return await self._client.receive_text()
        except (anyio.EndOfStream, anyio.ClosedResourceError):
            self.end()
            raise

    async def tell(self, frame: bytes) -> None:
        try:
            await self._transport.send([frame])
        except TransportLost:
            self.end()

    def end(self) -> None:
        self.ended.set()


class BoundarySockets:
    """Serves accepted sockets; `open_shell` is the composition root's."""

    def __init__(self, hub: Hub, open_shell: OpenShell) -> None:
        self._hub = hub
        self._open_shell = open_shell

    async def run(self, principal: Principal, transport: Transport, *, is_local: bool) -> None:
        """Until the peer leaves or the gateway ends the shell's connection."""
        async with (
            attached(self._hub, principal, is_local=is_local) as client,
            anyio.create_task_group() as group,
        ):
            ends = _Ends(principal, client, transport)
            async with self._open_shell(ends) as session:
                group.start_soon(self._close, ends, transport)
                group.start_soon(session.push)
                while (frame := await transport.receive()) is not None:
                    await session.take(frame)
                group.cancel_scope.cancel()

    async def _close(self, ends: _Ends, transport: Transport) -> None:
        await ends.ended.wait()
        if self._hub.services.credentials.is_valid(ends.principal):
            await transport.close(GOING_AWAY, "the gateway has closed the connection")
        else:
            await transport.close(REVOKED, "the credential is no longer valid")
        transport.abort()
