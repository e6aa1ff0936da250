"""The composer: text of several lines; enter sends, and a person's other wishes are told."""

from textual import events
from textual.binding import Binding
from textual.message import Message
from textual.widgets import TextArea

NEWLINES = {"shift+enter", "ctrl+j", "alt+enter", "ctrl+enter"}


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

    class Left(Message):
        """The cursor leaves the text upwards."""

    def __init__(self, placeholder: str, *, id: str | None = None) -> None:
        super().__init__(id=id, soft_wrap=True, show_line_numbers=False, tab_behavior="focus", placeholder=placeholder)
        self.highlight_cursor_line = False

    async def _on_key(self, event: events.Key) -> None:
        if event.key in NEWLINES:
            event.stop()
            event.prevent_default()
            self.insert("\n")
        elif event.key == "enter":
            event.stop()
            event.prevent_default()
            self.post_message(self.Sent(self.text))
        elif event.key == "up" and self.cursor_location[0] == 0 and not self.text:
            event.stop()
            event.prevent_default()
            self.post_message(self.Left())
        else:
            await super()._on_key(event)

    def action_page(self, by: int) -> None:
        self.post_message(self.Scrolled(by))

    def put(self, text: str) -> None:
        """Another draft, the cursor behind it."""
        self.load_text(text)
        self.move_cursor(self.document.end)
