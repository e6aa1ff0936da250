"""What threads and conversations need from elsewhere."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from portico.gateway.kernel.clock import Clock
from portico.gateway.kernel.ids import Ids
from portico.gateway.kernel.lanes import Lanes
from portico.gateway.log import EventLog
from portico.gateway.rpc import CallContext
from portico.protocol.base import NoParams
from portico.protocol.methods.workspace import WorkspaceResponse
from portico.protocol.types.workspace import Workspace

Gone = Callable[[str], Awaitable[None]]
"""Told the id of a thread after it was erased: what still runs for it, or remembers it, ends. Again is harmless."""


class Workspaces(Protocol):
    """The workspaces that threads belong to."""

    async def get(self, workspace_id: str) -> Workspace:
        """The workspace, its `root` filled in; NotFound when there is none."""
        ...


class DefaultWorkspace(Workspaces, Protocol):
    """The workspaces, and the one of those who name none."""

    async def default(self, ctx: CallContext, p: NoParams) -> WorkspaceResponse:
        """The default workspace, made if it is not there."""
        ...


@dataclass(frozen=True, slots=True)
class ConversationPorts:
    """`lanes` are the dispatcher's, so that a deletion waits for the calls of its thread."""

    log: EventLog
    clock: Clock
    ids: Ids
    lanes: Lanes
    workspaces: DefaultWorkspace
