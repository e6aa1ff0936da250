"""The workspaces of a gateway, the current one, and the one that this client looks at."""

from dataclasses import dataclass, replace

import msgspec

from portico.client.state.fresh import Asked, Freshness, Loaded, LoadFailed, Missed
from portico.protocol.events import WorkspaceChanged
from portico.protocol.methods.workspace import WorkspaceListResponse, WorkspaceResponse
from portico.protocol.types.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Opened:
    """This client looks at that workspace from now on."""

    workspace: Workspace


@dataclass(frozen=True, slots=True)
class WorkspacesState:
    """In the gateway's order. `opened` is this client's choice; another client's choice does not move it."""

    workspaces: tuple[Workspace, ...] = ()
    opened: str | None = None
    fresh: Freshness = Freshness()

    @property
    def current(self) -> Workspace | None:
        """The gateway's current workspace."""
        return next((known for known in self.workspaces if known.is_current), None)

    def get(self, workspace_id: str | None) -> Workspace | None:
        return next((known for known in self.workspaces if known.id == workspace_id), None)


def reduce(state: WorkspacesState, event: object) -> WorkspacesState:
    """The next state after an answer or a fact; anything else leaves it as it is."""
    match event:
        case Asked() | LoadFailed() | Missed():
            return replace(state, fresh=state.fresh.after(event))
        case Loaded(number=number, answer=WorkspaceListResponse(workspaces=workspaces)):
            if number <= state.fresh.loaded:
                return state
            return replace(state, workspaces=tuple(workspaces), fresh=state.fresh.took(number))
        case WorkspaceResponse(workspace=workspace):
            return _put(state, workspace)
        case WorkspaceChanged(workspace=workspace):
            return _put(state, _rooted(state, workspace))
        case Opened(workspace=workspace):
            return replace(_put(state, workspace), opened=workspace.id)
        case _:
            return state


def _rooted(state: WorkspacesState, workspace: Workspace) -> Workspace:
    """A fact says the root that was chosen; the gateway's own, for a workspace without one, only answers say."""
    known = state.get(workspace.id)
    if workspace.root is not None or known is None or known.root is None:
        return workspace
    return msgspec.structs.replace(workspace, root=known.root)


def _put(state: WorkspacesState, workspace: Workspace) -> WorkspacesState:
    if state.get(workspace.id) == workspace:
        return replace(state, fresh=state.fresh.told())
    known = tuple(workspace if one.id == workspace.id else _beside(one, workspace) for one in state.workspaces)
    added = () if state.get(workspace.id) else (workspace,)
    return replace(state, workspaces=(*known, *added), fresh=state.fresh.told())


def _beside(one: Workspace, changed: Workspace) -> Workspace:
    """Exactly one is current."""
    if not (one.is_current and changed.is_current):
        return one
    return msgspec.structs.replace(one, is_current=False)
