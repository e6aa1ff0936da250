"""Workspaces: places for threads and files, exactly one of them current."""

from portico.gateway.features.workspaces.rpc import routes
from portico.gateway.features.workspaces.rules import DEFAULT_WORKSPACE_ID, project
from portico.gateway.features.workspaces.service import WorkspaceService

__all__ = ["DEFAULT_WORKSPACE_ID", "WorkspaceService", "project", "routes"]
