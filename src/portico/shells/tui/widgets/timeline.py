"""The timeline: rows as lines of one scrolled view; only what is seen is drawn, only what changed is laid out."""

import time
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import cast

from rich.style import Style
from textual import events
from textual.binding import Binding
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import Reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from portico.client.state.types import Phase
from portico.client.timeline import Row
from portico.shells.tui.phrases import Phrases
from portico.shells.tui.render.document import DocumentLines, Pen
from portico.shells.tui.render.lines import Line
from portico.shells.tui.render.rows import Frame, can_open, row_lines
from portico.shells.tui.widgets.strips import highlighted, strip_of

SCREENS = 3
"""So many heights of rows are laid out beyond what is seen."""
MARGIN = 1
MOST_STRIPS = 4_096


@dataclass(slots=True)
class _Laid:
    """A row as it was laid out. `stamp` is what it was laid out for."""

    row: Row
    stamp: tuple[object, ...]
    lines: list[Line]
    document: DocumentLines


class Timeline(ScrollView, can_focus=True):
    """Rows come by `show`. It follows its end until a person scrolls up."""

    BINDINGS = [
        Binding("up,k", "step(-1)", show=False),
        Binding("down,j", "step(1)", show=False),
        Binding("enter,space", "open", show=False),
        Binding("home,g", "ends(-1)", show=False),
        Binding("end,G", "ends(1)", show=False),
        Binding("c,y", "copy", show=False),
        Binding("e", "edit", show=False),
        Binding("f", "fork", show=False),
    ]

    class Toggled(Message):
        """A person opens or closes a row that others stand under."""

        def __init__(self, key: str, *, is_open: bool) -> None:
            super().__init__()
            self.key = key
            self.is_open = is_open

    class OlderWanted(Message):
        """The first row is near."""

    class Wanted(Message):
        """A person wants something with a row: `copy`, `edit` or `fork`."""

        def __init__(self, what: str, row: Row) -> None:
            super().__init__()
            self.what = what
            self.row = row

    def __init__(self, phrases: Phrases, *, now_ms: Callable[[], int] | None = None, id: str | None = None) -> None:
        super().__init__(id=id)
        self.rows: list[Row] = []
        self.chosen: str | None = None
        """The key of the row that the keyboard is on."""
        self._phrases = phrases
        self._now_ms = now_ms or (lambda: time.time_ns() // 1_000_000)
        self._pen: Pen | None = None
        self._base = Style()
        self._laid: dict[str, _Laid] = {}
        self._strips: dict[int, tuple[Line, Strip]] = {}
        """Lines as they were drawn, by their identity: most of a screen stays when an answer grows."""
        self._opened: dict[str, bool] = {}
        self._depths: dict[str, int] = {}
        self._first = 0
        """The first row that is laid out; those before come when they are near."""
        self._starts: list[int] = [0]
        self._tick = 0
        self._follows = True
        self._has_more = False
        self._is_other = False
        """Some row was laid out since the last drawing."""

    def restyle(self, pen: Pen, base: Style) -> None:
        """Other colours or signs: everything is drawn again."""
        self._pen, self._base = pen, base
        self._laid.clear()
        self._strips.clear()
        self._place()
        self.refresh()

    def show(self, rows: Sequence[Row], *, has_more: bool = False, anew: bool = False) -> None:
        """The rows as they are now; `anew` when they are of another thread."""
        if anew:
            self._laid.clear()
            self._opened.clear()
            self.chosen, self._follows, self._first = None, True, len(rows)
        grown = _grown(self.rows, rows)
        if not self.rows:
            self._first = len(rows)
        self.rows, self._has_more = list(rows), has_more
        self._depths = _depths(rows)
        if grown and not anew:
            self._first += grown
        self._first = min(self._first, len(rows))
        self._place()

    def follow(self) -> None:
        """Show the end, and stay there."""
        self.chosen, self._follows = None, True
        self._place()

    def tick(self) -> None:
        """Time goes on: rows that run are drawn again."""
        self._tick += 1
        if any(row.phase is Phase.RUNNING for row in self.rows[-64:]):
            self._place()

    def on_resize(self, _: events.Resize) -> None:
        self._place()

    def watch_show_vertical_scrollbar(self, is_shown: bool) -> None:
        """A bar that has just come was not told where the view is, and takes a column."""
        if is_shown:
            self.vertical_scrollbar.position = self.scroll_y
            self.call_later(self._place)

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        at = y + self.scroll_offset.y
        place = bisect_right(self._starts, at) - 1
        if place < 0 or self._first + place >= len(self.rows) or at >= self._starts[-1]:
            return Strip.blank(width, self._base)
        row = self.rows[self._first + place]
        laid = self._laid[row.key]
        line = laid.lines[at - self._starts[place]]
        if row.key == self.chosen and self.has_focus and self._pen is not None and line:
            return self._strip(highlighted(line, self._pen.palette.chosen), width)
        known = self._strips.get(id(line))
        if known is None or known[0] is not line or known[1].cell_length != width:
            known = self._strips[id(line)] = line, self._strip(line, width)
        return known[1]

    def _strip(self, line: Line, width: int) -> Strip:
        return strip_of(line, width - MARGIN, self._base).adjust_cell_length(width, self._base)

    def text_of(self, key: str) -> str:
        """A row as it is drawn, for tests and pictures."""
        laid = self._laid.get(key)
        return "\n".join("".join(part.text for part in line).rstrip() for line in laid.lines) if laid else ""

    def go_to(self, key: str) -> None:
        """Put the keyboard on the row and show it, if it is here."""
        place = next((place for place, row in enumerate(self.rows) if row.key == key), None)
        if place is None:
            return
        self._first = min(self._first, place)
        self.chosen = key
        self._follows = False
        self._place()
        self._reveal(place)

    def action_step(self, by: int) -> None:
        """The row after or before; a long one is first scrolled through."""
        place = self._chosen_place()
        if place is None:
            place = len(self.rows) if by < 0 else len(self.rows) - 1
        else:
            start, end = self._span(place)
            top, bottom = self.scroll_offset.y, self.scroll_offset.y + self.size.height
            if (by > 0 and end > bottom) or (by < 0 and start < top):
                self._scroll_by(by * 3)
                return
        following = place + by
        if not 0 <= following < len(self.rows):
            return
        self._first = min(self._first, following)
        self.chosen = self.rows[following].key
        self._follows = following == len(self.rows) - 1 and by > 0
        self._place()
        self._reveal(following)
        self.refresh()

    def action_ends(self, where: int) -> None:
        self._follows = where > 0
        if not self.rows:
            return
        if where < 0:
            self._first = 0
        self.chosen = self.rows[-1 if where > 0 else 0].key
        self._place()
        self.scroll_to(y=self.max_scroll_y if where > 0 else 0, animate=False, immediate=True)
        self.refresh()

    def action_open(self) -> None:
        place = self._chosen_place()
        if place is not None:
            self._toggle(self.rows[place])

    def action_copy(self) -> None:
        self._want("copy")

    def action_edit(self) -> None:
        self._want("edit")

    def action_fork(self) -> None:
        self._want("fork")

    def on_click(self, event: events.Click) -> None:
        at = event.y + self.scroll_offset.y
        place = self._first + bisect_right(self._starts, at) - 1
        if 0 <= place < len(self.rows) and at < self._starts[-1]:
            self.chosen = self.rows[place].key
            self._toggle(self.rows[place])
            self.refresh()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if round(old_value) == round(new_value):
            return
        self._follows = new_value >= self.max_scroll_y - 1
        if new_value < self.size.height and new_value < old_value:
            self.call_later(self._near_the_top)

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def _near_the_top(self) -> None:
        if self._first:
            wanted = self.scroll_offset.y
            before = self._starts[-1]
            self._first = max(0, self._first - max(8, self.size.height // 2))
            self._place()
            self.scroll_to(y=wanted + self._starts[-1] - before, animate=False, immediate=True)
        elif self._has_more:
            self._has_more = False
            self.post_message(self.OlderWanted())

    def _want(self, what: str) -> None:
        place = self._chosen_place()
        if place is not None:
            self.post_message(self.Wanted(what, self.rows[place]))

    def _toggle(self, row: Row) -> None:
        if row.is_open is not None:
            self.post_message(self.Toggled(row.key, is_open=not row.is_open))
        elif can_open(row):
            self._opened[row.key] = not self._opened.get(row.key, False)
            self._follows = False
            self._place()
            self.refresh()

    def _chosen_place(self) -> int | None:
        return next((place for place, row in enumerate(self.rows) if row.key == self.chosen), None)

    def _span(self, place: int) -> tuple[int, int]:
        at = max(place - self._first, 0)
        return self._starts[at], self._starts[min(at + 1, len(self._starts) - 1)]

    def _reveal(self, place: int) -> None:
        start, end = self._span(place)
        self.scroll_to_region(
            Region(0, start, 1, min(end - start, self.size.height)), animate=False, force=True, immediate=True
        )

    def _scroll_by(self, lines: int) -> None:
        self.scroll_to(y=self.scroll_offset.y + lines, animate=False, immediate=True)

    def _place(self) -> None:
        """Lay out what is new and note where every row begins."""
        if self._pen is None or not self.size.width:
            return
        self._fill_up()
        starts = [0]
        for row in self.rows[self._first :]:
            starts.append(starts[-1] + len(self._lines(row).lines))
        changed = self._is_other or starts != self._starts
        self._starts, self._is_other = starts, False
        if len(self._laid) > 2 * len(self.rows) + 64:
            keys = {row.key for row in self.rows}
            self._laid = {key: laid for key, laid in self._laid.items() if key in keys}
        if len(self._strips) > MOST_STRIPS:
            self._strips.clear()
        self._grow(Size(self.size.width, starts[-1]))
        if self._follows:
            self.scroll_to(y=max(starts[-1] - self.size.height, 0), animate=False, force=True, immediate=True)
        if changed:
            self.refresh()

    def _grow(self, size: Size) -> None:
        """Textual lays the whole screen out anew for a size that is set; where only the bar moves that is left out."""
        before = self.virtual_size
        is_scrolled = self.show_vertical_scrollbar and size.height > self.size.height and size.width == before.width
        if not is_scrolled:
            self.virtual_size = size
        elif size != before:
            self.set_reactive(cast("Reactive[Size]", Widget.virtual_size), size)
            self._scroll_update(size)

    def _fill_up(self) -> None:
        """Rows enough for some screens are laid out, from the end."""
        need = self.size.height * SCREENS
        height = 0
        for place in range(len(self.rows) - 1, -1, -1):
            if place >= self._first and height >= need:
                return
            if place < self._first:
                if height >= need:
                    return
                self._first = place
            height += len(self._lines(self.rows[place]).lines)

    def _lines(self, row: Row) -> _Laid:
        """The row laid out."""
        assert self._pen is not None
        runs = row.phase is Phase.RUNNING
        is_open = self._opened.get(row.key, False)
        depth = self._depths.get(row.key, 0)
        width = self.size.width - 2 * MARGIN
        stamp = (width, depth, is_open, self._tick if runs and row.kind != "assistant" else 0)
        known = self._laid.get(row.key)
        if known is not None and known.row is row and known.stamp == stamp:
            return known
        document = known.document if known is not None else DocumentLines()
        now_ms = self._now_ms() if runs else 0
        frame = Frame(self._pen, self._phrases, width, depth, is_open, now_ms, self._tick)
        laid = _Laid(row, stamp, row_lines(row, frame, document), document)
        self._laid[row.key] = laid
        self._is_other = True
        return laid


def _depths(rows: Sequence[Row]) -> dict[str, int]:
    depths: dict[str, int] = {}
    for row in rows:
        depths[row.key] = depths.get(row.parent, -1) + 1 if row.parent is not None else 0
    return depths


def _grown(before: Sequence[Row], after: Sequence[Row]) -> int:
    """How many rows came before those that were there."""
    if not before or not after or before[0].key == after[0].key:
        return 0
    return next((place for place, row in enumerate(after) if row.key == before[0].key), 0)
