"""uvicorn's HTTP protocol with the bounds that it lacks (design 6)."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from uvicorn._types import ASGI3Application
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from portico.gateway.edge.request import HTTP_EXTENSION

MAX_CONNECTIONS = 8_192
STALL_SECONDS = 600.0
"""A peer that takes no byte for so long is closed (design 4)."""
_OVERLOADED = (
    STATUS_LINE[503] + b"content-type: application/json\r\ncontent-length: 90\r\n"
    b"retry-after: 1\r\nconnection: close\r\n\r\n"
    b'{"error":"the gateway has too many connections","code":"overloaded","kind":"unavailable"}\n'
)


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one HTTP request; uvicorn itself has none of them."""

    header_seconds: float = 10.0
    body_seconds: float = 30.0
    body_total_seconds: float = 300.0
    header_bytes: int = 32_768
    header_fields: int = 100
    pipelined: int = 16


class BoundedHttpProtocol(HttpToolsProtocol):
    """Closes peers that are slow (408), too large (431) or too many (503), and tells a producer that its peer is gone.

    `room` is how many connections, sockets included, may be open.
    """

    __slots__ = (
        "_body_at",
        "_body_from",
        "_body_timer",
        "_field_bytes",
        "_header_timer",
        "_in_headers",
        "_is_lost",
        "_is_refused",
        "_loose_bytes",
        "_lost",
        "_room",
        "_running",
        "_taken",
        "_taken_at",
        "sent",
    )
    limits = Limits()

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
        *,
        room: int = MAX_CONNECTIONS,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._header_timer: asyncio.TimerHandle | None = None
        self._body_timer: asyncio.TimerHandle | None = None
        self._body_at = 0.0
        self._body_from = 0.0
        self._in_headers = True
        self._loose_bytes = 0
        self._field_bytes = 0
        self._is_refused = False
        self._room = room
        self._running: RequestResponseCycle | None = None
        self._lost: Callable[[], None] | None = None
        self._is_lost = False
        self._taken: int | None = None
        self._taken_at = 0.0
        self.sent = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        if len(self.connections) >= self._room:
            # nothing is read: what such a peer sends costs nothing
            self.transport = transport
            self._is_refused = True
            transport.write(_OVERLOADED)
            transport.close()
            return
        super().connection_made(transport)
        self._start_header_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timers()
        super().connection_lost(exc)
        self._lose()

    def eof_received(self) -> bool:  # type: ignore[override]
        """A peer that sends no more may still read the answer at work; it counts as gone when that goes on."""
        running = self._running
        is_answering = running is not None and not running.response_complete and not self.cycle.more_body
        if not is_answering or self._lost is not None or self.scheme == "https":
            self._lose()
            return False
        self._is_lost = True
        self.cycle.keep_alive = False
        return True

    def when_lost(self, lost: Callable[[], None] | None) -> None:
        """Call `lost` when the peer is gone, at once if it is; None: nobody waits for that any more."""
        self._lost = lost
        if lost is not None and self._is_lost:
            lost()

    def write(self, data: bytes) -> bool:
        """Write a piece of the body at work, past what uvicorn asks of each; False when it has to go by way of that."""
        cycle = self._running
        if cycle is None or self.flow.write_paused or cycle.disconnected or not cycle.chunked_encoding:
            return False
        self.transport.write(b"%x\r\n%b\r\n" % (len(data), data))
        self.sent += len(data)
        return True

    def abort(self) -> None:
        """Drop the peer at once; its answer is not finished."""
        self._lose()
        self.transport.abort()

    def check_progress(self, now: float) -> None:
        """Drop a peer that took no byte for ten minutes though some were waiting."""
        waiting = self.transport.get_write_buffer_size()
        taken = self.sent - waiting
        # what frames a piece is not counted as sent: of one that takes nothing, `taken` never grows
        if not waiting or self._taken is None or taken > self._taken:
            self._taken_at = now
        elif now - self._taken_at >= STALL_SECONDS:
            self.abort()
        self._taken = taken if waiting else None

    def data_received(self, data: bytes) -> None:
        if self._is_refused:
            return
        # what neither a header nor a body accounts for: a field that never ends, the extension of a chunk
        self._loose_bytes += len(data)
        super().data_received(data)
        if self._loose_bytes > self.limits.header_bytes and not self._is_refused:
            self._refuse_what_came(431, "Request header fields are too large.")

    def send_400_response(self, msg: str) -> None:
        if not self._is_refused:
            self._refuse_what_came(400, msg)

    def handle_websocket_upgrade(self) -> None:
        if self._running is not None and not self._running.response_complete:
            # frames would mix with the answer at work: the connection ends behind that one
            self._take_no_more()
            return
        super().handle_websocket_upgrade()

    def on_message_begin(self) -> None:
        if self._is_refused:
            raise ValueError("no more is read")
        super().on_message_begin()
        self._in_headers = True
        self._field_bytes = 0
        if self._header_timer is None:
            self._start_header_timer()

    def on_header(self, name: bytes, value: bytes) -> None:
        self._field_bytes += len(name) + len(value) + 4
        # fields behind a body are read by nobody, so that none passes for one of the header
        if self._in_headers:
            super().on_header(name, value)
        size = len(self.url) + self._field_bytes
        if len(self.headers) > self.limits.header_fields or size > self.limits.header_bytes:
            self._refuse_what_came(431, "Request header fields are too large.")
            raise ValueError("the header is too large")

    def on_headers_complete(self) -> None:
        self._loose_bytes = 0
        self._stop_timers()
        cast("dict[str, Any]", self.scope)["extensions"] = {HTTP_EXTENSION: self}
        before = cast("RequestResponseCycle | None", self.cycle)
        super().on_headers_complete()
        self._in_headers = False
        if self.cycle is before:
            # a socket's upgrade
            return
        # uvicorn reads no more while a request waits, and would not see its peer go; few may wait
        self.flow.resume_reading()
        if any(name == b"upgrade" for name, _ in self.headers):
            # to something unknown: the parser reads nothing behind it
            self.cycle.keep_alive = False
        self._body_at = self._body_from = self.loop.time()
        limits = self.limits
        first = min(limits.body_seconds, limits.body_total_seconds)
        self._body_timer = self.loop.call_later(first, self._body_is_late)
        if len(self.pipeline) >= self.limits.pipelined:
            self._take_no_more()

    def on_body(self, body: bytes) -> None:
        self._body_at = self.loop.time()
        self._loose_bytes = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._stop_timers()
        super().on_message_complete()
        self._in_headers = True
        self._loose_bytes = 0

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._running = cycle
        super()._start_asgi_task(cycle, app)

    def _take_no_more(self) -> None:
        """The connection ends behind the answers to what was read."""
        self.cycle.keep_alive = False
        self._is_refused = True
        self._stop_timers()

    def _lose(self) -> None:
        self._is_lost = True
        running = self._running
        if running is not None and not running.response_complete:
            # of pipelined requests uvicorn tells the last, which may not be the one at work
            running.disconnected = True
            running.message_event.set()
        if self._lost is not None:
            self._lost()

    def _start_header_timer(self) -> None:
        self._header_timer = self.loop.call_later(self.limits.header_seconds, self._header_is_late)

    def _header_is_late(self) -> None:
        self._header_timer = None
        if self._loose_bytes or self._field_bytes:
            self._refuse_what_came(408, "The request header took too long.")
        else:
            self.transport.close()

    def _body_is_late(self) -> None:
        now = self.loop.time()
        left = min(self._body_at + self.limits.body_seconds, self._body_from + self.limits.body_total_seconds) - now
        if left > 0 or self.flow.read_paused:
            # bytes came since, or it is our side that does not read
            self._body_timer = self.loop.call_later(max(left, 1.0), self._body_is_late)
            return
        self._body_timer = None
        self._refuse_body(408, "The request body took too long.")

    def _stop_timers(self) -> None:
        for timer in (self._header_timer, self._body_timer):
            if timer is not None:
                timer.cancel()
        self._header_timer = self._body_timer = None

    def _refuse_what_came(self, status: int, text: str) -> None:
        """Refuse what cannot be read; the answer to an earlier request is finished first and is not mistaken for it."""
        cycle = cast("RequestResponseCycle | None", self.cycle)
        if not self._in_headers:
            self._refuse_body(status, text)
        elif cycle is None or cycle.response_complete:
            self._refuse(status, text, may_answer=True)
        else:
            self._take_no_more()

    def _refuse_body(self, status: int, text: str) -> None:
        is_at_work = self.cycle is self._running and not self.cycle.response_started
        self._refuse(status, text, may_answer=is_at_work)

    def _refuse(self, status: int, text: str, *, may_answer: bool) -> None:
        self._is_refused = True
        self._stop_timers()
        if may_answer and not self.transport.is_closing():
            body = text.encode()
            fields = b"content-type: text/plain; charset=utf-8\r\ncontent-length: %d\r\nconnection: close\r\n\r\n"
            self.transport.write(STATUS_LINE[status] + fields % len(body) + body)
        self.transport.close()
