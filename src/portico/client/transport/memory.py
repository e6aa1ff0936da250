"""A transport inside one process, over the two functions of a gateway's memory connection."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

import anyio

from portico.client.errors import TransportClosed
from portico.client.transport import Transport

Send = Callable[[str], Awaitable[None]]
Receive = Callable[[], Awaitable[str]]

_ENDS = (anyio.EndOfStream, anyio.BrokenResourceError, anyio.ClosedResourceError)


class MemoryTransport:
    """Frames go straight to the gateway's connection."""

    def __init__(self, send: Send, receive: Receive) -> None:
        self._send = send
        self._receive = receive

    async def send(self, text: str) -> None:
        try:
            await self._send(text)
        except _ENDS as error:
            raise TransportClosed("the gateway has stopped") from error

    async def receive(self) -> str:
        try:
            return await self._receive()
        except _ENDS as error:
            raise TransportClosed("the gateway has stopped") from error


@asynccontextmanager
async def memory(send: Send, receive: Receive) -> AsyncGenerator[Transport]:
    """An open transport over `send` and `receive`; the end of a memory stream is TransportClosed."""
    yield MemoryTransport(send, receive)
