"""Answers that go on: server-sent events, and answers that wait for a turn. Each is an outlet of its connection."""

from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field

import anyio

from portico.gateway.edge.ports import Credentials
from portico.gateway.edge.request import Headers, Peer, Request, Response, Send
from portico.gateway.kernel.clock import Clock
from portico.gateway.kernel.context import Principal
from portico.gateway.kernel.errors import Denied, GatewayError, Unavailable
from portico.gateway.kernel.supervise import Worker

HEARTBEAT_SECONDS = 15.0
"""Proxies cut streams that are silent; a comment is sent after so long (reference chat-http A10)."""
BEAT_SECONDS = 1.0
FAREWELL_SECONDS = 2.0
"""What an outlet that is to end has to say goes out within so long, or its peer is dropped."""
HEARTBEAT = b": \n\n"


class PeerGone(Exception):
    """The client closed its connection."""


class Outlet:
    """Where the producer of one answer waits and sends. `wake` may be called at any time, from the loop."""

    __slots__ = (
        "_begin",
        "_bell",
        "_clock",
        "_ending",
        "_is_due",
        "_is_woken",
        "_peer",
        "_send",
        "ended_at",
        "is_begun",
        "is_lost",
        "principal",
        "sent_at",
    )

    def __init__(self, send: Send, principal: Principal | None, clock: Clock, peer: Peer | None = None) -> None:
        self._send = send
        self._peer = peer
        self._clock = clock
        self._bell: anyio.Event | None = None
        self._ending: GatewayError | None = None
        self._is_due = False
        self._is_woken = False
        self._begin: Callable[[], Awaitable[None]] | None = None
        self.is_begun = True
        """The head of the answer was sent: what follows, comments too, are pieces of its body."""
        self.is_lost = False
        self.ended_at: float | None = None
        self.principal = principal
        self.sent_at = clock.monotonic()

    def hold(self, begin: Callable[[], Awaitable[None]] | None) -> None:
        """The head was not sent yet: `begin` sends it before the first piece; None: the answer has no pieces."""
        self.is_begun, self._begin = False, begin

    def wake(self) -> None:
        """There is news for the producer."""
        self._is_woken = True
        self._ring()

    def lose(self) -> None:
        """The peer is gone."""
        self.is_lost = True
        self._ring()

    def end(self, error: GatewayError) -> None:
        """The producer is to stop with `error`, after what is ready was sent."""
        if self._ending is None:
            self._ending = error
            self.ended_at = self._clock.monotonic()
        self._ring()

    def beat(self) -> None:
        """Send a comment, unless something is being sent."""
        self._is_due = True
        self._ring()

    async def wait(self) -> None:
        """Return when there is news. Raises PeerGone, and GatewayError when the stream is to end."""
        while True:
            if self.is_lost:
                raise PeerGone
            if self._is_woken:
                self._is_woken = False
                return
            if self._ending is not None:
                raise self._ending
            if self._is_due:
                self._is_due = False
                if self.is_begun:
                    await self.send(HEARTBEAT)
                continue
            self._bell = anyio.Event()
            await self._bell.wait()
            self._bell = None

    async def send(self, data: bytes) -> None:
        """Send a piece of the body; waits while the peer takes nothing. Raises PeerGone."""
        if self.is_lost:
            raise PeerGone
        if self._begin is not None:
            begin, self._begin = self._begin, None
            self.is_begun = True
            await begin()
        if self._peer is None or not (data and self._peer.write(data)):
            await self._wait_and_send(data)
        self._is_due = False
        self.sent_at = self._clock.monotonic()

    async def _wait_and_send(self, data: bytes) -> None:
        await self._send({"type": "http.response.body", "body": data, "more_body": True})
        if self.is_lost:
            # while it waited: what was to be sent went nowhere
            raise PeerGone
        if self._peer is not None:
            self._peer.sent += len(data)

    def abort(self) -> None:
        """Drop the peer at once."""
        if self._peer is not None:
            self._peer.abort()

    def _ring(self) -> None:
        if self._bell is not None:
            self._bell.set()


@dataclass(frozen=True, slots=True)
class EventStream:
    """A body of server-sent events. `produce` sends them; `failure` tells as an event why it ended before its end.

    `is_late`: the head is sent with the first event, so that an error before it has its own status.
    """

    produce: Callable[[Outlet], Awaitable[None]]
    failure: Callable[[GatewayError], bytes]
    headers: Headers = field(default=())
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """An answer that waits for something (a turn) without counting as a call at work. Raises GatewayError."""

    produce: Callable[[Outlet], Awaitable[Response]]


Answer = Response | EventStream | Held


class Streams:
    """All open outlets: kept alive, rechecked when credentials change, ended together."""

    def __init__(self, credentials: Credentials, clock: Clock) -> None:
        self._credentials = credentials
        self._clock = clock
        self._open: set[Outlet] = set()
        self._changed = anyio.Event()

    @property
    def count(self) -> int:
        return len(self._open)

    @contextmanager
    def outlet(self, request: Request, send: Send, principal: Principal | None) -> Generator[Outlet]:
        """An outlet that is told when the peer of `request` goes."""
        peer = request.peer
        outlet = Outlet(send, principal, self._clock, peer)
        self._open.add(outlet)
        if peer is not None:
            peer.when_lost(outlet.lose)
        try:
            yield outlet
        finally:
            if peer is not None:
                peer.when_lost(None)
            self._open.discard(outlet)
            self._changed.set()

    @contextmanager
    def rechecking(self) -> Generator[None]:
        """While the block runs, streams whose credential is made void are ended."""
        forget = self._credentials.watch(self.recheck)
        try:
            yield
        finally:
            forget()

    def recheck(self) -> None:
        """End the streams whose credential is void now."""
        for outlet in list(self._open):
            self._recheck(outlet)

    async def leave(self) -> None:
        """End all; returns when all have."""
        for outlet in list(self._open):
            outlet.end(Unavailable("the gateway is stopping", code="gateway_stopping", retry_after_seconds=1.0))
        while self._open:
            if self._changed.is_set():
                self._changed = anyio.Event()
            await self._changed.wait()

    def keeper(self) -> Worker:
        """Looks every second which streams are silent, whose credential is over, and which do not end."""

        async def run() -> None:
            while True:
                await self._clock.sleep(BEAT_SECONDS)
                now, date = self._clock.monotonic(), self._clock.now()
                for outlet in list(self._open):
                    self._look_after(outlet, now, date)

        return Worker("edge.streams", run)

    def _look_after(self, outlet: Outlet, now: float, date: int) -> None:
        if outlet.ended_at is not None:
            if now - outlet.ended_at >= FAREWELL_SECONDS:
                outlet.abort()
            return
        if outlet.sent_at <= now - HEARTBEAT_SECONDS:
            outlet.sent_at = now
            outlet.beat()
        principal = outlet.principal
        if principal is not None and principal.expires_at is not None and principal.expires_at <= date:
            self._recheck(outlet)

    def _recheck(self, outlet: Outlet) -> None:
        if outlet.principal is not None and not self._credentials.is_valid(outlet.principal):
            outlet.end(Denied("this credential is not valid any more", code="invalid_credential"))


def frame(name: str, data: bytes, id: str | None = None) -> bytes:
    """An event: `id`, `event`, and one line of JSON."""
    head = f"id: {id}\n" if id is not None else ""
    return f"{head}event: {name}\ndata: ".encode() + data + b"\n\n"


SSE_HEADERS: Headers = (("content-type", "text/event-stream; charset=utf-8"), ("x-accel-buffering", "no"))
