"""uvicorn's two protocols with the bounds that it lacks, and a shorter way out for frames (design 6)."""

import asyncio
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState
from websockets.http11 import Request
from websockets.protocol import State

from portico.gateway.edge.ports import Frame, TransportLost

SOCKET_EXTENSION = "portico.socket"
"""Under this name the ASGI scope of a WebSocket holds its `SocketProtocol`."""
MAX_WAITING_MESSAGES = 16
_TEXT = 0x81
"""A whole text frame: FIN and opcode 1."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one HTTP request; uvicorn itself has none of them."""

    header_seconds: float = 10.0
    body_seconds: float = 30.0
    header_bytes: int = 32_768
    header_fields: int = 100


class BoundedHttpProtocol(HttpToolsProtocol):
    """Closes peers that send headers or bodies too slowly (408) and headers that are too large (431)."""

    limits = Limits()

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._header_timer: asyncio.TimerHandle | None = None
        self._body_timer: asyncio.TimerHandle | None = None
        self._body_at = 0.0
        self._in_headers = True
        self._header_bytes = 0
        self._field_bytes = 0
        self._is_refused = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._start_header_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timers()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._is_refused:
            return
        was_in_headers = self._in_headers
        super().data_received(data)
        if was_in_headers and self._in_headers:
            # a single header that never ends is not yet seen by on_header
            self._header_bytes += len(data)
            if self._header_bytes > self.limits.header_bytes:
                self._refuse_header(431, "Request header fields are too large.")

    def send_400_response(self, msg: str) -> None:
        if not self._is_refused:
            self._refuse_header(400, msg)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_headers = True
        self._field_bytes = 0
        if self._header_timer is None:
            self._start_header_timer()

    def on_header(self, name: bytes, value: bytes) -> None:
        super().on_header(name, value)
        self._field_bytes += len(name) + len(value) + 4
        size = len(self.url) + self._field_bytes
        if len(self.headers) > self.limits.header_fields or size > self.limits.header_bytes:
            self._refuse_header(431, "Request header fields are too large.")
            raise ValueError("the header is too large")

    def on_headers_complete(self) -> None:
        self._in_headers = False
        self._header_bytes = 0
        self._stop_timers()
        super().on_headers_complete()
        if not self._should_upgrade():
            self._body_at = self.loop.time()
            self._body_timer = self.loop.call_later(self.limits.body_seconds, self._body_is_late)

    def on_body(self, body: bytes) -> None:
        self._body_at = self.loop.time()
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._stop_timers()
        super().on_message_complete()
        self._in_headers = True

    def _start_header_timer(self) -> None:
        self._header_timer = self.loop.call_later(self.limits.header_seconds, self._header_is_late)

    def _header_is_late(self) -> None:
        self._header_timer = None
        if self._header_bytes:
            self._refuse_header(408, "The request header took too long.")
        else:
            self.transport.close()

    def _body_is_late(self) -> None:
        left = self._body_at + self.limits.body_seconds - self.loop.time()
        if left > 0 or self.flow.read_paused:
            # bytes came since, or it is our side that does not read
            self._body_timer = self.loop.call_later(max(left, 1.0), self._body_is_late)
            return
        self._body_timer = None
        self._refuse(408, "The request body took too long.", may_answer=not self.cycle.response_started)

    def _stop_timers(self) -> None:
        for timer in (self._header_timer, self._body_timer):
            if timer is not None:
                timer.cancel()
        self._header_timer = self._body_timer = None

    def _refuse_header(self, status: int, text: str) -> None:
        cycle = cast("RequestResponseCycle | None", self.cycle)
        # the answer to an earlier request on this connection must not be mistaken for this one
        self._refuse(status, text, may_answer=cycle is None or cycle.response_complete)

    def _refuse(self, status: int, text: str, *, may_answer: bool) -> None:
        self._is_refused = True
        self._stop_timers()
        if may_answer and not self.transport.is_closing():
            body = text.encode()
            fields = b"content-type: text/plain; charset=utf-8\r\ncontent-length: %d\r\nconnection: close\r\n\r\n"
            self.transport.write(STATUS_LINE[status] + fields % len(body) + body)
        self.transport.close()


class SocketProtocol(WebSocketsSansIOProtocol):
    """A WebSocket that hands text on undecoded, pauses reading late, and writes many frames at once."""

    written = 0

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if self.response.status_code == 101:
            cast("dict[str, Any]", self.scope)["extensions"][SOCKET_EXTENSION] = self

    def send_receive_event_to_app(self) -> None:
        """Queue the message; bytes even of text: the envelope answers what is not UTF-8."""
        data = bytes(self.frames[0]) if len(self.frames) == 1 else b"".join(self.frames)
        self.frames = []
        if self.close_sent:
            return
        key = "text" if self.curr_msg_data_type == "text" else "bytes"
        self.queue.put_nowait(cast("Any", {"type": "websocket.receive", key: data}))
        if not self.read_paused and (self.queue.qsize() >= MAX_WAITING_MESSAGES or len(data) > 65_536):
            self.read_paused = True
            self.transport.pause_reading()

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
