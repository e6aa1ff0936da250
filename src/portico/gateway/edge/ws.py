"""WebSocket JSON-RPC on `/` and `/rpc`: from an upgrade that was let in to a running connection."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any, Protocol

from portico.gateway.edge.ports import Frame
from portico.gateway.edge.socket_protocol import SOCKET_EXTENSION
from portico.gateway.kernel.logging import get_logger

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

logger = get_logger(__name__)


class Socket(Protocol):
    """The protocol object of a WebSocket, see `socket_protocol.SocketProtocol`."""

    async def write_frames(self, frames: Sequence[Frame]) -> None: ...

    def taken(self) -> int | None: ...

    def abort(self) -> None: ...


class SocketTransport:
    """An accepted WebSocket as a transport."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._socket: Socket = scope["extensions"][SOCKET_EXTENSION]
        self._receive = receive
        self._send = send
        self._is_closed = False
        self.send = self._socket.write_frames
        self.taken = self._socket.taken
        self.abort = self._socket.abort

    async def accept(self) -> bool:
        """Finish the handshake; False when the peer left before."""
        message = await self._receive()
        if message["type"] != "websocket.connect":
            return False
        await self._send({"type": "websocket.accept"})
        return True

    async def receive(self) -> bytes | None:
        while True:
            message = await self._receive()
            if message["type"] == "websocket.disconnect":
                return None
            if (text := message.get("text")) is not None:
                return text
            # uploads bring the first known magic; until then every binary frame is foreign
            logger.info("dropped a binary frame", size=len(message["bytes"]), magic=message["bytes"][:4].hex())

    async def close(self, code: int, reason: str) -> None:
        if self._is_closed:
            return
        self._is_closed = True
        with suppress(OSError):
            # uvicorn's word for a peer that left first
            await self._send({"type": "websocket.close", "code": code, "reason": reason})


async def refuse(receive: Receive, send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    """Answer an upgrade with an HTTP status instead of a socket."""
    await receive()
    await send({"type": "websocket.http.response.start", "status": status, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": body})
