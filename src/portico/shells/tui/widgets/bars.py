"""Lines that tell where one is: the title above the timeline, the state below the composer."""

from collections.abc import Sequence

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from portico.shells.tui.render.document import Pen
from portico.shells.tui.render.lines import Line, Piece, cut, line_cells
from portico.shells.tui.widgets.strips import strip_of


class Bar(Widget):
    """One line: `left` is cut where `right` needs the room."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._pen: Pen | None = None
        self._base = Style()
        self.left: Sequence[Piece] = ()
        self.right: Sequence[Piece] = ()

    def restyle(self, pen: Pen, base: Style) -> None:
        self._pen, self._base = pen, base
        self.refresh()

    def show(self, left: Sequence[Piece], right: Sequence[Piece] = ()) -> None:
        """Nothing is drawn where nothing changed."""
        if (left, right) != (self.left, self.right):
            self.left, self.right = left, right
            self.refresh()

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if self._pen is None or y:
            return Strip.blank(width, self._base)
        ellipsis = self._pen.glyphs.ellipsis
        most = max(width * 2 // 3, width - sum(cell_len(text) for text, _ in self.left) - 4, 1)
        right = cut(self.right, most, ellipsis)
        room = max(width - line_cells(right) - 3, 1)
        left = cut(self.left, room, ellipsis)
        gap = max(width - line_cells(left) - line_cells(right) - 2, 0)
        made: Line = [Segment(" "), *left, Segment(" " * gap), *right]
        return strip_of(made, width, self._base)
