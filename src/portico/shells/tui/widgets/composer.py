"""The composer: text of several lines; enter sends, and a person's other wishes are told."""

from collections.abc import Sequence

from rich.text import Text
from textual import events
from textual.binding import Binding
from textual.message import Message
from textual.widgets import TextArea

from portico.shells.tui.files import mention_in, pasted_pictures
from portico.shells.tui.safe import written

NEWLINES = {"shift+enter", "ctrl+j", "alt+enter", "ctrl+enter"}
COMPLETING = {"tab", "enter", "up", "down"}


class Composer(TextArea):
    """`text` is the draft."""

    BINDINGS = [
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
    ]

    class Sent(Message):
        """A person wants to send the draft."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Scrolled(Message):
        """A person pages through what stands above."""

        def __init__(self, by: int) -> None:
            super().__init__()
            self.by = by

    class Pasted(Message):
        """What was pasted are paths of pictures, maybe; `text` is what came."""

        def __init__(self, paths: Sequence[str], text: str) -> None:
            super().__init__()
            self.paths = paths
            self.text = text

    class Completing(Message):
        """A key of the list of paths that is open: `tab`, `enter`, `up` or `down`."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    class Backed(Message):
        """Backspace where nothing is left to delete: what is added goes, the last first."""

    class Left(Message):
        """The cursor leaves the text upwards."""

    def __init__(self, placeholder: str, *, id: str | None = None) -> None:
        super().__init__(id=id, soft_wrap=True, show_line_numbers=False, tab_behavior="focus", placeholder=placeholder)
        self.highlight_cursor_line = False
        self.is_completing = False
        """A list of paths is open, which some keys belong to."""

    async def _on_key(self, event: events.Key) -> None:
        if event.key in NEWLINES:
            self.insert("\n")
        elif event.key in COMPLETING and self.is_completing:
            self.post_message(self.Completing(event.key))
        elif event.key == "enter":
            self.post_message(self.Sent(self.text))
        elif event.key == "up" and self.cursor_location[0] == 0 and not self.text:
            self.post_message(self.Left())
        elif event.key == "backspace" and self.cursor_location == (0, 0) and self.selection.is_empty:
            self.post_message(self.Backed())
        else:
            await super()._on_key(event)
            return
        event.stop()
        event.prevent_default()

    async def _on_paste(self, event: events.Paste) -> None:
        paths = pasted_pictures(event.text)
        if paths:
            event.stop()
            event.prevent_default()
            self.post_message(self.Pasted(paths, event.text))
        else:
            await super()._on_paste(event)

    def get_line(self, line_index: int) -> Text:
        return Text(written(self.document.get_line(line_index)), end="", no_wrap=True)

    @property
    def mention(self) -> str | None:
        """What stands behind an `@` before the cursor."""
        row, column = self.cursor_location
        return mention_in(self.document.get_line(row)[:column])

    def complete(self, path: str) -> None:
        """`path` in the place of what was typed behind the `@`."""
        words = self.mention
        if words is not None:
            row, column = self.cursor_location
            start = (row, column - len(words))
            self.replace(path, start, (row, column), maintain_selection_offset=False)

    def action_page(self, by: int) -> None:
        self.post_message(self.Scrolled(by))

    def put(self, text: str) -> None:
        """Another draft, the cursor behind it."""
        self.load_text(text)
        self.move_cursor(self.document.end)
