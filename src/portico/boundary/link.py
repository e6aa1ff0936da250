"""A connected gateway as one shell sees it: its status, the opened workspace, and what must be told."""

from collections import deque
from collections.abc import Callable
from typing import Any

import anyio
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
from portico.client.state.fresh import Asked, Loaded, LoadFailed
from portico.client.state.notices import TreeHint, fact_of
from portico.client.state.tree import TreeState, view
from portico.client.state.types import ThreadState
from portico.client.timeline.fold import elapsed_ms
from portico.client.tree import ThreadTree, display_name, shown, touched
from portico.client.tree_patches import TreeLines
from portico.protocol.base import NoParams
from portico.protocol.events import (
    ThreadClosed,
    ThreadStarted,
    ThreadUpdated,
    TurnBlocked,
    TurnCompleted,
    TurnFailed,
    TurnStarted,
)
from portico.protocol.methods.provider import PROVIDER_LIST, ProviderListParams
from portico.protocol.methods.settings import GATEWAY_INFO, SETTINGS_GET
from portico.protocol.types.gateway import GatewayInfo

MAX_ENDED = 64
"""Ended turns that a shell has not been told of; of more the newest stay."""
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
            unlisten()

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
        self._mark("workspaces")
        self._mark("providers")
        self.retell_tree()

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
            try:
                self.gateway = (await self.connection.call(GATEWAY_INFO, NoParams())).gateway
                self.happened(status.Connected(self.gateway.version))
                if self._owns_threads:
                    self.threads.missed()
                if self.tree is not None:
                    self.told(await bootstrap.rejoin(self.connection, self.tree.state.workspace_id))
            except ClientError:
                # a refused call says nothing of the connection; one that is over is told by `_give_up`
                self._told.set()

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
