"""A connected gateway as one shell sees it: its status, the opened workspace, and what must be told."""

from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import anyio
import msgspec
from anyio.abc import TaskGroup

from portico.boundary.events import (
    BoundaryEvent,
    ConnectionTold,
    ProvidersTold,
    TreePatchesTold,
    TreeTold,
    TurnEnded,
    WorkspacesTold,
)
from portico.boundary.pages import settings_told
from portico.boundary.threads import RETRY_SECONDS, Threads
from portico.client import bootstrap, status
from portico.client.connection import Connection, Sleep, Step
from portico.client.errors import CallFailed, ClientError
from portico.client.selectors import provider_rows
from portico.client.state import providers, settings, workspaces
from portico.client.state.fresh import Asked, Loaded, LoadFailed, Missed
from portico.client.state.notices import TreeHint, fact_of
from portico.client.state.tree import TreeState, view
from portico.client.state.types import ThreadState
from portico.client.timeline.fold import elapsed_ms
from portico.client.tree import ThreadTree, display_name, shown, touched
from portico.client.tree_patches import TreeLines
from portico.protocol.base import NoParams
from portico.protocol.errors import ErrorKind
from portico.protocol.events import (
    ThreadClosed,
    ThreadStarted,
    ThreadUpdated,
    TurnBlocked,
    TurnCompleted,
    TurnFailed,
    TurnStarted,
)
from portico.protocol.methods.base import Method
from portico.protocol.methods.provider import PROVIDER_LIST, ProviderListParams
from portico.protocol.methods.settings import GATEWAY_INFO, SETTINGS_GET
from portico.protocol.methods.workspace import WORKSPACE_LIST
from portico.protocol.types.gateway import GatewayInfo

MAX_ENDED = 64
"""Ended turns that a shell has not been told of; of more the newest stay."""
MAX_MEANWHILE = 1_000
"""Facts that came while a workspace was loaded; of more everything is loaded again."""
TOPICS = ("connection", "workspaces", "tree", "providers", "settings")
REDUCERS: Mapping[str, Callable[[Any, object], Any]] = {
    "workspaces": workspaces.reduce,
    "providers": providers.reduce,
    "settings": settings.reduce,
}
"""Of what is kept beside the tree, by topic, which is also the attribute's name."""


class Link:
    """`running` must run. `changed` is called whenever `events` has something."""

    def __init__(
        self, name: str, connection: Connection, threads: Threads | None, changed: Callable[[], None], sleep: Sleep
    ) -> None:
        self.connection = connection
        self.threads = threads or Threads(connection, sleep=sleep)
        self.closing = anyio.Event()
        self.status = status.Status(name)
        self.gateway: GatewayInfo | None = None
        self.workspaces = workspaces.WorkspacesState()
        self.tree: ThreadTree | None = None
        self._lines: TreeLines | None = None
        self.providers = providers.ProvidersState("")
        self.settings = settings.SettingsState()
        self._owns_threads = threads is None
        self._changed = changed
        self._sleep = sleep
        self._dirty = {"connection"}
        self._ended: deque[TurnEnded] = deque(maxlen=MAX_ENDED)
        self._told = anyio.Event()
        self._group: TaskGroup | None = None
        self._rejoining = anyio.CancelScope()
        self._opening = anyio.Lock()
        """One workspace after the other: the gateway tells a connection of the one that was selected last."""
        self._meanwhile: list[object] | None = None
        connection.on_notice = self._notice
        connection.on_break = self._broke
        connection.on_online = self._online

    async def run(self) -> None:
        """Keep what is shown fresh until `closing`."""
        unlisten = self.threads.listen(self._stepped)
        try:
            async with anyio.create_task_group() as group:
                self._group = group
                group.start_soon(self._keep)
                group.start_soon(self._give_up)
                if self._owns_threads:
                    group.start_soon(self.threads.keep)
                await self.closing.wait()
                group.cancel_scope.cancel()
        finally:
            self._group = None
            unlisten()

    def happened(self, event: status.Happened) -> None:
        """Something about the connection itself."""
        self.status = status.reduce(self.status, event)
        self._mark("connection")

    async def begin(self, wanted: str | None = None) -> None:
        """Load and show the first screen. Raises CallFailed, ClientError."""

        async def load() -> None:
            self._started(await bootstrap.bootstrap(self.connection, wanted))

        await self._show(load)

    async def switch(self, workspace_id: str) -> None:
        """Load and show another workspace; when that fails, the one before stays. Raises CallFailed, ClientError."""

        async def load() -> None:
            self._opened(*await bootstrap.switch(self.connection, self.workspaces, workspace_id))

        await self._show(load)

    async def create(self, name: str, workspace_id: str | None = None) -> None:
        """Make a workspace, then as `switch`. Raises CallFailed, ClientError."""

        async def load() -> None:
            made = await bootstrap.create(self.connection, self.workspaces, name, workspace_id=workspace_id)
            self._opened(*made)

        await self._show(load)

    def told(self, event: object) -> None:
        """Every reducer takes the fact or answer; what changed is told."""
        if self._meanwhile is not None:
            self._meanwhile.append(event)
            if len(self._meanwhile) > MAX_MEANWHILE:
                self._meanwhile[:] = [Missed()]
        if self.tree is not None:
            self.tree.told(event)
        for topic in REDUCERS:
            if self._reduce(topic, event):
                self._mark(topic)
        self._told.set()

    def events(self) -> list[BoundaryEvent]:
        """Snapshots of what changed since the last call, and the turns that have ended meanwhile."""
        topics = [topic for topic in TOPICS if topic in self._dirty]
        self._dirty.clear()
        found = [self._event(topic) for topic in topics]
        ended = list(self._ended)
        self._ended.clear()
        return [*(event for event in found if event is not None), *ended]

    def shown_status(self) -> ConnectionTold:
        it = status.shown(self.status, anyio.current_time())
        return ConnectionTold(
            state=it.state,
            words=it.words,
            action=it.action,
            action_words=it.action_words,
            detail=it.detail,
            retry_seconds=self.status.retry_seconds,
        )

    def _event(self, topic: str) -> BoundaryEvent | None:
        match topic:
            case "connection":
                return self.shown_status()
            case "workspaces":
                return WorkspacesTold(workspaces=self.workspaces.workspaces, opened=self.workspaces.opened)
            case "tree":
                return self._tree_event()
            case "providers":
                rows = provider_rows(self.providers.providers)
                return ProvidersTold(workspace_id=self.providers.workspace_id, providers=rows)
            case _:
                return settings_told(self.settings.settings)

    def tree_told(self) -> TreeTold | None:
        if self.tree is None:
            return None
        return TreeTold(workspace_id=self.tree.state.workspace_id, nodes=shown(self.tree.state))

    def retell_tree(self) -> None:
        """The whole tree is told next, whatever the shell has."""
        self._lines = None
        self._mark("tree")

    def _tree_event(self) -> TreeTold | TreePatchesTold | None:
        """Patches where they are fewer than lines; the whole tree at first."""
        if self.tree is None:
            return None
        state, lines = self.tree.state, self._lines
        if lines is None:
            self._lines = TreeLines(view(state), touched(state))
            return self.tree_told()
        patches = lines.take(view(state), touched(state))
        if not patches:
            return None
        if len(patches) > len(lines):
            return self.tree_told()
        return TreePatchesTold(workspace_id=state.workspace_id, patches=tuple(patches))

    def providers_changed(self) -> None:
        """This shell changed a provider: all of them are loaded again."""
        self._reduce("providers", Missed())
        self._told.set()

    async def _show(self, load: Callable[[], Awaitable[None]]) -> None:
        try:
            async with self._loading():
                await load()
        except BaseException:
            # the gateway may have been told to follow what is not shown
            if self.tree is not None:
                self._online()
            raise

    @asynccontextmanager
    async def _loading(self) -> AsyncGenerator[None]:
        """While the block loads what is shown next, facts are kept: the answers may be older than they are."""
        async with self._opening:
            self._meanwhile = []
            try:
                yield
            finally:
                facts, self._meanwhile = self._meanwhile, None
            for fact in facts:
                self.told(fact)

    def _started(self, start: bootstrap.Start) -> None:
        self.gateway, self.settings = start.gateway, start.settings
        self.happened(status.Connected(start.gateway.version))
        self._mark("settings")
        self._opened(start.workspaces, start.desk)

    def _opened(self, known: workspaces.WorkspacesState, desk: bootstrap.Desk) -> None:
        self.workspaces, self.providers = known, desk.providers
        self.tree = ThreadTree(self.connection, desk.tree, self._tree_changed, sleep=self._sleep)
        self._mark("workspaces")
        self._mark("providers")
        self.retell_tree()
        self._told.set()

    def _reduce(self, topic: str, event: object) -> bool:
        """Whether what is kept of the topic is another value now."""
        before = getattr(self, topic)
        following = REDUCERS[topic](before, event)
        setattr(self, topic, following)
        return following is not before

    def _mark(self, topic: str) -> None:
        self._dirty.add(topic)
        self._changed()

    def _tree_changed(self, _: TreeState) -> None:
        self._mark("tree")
        self._told.set()

    def _notice(self, method: str, params: dict[str, Any]) -> None:
        fact = fact_of(method, params)
        if isinstance(fact, ThreadClosed):
            self.threads.closed(fact.thread_id)
        if fact is not None:
            self.told(fact)

    def _stepped(self, step: Step) -> None:
        """Of what happens in a thread, the tree shows no more than these; the ends of turns are told of."""
        match step.event:
            case ThreadStarted() | ThreadUpdated() | ThreadClosed() if self._owns_threads:
                self.told(step.event)
            case TurnStarted():
                self._turn_started(step.state.thread_id)
            case TurnCompleted(turn=turn) | TurnFailed(turn=turn) | TurnBlocked(turn=turn):
                self._turn_ended(step.state, turn.id)
            case _:
                pass

    def _turn_started(self, thread_id: str) -> None:
        """What was said first is how the tree calls a thread without a name; only a load tells it."""
        known = self.tree.state.told.threads.get(thread_id) if self.tree is not None else None
        if known is not None and not known.preview:
            self.told(TreeHint(known.workspace_id))

    def _turn_ended(self, state: ThreadState, turn_id: str) -> None:
        thread, turn = state.thread, state.turn(turn_id)
        if self.tree is None or thread is None or turn is None:
            return
        if thread.workspace_id == self.tree.state.workspace_id:
            shown = self.tree.state.told.threads.get(thread.id, thread)
            told = TurnEnded(
                thread_id=thread.id,
                turn_id=turn_id,
                name=display_name(shown),
                status=turn.turn.status,
                elapsed_ms=elapsed_ms(turn),
            )
            self._ended.append(told)
            self._changed()

    def _broke(self, error: ClientError, seconds: float) -> None:
        self.happened(status.Broke(error, seconds, anyio.current_time()))

    def _online(self) -> None:
        """What was begun for the connection before is of no use to this one."""
        self._rejoining.cancel()
        self._rejoining = anyio.CancelScope()
        if self._group is not None:
            self._group.start_soon(self._rejoin, self._rejoining)

    async def _rejoin(self, scope: anyio.CancelScope) -> None:
        """Load what may have been missed; the new connection has no workspace's hints until one is selected."""
        with scope:
            while not await self._rejoined():
                await self._sleep(RETRY_SECONDS)

    async def _rejoined(self) -> bool:
        """Whether there is nothing left to try: a connection that is over is told by `_give_up`."""
        try:
            self.gateway = (await self.connection.call(GATEWAY_INFO, NoParams())).gateway
            self.happened(status.Connected(self.gateway.version))
            if self._owns_threads:
                self.threads.missed()
            async with self._loading():
                await self._select()
        except (ClientError, msgspec.ValidationError):
            # a refused call says nothing of the connection
            return self.connection.is_over
        return True

    async def _select(self) -> None:
        if self.tree is None:
            return
        try:
            self.told(await bootstrap.rejoin(self.connection, self.tree.state.workspace_id))
        except CallFailed as failed:
            if failed.kind is not ErrorKind.NOT_FOUND:
                raise
            # a gateway that was restored knows other workspaces
            self._started(await bootstrap.bootstrap(self.connection))

    async def _give_up(self) -> None:
        self.happened(status.GaveUp(await self.connection.over()))

    async def _keep(self) -> None:
        while not self.connection.is_over:
            self._told = anyio.Event()
            try:
                if not await self._load():
                    await self._told.wait()
            except (ClientError, msgspec.ValidationError):
                if not self.connection.is_over:
                    await self._sleep(RETRY_SECONDS)

    async def _load(self) -> bool:
        """Load one thing that is stale; False when nothing is."""
        if self.tree is None:
            return False
        if self.tree.state.fresh.is_stale:
            await self.tree.load()
        elif self.workspaces.fresh.is_stale:
            await self._ask("workspaces", WORKSPACE_LIST, NoParams())
        elif self.providers.fresh.is_stale:
            params = ProviderListParams(workspace_id=self.providers.workspace_id)
            await self._ask("providers", PROVIDER_LIST, params)
        elif self.settings.fresh.is_stale:
            await self._ask("settings", SETTINGS_GET, NoParams())
        else:
            return False
        return True

    async def _ask(self, topic: str, method: Method[Any, Any], params: object) -> None:
        """Load what is kept of the topic. An answer to what was asked before another workspace was shown is dropped."""
        self._reduce(topic, Asked())
        number, tree = getattr(self, topic).fresh.asked, self.tree
        outcome: object = LoadFailed()
        try:
            answer = await self.connection.call(method, params)
            if self.tree is tree:
                outcome = Loaded(number, answer)
        finally:
            self._reduce(topic, outcome)
            self._mark(topic)
