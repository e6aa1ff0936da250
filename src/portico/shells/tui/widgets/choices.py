"""A list to choose from: a line per choice with its detail behind it; filtered by words, drawn where it is seen."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from portico.shells.tui.render.document import Pen
from portico.shells.tui.render.lines import Line, Piece, cut, line_cells
from portico.shells.tui.safe import line
from portico.shells.tui.widgets.strips import highlighted, strip_of


@dataclass(frozen=True, slots=True)
class Choice:
    """`hint` stands at the right end. `matches` are places in `detail` that are marked."""

    id: str
    title: str
    detail: str = ""
    hint: str = ""
    matches: tuple[tuple[int, int], ...] = ()
    is_current: bool = False


def fitting(choices: Sequence[Choice], words: str) -> list[Choice]:
    """Those that hold every word, titles that begin with the first of them before the others."""
    wanted = words.casefold().split()
    if not wanted:
        return list(choices)
    found = [one for one in choices if all(word in f"{one.title} {one.detail} {one.id}".casefold() for word in wanted)]
    return sorted(found, key=lambda one: not one.title.casefold().startswith(wanted[0]))


class Choices(ScrollView, can_focus=False):
    """The keyboard belongs to who filters: it calls `step` and reads `chosen`."""

    class Picked(Message):
        """One was clicked."""

        def __init__(self, choice: Choice) -> None:
            super().__init__()
            self.choice = choice

    def __init__(self, pen: Pen, base: Style, empty: str, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._pen, self._base, self._empty = pen, base, empty
        self._choices: list[Choice] = []
        self._place = 0

    def show(self, choices: Sequence[Choice]) -> None:
        """The cursor goes to the current one, else to the first."""
        self._choices = list(choices)
        self._place = next((place for place, one in enumerate(self._choices) if one.is_current), 0)
        self.virtual_size = Size(self.size.width, len(self._choices))
        self.step(0)

    @property
    def chosen(self) -> Choice | None:
        return self._choices[self._place] if self._choices else None

    def step(self, by: int) -> None:
        if self._choices:
            self._place = min(max(self._place + by, 0), len(self._choices) - 1)
            self.scroll_to_region(Region(0, self._place, 1, 1), animate=False, force=True)
        self.refresh()

    def on_resize(self, _: events.Resize) -> None:
        self.virtual_size = Size(self.size.width, len(self._choices))
        self.step(0)

    def on_click(self, event: events.Click) -> None:
        place = event.y + self.scroll_offset.y
        if place < len(self._choices):
            self._place = place
            self.post_message(self.Picked(self._choices[place]))

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        place = y + self.scroll_offset.y
        if place >= len(self._choices):
            words: Line = [Segment(f"  {self._empty}", self._pen.palette.dim)] if not self._choices and y == 0 else []
            return strip_of(words, width, self._base)
        shown = self._line(self._choices[place], width)
        if place == self._place:
            shown = highlighted([*shown, Segment(" " * width)], self._pen.palette.chosen)
        return strip_of(shown, width, self._base)

    def _line(self, choice: Choice, width: int) -> Line:
        palette, glyphs = self._pen.palette, self._pen.glyphs
        mark = f"{glyphs.done} " if choice.is_current else "  "
        hint = self._clean(choice.hint)
        pieces: list[Piece] = [(mark, palette.ok), (self._clean(choice.title), palette.text)]
        if choice.detail:
            pieces += [("  ", palette.dim), *self._detail(choice)]
        room = max(width - line_cells([Segment(hint)]) - 2, 8)
        made = cut(pieces, room, glyphs.ellipsis)
        return [*made, Segment(" " * (room - line_cells(made) + 1)), Segment(hint, palette.dim)] if hint else made

    def _detail(self, choice: Choice) -> list[Piece]:
        palette = self._pen.palette
        pieces: list[Piece] = []
        at = 0
        for start, end in choice.matches:
            if at <= start < end <= len(choice.detail):
                pieces.append((self._part(choice.detail[at:start]), palette.dim))
                pieces.append((self._part(choice.detail[start:end]), palette.match))
                at = end
        return [*pieces, (self._part(choice.detail[at:]), palette.dim)]

    def _clean(self, text: str) -> str:
        return line(text, is_ascii=self._pen.glyphs.is_ascii)

    def _part(self, text: str) -> str:
        """On one line, with the blanks at its ends."""
        clean = self._clean(f"x{text}x")
        return clean[1:-1]
