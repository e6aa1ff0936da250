"""A thread's rows as shells see them: projected once, patches encoded once, read by cursors."""

from collections import deque
from collections.abc import Iterable, Sequence

import msgspec

from portico.boundary.answers import Refused
from portico.boundary.events import BoundaryEvent, PatchesTold, TimelineTold
from portico.client.rpc import new_id
from portico.client.state.types import ThreadState
from portico.client.timeline import AnyPatch, Append, Projector, Put, Row, Toggles, dressed
from portico.protocol.errors import ErrorKind
from portico.protocol.events import Event
from portico.protocol.methods.turn import QueuedTurn

PAGE = 200
"""Rows of a snapshot."""
RING = 256
RING_BYTES = 4_194_304
"""Publications that a cursor may lie behind: so many of them, in so many bytes."""
MAX_PENDING = 10_000
MAX_PENDING_SIGNS = 4_194_304
"""Patches that nobody has read, and the text in them; then everybody gets a snapshot instead."""
MAX_TOGGLES = 10_000
"""Groups of rows that one shell has opened or closed."""

_encoder = msgspec.json.Encoder()


class Board:
    """What is read is published first: the more seldom shells read, the fewer and larger the publications."""

    def __init__(self, state: ThreadState, toggles: Toggles | None = None) -> None:
        self._thread_id = state.thread_id
        self._toggles = dict(toggles or {})
        self._projector = Projector(state, self._toggles)
        self._epoch = new_id()[:8]
        self._origin: tuple[str, int] = (self._epoch, 0)
        self._version = 0
        self._ring: deque[tuple[int, msgspec.Raw]] = deque()
        self._ring_bytes = 0
        self._pending: list[AnyPatch] = []
        self._pending_signs = 0
        self._taken: tuple[str, int, msgspec.Raw] | None = None

    @property
    def cursor(self) -> str:
        return f"{self._epoch}:{self._version}"

    def load(self, state: ThreadState) -> None:
        """Take a state however it came about; cursors of before are of another time."""
        self._projector = Projector(state, self._toggles)
        self._restart()

    def take(self, event: Event, state: ThreadState) -> None:
        """Take an event and the state after it."""
        self._add(self._projector.take(event, state))

    def catch_up(self, state: ThreadState) -> None:
        """Take a state of which no event says how it came about."""
        self._add(self._projector.load(state))

    def queue(self, turns: Sequence[QueuedTurn]) -> None:
        """Take what waits for the thread."""
        self._add(self._projector.queue(turns))

    def toggle(self, key: str, *, is_open: bool) -> None:
        """Open or close a group of rows. Raises Refused for one too many."""
        if key not in self._toggles and len(self._toggles) >= MAX_TOGGLES:
            raise Refused(ErrorKind.INVALID, "too_many_toggles", f"at most {MAX_TOGGLES} rows", "$.key")
        self._toggles[key] = is_open
        self._add(self._projector.toggle(key, is_open=is_open))

    def fork(self, state: ThreadState, turns: Sequence[QueuedTurn]) -> "Board":
        """The same rows for one shell alone; cursors of before lead on in it."""
        self._publish()
        own = Board(state)
        own._projector.queue(turns)
        own._origin, own._version = (self._epoch, self._version), self._version
        own._ring.extend(self._ring)
        own._ring_bytes = self._ring_bytes
        return own

    def read(self, cursor: str | None, limit: int, rows: int = PAGE) -> tuple[list[msgspec.Raw], str]:
        """At most `limit` events after the cursor and the cursor behind them; where it leads nowhere a snapshot."""
        self._publish()
        after = self._place(cursor)
        if after is None:
            return [self._snapshot(rows)], self.cursor
        found = [(version, raw) for version, raw in self._ring if version > after][:limit]
        return [raw for _, raw in found], f"{self._epoch}:{found[-1][0] if found else after}"

    def older(self, before: str, limit: int) -> tuple[list[Row], bool]:
        """Rows before the one of that key, oldest first, and whether there are still older ones."""
        rows, has_more = self._projector.page(limit, before)
        return dressed(rows), has_more

    def _snapshot(self, count: int) -> msgspec.Raw:
        """Made once for all who load at the same version."""
        if self._taken is None or self._taken[:2] != (self.cursor, count):
            rows, has_more = self._projector.page(count)
            shown = tuple(dressed(rows))
            told = TimelineTold(thread_id=self._thread_id, cursor=self.cursor, rows=shown, has_more=has_more)
            self._taken = (self.cursor, count, _raw(told))
        return self._taken[2]

    def _place(self, cursor: str | None) -> int | None:
        """The version of a cursor that can be followed: of this board, or of the one it was made of."""
        epoch, _, version = (cursor or "").partition(":")
        if not (version.isascii() and version.isdigit() and len(version) < 16):
            return None
        newest = {self._origin[0]: self._origin[1], self._epoch: self._version}.get(epoch)
        oldest = self._ring[0][0] if self._ring else self._version + 1
        return int(version) if newest is not None and oldest - 1 <= int(version) <= newest else None

    def _publish(self) -> None:
        patches = (*merged(self._pending), *self._projector.documents())
        self._forget_pending()
        if patches:
            self._version += 1
            raw = _raw(PatchesTold(thread_id=self._thread_id, cursor=self.cursor, patches=patches))
            self._ring.append((self._version, raw))
            self._ring_bytes += len(memoryview(raw))
        while len(self._ring) > RING or (self._ring_bytes > RING_BYTES and len(self._ring) > 1):
            self._ring_bytes -= len(memoryview(self._ring.popleft()[1]))

    def _add(self, patches: list[AnyPatch]) -> None:
        self._pending += patches
        self._pending_signs += sum(_signs(patch) for patch in patches)
        if len(self._pending) > MAX_PENDING or self._pending_signs > MAX_PENDING_SIGNS:
            self._restart()

    def _forget_pending(self) -> None:
        self._pending.clear()
        self._pending_signs = 0

    def _restart(self) -> None:
        self._forget_pending()
        self._ring.clear()
        self._ring_bytes = 0
        self._epoch, self._version = new_id()[:8], 0
        self._origin = (self._epoch, 0)


def merged(patches: Iterable[AnyPatch]) -> list[AnyPatch]:
    """The same with appends that follow each other on one row made one."""
    found: list[AnyPatch] = []
    texts: list[str] = []

    def close() -> None:
        if len(texts) > 1:
            found[-1] = Append(key=found[-1].key, text="".join(texts))
        texts.clear()

    for patch in patches:
        is_append = isinstance(patch, Append)
        if is_append and texts and found[-1].key == patch.key:
            texts.append(patch.text)
            continue
        close()
        found.append(patch)
        if is_append:
            texts.append(patch.text)
    close()
    return found


def _signs(patch: AnyPatch) -> int:
    match patch:
        case Append(text=text):
            return len(text)
        case Put(row=row):
            return len(row.text) + len(row.detail)
        case _:
            return 0


def _raw(event: BoundaryEvent) -> msgspec.Raw:
    return msgspec.Raw(_encoder.encode(event))
