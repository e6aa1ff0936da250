"""Screens that ask for one thing and answer it: a choice, a line of text, yes or no, or that a page was read."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from rich.style import Style
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from portico.shells.tui.render.document import Pen
from portico.shells.tui.render.lines import Line
from portico.shells.tui.widgets.choices import Choice, Choices, fitting
from portico.shells.tui.widgets.page import Lines

Search = Callable[[str], Awaitable[Sequence[Choice]]]
CANCEL = Binding("escape", "cancel", show=False)


@dataclass(frozen=True, slots=True)
class Dress:
    """How dialogs are drawn, and the words that all of them have."""

    pen: Pen
    base: Style
    filter_words: str
    nothing: str
    close: str
    yes: str
    no: str


class Pick(ModalScreen[Choice | None]):
    """A list with a filter. With `search` the words are looked up instead."""

    BINDINGS = [
        CANCEL,
        Binding("up", "step(-1)", show=False, priority=True),
        Binding("down", "step(1)", show=False, priority=True),
        Binding("pageup", "step(-10)", show=False, priority=True),
        Binding("pagedown", "step(10)", show=False, priority=True),
    ]

    def __init__(self, title: str, choices: Sequence[Choice], dress: Dress, search: Search | None = None) -> None:
        super().__init__()
        self._title, self._all, self._dress, self._search = title, choices, dress, search
        self._list = Choices(dress.pen, dress.base, dress.nothing)

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Static(self._title, id="dialog-title", markup=False)
            yield Input(placeholder=self._dress.filter_words)
            yield self._list

    def on_mount(self) -> None:
        self._list.show(self._all)
        rows = 14 if self._search is not None else min(max(len(self._all), 3), 16)
        self._list.styles.height = rows

    @on(Input.Changed)
    def _filter(self, event: Input.Changed) -> None:
        if self._search is None:
            self._list.show(fitting(self._all, event.value))
        else:
            self.run_worker(self._look_up(event.value), exclusive=True)

    async def _look_up(self, words: str) -> None:
        assert self._search is not None
        self._list.show(await self._search(words))

    @on(Input.Submitted)
    def _submitted(self) -> None:
        if self._list.chosen is not None:
            self.dismiss(self._list.chosen)

    @on(Choices.Picked)
    def _picked(self, event: Choices.Picked) -> None:
        self.dismiss(event.choice)

    def action_step(self, by: int) -> None:
        self._list.step(by)

    def action_cancel(self) -> None:
        self.dismiss(None)


class Ask(ModalScreen[str | None]):
    """A line of text; a secret is masked."""

    BINDINGS = [CANCEL]

    def __init__(self, title: str, value: str = "", *, note: str = "", is_secret: bool = False) -> None:
        super().__init__()
        self._title, self._value, self._note, self._is_secret = title, value, note, is_secret

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Static(self._title, id="dialog-title", markup=False)
            yield Input(self._value, password=self._is_secret, select_on_focus=False)
            if self._note:
                yield Static(self._note, id="dialog-note", markup=False)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        self.dismiss(event.value)

    def action_cancel(self) -> None:
        self.dismiss(None)


class Confirm(ModalScreen[bool]):
    """Yes or no; enter alone is no answer to what destroys."""

    BINDINGS = [CANCEL, Binding("y,j", "answer(True)", show=False), Binding("n", "answer(False)", show=False)]

    def __init__(self, question: str, dress: Dress) -> None:
        super().__init__()
        self._question, self._dress = question, dress

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Static(self._question, id="dialog-title", markup=False)
            yield Static(f"{self._dress.yes}    {self._dress.no}", id="dialog-note", markup=False)

    def action_answer(self, is_yes: bool) -> None:
        self.dismiss(is_yes)

    def action_cancel(self) -> None:
        self.dismiss(False)


class Read(ModalScreen[None]):
    """A page; any of the closing keys ends it."""

    BINDINGS = [CANCEL, Binding("enter,q,f1", "cancel", show=False)]

    def __init__(self, title: str, make: Callable[[int], list[Line]], dress: Dress) -> None:
        super().__init__()
        self._title, self._make, self._dress = title, make, dress

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Static(self._title, id="dialog-title", markup=False)
            yield Lines(self._make, self._dress.base)
            yield Static(self._dress.close, id="dialog-note", markup=False)

    def on_mount(self) -> None:
        self.query_one(Lines).focus()

    def action_cancel(self) -> None:
        self.dismiss(None)
