"""The application: which key does what, what a person is asked and told, and what follows the gateway."""

import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any

import anyio
from textual import on
from textual.binding import Binding

from portico.boundary.calls import Backend, BoundaryRefused, Calls
from portico.boundary.events import TimelineTold
from portico.client.connection import Sleep
from portico.shells.tui.commands import COMMANDS, command
from portico.shells.tui.dialogs import Ask, Confirm, Pick, Read, Search
from portico.shells.tui.flows import copying, gateways, models, picking, sending, threads
from portico.shells.tui.glyphs import UNICODE, Glyphs
from portico.shells.tui.model import Topic
from portico.shells.tui.render.lines import Line
from portico.shells.tui.safe import line
from portico.shells.tui.style import DARK, LIGHT
from portico.shells.tui.ui import Target
from portico.shells.tui.widgets.chips import Chips
from portico.shells.tui.widgets.choices import Choice
from portico.shells.tui.widgets.composer import Composer
from portico.shells.tui.widgets.timeline import Timeline
from portico.shells.tui.widgets.tree import ThreadTree
from portico.shells.tui.writing import Writing

DRAW_SECONDS = 1 / 30
"""Between two draws of what streams; keys are drawn at once."""
RETRY_SECONDS = 3.0
QUIT_SECONDS = 2.0
WAIT_MS = 10_000
TREE_ACTIONS: dict[str, Callable[[Any, Any], Awaitable[None]]] = {
    "folder": threads.new_folder,
    "rename": threads.rename,
    "move": threads.move,
    "delete": threads.delete,
}


class PorticoTui(Writing):
    """Over one boundary that runs; it is `Ui` for the flows."""

    BINDINGS = [
        Binding("ctrl+c", "leave", show=False, priority=True),
        Binding("ctrl+q", "quit", show=False, priority=True),
        Binding("escape", "escape", show=False, priority=True),
        Binding("f1", "run('help')", show=False, priority=True),
        Binding("question_mark", "run('help')", show=False),
        Binding("slash", "run('search')", show=False),
        Binding("ctrl+p", "palette", show=False, priority=True),
        Binding("ctrl+n", "run('new')", show=False, priority=True),
        Binding("ctrl+o", "run('model')", show=False, priority=True),
        Binding("ctrl+f", "run('search')", show=False, priority=True),
        Binding("ctrl+s", "run('steer')", show=False, priority=True),
        Binding("ctrl+r", "run('reconnect')", show=False, priority=True),
        Binding("ctrl+t", "theme", show=False, priority=True),
        Binding("ctrl+b", "side", show=False, priority=True),
        Binding("shift+tab", "mode", show=False, priority=True),
    ]

    def __init__(
        self,
        backend: Backend,
        *,
        language: str = "en",
        glyphs: Glyphs = UNICODE,
        theme: str = DARK.name,
        sleep: Sleep = anyio.sleep,
    ) -> None:
        super().__init__(language, glyphs, theme, sleep)
        self.calls = Calls(backend)
        self.is_ready = anyio.Event()
        """Set when the first screen is there."""
        self._again = anyio.Event()
        self._is_same = False
        self._leaving_at = 0.0

    def on_mount(self) -> None:
        super().on_mount()
        self.run_worker(self._stay_connected())
        self.run_worker(self._follow())

    @property
    def worn(self) -> str:
        return self.theme

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While something is asked only leaving is possible."""
        del parameters
        if action in {"leave", "quit"}:
            return True
        if action in {"run", "palette", "theme", "side", "escape", "mode"} and len(self.screen_stack) > 1:
            return False
        return isinstance(self.focused, Composer) if action == "mode" else True

    def action_run(self, id_: str) -> None:
        self.begin(command(id_).run(self))

    def action_palette(self) -> None:
        self.begin(self._palette())

    def action_theme(self) -> None:
        self.wear(DARK.name if self.theme == LIGHT.name or not self.current_theme.dark else LIGHT.name)

    def action_mode(self) -> None:
        self.action_run("mode")

    def action_side(self) -> None:
        """Where there is no room the tree lies over the thread."""
        side = self.side
        if self.screen.has_class("-narrow"):
            side.toggle_class("-open")
            (self.tree_view if side.has_class("-open") else self.composer).focus()
        else:
            side.toggle_class("-closed")
            if side.has_class("-closed"):
                self.composer.focus()

    def action_escape(self) -> None:
        """Closes what lies over the thread, else stops what runs, else goes back to the composer."""
        side = self.side
        if self.composer.is_completing:
            self.offer(())
        elif self.screen.has_class("-narrow") and side.has_class("-open"):
            side.remove_class("-open")
        elif self.model.running is not None:
            self.action_run("stop")
        self.composer.focus()

    def action_leave(self) -> None:
        now = time.monotonic()
        if now - self._leaving_at < QUIT_SECONDS:
            self.exit()
            return
        self._leaving_at = now
        self.tell(self.phrases.say("ui.tui.quit_again"))

    async def choose(self, title: str, choices: Sequence[Choice], search: Search | None = None) -> Choice | None:
        return await self.push_screen_wait(Pick(title, choices, self.dress(), search))

    async def ask_line(self, title: str, value: str = "", *, note: str = "", is_secret: bool = False) -> str | None:
        return await self.push_screen_wait(Ask(title, value, note=note, is_secret=is_secret))

    async def confirm(self, question: str) -> bool:
        return await self.push_screen_wait(Confirm(question, self.dress()))

    async def read(self, title: str, make: Callable[[int], list[Line]]) -> None:
        await self.push_screen_wait(Read(title, make, self.dress()))

    def tell(self, words: str, *, is_error: bool = False) -> None:
        clean = line(words, is_ascii=self._glyphs.is_ascii)
        self.notify(clean, markup=False, severity="error" if is_error else "information")

    async def look_at(self, thread_id: str | None, *, row: str | None = None) -> None:
        before = self.model.thread_id
        self._sought = row
        if thread_id != before:
            self.keep_draft()
            self.model.look_at(thread_id)
            self.picked.look_at(thread_id)
            self.put_draft(self.drafts.of(thread_id))
            self.timeline.show((), anew=True)
        self.side.remove_class("-open")
        self.show_all()
        self.composer.focus()
        if before is not None and before != thread_id:
            await self.calls.do("active_thread_close", thread_id=before)
        if thread_id is not None:
            await self._open(thread_id)
        await self._follow_choice()

    def copy(self, text: str) -> None:
        self.copy_to_clipboard(text)

    def show_status(self) -> None:
        self.show_bars()

    def connect_to(self, target: Target | None) -> None:
        self._is_same = target is not None and self.target is not None and target.url == self.target.url
        self._is_same = self._is_same or (target is None and self.target is None)
        self.target = target
        self._again.set()

    def themes(self) -> Sequence[str]:
        return [DARK.name, LIGHT.name, *(name for name in self.available_themes if not name.startswith("portico"))]

    def wear(self, theme: str) -> None:
        self.theme = theme

    @on(Composer.Sent)
    def _sent(self, event: Composer.Sent) -> None:
        if event.text.strip() or self.drafts.of(self.model.thread_id).picks:
            self.timeline.follow()
            self.begin(sending.send(self, event.text))

    @on(Composer.Pasted)
    def _pasted(self, event: Composer.Pasted) -> None:
        self.begin(self._paste(event.paths, event.text))

    @on(Writing.Mentioned)
    def _mentioned(self, event: Writing.Mentioned) -> None:
        self.begin(picking.mention(self, event.path))

    @on(Composer.Backed)
    def _backed(self) -> None:
        picks = self.drafts.of(self.model.thread_id).picks
        if picks:
            self.begin(picking.take_away(self, picks[-1].key))

    @on(Chips.Removed)
    def _chip_removed(self, event: Chips.Removed) -> None:
        self.begin(picking.take_away(self, event.key))

    @on(Composer.Scrolled)
    def _scrolled(self, event: Composer.Scrolled) -> None:
        view = self.timeline
        view.scroll_to(y=view.scroll_offset.y + event.by * (view.size.height - 2), animate=False)

    @on(Composer.Left)
    def _left(self) -> None:
        self.timeline.focus()
        self.timeline.action_step(-1)

    @on(ThreadTree.Chosen)
    def _chosen(self, event: ThreadTree.Chosen) -> None:
        self.begin(self.look_at(event.thread_id))

    @on(ThreadTree.Wanted)
    def _tree_wanted(self, event: ThreadTree.Wanted) -> None:
        flow = TREE_ACTIONS.get(event.what)
        self.begin(flow(self, event.node) if flow is not None else command(event.what).run(self))

    @on(Timeline.Toggled)
    def _toggled(self, event: Timeline.Toggled) -> None:
        params = {"thread_id": self.model.thread_id, "key": event.key, "is_open": event.is_open}
        self.begin(self.calls.do("active_thread_toggle", **params))

    @on(Timeline.OlderWanted)
    def _older_wanted(self) -> None:
        self.begin(self._older())

    @on(Timeline.Wanted)
    def _row_wanted(self, event: Timeline.Wanted) -> None:
        if event.what == "copy":
            copying.copy_row(self, event.row)
        else:
            self.begin((threads.edit_and_resend if event.what == "edit" else threads.fork)(self, event.row))

    def begin(self, flow: Awaitable[None]) -> None:
        self.run_worker(self._guarded(flow), group="flows")

    async def _guarded(self, flow: Awaitable[None]) -> None:
        """What is refused is told; nothing of a flow ends the program."""
        try:
            await flow
        except BoundaryRefused as told:
            self.tell(str(told), is_error=True)

    async def _palette(self) -> None:
        has_thread = self.model.thread_id is not None
        shown = [one for one in COMMANDS if has_thread or not one.needs_thread]
        choices = [Choice(one.id, self.phrases.say(one.words), hint=one.key) for one in shown]
        chosen = await self.choose(self.phrases.say("ui.tui.palette"), choices)
        if chosen is not None:
            await command(chosen.id).run(self)

    async def _older(self) -> None:
        await threads.older(self)
        self.show_rows()

    async def _open(self, thread_id: str) -> None:
        try:
            await self.calls.do("active_thread_open", thread_id=thread_id)
        except BoundaryRefused as told:
            if told.code == "not_found" and self.model.thread_id == thread_id:
                await self.look_at(None)
            raise

    async def _stay_connected(self) -> None:
        """Connect, and again when a person asks for it; what fails at the start is tried again by itself."""
        while True:
            self._again = anyio.Event()
            try:
                await gateways.connect(self, self.target, is_same=self._is_same)
                self.trouble, self._is_same = "", True
                self.is_ready.set()
            except BoundaryRefused as told:
                self.trouble = line(str(told), is_ascii=self._glyphs.is_ascii)
            self.show_all()
            if self.trouble:
                with anyio.move_on_after(RETRY_SECONDS):
                    await self._again.wait()
            else:
                await self._again.wait()

    async def _follow(self) -> None:
        """Take what happens, as often as it is drawn."""
        while True:
            for event in await self.calls.next_events(WAIT_MS):
                topic = self.model.take(event)
                if topic is not None:
                    self._changed(topic)
                if isinstance(event, TimelineTold):
                    self.begin(self._follow_choice())
            await self._sleep(DRAW_SECONDS)

    def _changed(self, topic: Topic) -> None:
        match topic:
            case "rows":
                self.show_rows()
            case "tree" | "workspaces":
                self.show_side()
            case "providers" | "settings":
                self.show_welcome()
                self.begin(self._follow_choice())
            case "gone":
                self.tell(self.phrases.say("ui.tui.thread.gone"))
                self.begin(self.look_at(None))
            case "connection" | "composer":
                pass
        self.show_bars()

    async def _follow_choice(self) -> None:
        """What the choice comes to is asked again when what it hangs on changed; without a gateway it stays."""
        with suppress(BoundaryRefused):
            await models.follow(self)

    async def _paste(self, paths: Sequence[str], text: str) -> None:
        """What are no pictures after all is text."""
        if not await picking.paste(self, paths):
            self.composer.insert(text)
