"""uvicorn's WebSocket protocol with bounds on what it holds, and a shorter way out for frames (design 6)."""

import asyncio
import struct
from collections.abc import Sequence
from typing import Any, cast

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode
from websockets.frames import Frame as Received
from websockets.http11 import Request
from websockets.protocol import State

from portico.gateway.edge.ports import Frame, TransportLost
from portico.gateway.edge.request import MAX_BODY

SOCKET_EXTENSION = "portico.socket"
"""Under this name the ASGI scope of a WebSocket holds its `SocketProtocol`."""
BOUNDARY_PATH = "/boundary"
MAX_WAITING_MESSAGES = 16
MAX_WAITING_BYTES = MAX_WAITING_MESSAGES * MAX_BODY
"""Of messages behind the first; only what was compressed comes to so much before reading is paused."""
MAX_SHELL_FRAME = 8 * MAX_BODY
"""What a browser's shell may send: a draft that is too large is told so in words (decision 0014)."""
MAX_HEAVY = 8
"""Sockets of the process that may hold a message above MAX_BODY, from its first byte too many to its answer."""
HEAVY_SECONDS = 60.0
"""In which such a message has come."""
_UNPACKED_AT_ONCE = 16_384
"""Compressed bytes; a thousand times that may come of them."""
_TEXT = 0x81
"""A whole text frame: FIN and opcode 1."""


class SocketProtocol(WebSocketsSansIOProtocol):
    """A WebSocket that hands text on undecoded, pauses reading late, holds little, and writes many frames at once."""

    written = 0
    heavy: "set[SocketProtocol]" = set()
    """Which hold a large message now."""
    _heavy_timer: asyncio.TimerHandle | None = None
    _waiting_bytes = 0
    _is_heavy_at_work = False

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if event.path.partition("?")[0] == BOUNDARY_PATH:
            # what goes on to the gateway is limited there, and said in words
            self.conn.max_message_size = MAX_SHELL_FRAME
        if self.response.status_code == 101:
            cast("dict[str, Any]", self.scope)["extensions"][SOCKET_EXTENSION] = self

    def connection_lost(self, exc: Exception | None) -> None:
        self._lay_down()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Of what is compressed a little may be much: it is looked at before the rest is unpacked."""
        step = _UNPACKED_AT_ONCE if self.conn.extensions else max(len(data), 1)
        for at in range(0, len(data), step):
            super().data_received(data[at : at + step])
            if self.transport.is_closing():
                return
            if len(self.conn.reader.buffer) + sum(map(len, self.frames)) > MAX_BODY:
                self._lift()

    def handle_cont(self, event: Received) -> None:
        """The parts of a message are put together as they come: empty ones cost nothing."""
        if not isinstance(self.frames[0], bytearray):
            self.frames = [cast("bytes", bytearray(self.frames[0]))]
        self.frames[0] += event.data
        if event.fin:
            self.send_receive_event_to_app()

    def send_receive_event_to_app(self) -> None:
        """Queue the message; bytes even of text: the envelope answers what is not UTF-8."""
        data = bytes(self.frames[0])
        self.frames = []
        if self.close_sent or (len(data) > MAX_BODY and not self._lift()):
            return
        if self._heavy_timer is not None:
            self._heavy_timer.cancel()
        if self._waiting_bytes and self._waiting_bytes + len(data) > MAX_WAITING_BYTES:
            self._end(CloseCode.POLICY_VIOLATION, "too much at once")
            return
        self._waiting_bytes += len(data)
        key = "text" if self.curr_msg_data_type == "text" else "bytes"
        self.queue.put_nowait(cast("Any", {"type": "websocket.receive", key: data}))
        if not self.read_paused and (self.queue.qsize() >= MAX_WAITING_MESSAGES or len(data) > 65_536):
            self.read_paused = True
            self.transport.pause_reading()

    async def receive(self) -> Any:
        """The next message. Who asks for it is done with the one before."""
        if self._is_heavy_at_work:
            self._lay_down()
        message = cast("dict[str, Any]", await super().receive())
        size = len(message.get("text") or message.get("bytes") or b"")
        self._waiting_bytes -= size
        self._is_heavy_at_work = size > MAX_BODY
        return message

    async def send(self, message: Any) -> None:
        await super().send(message)
        if message["type"] == "websocket.http.response.body":
            # a refusal is an answer, too: uvicorn would log that there was none
            self.handshake_complete = True

    async def write_frames(self, frames: Sequence[Frame]) -> None:
        """Write text frames, one write for all; waits while the peer takes nothing. Raises TransportLost."""
        await self.writable.wait()
        if self.disconnected or self.close_sent or self.conn.state is not State.OPEN:
            raise TransportLost
        if self.conn.extensions:
            for frame in frames:
                self.conn.send_text(frame if isinstance(frame, bytes) else frame.encode())
            data = b"".join(self.conn.data_to_send())
        else:
            data = _shared.bytes_of(frames)
        self.written += len(data)
        self.transport.write(data)

    def taken(self) -> int | None:
        """Bytes of ours that the transport has passed on; None when none wait."""
        waiting = self.transport.get_write_buffer_size()
        return self.written - waiting if waiting else None

    def abort(self) -> None:
        self.transport.abort()

    def _lift(self) -> bool:
        """Hold a large message; where too many are held the peer has to try again."""
        if self in self.heavy:
            return True
        if len(self.heavy) >= MAX_HEAVY:
            self._end(CloseCode.TRY_AGAIN_LATER, "too many large messages at once")
            return False
        self.heavy.add(self)
        self._heavy_timer = self.loop.call_later(
            HEAVY_SECONDS, self._end, CloseCode.POLICY_VIOLATION, "the message took too long"
        )
        return True

    def _lay_down(self) -> None:
        self._is_heavy_at_work = False
        self.heavy.discard(self)
        if self._heavy_timer is not None:
            self._heavy_timer.cancel()
            self._heavy_timer = None

    def _end(self, code: CloseCode, reason: str) -> None:
        if self.conn.state is State.OPEN:
            self.conn.fail(code, reason)
            self.handle_parser_exception()
        else:
            self.transport.abort()


class _LastFramed:
    """Watchers of one stream send the same frames one after the other: they are put into bytes once."""

    def __init__(self) -> None:
        self._frames: Sequence[Frame] = ()
        self._bytes = b""

    def bytes_of(self, frames: Sequence[Frame]) -> bytes:
        # equal at a glance: the frames of a ring are the same objects
        if frames == self._frames:
            return self._bytes
        data = b"".join([part for frame in frames for part in _framed(frame)])
        if frames and isinstance(frames[0], str):
            self._frames, self._bytes = frames, data
        return data


def _framed(frame: Frame) -> tuple[bytes, bytes]:
    """An unmasked text frame of RFC 6455: its header and its payload."""
    payload = frame if isinstance(frame, bytes) else frame.encode()
    size = len(payload)
    if size < 126:
        return bytes((_TEXT, size)), payload
    if size < 65_536:
        return struct.pack("!BBH", _TEXT, 126, size), payload
    return struct.pack("!BBQ", _TEXT, 127, size), payload


_shared = _LastFramed()
