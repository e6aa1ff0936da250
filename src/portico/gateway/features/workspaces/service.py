"""Use cases of workspaces: load, decide, write one batch."""

from collections.abc import Callable
from pathlib import Path

import msgspec

from portico.gateway.features.workspaces import rules
from portico.gateway.features.workspaces.store import WorkspaceStore
from portico.gateway.kernel.clock import Clock
from portico.gateway.log import GATEWAY_STREAM, Batch, EventLog
from portico.gateway.log.decide import decide
from portico.gateway.rpc import CallContext
from portico.protocol.base import NoParams, Scope
from portico.protocol.events import WorkspaceChanged
from portico.protocol.methods.workspace import (
    WorkspaceCreateParams,
    WorkspaceListResponse,
    WorkspaceResponse,
    WorkspaceSelectParams,
    WorkspaceUpdateParams,
)
from portico.protocol.types.workspace import Workspace

Decision = Callable[[rules.Workspaces], WorkspaceChanged | None]


def is_folder(path: str) -> bool:
    """Whether `path` is a folder that can be seen."""
    try:
        return Path(path).is_dir()
    except OSError:
        return False


class WorkspaceService:
    """The workspaces, kept in memory between changes so that a turn does not read them from disk.

    `default_root` is shown and used as `root` where a workspace names none; it is not stored.
    """

    def __init__(
        self, log: EventLog, clock: Clock, default_root: Path, is_folder: Callable[[str], bool] = is_folder
    ) -> None:
        self._log = log
        self._store = WorkspaceStore(log)
        self._clock = clock
        self._default_root = str(default_root)
        self._is_folder = is_folder
        self._known: rules.Workspaces | None = None
        self._generation = 0

    async def get(self, workspace_id: str) -> Workspace:
        """The workspace, its `root` filled in. Raises NotFound."""
        return self._shown(rules.find(await self._workspaces(), workspace_id))

    async def current(self) -> Workspace | None:
        """The current workspace; None in a home without any."""
        current = rules.current(await self._workspaces())
        return None if current is None else self._shown(current)

    async def current_or_default(self) -> Workspace:
        """The current workspace; the default one is made if there is none at all."""
        return await self.current() or await self._make_default()

    async def list(self, ctx: CallContext, p: NoParams) -> WorkspaceListResponse:
        del ctx, p
        return WorkspaceListResponse(workspaces=[self._shown(known) for known in (await self._workspaces()).values()])

    async def create(self, ctx: CallContext, p: WorkspaceCreateParams) -> WorkspaceResponse:
        wished = self._wish(ctx, p)
        now = self._clock.now()
        return await self._change(p.workspace_id, lambda known: rules.create(known, p.workspace_id, wished, now))

    async def default(self, ctx: CallContext, p: NoParams) -> WorkspaceResponse:
        """The default workspace; a connection that follows none follows it from now on."""
        del p
        workspace = await self._make_default()
        if ctx.connection.workspace_id is None:
            ctx.connection.select_workspace(workspace.id)
        return WorkspaceResponse(workspace=workspace)

    async def select(self, ctx: CallContext, p: WorkspaceSelectParams) -> WorkspaceResponse:
        """Make it the one current workspace, and the one that this connection follows."""
        now = self._clock.now()
        answer = await self._change(p.workspace_id, lambda known: rules.select(known, p.workspace_id, now))
        ctx.connection.select_workspace(p.workspace_id)
        return answer

    async def update(self, ctx: CallContext, p: WorkspaceUpdateParams) -> WorkspaceResponse:
        wished = self._wish(ctx, p)
        now = self._clock.now()
        return await self._change(p.workspace_id, lambda known: rules.update(known, p.workspace_id, wished, now))

    def _wish(self, ctx: CallContext, p: WorkspaceCreateParams | WorkspaceUpdateParams) -> rules.Wish:
        is_admin = ctx.principal.may(Scope.ADMIN)
        return rules.wish(p.name, p.root, p.tools, is_admin=is_admin, is_folder=self._is_folder)

    async def _make_default(self) -> Workspace:
        now = self._clock.now()
        return (await self._change(rules.DEFAULT_WORKSPACE_ID, lambda known: rules.default(known, now))).workspace

    async def _change(self, workspace_id: str, decision: Decision) -> WorkspaceResponse:
        async def attempt() -> Workspace:
            known, decided = await self._store.state()
            event = decision(known)
            if event is None:
                return known[workspace_id]
            await self._log.write(Batch.decision(GATEWAY_STREAM, decided, [event]))
            self._forget()
            return event.workspace

        return WorkspaceResponse(workspace=self._shown(await decide(attempt)))

    async def _workspaces(self) -> rules.Workspaces:
        if self._known is not None:
            return self._known
        generation = self._generation
        known, _ = await self._store.state()
        if generation == self._generation:  # else a change was committed meanwhile: what was read may be older
            self._known = known
        return known

    def _forget(self) -> None:
        self._generation += 1
        self._known = None

    def _shown(self, workspace: Workspace) -> Workspace:
        if workspace.root is not None:
            return workspace
        return msgspec.structs.replace(workspace, root=self._default_root)
