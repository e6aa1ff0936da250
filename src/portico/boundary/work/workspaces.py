"""Handlers about workspaces, providers, settings and credentials."""

from collections.abc import Awaitable, Callable
from typing import Any

from portico.boundary.answers import Refused
from portico.boundary.desk import Desk
from portico.boundary.events import ProvidersTold, SettingsTold, TreeTold, WorkspacesTold
from portico.boundary.link import Link
from portico.boundary.pages import settings_told
from portico.boundary.work.gateway import Done
from portico.client import bootstrap, settings
from portico.client.selectors import EffortRow, ModelRow, effort_rows, model_row, model_rows, provider_rows
from portico.client.selectors.names import model_name, provider_name
from portico.client.words import Phrase
from portico.protocol.base import NoParams, Params, Scope, Wire
from portico.protocol.errors import ErrorKind
from portico.protocol.methods.base import Method
from portico.protocol.methods.provider import PROVIDER_MODELS_LIST, ProviderParams
from portico.protocol.methods.workspace import WorkspaceResponse
from portico.protocol.types.gateway import GatewayInfo


class BootstrapParams(Params, frozen=True, kw_only=True):
    workspace_id: str | None = None


class Screen(Wire, frozen=True, kw_only=True):
    """Everything for the first screen; the same comes as events whenever it changes.

    `scopes` are what this credential may do: a shell hides the rest; absent where nobody knows. What the shell kept
    of a gateway whose `epoch` is another one is of another time.
    """

    gateway: GatewayInfo
    epoch: str
    scopes: tuple[Scope, ...] | None = None
    workspaces: WorkspacesTold
    tree: TreeTold
    providers: ProvidersTold
    settings: SettingsTold | None = None


class SwitchParams(Params, frozen=True, kw_only=True):
    workspace_id: str


class CreateParams(Params, frozen=True, kw_only=True):
    """The same id again makes a retry harmless."""

    name: str
    workspace_id: str | None = None


class RenameParams(Params, frozen=True, kw_only=True):
    workspace_id: str
    name: str


class ModelsParams(Params, frozen=True, kw_only=True):
    provider: str


class Models(Wire, frozen=True, kw_only=True):
    """`is_stale`: the gateway could not refresh them, `error` says why."""

    provider: str
    models: tuple[ModelRow, ...]
    is_stale: bool = False
    error: str | None = None


class ModelParams(Params, frozen=True, kw_only=True):
    provider: str
    model: str


class ModelDisplay(Wire, frozen=True, kw_only=True):
    """`model` is absent where its list was not read."""

    provider_title: str
    model_title: str
    model: ModelRow | None = None


class Efforts(Wire, frozen=True, kw_only=True, omit_defaults=False):
    efforts: tuple[EffortRow, ...]


class SettingsUpdate(Params, frozen=True, kw_only=True):
    """New values by the id of the row."""

    changes: dict[str, Any]


class FieldRefusal(Wire, frozen=True, kw_only=True):
    id: str
    words: Phrase


class SettingsSaved(Wire, frozen=True, kw_only=True):
    """With refusals nothing was saved."""

    settings: SettingsTold | None = None
    refusals: tuple[FieldRefusal, ...] = ()


async def open_workspace(desk: Desk, p: BootstrapParams) -> Screen:
    link = desk.link
    await link.begin(p.workspace_id)
    return _screen(desk, link)


async def switch(desk: Desk, p: SwitchParams) -> Screen:
    link = desk.link
    _ = desk.workspace_id
    await link.switch(p.workspace_id)
    return _screen(desk, link)


async def create(desk: Desk, p: CreateParams) -> Screen:
    link = desk.link
    _ = desk.workspace_id
    await link.create(p.name, p.workspace_id)
    return _screen(desk, link)


async def rename(desk: Desk, p: RenameParams) -> Done:
    link = desk.link
    renamed = await bootstrap.rename(link.connection, link.workspaces, p.workspace_id, p.name)
    workspace = renamed.get(p.workspace_id)
    if workspace is not None:
        link.told(WorkspaceResponse(workspace=workspace))
    return Done()


async def provider_list(desk: Desk, _: NoParams) -> ProvidersTold:
    known = desk.link.providers
    return ProvidersTold(workspace_id=desk.workspace_id, providers=provider_rows(known.providers))


async def provider_list_models(desk: Desk, p: ModelsParams) -> Models:
    link, workspace_id = desk.link, desk.workspace_id
    params = ProviderParams(workspace_id=workspace_id, provider=p.provider)
    answer = await link.connection.call(PROVIDER_MODELS_LIST, params)
    if link.providers.workspace_id == workspace_id:
        link.told(answer)
    return Models(
        provider=answer.provider, models=model_rows(answer.models), is_stale=answer.is_stale, error=answer.error
    )


async def provider_model_display(desk: Desk, p: ModelParams) -> ModelDisplay:
    known = desk.link.providers.model(p.provider, p.model)
    row = model_row(known) if known else None
    title = row.title if row else model_name(p.model)
    return ModelDisplay(provider_title=provider_name(p.provider), model_title=title, model=row)


async def reasoning_effort_rows(desk: Desk, p: ModelParams) -> Efforts:
    """Of a model whose list was not read yet, or is another one by now, the list is read first."""
    listed = desk.link.providers.models(p.provider)
    if listed is None or listed.is_outdated:
        await provider_list_models(desk, ModelsParams(provider=p.provider))
    return Efforts(efforts=effort_rows(desk.link.providers.model(p.provider, p.model)))


async def settings_get(desk: Desk, _: NoParams) -> SettingsSaved:
    return SettingsSaved(settings=settings_told(desk.link.settings.settings))


async def settings_update(desk: Desk, p: SettingsUpdate) -> SettingsSaved:
    link = desk.link
    _ = desk.workspace_id
    if link.settings.settings is None:
        return SettingsSaved()
    planned = settings.changed(link.settings.settings, p.changes)
    if planned.patch is not None:
        link.told(await settings.save(link.connection, planned.patch))
    refusals = tuple(FieldRefusal(id=id_, words=words) for id_, words in planned.refusals)
    return SettingsSaved(settings=settings_told(link.settings.settings), refusals=refusals)


def passed(method: Method[Any, Any]) -> Callable[[Desk, Any], Awaitable[Any]]:
    """A handler that is the gateway's call as it is."""

    async def handler(desk: Desk, params: Any) -> Any:
        return await desk.link.connection.call(method, params)

    return handler


def changing_providers(method: Method[Any, Any]) -> Callable[[Desk, Any], Awaitable[Any]]:
    """As `passed`; the providers are then loaded again."""

    async def handler(desk: Desk, params: Any) -> Any:
        link = desk.link
        answer = await link.connection.call(method, params)
        link.providers_changed()
        return answer

    return handler


def _screen(desk: Desk, link: Link) -> Screen:
    """What the link shows. Raises Refused when another gateway was connected meanwhile."""
    if desk.current is not link:
        raise Refused(ErrorKind.UNAVAILABLE, "not_connected", "the gateway was left meanwhile")
    tree, scopes = link.tree_told(), desk.scopes
    assert link.gateway is not None
    assert tree is not None
    return Screen(
        gateway=link.gateway,
        epoch=link.gateway.epoch,
        scopes=None if scopes is None else tuple(scope for scope in Scope if scope in scopes),
        workspaces=WorkspacesTold(workspaces=link.workspaces.workspaces, opened=link.workspaces.opened),
        tree=tree,
        providers=ProvidersTold(
            workspace_id=link.providers.workspace_id, providers=provider_rows(link.providers.providers)
        ),
        settings=settings_told(link.settings.settings),
    )
