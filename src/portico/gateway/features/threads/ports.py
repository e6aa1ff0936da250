"""What threads need from elsewhere."""

from typing import Protocol

from portico.protocol.types.workspace import Workspace


class Workspaces(Protocol):
    """The workspaces that threads belong to."""

    async def get(self, workspace_id: str) -> Workspace:
        """The workspace, its `root` filled in; NotFound when there is none."""
        ...
