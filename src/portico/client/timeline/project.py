"""The projector: rows that follow a thread's state, and the patches that tell what an event changed."""

from collections.abc import Iterable, Sequence
from itertools import chain

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


class _Section:
    """The rows of one turn, made when they are first asked for; of which of its items the text may be appended to."""

    __slots__ = ("_rows", "streams", "toggles", "turn")

    def __init__(self, turn: TurnState, toggles: Toggles) -> None:
        self.turn = turn
        self.toggles = toggles
        self.streams: dict[str, Stream] = {}
        self._rows: list[Row] | None = None

    @property
    def is_made(self) -> bool:
        return self._rows is not None

    @property
    def rows(self) -> list[Row]:
        if self._rows is None:
            self._rows = self._made()
        return self._rows

    def project(self, turn: TurnState) -> list[Row]:
        """Take the turn as it is now; what it was shown as before is answered."""
        before = self.rows
        self.turn = turn
        self._rows = self._made()
        return before

    def may_hold(self, key: str) -> bool:
        """Whether a row of that key can be one of these; the name of a group begins with the id of what it is of."""
        names = {key, key.rpartition(":")[0]}
        return self.turn.id in names or any(item.id in names for item in self.turn.items)

    def _made(self) -> list[Row]:
        made = folded_turn(self.turn, self.toggles)
        shown = {row.key for row in made}
        self.streams = {}
        for item in self.turn.items:
            stream = kind_of(item).stream(item)
            if stream is not None and item.id in shown:
                self.streams[item.id] = stream
        return made


class Projector:
    """Owns what a shell shows of one thread. What `load`, `take`, `toggle` and `queue` answer makes of the shell's rows
    those of `folded`; a delta costs the same however long the thread is, and a turn that nobody asks for costs nothing.
    Markdown is parsed in `documents` only, which a carrier calls as often as it draws.
    """

    def __init__(self, state: ThreadState, toggles: Toggles = NOTHING) -> None:
        self._state = state
        self._toggles = dict(toggles)
        self._queued: Sequence[QueuedTurn] = ()
        self._sections: list[_Section] = [_Section(turn, self._toggles) for turn in state.turns]
        self._waiting = queue_rows(state)
        self._documents = Documents()

    @property
    def rows(self) -> list[Row]:
        """What is shown now, without documents (`dressed` adds them to a page)."""
        self._refresh()
        return [*(row for section in self._sections for row in section.rows), *self._waiting]

    def page(self, count: int, before: str | None = None) -> tuple[list[Row], bool]:
        """As `rows`, but at most `count` of them that stand before the row of that key, else the newest; and whether
        there are still older ones."""
        self._refresh()
        found: list[Row] = []
        is_open = before is None
        blocks = (section.rows for section in reversed(self._sections))
        for block in chain((self._waiting,), blocks):
            end = len(block) if is_open else next((at for at, row in enumerate(block) if row.key == before), None)
            is_open = end is not None
            found[:0] = block[:end] if is_open else ()
            if len(found) > count:
                return found[-count:], True
        return found, False

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
        found = [place for place, section in enumerate(self._sections) if section.may_hold(key)]
        known = [self._sections[place].rows for place in found]
        self._toggles[key] = is_open
        patches: list[AnyPatch] = []
        for place, before in zip(found, known, strict=True):
            section = self._sections[place]
            section.project(section.turn)
            patches += self._noted(diff(before, section.rows, self._anchor(place)))
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
            if section.is_made:
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
            self._sections[-1].project(current)

    def _turns(self, turns: Iterable[TurnState]) -> list[AnyPatch]:
        known = {section.turn.id: section for section in self._sections}
        self._sections = list[_Section]()
        patches: list[AnyPatch] = []
        for turn in turns:
            section = known.pop(turn.id, None)
            if section is None:
                section = _Section(turn, self._toggles)
                patches += self._noted(diff((), section.rows, self._anchor(len(self._sections))))
            elif section.turn is not turn:
                patches += self._project(section, turn, self._anchor(len(self._sections)))
            self._sections.append(section)
        gone = [row for section in known.values() for row in section.rows]
        return [*self._noted(diff(gone, ())), *patches]

    def _project(self, section: _Section, turn: TurnState, anchor: str | None) -> list[AnyPatch]:
        before = section.project(turn)
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
