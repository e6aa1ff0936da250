"""What threads need from elsewhere."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from portico.protocol.types.workspace import Workspace

Gone = Callable[[str], Awaitable[None]]
"""Told the id of a thread after it was erased: what still runs for it, or remembers it, ends. Again is harmless."""


class Workspaces(Protocol):
    """The workspaces that threads belong to."""

    async def get(self, workspace_id: str) -> Workspace:
        """The workspace, its `root` filled in; NotFound when there is none."""
        ...
