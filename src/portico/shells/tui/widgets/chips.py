"""What is added to a message beside its text: a line of chips above the composer."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from portico.shells.tui.render.document import Pen
from portico.shells.tui.render.lines import Line, cut, line_cells
from portico.shells.tui.safe import line
from portico.shells.tui.widgets.strips import strip_of

NAME_CELLS = 28


@dataclass(frozen=True, slots=True)
class Chip:
    """`is_refused`: it stands against sending."""

    key: str
    name: str
    is_refused: bool = False


class Chips(Widget):
    """One line; it is not there while there is nothing to show. A click takes one away."""

    class Removed(Message):
        """A person does not want it any more."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._pen: Pen | None = None
        self._base = Style()
        self._hint = ""
        self.chips: Sequence[Chip] = ()

    def restyle(self, pen: Pen, base: Style, hint: str) -> None:
        """`hint` says how the last one is taken away."""
        self._pen, self._base, self._hint = pen, base, hint
        self.refresh()

    def show(self, chips: Sequence[Chip]) -> None:
        if chips != self.chips:
            self.chips = chips
            self.display = bool(chips)
            self.refresh()

    def on_mount(self) -> None:
        self.display = bool(self.chips)

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if self._pen is None or y:
            return Strip.blank(width, self._base)
        made: Line = [Segment(" ")]
        for chip, shown in self._shown(self._pen):
            style = self._pen.palette.error if chip.is_refused else self._pen.palette.name
            made += [*(Segment(part.text, style) for part in shown), Segment("  ")]
        room = width - line_cells(made) - 1
        if room > len(self._hint):
            made.append(Segment(self._hint, self._pen.palette.dim))
        fitting = cut([(part.text, part.style or Style.null()) for part in made], width - 1, self._pen.glyphs.ellipsis)
        return strip_of(fitting, width, self._base)

    def on_click(self, event: events.Click) -> None:
        if self._pen is None:
            return
        at = 1
        for chip, shown in self._shown(self._pen):
            end = at + line_cells(shown) + 2
            if at <= event.x < end:
                self.post_message(self.Removed(chip.key))
                return
            at = end

    def _shown(self, pen: Pen) -> list[tuple[Chip, Line]]:
        glyphs = pen.glyphs
        names = [(chip, line(chip.name, is_ascii=glyphs.is_ascii)) for chip in self.chips]
        return [(chip, cut([(f"[{name}]", pen.palette.name)], NAME_CELLS, glyphs.ellipsis)) for chip, name in names]
