"""What may be done to workspaces, and what an event does to their table."""

import os.path
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from portico.gateway.kernel.errors import Conflict, Denied, Invalid, NotFound
from portico.gateway.log import Change, EventContext, Patch, Put
from portico.protocol.events import Event, WorkspaceChanged
from portico.protocol.types.workspace import DEFAULT_WORKSPACE_NAME, ToolAccess, Workspace, WorkspaceChangeKind

DEFAULT_WORKSPACE_ID = "DefaultWorkspace00001"
"""Fixed, so that two first calls at once make one default."""
MAX_NAME = 200

Workspaces = Mapping[str, Workspace]


@dataclass(frozen=True, slots=True)
class Wish:
    """What a caller gave, already cleaned; None was not given."""

    name: str | None = None
    root: str | None = None
    tools: ToolAccess | None = None


def wish(
    name: str | None, root: str | None, tools: ToolAccess | None, *, is_admin: bool, is_folder: Callable[[str], bool]
) -> Wish:
    """The cleaned wish. Raises Denied (root or tools without admin), Invalid with the path of the bad parameter."""
    if not is_admin and (root is not None or tools is not None):
        raise Denied("root and tools need the scope 'admin'", path="$.root" if root is not None else "$.tools")
    return Wish(name=_name(name), root=_root(root, is_folder), tools=tools)


def create(workspaces: Workspaces, workspace_id: str, wished: Wish, now: int) -> WorkspaceChanged | None:
    """The event of a new workspace; None for a retry. Raises Conflict when the id has other values."""
    name = wished.name or DEFAULT_WORKSPACE_NAME
    known = workspaces.get(workspace_id)
    if known is not None:
        if (known.name, known.root, known.tools) == (name, wished.root, wished.tools):
            return None
        raise Conflict("this workspace id has other values", code="workspace_exists", workspace_id=workspace_id)
    workspace = Workspace(
        id=workspace_id,
        name=name,
        is_active=True,
        is_current=current(workspaces) is None,
        created_at=now,
        updated_at=now,
        root=wished.root,
        tools=wished.tools,
    )
    return WorkspaceChanged(kind=WorkspaceChangeKind.CREATED, workspace=workspace)


def default(workspaces: Workspaces, now: int) -> WorkspaceChanged | None:
    """The event that makes the default workspace, once."""
    if DEFAULT_WORKSPACE_ID in workspaces:
        return None
    return create(workspaces, DEFAULT_WORKSPACE_ID, Wish(), now)


def select(workspaces: Workspaces, workspace_id: str, now: int) -> WorkspaceChanged | None:
    """The event that makes it the current one; None when it is. Raises NotFound."""
    known = find(workspaces, workspace_id)
    if known.is_current:
        return None
    chosen = msgspec.structs.replace(known, is_current=True, updated_at=now)
    return WorkspaceChanged(kind=WorkspaceChangeKind.CURRENT_CHANGED, workspace=chosen)


def update(workspaces: Workspaces, workspace_id: str, wished: Wish, now: int) -> WorkspaceChanged | None:
    """The event of what really changes; None when nothing does. Raises NotFound."""
    known = find(workspaces, workspace_id)
    changed = msgspec.structs.replace(
        known,
        name=known.name if wished.name is None else wished.name,
        root=known.root if wished.root is None else wished.root,
        tools=known.tools if wished.tools is None else wished.tools,
    )
    if changed == known:
        return None
    changed = msgspec.structs.replace(changed, updated_at=now)
    return WorkspaceChanged(kind=WorkspaceChangeKind.UPDATED, workspace=changed)


def find(workspaces: Workspaces, workspace_id: str) -> Workspace:
    """The workspace, or NotFound."""
    known = workspaces.get(workspace_id)
    if known is None:
        raise NotFound("no such workspace", code="workspace_not_found", workspace_id=workspace_id)
    return known


def current(workspaces: Workspaces) -> Workspace | None:
    """The current one; None only while there is none at all."""
    return next((workspace for workspace in workspaces.values() if workspace.is_current), None)


def project(event: Event, where: EventContext) -> tuple[Change, ...]:
    """The rows of table `workspace`."""
    del where
    if not isinstance(event, WorkspaceChanged):
        return ()
    workspace = event.workspace
    row = Put(
        "workspace",
        {"id": workspace.id},
        {
            "name": workspace.name,
            "is_active": int(workspace.is_active),
            "is_current": int(workspace.is_current),
            "root": workspace.root,
            "tools": None if workspace.tools is None else msgspec.json.encode(workspace.tools),
            "created_at": workspace.created_at,
            "updated_at": workspace.updated_at,
        },
    )
    if workspace.is_current:
        return (Patch("workspace", {"is_current": 1}, {"is_current": 0}), row)
    return (row,)


def _name(name: str | None) -> str | None:
    if name is None:
        return None
    name = name.strip()
    if not name or len(name) > MAX_NAME or not name.isprintable():
        raise Invalid(f"a name has 1 to {MAX_NAME} printable characters", path="$.name")
    return name


def _root(root: str | None, is_folder: Callable[[str], bool]) -> str | None:
    if root is None:
        return None
    if "\0" in root or not Path(root).is_absolute():
        raise Invalid("the root is an absolute path on the gateway's host", path="$.root", root=root[:200])
    root = os.path.normpath(root)
    if not is_folder(root):
        raise Invalid(f"there is no folder {root[:200]!r}", path="$.root", root=root[:200])
    return root
