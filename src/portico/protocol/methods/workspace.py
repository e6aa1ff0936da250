"""Calls about workspaces (reference 3.1)."""

from portico.protocol.base import Id, NoParams, Params, Scope, Wire
from portico.protocol.methods.base import Method, by_workspace
from portico.protocol.types.workspace import ToolAccess, Workspace


class WorkspaceListResponse(Wire, frozen=True, kw_only=True):
    workspaces: list[Workspace]


class WorkspaceCreateParams(Params, frozen=True, kw_only=True):
    """`root` and `tools` (ours) need the scope `admin`."""

    workspace_id: Id
    name: str | None = None
    root: str | None = None
    tools: ToolAccess | None = None


class WorkspaceSelectParams(Params, frozen=True, kw_only=True):
    workspace_id: Id


class WorkspaceUpdateParams(Params, frozen=True, kw_only=True):
    """`root` and `tools` (ours) need the scope `admin`."""

    workspace_id: Id
    name: str | None = None
    root: str | None = None
    tools: ToolAccess | None = None


class WorkspaceResponse(Wire, frozen=True, kw_only=True):
    workspace: Workspace


WORKSPACE_LIST = Method("workspace/list", NoParams, WorkspaceListResponse, Scope.READ)
WORKSPACE_CREATE = Method("workspace/create", WorkspaceCreateParams, WorkspaceResponse, Scope.CHAT, by_workspace)
WORKSPACE_DEFAULT = Method("workspace/default", NoParams, WorkspaceResponse, Scope.READ)
WORKSPACE_SELECT = Method("workspace/select", WorkspaceSelectParams, WorkspaceResponse, Scope.READ, by_workspace)
WORKSPACE_UPDATE = Method("workspace/update", WorkspaceUpdateParams, WorkspaceResponse, Scope.CHAT, by_workspace)
ALL = (WORKSPACE_LIST, WORKSPACE_CREATE, WORKSPACE_DEFAULT, WORKSPACE_SELECT, WORKSPACE_UPDATE)
