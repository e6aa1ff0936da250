"""What goes out over one connection: answers first, then each followed stream from its cursor (design 4)."""

from collections import deque
from collections.abc import Callable

import anyio

from portico.gateway.edge.ports import Frame, Transport
from portico.gateway.log.feed import Feeds, Watch

CHUNK_BYTES = 131_072
"""Frames handed to the transport at once: few system calls, little memory for a peer that is slow."""
ANSWERS_BYTES = 4_194_304
"""Answers that may wait; above it nothing more is read from the peer."""


class Cursor:
    """A followed stream and the version up to which its frames were sent."""

    __slots__ = ("_outbox", "_watch", "is_dirty", "stream", "version")

    def __init__(self, outbox: "Outbox", stream: str, version: int) -> None:
        self._outbox = outbox
        self._watch: Watch | None = None
        self.stream = stream
        self.version = version
        self.is_dirty = False

    async def open(self, feeds: Feeds, *, at_head: bool = False) -> None:
        """Watch the stream. Nothing is sent before `Outbox.follow`."""
        self._watch = await feeds.watch(self.stream, self.wake)
        if at_head:
            self.version = self._watch.head

    def wake(self) -> None:
        self._outbox.wake(self)

    def close(self) -> None:
        if self._watch is not None:
            self._watch.close()
            self._watch = None

    @property
    def lag(self) -> int:
        """Versions that are committed and not yet sent."""
        return max(self._watch.head - self.version, 0) if self._watch is not None else 0

    def ready(self) -> list[str] | None:
        """What follows, from the ring; None when it must be paged from the log."""
        if self._watch is None:
            return []
        taken = self._watch.ready(self.version, CHUNK_BYTES)
        if taken is None:
            return None
        frames, self.version = taken
        return frames

    async def page(self) -> list[str]:
        """What follows, from the log."""
        watch = self._watch
        if watch is None:
            return []
        frames, reached = await watch.page(self.version, CHUNK_BYTES)
        if self._watch is None:
            return []
        # a page without progress would be asked for again and again
        self.version = reached if reached > self.version else watch.head
        return frames


class Outbox:
    """The one sender of a connection. `answer`, `follow` and `forget` never wait."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._answers: deque[bytes] = deque()
        self._answer_bytes = 0
        self._cursors: dict[str, Cursor] = {}
        self._dirty: deque[Cursor] = deque()
        self._bell: anyio.Event | None = None
        self._room: anyio.Event | None = None
        self._farewell: tuple[int, str] | None = None
        self._may_leave: Callable[[], bool] = lambda: True
        self._is_cut = False

    @property
    def lag(self) -> int:
        """The versions that the cursor farthest behind has yet to send."""
        return max((cursor.lag for cursor in self._cursors.values()), default=0)

    def answer(self, frame: bytes) -> None:
        self._answers.append(frame)
        self._answer_bytes += len(frame)
        self._ring()

    async def room(self) -> None:
        """Wait until the answers that wait are few: a peer that takes none is not read."""
        while self._answer_bytes > ANSWERS_BYTES:
            self._room = self._room or anyio.Event()
            await self._room.wait()

    def follows(self, stream: str) -> bool:
        return stream in self._cursors

    def follow(self, cursor: Cursor) -> None:
        """Send what follows the cursor from now on. A stream that is followed keeps its cursor."""
        if self._is_cut or cursor.stream in self._cursors:
            cursor.close()
            return
        self._cursors[cursor.stream] = cursor
        if cursor.lag:
            self.wake(cursor)

    def forget(self, stream: str) -> bool:
        cursor = self._cursors.pop(stream, None)
        if cursor is not None:
            cursor.close()
        return cursor is not None

    def wake(self, cursor: Cursor) -> None:
        """The stream of `cursor` has news."""
        if not cursor.is_dirty and self._cursors.get(cursor.stream) is cursor:
            cursor.is_dirty = True
            self._dirty.append(cursor)
            self._ring()

    def cut(self, code: int, reason: str) -> None:
        """Send the answers that wait, then close; streams end here."""
        self.close()
        self.finish(code, reason, lambda: True)

    def finish(self, code: int, reason: str, may_leave: Callable[[], bool]) -> None:
        """Send everything that waits, then close once `may_leave` says so; it is asked at every wake."""
        self._farewell = (code, reason)
        self._may_leave = may_leave
        self._ring()

    def ring(self) -> None:
        """Look again whether it is time to leave."""
        self._ring()

    def close(self) -> None:
        """Stop watching, for good."""
        self._is_cut = True
        for cursor in self._cursors.values():
            cursor.close()
        self._cursors.clear()
        self._dirty.clear()

    async def run(self) -> None:
        """Send until it is time to leave. Raises TransportLost, and GatewayError when the log cannot be read."""
        while True:
            if self._answers or self._dirty:
                await self._send()
            elif self._farewell is not None and self._may_leave():
                await self._transport.close(*self._farewell)
                return
            else:
                self._bell = anyio.Event()
                await self._bell.wait()
                self._bell = None

    async def _send(self) -> None:
        frames = self._take_answers()
        if self._dirty:
            cursor = self._dirty.popleft()
            cursor.is_dirty = False
            news = cursor.ready()
            if news is None:
                if frames:
                    await self._transport.send(frames)
                    frames = []
                news = await cursor.page()
            frames.extend(news)
            if cursor.lag:
                self.wake(cursor)
        if frames:
            await self._transport.send(frames)

    def _take_answers(self) -> list[Frame]:
        frames: list[Frame] = list(self._answers)
        self._answers.clear()
        self._answer_bytes = 0
        if self._room is not None:
            self._room.set()
            self._room = None
        return frames

    def _ring(self) -> None:
        if self._bell is not None:
            self._bell.set()
