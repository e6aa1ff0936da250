"""Server-sent events from bytes as they arrive: cut anywhere, any line end, nothing held back longer than needed."""

import re
from typing import Generic, NamedTuple, TypeVar

import msgspec

MAX_EVENT_BYTES = 8 * 1024 * 1024
DONE = b"[DONE]"
_BOM = b"\xef\xbb\xbf"
_SHOWN = 200
_HALF = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2}"
)
"""Half of a character outside the basic plane: servers that cut UTF-16 anywhere send the halves in two events."""

T = TypeVar("T")


class OversizedEvent(ValueError):
    """One event is larger than MAX_EVENT_BYTES."""


class SseEvent(NamedTuple):
    name: bytes
    data: bytes


class SseBuffer:
    """Turns reads into blocks: the events that a read completed, with LF line ends and without the last blank line."""

    def __init__(self) -> None:
        self._tail = bytearray()
        self._at_start = True
        self._after_cr = False

    def feed(self, data: bytes) -> bytes:
        """The block that `data` completed, b"" if none. Raises OversizedEvent."""
        if self._at_start:
            data = self._without_bom(data)
        if self._after_cr or b"\r" in data:
            data = self._with_line_feeds(data)
        if self._tail:
            return self._after_tail(data)
        cut = data.rfind(b"\n\n")
        if cut < 0:
            self._keep(data)
            return b""
        if cut + 2 < len(data):
            self._keep(data[cut + 2 :])
        return data[:cut]

    def rest(self) -> bytes:
        """What the stream ended with: an event that lacks its blank line, or a piece of one."""
        rest = bytes(self._tail)
        self._tail.clear()
        return rest

    def _after_tail(self, data: bytes) -> bytes:
        tail = self._tail
        start = len(tail) - 1
        tail += data
        cut = tail.rfind(b"\n\n", start)
        if cut < 0:
            self._keep(b"")
            return b""
        block = bytes(tail[:cut])
        del tail[: cut + 2]
        return block

    def _keep(self, data: bytes) -> None:
        self._tail += data
        if len(self._tail) > MAX_EVENT_BYTES:
            raise OversizedEvent

    def _without_bom(self, data: bytes) -> bytes:
        data = self.rest() + data
        if len(data) < len(_BOM) and _BOM.startswith(data):
            self._tail += data
            return b""
        self._at_start = False
        return data.removeprefix(_BOM)

    def _with_line_feeds(self, data: bytes) -> bytes:
        """A CR ends its line at once; an LF that follows it in the next read belongs to it."""
        if self._after_cr:
            data = data.removeprefix(b"\n")
        self._after_cr = data.endswith(b"\r")
        return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def events(block: bytes) -> list[SseEvent]:
    """The events of a block, by the book: comments and unknown fields dropped, several data lines joined."""
    found: list[SseEvent] = []
    for raw in block.split(b"\n\n"):
        name, lines = b"", list[bytes]()
        for line in raw.split(b"\n"):
            field, _, value = line.partition(b":")
            if field == b"data":
                lines.append(value.removeprefix(b" "))
            elif field == b"event":
                name = value.removeprefix(b" ")
        if lines:
            found.append(SseEvent(name, b"\n".join(lines)))
    return found


class JsonEvents(Generic[T]):
    """Reads a stream whose events are JSON of one type, after the OpenAI manner ended by `[DONE]` or just ended.

    The common case, a read full of events that all begin with `head`, is decoded as one JSON array: a raw line end
    cannot stand inside JSON, so replacing the joints can only touch joints. Everything else is read by the book.
    """

    def __init__(self, kind: type[T], head: bytes) -> None:
        self._buffer = SseBuffer()
        self._head = head
        self._joint = b"\n\n" + head
        self._one = msgspec.json.Decoder(kind)
        self._many = msgspec.json.Decoder(list[kind])
        self.is_done = False
        self.problem: str | None = None

    def feed(self, data: bytes) -> list[T]:
        """What `data` completed. After a `problem` or `[DONE]` nothing more is read."""
        if self.is_done or self.problem is not None:
            return []
        try:
            block = self._buffer.feed(data)
        except OversizedEvent:
            self.problem = f"the provider sent an event of more than {MAX_EVENT_BYTES} bytes"
            return []
        return self._read(block) if block else []

    def finish(self) -> list[T]:
        """What the end of the stream completes: servers forget the last blank line. A cut event is no problem here."""
        if self.is_done or self.problem is not None:
            return []
        found = self._read(self._buffer.rest())
        self.problem = None
        return found

    def _read(self, block: bytes) -> list[T]:
        if block.startswith(self._head):
            try:
                return self._many.decode(b"[" + block[len(self._head) :].replace(self._joint, b",") + b"]")
            except (ValueError, RecursionError):
                pass
        return self._by_the_book(block)

    def _by_the_book(self, block: bytes) -> list[T]:
        found: list[T] = []
        for event in events(block):
            if event.data == DONE:
                self.is_done = True
                break
            try:
                found.append(self._decoded(event.data))
            except (ValueError, RecursionError):
                self.problem = _what(event)
                break
        return found

    def _decoded(self, data: bytes) -> T:
        """Half characters, which are no Unicode, become U+FFFD; they are no reason to lose an answer."""
        try:
            return self._one.decode(data)
        except ValueError:
            if _HALF.search(data) is None:
                raise
            return self._one.decode(_HALF.sub(rb"\\ufffd", data))


def _what(event: SseEvent) -> str:
    shown = event.data[:_SHOWN].decode("utf-8", "replace")
    if event.name == b"error":
        return shown
    return f"the provider sent something that is not an event of this wire: {shown}"
