"""Where the widgets stand, and how each is drawn out of what was told."""

import time

from rich.style import Style
from rich.text import Text
from textual.app import App, ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from portico.shells.tui import telling
from portico.shells.tui.dialogs import Dress
from portico.shells.tui.drafts import Drafts
from portico.shells.tui.glyphs import Glyphs
from portico.shells.tui.model import Model
from portico.shells.tui.palette import palette_of
from portico.shells.tui.phrases import Phrases
from portico.shells.tui.render.document import Pen
from portico.shells.tui.style import CSS, DARK, LIGHT
from portico.shells.tui.ui import Picked, Target
from portico.shells.tui.widgets.bars import Bar
from portico.shells.tui.widgets.chips import Chip, Chips
from portico.shells.tui.widgets.completion import Completion
from portico.shells.tui.widgets.composer import Composer
from portico.shells.tui.widgets.timeline import Timeline
from portico.shells.tui.widgets.tree import ThreadTree

TICK_SECONDS = 0.25


class Drawing(App[None]):
    """Shows the model; decides nothing."""

    CSS = CSS
    ENABLE_COMMAND_PALETTE = False
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (80, "-wide")]
    TITLE = "Portico"

    def __init__(self, language: str, glyphs: Glyphs, theme: str) -> None:
        super().__init__()
        for one in (DARK, LIGHT):
            self.register_theme(one)
        # before anything is mounted, so that no style is made twice
        self.set_reactive(App.theme, theme)
        self.stylesheet.set_variables(self.get_css_variables())
        self.model = Model()
        self.phrases = Phrases(language)
        self.picked = Picked()
        self.drafts = Drafts()
        self.target: Target | None = None
        self.trouble = ""
        """Why no connection could be made."""
        self.side = Vertical(id="side")
        self.tree_view = ThreadTree(id="tree")
        self.timeline = Timeline(self.phrases, id="timeline")
        self.composer = Composer(self.phrases.say("ui.tui.composer.placeholder"), id="composer")
        self._place_bar, self._title_bar, self._status_bar = Bar(id="place"), Bar(id="title"), Bar(id="status")
        self._welcome = Static(id="welcome", markup=False)
        self._glyphs = glyphs
        self._pen = Pen(palette_of({}), glyphs)
        self.chips = Chips(id="chips")
        self.completion = Completion(self._pen, id="completion")
        self._tick = 0
        self._sought: str | None = None
        """The row that is shown as soon as it is there."""

    def compose(self) -> ComposeResult:
        with Horizontal(id="all"):
            with self.side:
                yield self._place_bar
                yield self.tree_view
            with Vertical(id="main"):
                yield self._title_bar
                yield self._welcome
                yield self.timeline
                yield self.completion
                yield self.chips
                yield self.composer
                yield self._status_bar

    def on_mount(self) -> None:
        self.set_class(self._glyphs.is_ascii, "-plain")
        self.theme_changed_signal.subscribe(self, lambda _: self._restyle())
        self._restyle()
        self.composer.focus()
        self.set_interval(TICK_SECONDS, self._ticked)

    @property
    def pen(self) -> Pen:
        return self._pen

    def show_all(self) -> None:
        self.show_side()
        self.show_welcome()
        self.show_rows()
        self.show_bars()

    def show_rows(self) -> None:
        opened = self.model.opened
        if opened is None:
            return
        self.timeline.show(opened.rows, has_more=opened.has_more)
        if self._sought is not None and any(row.key == self._sought for row in opened.rows):
            self.timeline.go_to(self._sought)
            self._sought = None

    def show_side(self) -> None:
        pen = self.pen
        self._place_bar.show(telling.place(self.model, pen))
        self._title_bar.show(telling.title(self.model, pen, self.phrases))
        self.tree_view.show(self.model.tree.nodes if self.model.tree else (), self.model.thread_id)

    def show_welcome(self) -> None:
        is_empty = self.model.thread_id is None
        self._welcome.set_class(not is_empty, "-hidden")
        self.timeline.set_class(is_empty, "-hidden")
        if is_empty:
            self._welcome.update(Text.assemble(*telling.welcome(self.model, self.pen, self.phrases)))

    def show_bars(self) -> None:
        pen = self.pen
        now_ms = time.time_ns() // 1_000_000
        left = telling.progress(self.model, pen, self.phrases, now_ms, self._tick)
        left += telling.state(self.model, self.picked, pen, self.phrases, self.trouble)
        self._status_bar.show(left, telling.choice(self.picked, pen, self.phrases))

    def show_picks(self, refused: frozenset[str]) -> None:
        picks = self.drafts.of(self.model.thread_id).picks
        self.chips.show([Chip(pick.key, pick.name, pick.key in refused) for pick in picks])

    def _ticked(self) -> None:
        if self.model.running is not None:
            self._tick += 1
            self.timeline.tick()
            self.show_bars()

    def _restyle(self) -> None:
        """Everything in the colours of the theme."""
        variables = self.theme_variables
        self._pen = pen = Pen(palette_of(variables), self._glyphs)
        base, panel = Style(bgcolor=variables["background"]), Style(bgcolor=variables["panel"])
        self.timeline.restyle(pen, base)
        self.tree_view.restyle(pen, panel, self.phrases.say("ui.tui.tree.empty"))
        self._place_bar.restyle(pen, panel)
        self._title_bar.restyle(pen, base)
        self._status_bar.restyle(pen, base)
        self.chips.restyle(pen, base, self.phrases.say("ui.tui.added.hint"))
        self.completion.restyle(pen, panel)
        self.show_all()

    def dress(self) -> Dress:
        say = self.phrases.say
        return Dress(
            pen=self.pen,
            base=Style(bgcolor=self.theme_variables["panel"]),
            filter_words=say("ui.tui.pick.filter"),
            nothing=say("ui.tui.pick.nothing"),
            close=say("ui.tui.read.close"),
            yes=say("ui.tui.confirm.yes"),
            no=say("ui.tui.confirm.no"),
        )
