"""The calls of workspaces, bound to their use cases."""

from typing import Any

from portico.gateway.features.workspaces.service import WorkspaceService
from portico.gateway.rpc import Route
from portico.protocol.methods.workspace import (
    WORKSPACE_CREATE,
    WORKSPACE_DEFAULT,
    WORKSPACE_LIST,
    WORKSPACE_SELECT,
    WORKSPACE_UPDATE,
)


def routes(workspaces: WorkspaceService) -> tuple[Route[Any, Any], ...]:
    """One row per call."""
    return (
        Route(WORKSPACE_LIST, workspaces.list),
        Route(WORKSPACE_CREATE, workspaces.create),
        Route(WORKSPACE_DEFAULT, workspaces.default),
        Route(WORKSPACE_SELECT, workspaces.select),
        Route(WORKSPACE_UPDATE, workspaces.update),
    )
