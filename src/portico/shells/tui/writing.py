"""The application while a person writes: the draft and where it is kept, and the paths that are offered for it."""

from collections.abc import Sequence
from pathlib import Path

import anyio
import anyio.to_thread
from textual import on
from textual.message import Message

from portico.client.connection import Sleep
from portico.shells.tui.drafts import Draft, Drafts
from portico.shells.tui.drawing import Drawing
from portico.shells.tui.files import below, offered
from portico.shells.tui.glyphs import Glyphs
from portico.shells.tui.widgets.completion import Completion
from portico.shells.tui.widgets.composer import Composer

REST_SECONDS = 1.0
"""A draft that did not change for so long is written down."""


class Writing(Drawing):
    """What is in the composer is the draft of the thread that is shown."""

    class Mentioned(Message):
        """A path was chosen."""

        def __init__(self, path: str) -> None:
            super().__init__()
            self.path = path

    def __init__(self, language: str, glyphs: Glyphs, theme: str, sleep: Sleep) -> None:
        super().__init__(language, glyphs, theme)
        self.own = ""
        self._sleep = sleep
        self._written = anyio.Event()
        self._paths: list[str] | None = None
        """What stands below the workspace's root, while a path is completed."""

    def remember(self, drafts: Drafts) -> None:
        """Before it runs: with these drafts, which are those of its own gateway at first."""
        self.drafts, self.own = drafts, drafts.gateway

    def on_mount(self) -> None:
        super().on_mount()
        self.put_draft(self.drafts.of(None))
        self.run_worker(self._keep())

    def on_unmount(self) -> None:
        self.drafts.save()

    def put_draft(self, draft: Draft) -> None:
        self.composer.put(draft.text)
        self.drafts.put(self.model.thread_id, draft)
        self.show_picks(frozenset())
        self._written.set()

    def enter(self, gateway: str, *, is_persistent: bool) -> None:
        if gateway != self.drafts.gateway:
            self.keep_draft()
            self.drafts.gateway = gateway
            self.model.look_at(None)
            self.picked.look_at(None)
            self.put_draft(self.drafts.of(None))
        self.drafts.heed(is_persistent=is_persistent)
        self._written.set()

    def keep_draft(self) -> None:
        before = self.drafts.of(self.model.thread_id)
        self.drafts.put(self.model.thread_id, Draft(text=self.composer.text, picks=before.picks))
        self._written.set()

    def offer(self, paths: Sequence[str]) -> None:
        """Paths to choose from; none ends it."""
        self.composer.is_completing = bool(paths)
        self.completion.offer(paths)

    @on(Composer.Changed)
    def _draft_changed(self) -> None:
        self.keep_draft()
        self._complete()

    @on(Composer.Completing)
    def _completing(self, event: Composer.Completing) -> None:
        chosen = self.completion.chosen
        if event.key in {"up", "down"}:
            self.completion.step(1 if event.key == "down" else -1)
        elif chosen is not None:
            self._take_path(chosen.id, is_whole=event.key == "enter")

    @on(Completion.Picked)
    def _path_picked(self, event: Completion.Picked) -> None:
        self._take_path(event.choice.id, is_whole=True)

    async def _keep(self) -> None:
        """Write drafts down whenever they rest."""
        while True:
            await self._written.wait()
            while self._written.is_set():
                self._written = anyio.Event()
                await self._sleep(REST_SECONDS)
            self.drafts.save()

    def _complete(self) -> None:
        """Offer paths while one is typed behind an `@`."""
        words, root = self.composer.mention, self.model.root
        if words is None or root is None:
            self._paths = None
            self.offer(())
        elif self._paths is None:
            self.run_worker(self._read_paths(root), group="paths", exclusive=True)
        else:
            self.offer(offered(self._paths, words))

    async def _read_paths(self, root: Path) -> None:
        self._paths = []
        self._paths = await anyio.to_thread.run_sync(below, root)
        self._complete()

    def _take_path(self, path: str, *, is_whole: bool) -> None:
        """A folder is gone into, unless the person wants it as it is."""
        if path.endswith("/") and not is_whole:
            self.composer.complete(path)
            return
        self.composer.complete(f"{path} ")
        self.offer(())
        self.post_message(self.Mentioned(path))
