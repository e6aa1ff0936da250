"""The projector: rows that follow a thread's state, and the patches that tell what an event changed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from portico.client.state.types import ThreadState, TurnState
from portico.client.timeline.documents import Documents
from portico.client.timeline.fold import NOTHING, Toggles, folded_turn, turn_rows
from portico.client.timeline.kinds import Stream, kind_of
from portico.client.timeline.patches import AnyPatch, Append, Mark, diff
from portico.client.timeline.row import Row, shorten
from portico.protocol.events import Event, ItemDelta
from portico.protocol.methods.turn import QueuedTurn
from portico.protocol.types.input import TextInput


def rows(state: ThreadState) -> list[Row]:
    """Every turn's rows, oldest first, nothing folded."""
    return [row for turn in state.turns for row in turn_rows(turn)]


def folded(state: ThreadState, toggles: Toggles = NOTHING, queued: Sequence[QueuedTurn] = ()) -> list[Row]:
    """The rows as they are shown; `queued` tells what the waiting turns say, where that was asked for."""
    shown = [row for turn in state.turns for row in folded_turn(turn, toggles)]
    return [*shown, *queue_rows(state, queued)]


def queue_rows(state: ThreadState, queued: Sequence[QueuedTurn] = ()) -> list[Row]:
    """The turns that wait, in their order."""
    told = {turn.turn_id: turn for turn in queued}
    return [_queued_row(turn_id, told.get(turn_id)) for turn_id in state.queue]


def _queued_row(turn_id: str, told: QueuedTurn | None) -> Row:
    texts = [one.text for one in told.input if isinstance(one, TextInput)] if told else []
    attachments = tuple(one for one in told.input if not isinstance(one, TextInput)) if told else ()
    text = "\n".join(texts)
    return Row(
        key=f"queued:{turn_id}",
        kind="queued",
        turn_id=turn_id,
        text=text,
        title=shorten(text),
        attachments=attachments,
    )


@dataclass(slots=True)
class _Section:
    """The rows of one turn, and of which of its items the text may be appended to."""

    turn: TurnState
    rows: list[Row] = field(default_factory=list[Row])
    streams: dict[str, Stream] = field(default_factory=dict[str, Stream])

    def project(self, turn: TurnState, toggles: Toggles) -> None:
        self.turn = turn
        self.rows = folded_turn(turn, toggles)
        shown = {row.key for row in self.rows}
        self.streams = {}
        for item in turn.items:
            stream = kind_of(item).stream(item)
            if stream is not None and item.id in shown:
                self.streams[item.id] = stream


class Projector:
    """Owns what a shell shows of one thread. What `load`, `take`, `toggle` and `queue` answer makes of the shell's rows
    those of `folded`; a delta costs the same however long the thread is. Markdown is parsed in `documents` only, which
    a carrier calls as often as it draws.
    """

    def __init__(self, state: ThreadState, toggles: Toggles = NOTHING) -> None:
        self._state = ThreadState(state.thread_id)
        self._toggles = dict(toggles)
        self._queued: Sequence[QueuedTurn] = ()
        self._sections: list[_Section] = []
        self._waiting: list[Row] = []
        self._documents = Documents()
        self.load(state)
        self._documents.forget()

    @property
    def rows(self) -> list[Row]:
        """What is shown now, without documents (`dressed` adds them to a page)."""
        self._refresh()
        return [*(row for section in self._sections for row in section.rows), *self._waiting]

    def load(self, state: ThreadState) -> list[AnyPatch]:
        """Take a state however it came about: after a reset, after catching up."""
        self._refresh()
        before, self._state = self._state, state
        current, newest = state.current, self._sections[-1] if self._sections else None
        if before.past is state.past and newest and current and newest.turn.id == current.id:
            patches = self._project(newest, current, self._anchor(len(self._sections) - 1))
        else:
            patches = self._turns(state.turns)
        return [*patches, *self._queue()]

    def take(self, event: Event, state: ThreadState) -> list[AnyPatch]:
        """Take an event and the state after it."""
        if state is self._state:
            return []
        patch = self._appended(event, state) if isinstance(event, ItemDelta) else None
        if patch is None:
            return self.load(state)
        self._state = state
        self._documents.grew(patch.key)
        return [patch]

    def toggle(self, key: str, *, is_open: bool) -> list[AnyPatch]:
        """A person opened or closed a row."""
        self._refresh()
        self._toggles[key] = is_open
        patches: list[AnyPatch] = []
        anchor: str | None = None
        for section in self._sections:
            if any(row.key == key for row in section.rows):
                patches += self._project(section, section.turn, anchor)
            anchor = section.rows[-1].key if section.rows else anchor
        return patches

    def queue(self, queued: Sequence[QueuedTurn]) -> list[AnyPatch]:
        """What the waiting turns say was asked for."""
        self._queued = queued
        return self._queue()

    def documents(self) -> list[Mark]:
        """How the documents of rows changed since the last call."""
        due = self._documents.due
        if not due:
            return []
        self._refresh()
        shown: dict[str, Row] = {}
        for section in reversed(self._sections):
            shown.update((row.key, row) for row in section.rows if row.key in due)
            if len(shown) == len(due):
                break
        return self._documents.marks(shown)

    def _appended(self, event: ItemDelta, state: ThreadState) -> Append | None:
        """The patch of a delta that only lengthens a row; None when more may have changed."""
        before, after = self._state.current, state.current
        if before is None or after is None or state.past is not self._state.past or not self._sections:
            return None
        stream = self._sections[-1].streams.get(event.item_id)
        is_shown = ("text" if event.stream in {"agent_message", "reasoning"} else "output") == stream
        if not is_shown or len(before.items) != len(after.items):
            return None
        for old, new in zip(reversed(before.items), reversed(after.items), strict=True):
            if new.id == event.item_id:
                grown = len(new.text) + len(new.output) - len(old.text) - len(old.output)
                is_next = grown == len(event.delta) and new.phase is old.phase
                return Append(key=event.item_id, text=event.delta) if is_next else None
        return None

    def _refresh(self) -> None:
        """What was appended to rows of the newest turn is told already, and only now written into them."""
        current = self._state.current
        if self._sections and current is not None and self._sections[-1].turn is not current:
            self._sections[-1].project(current, self._toggles)

    def _turns(self, turns: Iterable[TurnState]) -> list[AnyPatch]:
        known = {section.turn.id: section for section in self._sections}
        sections: list[_Section] = []
        patches: list[AnyPatch] = []
        anchor: str | None = None
        for turn in turns:
            section = known.pop(turn.id, None)
            if section is None or section.turn is not turn:
                section = section or _Section(turn)
                patches += self._project(section, turn, anchor)
            sections.append(section)
            anchor = section.rows[-1].key if section.rows else anchor
        gone = [row for section in known.values() for row in section.rows]
        self._sections = sections
        return [*self._noted(diff(gone, ())), *patches]

    def _project(self, section: _Section, turn: TurnState, anchor: str | None) -> list[AnyPatch]:
        before = section.rows
        section.project(turn, self._toggles)
        return self._noted(diff(before, section.rows, anchor))

    def _noted(self, patches: list[AnyPatch]) -> list[AnyPatch]:
        self._documents.changed(patches)
        return patches

    def _queue(self) -> list[AnyPatch]:
        before = self._waiting
        self._waiting = queue_rows(self._state, self._queued)
        return diff(before, self._waiting, self._anchor(len(self._sections)))

    def _anchor(self, upto: int) -> str | None:
        """The last row before the section of that number."""
        ends = (section.rows[-1].key for section in reversed(self._sections[:upto]) if section.rows)
        return next(ends, None)
