"""Opening a gateway's workspace: bootstrap, switch, create, rename."""

from dataclasses import dataclass

import anyio

from portico.client.connection import Connection
from portico.client.errors import lone_errors
from portico.client.rpc import new_id
from portico.client.state import providers, settings, tree, workspaces
from portico.client.state.fresh import Asked, Loaded, Missed
from portico.client.words import Phrase, say
from portico.protocol.base import NoParams
from portico.protocol.methods.provider import PROVIDER_LIST, ProviderListParams
from portico.protocol.methods.settings import GATEWAY_INFO, SETTINGS_GET
from portico.protocol.methods.thread import THREAD_TREE, ThreadTreeParams
from portico.protocol.methods.workspace import (
    WORKSPACE_CREATE,
    WORKSPACE_DEFAULT,
    WORKSPACE_LIST,
    WORKSPACE_SELECT,
    WORKSPACE_UPDATE,
    WorkspaceCreateParams,
    WorkspaceSelectParams,
    WorkspaceUpdateParams,
)
from portico.protocol.types.gateway import GatewayInfo
from portico.protocol.types.workspace import Workspace

MAX_NAME = 200


@dataclass(frozen=True, slots=True)
class Desk:
    """What a shell shows of one opened workspace."""

    workspace: Workspace
    tree: tree.TreeState
    providers: providers.ProvidersState


@dataclass(frozen=True, slots=True)
class Start:
    """What a shell has after the first round of calls."""

    gateway: GatewayInfo
    workspaces: workspaces.WorkspacesState
    settings: settings.SettingsState
    desk: Desk


async def bootstrap(connection: Connection, wanted: str | None = None) -> Start:
    """Everything for the first screen: the wanted workspace if it is there, else the current, else the default one.

    Raises CallFailed, ClientError.
    """
    gateway = (await connection.call(GATEWAY_INFO, NoParams())).gateway
    known = workspaces.reduce(workspaces.WorkspacesState(), Asked())
    answer = await connection.call(WORKSPACE_LIST, NoParams())
    known = workspaces.reduce(known, Loaded(known.fresh.asked, answer))
    chosen = known.get(wanted) or known.current
    if chosen is None:
        default = await connection.call(WORKSPACE_DEFAULT, NoParams())
        known = workspaces.reduce(known, default)
        chosen = default.workspace
    known, desk = await switch(connection, known, chosen.id)
    read = settings.reduce(settings.SettingsState(), Asked())
    read = settings.reduce(read, Loaded(read.fresh.asked, await connection.call(SETTINGS_GET, NoParams())))
    return Start(gateway, known, read, desk)


async def switch(
    connection: Connection, known: workspaces.WorkspacesState, workspace_id: str
) -> tuple[workspaces.WorkspacesState, Desk]:
    """Select it, so that its hints come over this connection, and load what it shows. Raises CallFailed, ClientError.

    What was announced meanwhile is for the caller to reduce afterwards; reducing it too often is harmless.
    """
    selected = await connection.call(WORKSPACE_SELECT, WorkspaceSelectParams(workspace_id=workspace_id))
    known = workspaces.reduce(known, workspaces.Opened(selected.workspace))
    return known, await _desk(connection, selected.workspace)


async def rejoin(connection: Connection, workspace_id: str) -> Missed:
    """For a new connection (`Connection.on_online`), which follows no workspace's hints until one is selected.

    The answer is for every reducer. Raises CallFailed, ClientError.
    """
    await connection.call(WORKSPACE_SELECT, WorkspaceSelectParams(workspace_id=workspace_id))
    return Missed()


async def create(
    connection: Connection, known: workspaces.WorkspacesState, name: str, *, workspace_id: str | None = None
) -> tuple[workspaces.WorkspacesState, Desk]:
    """Make it and switch to it. The same id again makes a retry harmless. Raises CallFailed, ClientError."""
    params = WorkspaceCreateParams(workspace_id=workspace_id or new_id(), name=name.strip())
    made = await connection.call(WORKSPACE_CREATE, params)
    return await switch(connection, workspaces.reduce(known, made), made.workspace.id)


async def rename(
    connection: Connection, known: workspaces.WorkspacesState, workspace_id: str, name: str
) -> workspaces.WorkspacesState:
    """Raises CallFailed, ClientError."""
    params = WorkspaceUpdateParams(workspace_id=workspace_id, name=name.strip())
    return workspaces.reduce(known, await connection.call(WORKSPACE_UPDATE, params))


def name_refusal(name: str, limit: int = MAX_NAME) -> Phrase | None:
    """Why a workspace, folder or gateway cannot have this name; None when it can."""
    name = name.strip()
    if not name:
        return say("name.empty")
    if len(name) > limit:
        return say("name.too_long", limit=limit)
    return None if name.isprintable() else say("name.unprintable")


async def _desk(connection: Connection, workspace: Workspace) -> Desk:
    threads = tree.reduce(tree.TreeState(workspace.id), Asked())
    listed = providers.reduce(providers.ProvidersState(workspace.id), Asked())

    async def load_tree() -> None:
        nonlocal threads
        answer = await connection.call(THREAD_TREE, ThreadTreeParams(workspace_id=workspace.id))
        threads = tree.reduce(threads, Loaded(threads.fresh.asked, answer))

    async def load_providers() -> None:
        nonlocal listed
        answer = await connection.call(PROVIDER_LIST, ProviderListParams(workspace_id=workspace.id))
        listed = providers.reduce(listed, Loaded(listed.fresh.asked, answer))

    with lone_errors():
        async with anyio.create_task_group() as group:
            group.start_soon(load_tree)
            group.start_soon(load_providers)
    return Desk(workspace, threads, listed)
