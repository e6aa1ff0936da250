"""`portico desktop`: the windows on the main thread, the shell's work on another, one of both for each home."""

import os
import signal
import sys
from collections.abc import AsyncGenerator, Callable, Generator, Mapping
from concurrent.futures import Future
from contextlib import asynccontextmanager, contextmanager, suppress
from functools import partial
from pathlib import Path

import anyio
import anyio.to_thread
from anyio.from_thread import BlockingPortal, start_blocking_portal

from portico.boundary import Boundary, Means
from portico.boundary.ways import LocalWays
from portico.client.errors import ClientError, NotReachable, lone_errors
from portico.client.registry import Target, find
from portico.client.registry_plan import Registry, RegistryFile
from portico.client.transport.memory import Receive, Send
from portico.client.words import language_of
from portico.shells.desktop import commands, displays, kept, screen, spawning, stored
from portico.shells.desktop.books import Books
from portico.shells.desktop.choice import Choice, choose
from portico.shells.desktop.desktop import Desktop
from portico.shells.desktop.following import Follower
from portico.shells.desktop.instance import Wish, knock, listen, only
from portico.shells.desktop.keys_system import system_tokens
from portico.shells.desktop.places import Places, places_of
from portico.shells.desktop.supervision import Child, LocalGateway
from portico.shells.desktop.window import Windows
from portico.shells.desktop.words import say, speak

FLAGS = "QTWEBENGINE_CHROMIUM_FLAGS"


class Program:
    """One run of the shell: `run` on the main thread, the rest on that of `portal`."""

    def __init__(self, environ: Mapping[str, str], places: Places, portal: BlockingPortal) -> None:
        self.environ = environ
        self.places = places
        self.kept = kept.load(places.kept)
        self._portal = portal
        self._send, self._receive = anyio.create_memory_object_stream[screen.Signal](1_000)
        self.windows = Windows(self.kept.frame, self.hear, places.pages)

    def hear(self, signal: screen.Signal) -> None:
        """What the windows tell; callable from any thread, returns at once."""
        # the shell has ended: there is nobody to tell
        with suppress(RuntimeError):
            self._portal.start_task_soon(self._take, signal)

    def run(self, choice: Choice, socket: Path) -> None:
        """Until a person quits. Raises what broke the shell."""
        work: Future[None] = Future()

        def begin() -> None:
            running = self._portal.start_task_soon(self._main, choice, socket)
            running.add_done_callback(lambda _: self.windows.close())
            running.add_done_callback(partial(_settle, work))

        with _told_by_signals(lambda: self.hear(screen.Picked("quit"))):
            self.windows.run(begin)
            # also where the windows went first: what was started is stopped before this ends
            self.hear(screen.Closed("gateway"))
            work.result()

    def _take(self, signal: screen.Signal) -> None:
        with suppress(anyio.ClosedResourceError, anyio.BrokenResourceError, anyio.WouldBlock):
            self._send.send_nowait(signal)

    async def _main(self, choice: Choice, socket: Path) -> None:
        tokens = await anyio.to_thread.run_sync(system_tokens)
        with lone_errors(), self._send, self._receive:
            async with self._boundary().running() as lists, self._boundary().running() as followed:
                desktop = self._desktop(Books(lists, tokens))
                follower = Follower(followed, desktop.ended, desktop.skewed)
                async with anyio.create_task_group() as group:
                    group.start_soon(self._listen, desktop, socket)
                    group.start_soon(self._heed, desktop)
                    await desktop.run(choice, follower)
                    group.cancel_scope.cancel()
        kept.save(self.places.kept, kept.Kept(frame=self.windows.frame(), is_local=desktop.is_local))

    async def _heed(self, desktop: Desktop) -> None:
        await desktop.started.wait()
        async for told in self._receive:
            await desktop.hear(told)

    def _boundary(self) -> Boundary:
        means = Means(LocalWays(self.environ, self.places.home, _never), RegistryFile(self.places.registry))
        return Boundary("python", means)

    def _desktop(self, books: Books) -> Desktop:
        local = LocalGateway(self._look, self._start)
        return Desktop(self.windows, books, local, spawning.run, is_local=self.kept.is_local)

    def _look(self) -> Target | None:
        """The gateway of the home, whatever other one the environment names."""
        own = {name: self.environ[name] for name in ("GATEWAY_AUTH_TOKEN",) if name in self.environ}
        return find(own, self.places.home)

    async def _start(self, port: int | None) -> Child:
        command = commands.gateway(sys.executable, self.places.home, port)
        return await spawning.start_gateway(command, self.places.gateway_log)

    async def _listen(self, desktop: Desktop, socket: Path) -> None:
        async def choose_again(given: str) -> Choice:
            return choose(given, self.environ, self._registry(), self.kept)

        await listen(socket, lambda wish: desktop.wish(wish.gateway, choose_again))

    def _registry(self) -> Registry:
        return RegistryFile(self.places.registry).load()


def run(environ: Mapping[str, str], home: Path | None, gateway: str | None) -> str | None:
    """Show the window until it is closed; a sentence where another one was shown. Raises ClientError, OSError."""
    speak(language_of(environ))
    _check(environ)
    _settle_environment(environ)
    places = places_of(environ, home)
    places.create()
    with only(places) as socket:
        if socket is None:
            knock(places, Wish(gateway=gateway))
            return say("ui.desktop.already_open")
        choice = choose(gateway, environ, RegistryFile(places.registry).load(), kept.load(places.kept))
        _sweep(places)
        with start_blocking_portal() as portal:
            Program(environ, places, portal).run(choice, socket)
        _sweep(places)
    return None


@asynccontextmanager
async def _never() -> AsyncGenerator[tuple[Send, Receive]]:
    """This shell's boundaries are told where to connect; none starts a gateway in this process."""
    raise NotReachable("no gateway was chosen")
    yield


def _check(environ: Mapping[str, str]) -> None:
    """Qt ends the process without a word that a person understands. Raises ClientError."""
    if sys.platform == "linux" and not displays.is_there(environ):
        named = next((environ[name] for name in displays.NAMES if environ.get(name)), None)
        raise ClientError(say("ui.desktop.screen_refuses", name=named) if named else say("ui.desktop.no_screen"))
    flags = f"{environ.get(FLAGS, '')} {environ.get('QTWEBENGINE_DISABLE_SANDBOX', '')}"
    if os.name == "posix" and os.geteuid() == 0 and not flags.strip():
        raise ClientError(say("ui.desktop.root"))


def _settle_environment(environ: Mapping[str, str]) -> None:
    """What the engine and the programs of the system get of it.

    On some systems pywebview turns the engine's sandbox off as soon as it is imported: `environ` is as it was before.
    """
    flags = environ.get(FLAGS)
    os.environ.pop(FLAGS, None)
    if flags is not None:
        os.environ[FLAGS] = flags
    # a browser or an editor that is started from here has no use for it
    os.environ.pop("PORTICO_TOKEN", None)


def _sweep(places: Places) -> None:
    """Erase what pages kept whose gateway, or its token, was taken out of the list."""
    # of a list that cannot be read nothing is concluded
    with suppress(ClientError):
        stored.sweep(places.pages, stored.names(RegistryFile(places.registry).load()))


@contextmanager
def _told_by_signals(told: Callable[[], None]) -> Generator[None]:
    """SIGTERM ends the shell in order; Ctrl-C is taken by the windows' library, which tells the same."""

    def heard(*_: object) -> None:
        told()

    before = signal.signal(signal.SIGTERM, heard)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _settle(work: Future[None], running: Future[None]) -> None:
    error = running.exception()
    if error is None:
        work.set_result(None)
    else:
        work.set_exception(error)
