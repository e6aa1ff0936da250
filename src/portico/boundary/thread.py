"""One thread that shells look at: reduced once, its patches encoded once, read by cursors."""

from collections import deque
from collections.abc import Callable, Iterable

import anyio
import msgspec

from portico.boundary.events import BoundaryEvent, ComposerTold, PatchesTold, ThreadGone, TimelineTold
from portico.client.connection import Step
from portico.client.rpc import new_id
from portico.client.state.queue import QueueState
from portico.client.state.queue import reduce as reduce_queue
from portico.client.state.types import ThreadState
from portico.client.timeline import AnyPatch, Append, Projector, Row, dressed

PAGE = 200
"""Rows of a snapshot."""
RING = 256
"""Publications that a cursor may lie behind."""
MAX_PENDING = 10_000
"""Patches that nobody has read; then everybody gets a snapshot instead."""

_encoder = msgspec.json.Encoder()


class SharedThread:
    """What is read is published first: the more seldom shells read, the fewer and larger the publications."""

    def __init__(self, thread_id: str) -> None:
        self.thread_id = thread_id
        self.state = ThreadState(thread_id)
        self.queue = QueueState(thread_id)
        self.loading = anyio.Lock()
        self.is_loaded = False
        self.users = 0
        self._projector = Projector(self.state)
        self._epoch = new_id()[:8]
        self._version = 0
        self._ring: deque[tuple[int, msgspec.Raw]] = deque(maxlen=RING)
        self._pending: list[AnyPatch] = []
        self._watchers: list[Callable[[], None]] = []

    @property
    def cursor(self) -> str:
        return f"{self._epoch}:{self._version}"

    def load(self, state: ThreadState) -> None:
        """Take the state that was loaded; cursors of before are of another time."""
        self.state = state
        self._projector = Projector(state)
        self._epoch, self._version = new_id()[:8], 0
        self._ring.clear()
        self._pending.clear()
        self.is_loaded = True
        self._changed()

    def take(self, step: Step) -> None:
        """What followed on it."""
        if not self.is_loaded:
            return
        self.state = step.state
        self._add(self._projector.take(step.event, step.state))
        self.told(step.event)

    def told(self, event: object) -> None:
        """A fact or answer about what waits for the thread."""
        queue = reduce_queue(self.queue, event)
        if queue is not self.queue:
            if queue.turns is not self.queue.turns:
                self._add(self._projector.queue(queue.turns))
            self.queue = queue
        self._changed()

    def toggle(self, key: str, *, is_open: bool) -> None:
        """A person opened or closed a row; all shells of this gateway see it so."""
        self._add(self._projector.toggle(key, is_open=is_open))
        self._changed()

    def watch(self, changed: Callable[[], None]) -> Callable[[], None]:
        """`changed` is called when there is something to read, until the answer is called."""
        self._watchers.append(changed)
        return lambda: self._watchers.remove(changed)

    def read(self, cursor: str | None, limit: int) -> tuple[list[msgspec.Raw], str]:
        """At most `limit` events after the cursor and the cursor behind them; a snapshot where it leads nowhere."""
        if self.state.is_closed:
            return [_raw(ThreadGone(thread_id=self.thread_id))], self.cursor
        self._publish()
        after = self._place(cursor)
        if after is None:
            return [self._snapshot()], self.cursor
        found = [(version, raw) for version, raw in self._ring if version > after][:limit]
        return [raw for _, raw in found], f"{self._epoch}:{found[-1][0] if found else after}"

    def composer(self) -> ComposerTold:
        queue = self.queue
        return ComposerTold(
            thread_id=self.thread_id, running=self.state.running, queued=queue.turns, steers=queue.steers
        )

    def older(self, before: str, limit: int) -> tuple[list[Row], bool]:
        """Rows before the one of that key, oldest first, and whether there are still older ones."""
        rows = self._projector.rows
        end = next((place for place, row in enumerate(rows) if row.key == before), 0)
        start = max(end - limit, 0)
        return dressed(rows[start:end]), start > 0

    def _snapshot(self) -> msgspec.Raw:
        rows = self._projector.rows
        shown = tuple(dressed(rows[-PAGE:]))
        has_more = len(rows) > PAGE
        return _raw(TimelineTold(thread_id=self.thread_id, cursor=self.cursor, rows=shown, has_more=has_more))

    def _place(self, cursor: str | None) -> int | None:
        """The version of a cursor that can be followed."""
        epoch, _, version = (cursor or "").partition(":")
        if epoch != self._epoch or not (version.isascii() and version.isdigit() and len(version) < 16):
            return None
        oldest = self._ring[0][0] if self._ring else self._version + 1
        return int(version) if oldest - 1 <= int(version) <= self._version else None

    def _publish(self) -> None:
        patches = (*merged(self._pending), *self._projector.documents())
        self._pending.clear()
        if patches:
            self._version += 1
            told = PatchesTold(thread_id=self.thread_id, cursor=self.cursor, patches=patches)
            self._ring.append((self._version, _raw(told)))

    def _add(self, patches: list[AnyPatch]) -> None:
        self._pending += patches
        if len(self._pending) > MAX_PENDING:
            self._pending.clear()
            self._ring.clear()
            self._epoch, self._version = new_id()[:8], 0

    def _changed(self) -> None:
        for changed in list(self._watchers):
            changed()


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


def _raw(event: BoundaryEvent) -> msgspec.Raw:
    return msgspec.Raw(_encoder.encode(event))
