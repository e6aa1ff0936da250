"""A connection without a socket: the embedded chat talks to its gateway through memory."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream

from portico.gateway.edge.hub import Hub
from portico.gateway.edge.ports import Frame, TransportLost
from portico.gateway.kernel.context import Principal

WAITING_FRAMES = 256
"""Frames between the two ends; a reader that is slow makes the sender wait, as a socket does."""


class _Transport:
    """The gateway's end."""

    def __init__(self, incoming: MemoryObjectReceiveStream[str], outgoing: MemoryObjectSendStream[str]) -> None:
        self._incoming = incoming
        self._outgoing = outgoing
        self._reading = anyio.CancelScope()
        self._sending = anyio.CancelScope()
        self._is_closed = False

    async def receive(self) -> bytes | None:
        with anyio.CancelScope() as self._reading:
            try:
                return None if self._is_closed else (await self._incoming.receive()).encode()
            except (anyio.EndOfStream, anyio.ClosedResourceError):
                # closing wakes who waits before the cancellation comes
                return None
        return None

    async def send(self, frames: Sequence[Frame]) -> None:
        with anyio.CancelScope() as self._sending:
            try:
                for frame in frames:
                    await self._outgoing.send(frame if isinstance(frame, str) else frame.decode())
            except (anyio.BrokenResourceError, anyio.ClosedResourceError) as error:
                raise TransportLost from error
        if self._is_closed:
            raise TransportLost

    def taken(self) -> int | None:
        return None

    async def close(self, code: int, reason: str) -> None:
        del code, reason
        self.abort()

    def abort(self) -> None:
        # closing a memory stream does not wake our own task that waits on it
        self._is_closed = True
        self._reading.cancel()
        self._sending.cancel()
        self._outgoing.close()
        self._incoming.close()


class MemoryClient:
    """The client's end."""

    def __init__(self, incoming: MemoryObjectReceiveStream[str], outgoing: MemoryObjectSendStream[str]) -> None:
        self._incoming = incoming
        self._outgoing = outgoing

    async def send_text(self, text: str) -> None:
        """Raises anyio.BrokenResourceError when the gateway has closed."""
        await self._outgoing.send(text)

    async def receive_text(self) -> str:
        """Raises anyio.EndOfStream when the gateway has closed."""
        return await self._incoming.receive()

    async def aclose(self) -> None:
        await self._outgoing.aclose()
        await self._incoming.aclose()


@asynccontextmanager
async def attached(hub: Hub, principal: Principal, *, is_local: bool = True) -> AsyncGenerator[MemoryClient]:
    """A client of the gateway behind `hub` while the block runs; `is_local`: who it speaks for came over loopback."""
    to_client, at_client = anyio.create_memory_object_stream[str](WAITING_FRAMES)
    to_gateway, at_gateway = anyio.create_memory_object_stream[str](WAITING_FRAMES)
    transport, client = _Transport(at_gateway, to_client), MemoryClient(at_client, to_gateway)

    async def run() -> None:
        try:
            await hub.run(principal, transport, is_local=is_local)
        finally:
            transport.abort()

    async with anyio.create_task_group() as group:
        group.start_soon(run)
        try:
            yield client
        finally:
            await client.aclose()
