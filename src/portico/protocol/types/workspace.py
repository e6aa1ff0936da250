"""Workspaces (reference 3.1)."""

from enum import StrEnum
from typing import Annotated, Literal

import msgspec

from portico.protocol.base import Seconds, Wire

DEFAULT_WORKSPACE_NAME = "Default Workspace"

ToolNames = Annotated[list[Annotated[str, msgspec.Meta(min_length=1, max_length=128)]], msgspec.Meta(max_length=256)]
ToolAccess = Literal["all", "readonly", "none"] | ToolNames
"""Which tools a turn may have: a switch of gateway, workspace and thread (design 8)."""


class Workspace(Wire, frozen=True, kw_only=True):
    """A place for threads and files. `root` (ours) is an absolute folder on the gateway host."""

    id: str
    name: str
    is_active: bool
    is_current: bool
    created_at: Seconds
    updated_at: Seconds
    root: str | None = None
    tools: ToolAccess | None = None


class WorkspaceChangeKind(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    CURRENT_CHANGED = "current_changed"
