"""A page of lines to read: help, health, a secret that is shown once."""

from collections.abc import Callable

from rich.style import Style
from textual import events
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from portico.shells.tui.render.lines import Line
from portico.shells.tui.widgets.strips import strip_of


class Lines(ScrollView, can_focus=True):
    """Lines that `make` lays out for a width."""

    def __init__(self, make: Callable[[int], list[Line]], base: Style) -> None:
        super().__init__()
        self._make = make
        self._base = base
        self._lines: list[Line] = []

    def on_resize(self, _: events.Resize) -> None:
        self._lines = self._make(max(self.size.width - 2, 8))
        self.virtual_size = Size(self.size.width, len(self._lines))
        self.refresh()

    def render_line(self, y: int) -> Strip:
        place = y + self.scroll_offset.y
        line = self._lines[place] if place < len(self._lines) else []
        return strip_of(line, self.size.width, self._base)
