"""What the handlers of one shell work on: its link to a gateway, its opened threads, its list of gateways."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

import anyio
import msgspec

from portico.boundary.answers import Refused
from portico.boundary.board import PAGE, Board
from portico.boundary.diagnostics import Diagnostics
from portico.boundary.events import BoundaryEvent, ComposerTold
from portico.boundary.link import Link
from portico.boundary.thread import SharedThread
from portico.boundary.threads import Threads
from portico.client.connection import Sleep
from portico.client.registry_plan import RegistryFile
from portico.client.transport import Opener
from portico.protocol.base import Scope
from portico.protocol.errors import ErrorKind

MAX_OPENED = 128
"""Threads that one shell has open: each of them stands in memory."""
GONE = "gone"
"""The cursor behind the end of a thread."""

Connect = Callable[[str, Opener], Awaitable[Link]]


class Ways(Protocol):
    """How gateways are reached, and where they are listed."""

    def home(self) -> tuple[str, Opener]:
        """The name of the shell's own gateway, and what opens it."""
        ...

    def remote(self, url: str, token: str | None) -> Opener: ...


@dataclass(frozen=True, slots=True)
class Means:
    """What a carrier gives its shells. `scopes` are None where they are not known; `shared` threads are followed by
    somebody else's connection."""

    ways: Ways
    registry: RegistryFile | None = None
    scopes: frozenset[Scope] | None = None
    shared: Threads | None = None
    is_bound: bool = False
    """No other gateway than the own one may be connected."""
    sleep: Sleep = anyio.sleep


@dataclass(slots=True)
class Opened:
    """A thread that the shell has open, how far it has read, and how many rows a snapshot has for it."""

    thread: SharedThread
    unwatch: Callable[[], None]
    board: Board
    cursor: str | None = None
    rows: int = PAGE
    composer: ComposerTold | None = None


@dataclass(slots=True)
class Desk:
    """One shell's."""

    means: Means
    connect: Connect
    describe: Callable[[], dict[str, Any]]
    """The schema of the boundary."""
    diagnostics: Diagnostics = field(default_factory=Diagnostics)
    current: Link | None = None
    opened: dict[str, Opened] = field(default_factory=dict[str, Opened])
    _wake: anyio.Event = field(default_factory=anyio.Event)

    @property
    def link(self) -> Link:
        """Raises Refused when nothing is connected."""
        if self.current is None:
            raise Refused(ErrorKind.UNAVAILABLE, "not_connected", "no gateway is connected")
        return self.current

    @property
    def workspace_id(self) -> str:
        """The opened workspace. Raises Refused before a bootstrap."""
        tree = self.link.tree
        if tree is None:
            raise Refused(ErrorKind.CONFLICT, "not_bootstrapped", "call workspace_bootstrap first")
        return tree.state.workspace_id

    @property
    def scopes(self) -> frozenset[Scope] | None:
        """What the credential may do; None where the carrier does not know and the gateway does not say."""
        if self.means.scopes is not None or self.current is None or self.current.gateway is None:
            return self.means.scopes
        told = self.current.gateway.scopes
        return None if told is None else frozenset(scope for scope in Scope if scope.value in told)

    def thread(self, thread_id: str) -> Opened:
        """Raises Refused for one that is not open."""
        found = self.opened.get(thread_id)
        if found is None:
            raise Refused(ErrorKind.NOT_FOUND, "thread_not_open", "the thread is not open", "$.thread_id")
        return found

    async def open(self, thread_id: str, cursor: str | None, rows: int = PAGE) -> Opened | None:
        """Events of the thread follow, from the cursor or with a snapshot; None if the gateway was left meanwhile.

        Raises Refused for one too many, CallFailed, ClientError.
        """
        link = self.link
        if len(self.opened) >= MAX_OPENED and thread_id not in self.opened:
            raise Refused(ErrorKind.UNAVAILABLE, "too_many_open", f"{MAX_OPENED} threads are open; close one first")
        thread = await link.threads.open(thread_id)
        if thread_id in self.opened or link is not self.current:
            await link.threads.close(thread)
        opened = self.opened.get(thread_id)
        if opened is not None:
            opened.cursor, opened.rows, opened.composer = cursor, rows, None
        elif link is self.current:
            opened = self.opened[thread_id] = Opened(thread, thread.watch(self.changed), thread.board, cursor, rows)
        self.changed()
        return opened

    @asynccontextmanager
    async def looking_at(self, thread_id: str) -> AsyncGenerator[SharedThread]:
        """The thread, loaded while the block runs, whether it is open or not. Raises CallFailed, ClientError."""
        threads = self.link.threads
        thread = await threads.open(thread_id)
        try:
            yield thread
        finally:
            await threads.close(thread)

    async def close(self, thread_id: str) -> None:
        """No more events of it; one that is not open is closed already."""
        opened = self.opened.pop(thread_id, None)
        if opened is None:
            return
        opened.unwatch()
        opened.thread.drop(opened.board)
        if self.current is not None:
            await self.current.threads.close(opened.thread)

    async def leave(self) -> None:
        """Close everything and end the link."""
        for thread_id in list(self.opened):
            await self.close(thread_id)
        if self.current is not None:
            self.current.closing.set()
            self.current = None

    async def unsubscribe(self, thread_id: str) -> None:
        """Calls that start something subscribe the connection: undone for a thread that it does not follow."""
        connection = self.link.connection
        if connection.state(thread_id) is None:
            await connection.unfollow(thread_id)

    def changed(self) -> None:
        """There may be something to tell."""
        wake, self._wake = self._wake, anyio.Event()
        wake.set()

    async def next_events(self, limit: int, seconds: float | None) -> list[BoundaryEvent | msgspec.Raw]:
        """As `events`; waits so long (None: for ever) for a first one."""
        found = self.events(limit)
        with anyio.move_on_after(seconds):
            while not found:
                await self._wake.wait()
                found = self.events(limit)
        return found

    def events(self, limit: int) -> list[BoundaryEvent | msgspec.Raw]:
        """What the shell has not been told yet, at most about `limit`; the rest follows at the next call.

        Whose turn it was is the last at the next one: a thread that streams does not keep the others waiting.
        """
        found: list[BoundaryEvent | msgspec.Raw] = []
        if self.current is not None:
            found += self.current.events()
        for thread_id, opened in list(self.opened.items()):
            told = _read(opened, limit - len(found)) if len(found) < limit else []
            if told:
                self.opened[thread_id] = self.opened.pop(thread_id)
            found += told
        return found


def _read(opened: Opened, limit: int) -> list[BoundaryEvent | msgspec.Raw]:
    thread = opened.thread
    if thread.state.is_closed:
        is_told = opened.cursor == GONE
        opened.cursor = GONE
        return [] if is_told else list(thread.read(None, 1, board=opened.board)[0])
    raws, opened.cursor = thread.read(opened.cursor, limit, opened.rows, opened.board)
    found: list[BoundaryEvent | msgspec.Raw] = list(raws)
    composer = thread.composer()
    if composer != opened.composer:
        opened.composer = composer
        found.append(composer)
    return found
