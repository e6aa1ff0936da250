"""Live streams: the newest frames of each watched stream, held once in a ring; watchers are cursors (design 4)."""

from collections import deque
from collections.abc import Callable
from typing import Protocol

from portico.gateway.log.plan import Entry
from portico.protocol.events import Event
from portico.protocol.frames import Where, encode_frame

RING_FRAMES = 1_024
RING_BYTES = 1_048_576

Frames = tuple[list[str], int]
"""Text frames in order, and the version that they reach."""
Facts = tuple[list["Frame"], int]
"""The same as published events, for a face with a vocabulary of its own."""


class Watch(Protocol):
    """One watcher's view of a stream."""

    @property
    def head(self) -> int:
        """The committed head."""
        ...

    @property
    def is_erased(self) -> bool:
        """What was streamed here was deleted; nothing will ever follow."""
        ...

    def ready(self, after: int, limit_bytes: int) -> Frames | None:
        """Frames that follow `after`, from the ring; None when the ring no longer holds them."""
        ...

    async def page(self, after: int, limit_bytes: int) -> Frames:
        """The same from the log."""
        ...

    def facts(self, after: int, limit_bytes: int) -> Facts | None:
        """Like `ready`, as published events."""
        ...

    async def page_facts(self, after: int, limit_bytes: int) -> Facts:
        """Like `page`, as published events."""
        ...

    def close(self) -> None: ...


class Feeds(Protocol):
    """What the edge follows."""

    @property
    def epoch(self) -> str: ...

    async def head(self, stream: str) -> int: ...

    async def watch(self, stream: str, wake: Callable[[], None]) -> Watch:
        """`wake` is called on the loop after each publish."""
        ...


class Frame:
    """A published event. What it is encoded to is made when the first watcher asks, and kept for the others."""

    __slots__ = ("_entry", "_text", "_views", "size", "version")

    def __init__(self, entry: Entry) -> None:
        self._entry = entry
        self._text: str | None = None
        self._views: dict[str, bytes] | None = None
        self.version = entry.version
        self.size = len(entry.data)

    @property
    def event(self) -> Event:
        return self._entry.event

    @property
    def turn_id(self) -> str | None:
        return self._entry.append.turn_id

    @property
    def data(self) -> bytes:
        """The encoded `HistoryEvent`, as replay tells it."""
        if not self._entry.data:
            self._entry.data = self._entry.encoded()
        return self._entry.data

    @property
    def text(self) -> str:
        """The notification of JSON-RPC."""
        if self._text is None:
            self._text = frame_text(self._entry)
            # most streams are watched in one form only: who wants the other has it made again
            self._entry.data = b""
        return self._text

    def view(self, face: str, make: Callable[[], bytes]) -> bytes:
        """What the face of this name sends; `make` must give every watcher the same."""
        if self._views is None:
            self._views = {}
        made = self._views.get(face)
        if made is None:
            made = self._views[face] = make()
        return made


def frame_text(entry: Entry) -> str:
    """The notification of an entry, with its place."""
    stream = entry.append.stream
    where = Where(
        workspace_id=entry.workspace_id,
        thread_id=stream[7:] if stream.startswith("thread:") else "",
        turn_id=entry.append.turn_id or "",
        version=entry.version,
        sequence=entry.sequence,
    )
    return encode_frame(entry.event, where)


class Ring:
    """The newest frames of one stream. `start` is the version before its first frame."""

    def __init__(self, head: int, *, is_erased: bool = False) -> None:
        self.head = head
        self.is_erased = is_erased
        self._start = head
        self._frames: deque[Frame] = deque()
        self._bytes = 0
        self.wakes: list[Callable[[], None]] = []

    def append(self, frame: Frame) -> None:
        self._frames.append(frame)
        self._bytes += frame.size
        self.head = frame.version
        while len(self._frames) > RING_FRAMES or (self._bytes > RING_BYTES and len(self._frames) > 1):
            old = self._frames.popleft()
            self._bytes -= old.size
            self._start = old.version

    def erase(self, head: int) -> None:
        """The stream was erased: watchers have nothing to read before its new head."""
        self.head = self._start = head
        self.is_erased = True
        self._frames.clear()
        self._bytes = 0

    def after(self, version: int, limit_bytes: int) -> Frames | None:
        """Frames after `version`, at most about `limit_bytes`, at least one if there is one."""
        taken = self.facts_after(version, limit_bytes)
        return None if taken is None else ([frame.text for frame in taken[0]], taken[1])

    def facts_after(self, version: int, limit_bytes: int) -> Facts | None:
        """The same as published events."""
        if version < self._start:
            return None
        first = len(self._frames) - (self.head - version)
        taken: list[Frame] = []
        size = 0
        for index in range(max(first, 0), len(self._frames)):
            frame = self._frames[index]
            if taken and size + frame.size > limit_bytes:
                return taken, frame.version - 1
            taken.append(frame)
            size += frame.size
        return taken, max(self.head, version)
