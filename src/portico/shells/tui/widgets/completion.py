"""Paths that fit what is typed behind an `@`, above the composer, which has the keyboard."""

from collections.abc import Sequence

from rich.style import Style

from portico.shells.tui.render.document import Pen
from portico.shells.tui.widgets.choices import Choice, Choices


class Completion(Choices):
    """It is not there while nothing fits."""

    class Picked(Choices.Picked):
        """A path was clicked."""

    def __init__(self, pen: Pen, *, id: str | None = None) -> None:
        super().__init__(pen, Style(), "", id=id)

    def on_mount(self) -> None:
        self.display = False

    def restyle(self, pen: Pen, base: Style) -> None:
        self._pen, self._base = pen, base
        self.refresh()

    def offer(self, paths: Sequence[str]) -> None:
        self.display = bool(paths)
        self.styles.height = len(paths)
        self.show([Choice(path, path) for path in paths])
