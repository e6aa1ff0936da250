"""Planning a commit: which waiting batches may be written, under which versions, with which changes. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import msgspec

from portico.gateway.kernel.errors import Conflict, GatewayError, Internal
from portico.gateway.log.batch import Append, Batch, Written
from portico.gateway.log.ports import EventContext, Project
from portico.gateway.store.changes import Change
from portico.gateway.store.engine import EventRow, Group, StreamRow
from portico.protocol.base import Wire
from portico.protocol.events import Event, ItemDelta

SCHEMA = 1
MERGE_LIMIT = 16 * 1024
"""Deltas of one item that wait for the same commit are merged up to this many characters (design 4)."""

NOTHING_WRITTEN = Written({}, {})
"""What a lone delta answers: nobody waits for it."""

_PURE_FAULTS = (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError)
_encoder = msgspec.json.Encoder()


class _Stored(Wire, frozen=True, kw_only=True):
    """`HistoryEvent` with its payload unencoded, so that one pass writes both."""

    sequence: int = 0
    created_at: int
    turn_id: str | None = None
    version: int
    payload: Event


@dataclass(slots=True)
class StreamState:
    """What the writer knows of a stream. `sequence` counts the events of `sequence_turn`."""

    head: int = 0
    decided: int = 0
    fence: int = 0
    open_turn: str | None = None
    workspace_id: str | None = None
    erased_at: int | None = None
    sequence: int = 0
    sequence_turn: str | None = None

    def copy(self) -> "StreamState":
        return StreamState(
            self.head,
            self.decided,
            self.fence,
            self.open_turn,
            self.workspace_id,
            self.erased_at,
            self.sequence,
            self.sequence_turn,
        )


@dataclass(slots=True)
class Entry:
    """An event with its place: a row of the log, and a frame for the rings."""

    append: Append
    event: Event
    version: int
    sequence: int
    at: int
    workspace_id: str
    data: bytes = b""
    parts: list[str] = field(default_factory=list[str])
    length: int = 0

    def seal(self) -> None:
        """Put merged pieces together and encode the row once."""
        if len(self.parts) > 1 and isinstance(self.event, ItemDelta):
            self.event = ItemDelta(item_id=self.event.item_id, delta="".join(self.parts), stream=self.event.stream)
        self.parts = []
        self.data = self.encoded()

    def encoded(self) -> bytes:
        """The row's `data`."""
        return _encoder.encode(
            _Stored(
                sequence=self.sequence,
                created_at=self.at,
                turn_id=self.append.turn_id,
                version=self.version,
                payload=self.event,
            )
        )

    def row(self) -> EventRow:
        append = self.append
        return EventRow(
            stream=append.stream,
            version=self.version,
            turn_id=append.turn_id,
            sequence=self.sequence,
            type=type(self.event).__struct_config__.tag,  # pyright: ignore[reportArgumentType]
            schema=SCHEMA,
            flow=int(append.flow),
            data=self.data,
            at=self.at,
            cause=append.cause,
        )


class Plan:
    """A commit in the making: tentative stream states over the known ones, entries and changes in order."""

    def __init__(self, known: dict[str, StreamState], projects: Iterable[Project], at: int) -> None:
        self._known = known
        self._projects = tuple(projects)
        self._at = at
        self._states: dict[str, StreamState] = {}
        self._entries: list[Entry] = []
        self._changes: list[Change] = []
        self._erased: list[str] = []
        self._last: dict[str, Entry] = {}
        self._is_fact = False

    @property
    def states(self) -> dict[str, StreamState]:
        """The states of touched streams as they are after the commit."""
        return self._states

    @property
    def entries(self) -> list[Entry]:
        return self._entries

    @property
    def erased(self) -> list[str]:
        return self._erased

    def add(self, batch: Batch) -> Written | GatewayError:
        """Take `batch` into the plan whole, or refuse it whole with the reason."""
        if not batch.fact and len(batch.appends) == 1 and type(batch.appends[0].event) is ItemDelta:
            return self._add_delta(batch.appends[0])
        touched = {append.stream for append in batch.appends} | set(batch.erase) | {s for s, _ in batch.expected}
        drafts = {stream: self._state(stream).copy() for stream in touched}
        for stream, decided in batch.expected:
            if drafts[stream].decided != decided:
                return Conflict("the state changed meanwhile", code="stale_decision", stream=stream)
        entries: list[Entry] = []
        for append in batch.appends:
            refusal = _guard(drafts[append.stream], append)
            if refusal is not None:
                return refusal
            entries.append(self._place(drafts[append.stream], append))
        try:
            changes = [change for entry in entries for change in self._project(entry)]
        except _PURE_FAULTS as error:
            fault = Internal("an event could not be projected")
            fault.__cause__ = error
            return fault
        self._take(batch, drafts, entries, changes)
        return Written(
            {stream: drafts[stream].head for stream in touched},
            {append.stream: drafts[append.stream].fence for append in batch.appends if append.opens},
        )

    def group(self) -> Group:
        """The rows and changes to commit together."""
        for entry in self._entries:
            entry.seal()
        gone = set(self._erased)
        return Group(
            streams=tuple(_stream_row(name, self._known.get(name), state) for name, state in self._states.items()),
            events=tuple(entry.row() for entry in self._entries if entry.append.stream not in gone),
            changes=tuple(self._changes),
            erase=tuple(self._erased),
            fact=self._is_fact,
        )

    def _add_delta(self, append: Append) -> Written | GatewayError:
        """A lone delta, the hot path: joined to the one before it, or placed; it projects to nothing."""
        if self._merge(append):
            return NOTHING_WRITTEN
        state = self._states.get(append.stream)
        if state is None:
            state = self._state(append.stream).copy()
        refusal = _guard(state, append)
        if refusal is not None:
            return refusal
        self._states[append.stream] = state
        entry = self._last[append.stream] = self._place(state, append)
        self._entries.append(entry)
        return NOTHING_WRITTEN

    def _merge(self, append: Append) -> bool:
        """Join a delta to the delta before it: same stream, same item, nothing between (design 4)."""
        event = append.event
        last = self._last.get(append.stream)
        if last is None or type(event) is not ItemDelta or type(last.event) is not ItemDelta:
            return False
        if (event.item_id, event.stream, append.fence) != (last.event.item_id, last.event.stream, last.append.fence):
            return False
        if last.length + len(event.delta) > MERGE_LIMIT:
            return False
        last.parts.append(event.delta)
        last.length += len(event.delta)
        return True

    def _state(self, stream: str) -> StreamState:
        return self._states.get(stream) or self._known.get(stream) or StreamState()

    def _place(self, state: StreamState, append: Append) -> Entry:
        state.head += 1
        if state.workspace_id is None:
            state.workspace_id = append.workspace_id
        if not append.flow:
            state.decided = state.head
        if append.opens:
            state.fence += 1
            state.open_turn = append.turn_id
        if append.closes:
            state.open_turn = None
        sequence = 0
        if append.turn_id is not None:
            if state.sequence_turn != append.turn_id:
                state.sequence_turn, state.sequence = append.turn_id, 0
            state.sequence += 1
            sequence = state.sequence
        entry = Entry(append, append.event, state.head, sequence, self._at, state.workspace_id or "")
        if type(append.event) is ItemDelta:
            entry.parts.append(append.event.delta)
            entry.length = len(append.event.delta)
        return entry

    def _project(self, entry: Entry) -> list[Change]:
        if type(entry.event) is ItemDelta:
            return []
        stream = entry.append.stream
        where = EventContext(
            stream=stream,
            version=entry.version,
            at=entry.at,
            workspace_id=entry.workspace_id,
            thread_id=stream.removeprefix("thread:") if stream.startswith("thread:") else "",
            turn_id=entry.append.turn_id,
        )
        return [change for project in self._projects for change in project(entry.event, where)]

    def _take(self, batch: Batch, drafts: dict[str, StreamState], entries: list[Entry], changes: list[Change]) -> None:
        for stream in batch.erase:
            draft = drafts[stream]
            draft.fence += 1
            draft.open_turn = None
            draft.erased_at = self._at
            draft.decided = draft.head
            self._erased.append(stream)
            self._last.pop(stream, None)
        for entry in entries:
            self._last[entry.append.stream] = entry
        self._states.update({name: draft for name, draft in drafts.items() if draft != self._state(name)})
        self._entries.extend(entries)
        self._changes.extend(changes)
        self._changes.extend(batch.records)
        self._is_fact = self._is_fact or batch.fact


def _guard(state: StreamState, append: Append) -> GatewayError | None:
    """Why this append may not follow `state`, if so (design 4: fencing, open turns, tombstones)."""
    if state.erased_at is not None:
        code = "stream_erased" if append.fence is None else "fenced_off"
        return Conflict("this was deleted", code=code, stream=append.stream)
    if append.fence is not None and append.fence != state.fence:
        return Conflict("this turn is no longer ours to write", code="fenced_off", stream=append.stream)
    if append.opens and state.open_turn is not None:
        return Conflict("turn already running", code="turn_already_running", turn_id=state.open_turn)
    if append.closes and state.open_turn != append.turn_id:
        return Conflict("this turn has ended", code="turn_not_open", turn_id=append.turn_id)
    return None


def _stream_row(name: str, known: StreamState | None, state: StreamState) -> StreamRow:
    return StreamRow(
        stream=name,
        expected_head=known.head if known else 0,
        head=state.head,
        decided=state.decided,
        fence=state.fence,
        open_turn=state.open_turn,
        workspace_id=state.workspace_id,
        erased_at=state.erased_at,
    )
