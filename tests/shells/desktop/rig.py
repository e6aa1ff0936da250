"""A desktop shell without windows, keyring and processes of its own; its gateways are real."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import anyio

from portico.boundary import Boundary, Means
from portico.boundary.ways import LocalWays
from portico.client.errors import ClientError
from portico.client.registry import Target
from portico.client.registry_plan import RegistryFile
from portico.shells.desktop.books import Books
from portico.shells.desktop.choice import Choice
from portico.shells.desktop.commands import Command
from portico.shells.desktop.desktop import Desktop
from portico.shells.desktop.following import Follower
from portico.shells.desktop.kept import Frame
from portico.shells.desktop.keys import Tokens
from portico.shells.desktop.listing import View
from portico.shells.desktop.screen import Notice, Page
from portico.shells.desktop.supervision import Child, LocalGateway
from tests.kit.keyring import FakeKeyring


@asynccontextmanager
async def boundary(folder: Path) -> AsyncGenerator[Boundary]:
    """Over a list of gateways in `folder`; it has no gateway of its own."""

    @asynccontextmanager
    async def nobody() -> AsyncGenerator[None]:
        raise ClientError("no gateway is started here")
        yield

    means = Means(LocalWays({}, folder, nobody), RegistryFile(folder / "gateways.json"))  # pyright: ignore[reportArgumentType]
    async with Boundary("python", means).running() as made:
        yield made


@dataclass
class FakeScreen:
    """Windows as what was done with them, in order."""

    is_focused: bool = False
    done: list[object] = field(default_factory=list[object])
    pages: list[Page] = field(default_factory=list[Page])
    list_view: View | None = None
    is_list_shown: bool = False
    is_closed: bool = False
    changed: anyio.Event = field(default_factory=anyio.Event)

    def show_page(self, page: Page) -> None:
        self.pages.append(page)
        self._did(("page", page.url.partition("=")[0], page.root, page.name))

    def show_notice(self, notice: Notice) -> None:
        self._did(notice)

    def reload(self) -> None:
        self._did("reload")

    def show_list(self, view: View) -> None:
        self.is_list_shown = True
        self.tell_list(view)

    def tell_list(self, view: View) -> None:
        self.list_view = view
        self._did(view)

    def hide_list(self) -> None:
        self.is_list_shown = False
        self._did("hide")

    def focus(self) -> None:
        self._did("focus")

    def browse(self, url: str) -> None:
        self._did(("browse", url))

    def frame(self) -> Frame:
        return Frame()

    def close(self) -> None:
        self.is_closed = True
        self._did("close")

    @property
    def view(self) -> View:
        assert self.list_view is not None
        return self.list_view

    @property
    def notices(self) -> list[str]:
        return [one.title for one in self.done if isinstance(one, Notice)]

    def _did(self, what: object) -> None:
        self.done.append(what)
        changed, self.changed = self.changed, anyio.Event()
        changed.set()


class FakeChild:
    """A gateway of the home that was started here: it says that it is where the test's is."""

    def __init__(self, bench: "Bench") -> None:
        self._bench = bench
        self.dead = anyio.Event()

    async def ready(self) -> str:
        if self._bench.will_be is None:
            raise ClientError("it does not start")
        self._bench.local_target = self._bench.will_be
        return self._bench.will_be.url

    async def gone(self) -> None:
        await self.dead.wait()
        self._bench.local_target = None

    async def stop(self, hurry: anyio.Event | None = None) -> None:
        self._bench.stops.append(hurry)
        if hurry is not None and self._bench.is_slow:
            await hurry.wait()


@dataclass
class Bench:
    """A desktop at work on a folder."""

    folder: Path
    screen: FakeScreen = field(default_factory=FakeScreen)
    keyring: FakeKeyring = field(default_factory=FakeKeyring)
    local_target: Target | None = None
    will_be: Target | None = None
    is_slow: bool = False
    stops: list[anyio.Event | None] = field(default_factory=list[anyio.Event | None])
    children: list[FakeChild] = field(default_factory=list[FakeChild])
    commands: list[Command] = field(default_factory=list[Command])
    answers: dict[str, str | None] = field(default_factory=dict[str, str | None])
    """By the name of a program, what it prints."""
    ran: anyio.Event = field(default_factory=anyio.Event)
    desktop: Desktop = field(init=False)
    follower: Follower = field(init=False)

    @asynccontextmanager
    async def open(self, choice: Choice) -> AsyncGenerator[Desktop]:
        """The shell as it runs; quit at the end, if it was not before."""
        with anyio.fail_after(20):
            async with boundary(self.folder) as lists, boundary(self.folder) as followed:
                books = Books(lists, Tokens(self.keyring))
                local = LocalGateway(lambda: self.local_target, self._start, sleep=_soon)
                self.desktop = Desktop(self.screen, books, local, self._run, sleep=_soon, platform="linux")
                self.follower = Follower(followed, self.desktop.ended, self.desktop.skewed, sleep=_soon)
                async with anyio.create_task_group() as group:
                    group.start_soon(self.desktop.run, choice, self.follower)
                    await self.desktop.started.wait()
                    yield self.desktop
                    self.desktop.quit()
                    self.desktop.quit()

    async def until(self, fits: Callable[[], bool]) -> None:
        """Wait until the screen fits."""
        while not fits():
            await self.screen.changed.wait()

    async def until_page(self, name: str) -> None:
        await self.until(lambda: any(isinstance(one, tuple) and name in one for one in self.screen.done))

    async def until_words(self, gateway_id: str, words: str) -> None:
        """Wait until the list says this of a gateway."""

        def fits() -> bool:
            view = self.screen.list_view
            return view is not None and any(one.id == gateway_id and words in one.words for one in view.entries)

        await self.until(fits)

    async def _start(self, _: int | None) -> Child:
        self.children.append(FakeChild(self))
        return self.children[-1]

    async def _run(self, command: Command) -> str | None:
        self.commands.append(command)
        ran, self.ran = self.ran, anyio.Event()
        ran.set()
        return self.answers.get(command.arguments[0], "")


async def _soon(_: float) -> None:
    await anyio.lowlevel.checkpoint()
    await anyio.wait_all_tasks_blocked()
