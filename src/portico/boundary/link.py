"""A connected gateway as one shell sees it: its status, the opened workspace, and what must be told."""

from collections.abc import Callable
from typing import Any

import anyio
from anyio.abc import TaskGroup

from portico.boundary.events import BoundaryEvent, ConnectionTold, ProvidersTold, TreeTold, WorkspacesTold
from portico.boundary.pages import settings_told
from portico.boundary.threads import RETRY_SECONDS, Threads
from portico.client import bootstrap, status
from portico.client.connection import Connection, Sleep, Step
from portico.client.errors import CallFailed, ClientError
from portico.client.selectors import provider_rows
from portico.client.state import providers, settings, workspaces
from portico.client.state.fresh import Asked, Loaded, LoadFailed
from portico.client.state.notices import fact_of
from portico.client.state.tree import TreeState
from portico.client.tree import ThreadTree, shown
from portico.protocol.base import NoParams
from portico.protocol.events import ThreadClosed, ThreadStarted, ThreadUpdated
from portico.protocol.methods.provider import PROVIDER_LIST, ProviderListParams
from portico.protocol.methods.settings import GATEWAY_INFO, SETTINGS_GET
from portico.protocol.types.gateway import GatewayInfo

TOPICS = ("connection", "workspaces", "tree", "providers", "settings")


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
        self.providers = providers.ProvidersState("")
        self.settings = settings.SettingsState()
        self._owns_threads = threads is None
        self._changed = changed
        self._sleep = sleep
        self._dirty = {"connection"}
        self._told = anyio.Event()
        self._group: TaskGroup | None = None
        self._is_rejoining = False
        connection.on_notice = self._notice
        connection.on_break = self._broke

    async def run(self) -> None:
        """Keep what is shown fresh until `closing`."""
        if self._owns_threads:
            self.threads.on_step = self._stepped
        async with anyio.create_task_group() as group:
            self._group = group
            group.start_soon(self._keep)
            group.start_soon(self._give_up)
            if self._owns_threads:
                group.start_soon(self.threads.keep)
            await self.closing.wait()
            group.cancel_scope.cancel()

    def happened(self, event: status.Happened) -> None:
        """Something about the connection itself."""
        self.status = status.reduce(self.status, event)
        self._mark("connection")

    def started(self, start: bootstrap.Start) -> None:
        """Take the answers of a bootstrap."""
        self.gateway, self.settings = start.gateway, start.settings
        self.happened(status.Connected(start.gateway.version))
        self._mark("settings")
        self.opened(start.workspaces, start.desk)

    def opened(self, known: workspaces.WorkspacesState, desk: bootstrap.Desk) -> None:
        """Show another workspace."""
        self.workspaces, self.providers = known, desk.providers
        self.tree = ThreadTree(self.connection, desk.tree, self._tree_changed, sleep=self._sleep)
        for topic in ("workspaces", "tree", "providers"):
            self._mark(topic)

    def told(self, event: object) -> None:
        """Every reducer takes the fact or answer; what changed is told."""
        if self.tree is not None:
            self.tree.told(event)
        known = workspaces.reduce(self.workspaces, event)
        listed = providers.reduce(self.providers, event)
        switches = settings.reduce(self.settings, event)
        for topic, is_new in (
            ("workspaces", known is not self.workspaces),
            ("providers", listed is not self.providers),
            ("settings", switches is not self.settings),
        ):
            if is_new:
                self._mark(topic)
        self.workspaces, self.providers, self.settings = known, listed, switches
        self._told.set()

    def events(self) -> list[BoundaryEvent]:
        """Snapshots of what changed since the last call."""
        topics = [topic for topic in TOPICS if topic in self._dirty]
        self._dirty.clear()
        found = [self._event(topic) for topic in topics]
        return [event for event in found if event is not None]

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
                return self.tree_told()
            case "providers":
                rows = provider_rows(self.providers.providers)
                return ProvidersTold(workspace_id=self.providers.workspace_id, providers=rows)
            case _:
                return settings_told(self.settings.settings)

    def tree_told(self) -> TreeTold | None:
        if self.tree is None:
            return None
        return TreeTold(workspace_id=self.tree.state.workspace_id, nodes=shown(self.tree.state))

    def wake(self) -> None:
        """Something may be stale."""
        self._told.set()

    def _mark(self, topic: str) -> None:
        self._dirty.add(topic)
        self._changed()

    def _tree_changed(self, _: TreeState) -> None:
        self._mark("tree")
        self._told.set()

    def _notice(self, method: str, params: dict[str, Any]) -> None:
        fact = fact_of(method, params)
        if fact is not None:
            self.told(fact)

    def _stepped(self, step: Step) -> None:
        """Of what happens in a thread, the tree shows no more than these."""
        if isinstance(step.event, ThreadStarted | ThreadUpdated | ThreadClosed):
            self.told(step.event)

    def _broke(self, error: ClientError, seconds: float) -> None:
        self.happened(status.Broke(error, seconds, anyio.current_time()))
        if self._group is not None and not self._is_rejoining:
            self._is_rejoining = True
            self._group.start_soon(self._rejoin)

    async def _rejoin(self) -> None:
        """Wait for the next connection, then load what may have been missed."""
        try:
            self.gateway = (await self.connection.call(GATEWAY_INFO, NoParams())).gateway
            self.happened(status.Connected(self.gateway.version))
            if self.tree is not None:
                self.told(await bootstrap.rejoin(self.connection, self.tree.state.workspace_id))
            if self._owns_threads:
                self.threads.missed()
        except ClientError:
            # a refused call says nothing of the connection; one that is over is told by `_give_up`
            self._told.set()
        finally:
            self._is_rejoining = False

    async def _give_up(self) -> None:
        self.happened(status.GaveUp(await self.connection.over()))

    async def _keep(self) -> None:
        while True:
            self._told = anyio.Event()
            try:
                if not await self._load():
                    await self._told.wait()
            except CallFailed:
                await self._sleep(RETRY_SECONDS)
            except ClientError:
                return

    async def _load(self) -> bool:
        """Load one thing that is stale; False when nothing is."""
        if self.tree is None:
            return False
        if self.tree.state.fresh.is_stale:
            await self.tree.load()
        elif self.providers.fresh.is_stale:
            await self._load_providers()
        elif self.settings.fresh.is_stale:
            await self._load_settings()
        else:
            return False
        return True

    async def _load_providers(self) -> None:
        self.providers = providers.reduce(self.providers, Asked())
        number, id_ = self.providers.fresh.asked, self.providers.workspace_id
        outcome: object = LoadFailed()
        try:
            answer = await self.connection.call(PROVIDER_LIST, ProviderListParams(workspace_id=id_))
            outcome = Loaded(number, answer)
        finally:
            if self.providers.workspace_id == id_:
                self.providers = providers.reduce(self.providers, outcome)
                self._mark("providers")

    async def _load_settings(self) -> None:
        self.settings = settings.reduce(self.settings, Asked())
        number = self.settings.fresh.asked
        outcome: object = LoadFailed()
        try:
            outcome = Loaded(number, await self.connection.call(SETTINGS_GET, NoParams()))
        finally:
            self.settings = settings.reduce(self.settings, outcome)
            self._mark("settings")
