"""The provider service: resolve and open for turns, and the calls of clients."""

import os

import msgspec

from portico.gateway.agent.ports import ModelPort
from portico.gateway.features.providers.ports import Resolved
from portico.gateway.features.providers.rules import authority as rules
from portico.gateway.features.providers.rules.choosing import NOTHING, Selection
from portico.gateway.features.providers.rules.definitions import DEFINITIONS, OLLAMA, REHEARSAL, Definition, definition
from portico.gateway.features.providers.rules.effort import reasoning_of
from portico.gateway.features.providers.rules.listing import static_models
from portico.gateway.features.providers.service.authorities import Authorities, key_ref, proxy_ref
from portico.gateway.features.providers.service.catalog import Catalog, Listed
from portico.gateway.features.providers.service.choice import Choice, Sources
from portico.gateway.features.providers.service.local import LocalModels
from portico.gateway.features.providers.service.needs import ProviderNeeds
from portico.gateway.features.providers.service.opened import OpenedModels
from portico.gateway.features.providers.service.usage import UsageMeter
from portico.gateway.features.providers.store import config_change
from portico.gateway.features.providers.worker import Refresher
from portico.gateway.features.workspaces import DEFAULT_WORKSPACE_ID
from portico.gateway.kernel.errors import GatewayError, Invalid
from portico.gateway.log import Append, Batch, Change, workspace_stream
from portico.gateway.rpc import CallContext
from portico.protocol.base import NoParams, Scope
from portico.protocol.events import ProviderChanged
from portico.protocol.methods.provider import (
    ProviderConfigureParams,
    ProviderConfigureResponse,
    ProviderDeleteApiKeyResponse,
    ProviderListParams,
    ProviderListResponse,
    ProviderModelsListResponse,
    ProviderParams,
    ProviderSetApiKeyParams,
    ProviderSetApiKeyResponse,
)
from portico.protocol.methods.settings import GatewayInfoResponse
from portico.protocol.types.gateway import GatewayInfo
from portico.protocol.types.provider import ModelReasoning, Provider, ProviderCapabilities, ProviderModel


class ProviderService:
    """Providers of every workspace. `load` reads what is stored; `refresher.run` must run for lists to be fetched."""

    def __init__(self, needs: ProviderNeeds) -> None:
        self.refresher = Refresher()
        self.usage = UsageMeter(needs)
        self._log = needs.log
        self._config = needs.config
        self._version = needs.version
        self._workspaces = needs.workspaces
        self._secrets = needs.secrets
        self._authorities = Authorities(needs)
        self._catalog = Catalog(needs, self.refresher)
        self._local = LocalModels(needs.lists, needs.clock, self.refresher)
        self._choice = Choice(needs, Sources(self._authorities, self._catalog, self._local))
        self._opened = OpenedModels(needs.open_model, needs.clock)

    async def load(self) -> None:
        """Read what was configured. After the secrets' own `load`."""
        await self._authorities.load()

    async def resolve(
        self, workspace_id: str, provider: str | None = None, model: str | None = None, thread: Selection = NOTHING
    ) -> Resolved:
        """The provider and model of a turn: asked for, else the thread's, else the defaults (design 9).

        Raises Invalid (`unknown_provider`), Unavailable (`provider_unavailable`, `api_key_missing`,
        `base_url_missing`, `model_missing`). Waits only for the first list of a server whose models nobody named.
        """
        return await self._choice.resolve(workspace_id, Selection(provider, model), thread)

    def open(self, resolved: Resolved) -> ModelPort:
        """A port to the model's provider; the same one while the authority stays and it is used now and then."""
        return self._opened.open(resolved)

    def reasoning(self, resolved: Resolved) -> ModelReasoning:
        """The efforts of the model: what its vendor's list says, else the registry. An unknown model has none."""
        known = self._catalog.peek((resolved.workspace_id, resolved.provider), resolved.fingerprint)
        for listed in known.models if known is not None else ():
            if listed.id == resolved.model and listed.capabilities.reasoning is not None:
                return listed.capabilities.reasoning
        return reasoning_of(resolved.provider, resolved.model)

    async def takes_images(self, resolved: Resolved, *, reads: bool) -> bool | None:
        """What the vendor's last list says of the model, None if nothing; a list that is only stored if `reads`."""
        place = (resolved.workspace_id, resolved.provider)
        known = self._catalog.peek(place, resolved.fingerprint)
        if known is None and reads:
            known = await self._catalog.known(place, resolved.fingerprint)
        models = known.models if known is not None else ()
        return next((listed.capabilities.vision for listed in models if listed.id == resolved.model), None)

    async def usable_models(self, workspace_id: str) -> list[ProviderModel]:
        """The models of every provider that could be used now, as far as they are known: no vendor is waited for.

        Lists that are too old are fetched behind the caller's back.
        """
        models: list[ProviderModel] = []
        for known in DEFINITIONS:
            if (await self._shown(workspace_id, known)).is_usable:
                models += await self._cached(workspace_id, known)
        return models

    async def list_providers(self, ctx: CallContext, p: ProviderListParams) -> ProviderListResponse:
        del ctx
        await self._workspaces.get(p.workspace_id)
        return ProviderListResponse(providers=[await self._shown(p.workspace_id, known) for known in DEFINITIONS])

    async def list_models(self, ctx: CallContext, p: ProviderParams) -> ProviderModelsListResponse:
        """The last good list, or what is known without the vendor; `error` says why it is not the newest."""
        del ctx
        await self._workspaces.get(p.workspace_id)
        known = definition(p.provider)
        if known.name == REHEARSAL:
            return ProviderModelsListResponse(provider=known.name, models=static_models(known))
        listed = await self._listed(p.workspace_id, known)
        return ProviderModelsListResponse(
            provider=known.name,
            models=listed.models or static_models(known),
            is_stale=listed.error is not None,
            error=listed.error,
        )

    async def set_api_key(self, ctx: CallContext, p: ProviderSetApiKeyParams) -> ProviderSetApiKeyResponse:
        del ctx
        await self._workspaces.get(p.workspace_id)
        known = _keyed(p.provider)
        await self._secrets.put(key_ref(p.workspace_id, known.name), rules.api_key_of(p.api_key))
        await self._tell(ProviderChanged(workspace_id=p.workspace_id, provider=known.name, change="key_set"))
        return ProviderSetApiKeyResponse(provider=known.name, updated=True)

    async def delete_api_key(self, ctx: CallContext, p: ProviderParams) -> ProviderDeleteApiKeyResponse:
        del ctx
        await self._workspaces.get(p.workspace_id)
        known = definition(p.provider)
        deleted = await self._secrets.delete(key_ref(p.workspace_id, known.name))
        if deleted:
            await self._tell(ProviderChanged(workspace_id=p.workspace_id, provider=known.name, change="key_deleted"))
        return ProviderDeleteApiKeyResponse(provider=known.name, deleted=deleted)

    async def configure(self, ctx: CallContext, p: ProviderConfigureParams) -> ProviderConfigureResponse:
        """Key, proxy and base URL together; nothing is changed when one of them is refused."""
        del ctx
        await self._workspaces.get(p.workspace_id)
        known = _keyed(p.provider)
        api_key = None if p.api_key is None else rules.api_key_of(p.api_key)
        proxy_url = _wished(p.proxy_url, p.clear_proxy, "proxy_url")
        proxy_url = proxy_url and rules.proxy_url_of(proxy_url)
        base_url = _wished(p.base_url, p.clear_base_url, "base_url")
        base_url = base_url and rules.base_url_of(known, base_url)
        if api_key is not None:
            await self._secrets.put(key_ref(p.workspace_id, known.name), api_key)
        proxy_place = proxy_ref(p.workspace_id, known.name)
        proxy_deleted = p.clear_proxy and await self._secrets.delete(proxy_place)
        if proxy_url is not None:
            await self._secrets.put(proxy_place, proxy_url)
        if base_url is None and not p.clear_base_url:
            base_url = self._authorities.base_url(p.workspace_id, known)
        kept_proxy = self._secrets.get(proxy_place)
        shown = None if kept_proxy is None else rules.shown_proxy(kept_proxy)
        await self._tell(
            ProviderChanged(workspace_id=p.workspace_id, provider=known.name, change="configured"),
            config_change((p.workspace_id, known.name), base_url, shown),
        )
        self._authorities.set_base_url(p.workspace_id, known, base_url)
        return ProviderConfigureResponse(
            provider=known.name,
            api_key_updated=api_key is not None,
            proxy_updated=proxy_url is not None,
            proxy_deleted=proxy_deleted,
            proxy_url=shown,
            base_url=base_url,
        )

    async def info(self, ctx: CallContext, p: NoParams) -> GatewayInfoResponse:
        """What the gateway is; folder and process are told on its own host only."""
        del p
        current = await self._workspaces.current()
        workspace_id = ctx.connection.workspace_id or (current.id if current else DEFAULT_WORKSPACE_ID)
        chosen = await self._choice.glance(workspace_id)
        is_local = ctx.connection.is_local
        return GatewayInfoResponse(
            gateway=GatewayInfo(
                version=self._version,
                epoch=self._log.epoch,
                home=str(self._config.current.home) if is_local else None,
                pid=os.getpid() if is_local else None,
                is_local=is_local,
                is_persistent=self._config.current.session_persist,
                default_model_provider=chosen.provider or REHEARSAL,
                default_model=chosen.model or "",
                scopes=tuple(scope.value for scope in Scope if ctx.principal.may(scope)),
            )
        )

    async def _listed(self, workspace_id: str, known: Definition) -> Listed:
        try:
            reached = self._authorities.of(workspace_id, known)
            rules.check_usable(known, reached)
        except GatewayError as error:
            return Listed([], error.message)
        return await self._catalog.read(workspace_id, reached, self._authorities.fingerprint(reached))

    async def _cached(self, workspace_id: str, known: Definition) -> list[ProviderModel]:
        if known.name == REHEARSAL:
            return static_models(known)
        reached = self._authorities.of(workspace_id, known)
        listed = await self._catalog.cached(workspace_id, reached, self._authorities.fingerprint(reached))
        return listed or static_models(known)

    async def _tell(self, event: ProviderChanged, *records: Change) -> None:
        append = Append(workspace_stream(event.workspace_id), event, workspace_id=event.workspace_id)
        await self._log.write(Batch(appends=(append,), records=records))

    async def _shown(self, workspace_id: str, known: Definition) -> Provider:
        shown = Provider(
            name=known.name,
            capabilities=ProviderCapabilities(embeddings=known.embeddings, transcription=known.transcription),
            api_key_configured=self._authorities.has_key(workspace_id, known),
            kind=known.kind,
            base_url=known.base_url,
            is_available=known.is_available,
            default_model=known.default_model,
        )
        try:
            reached = self._authorities.of(workspace_id, known)
        except GatewayError:  # a damaged secret or variable of one provider does not hide the others
            return msgspec.structs.replace(shown, is_available=False, is_usable=False)
        is_usable = rules.is_usable(known, reached)
        if known.name == OLLAMA and reached.base_url and not is_usable:
            is_usable = bool(await self._local.read(reached.base_url))
        return msgspec.structs.replace(
            shown,
            api_key_configured=reached.api_key is not None,
            key_source=reached.key_source,
            base_url=reached.base_url,
            proxy_url=None if reached.proxy_url is None else rules.shown_proxy(reached.proxy_url),
            is_usable=is_usable,
        )


def _keyed(name: str) -> Definition:
    known = definition(name)
    if known.name == REHEARSAL:
        raise Invalid("rehearsal needs no key and no address", path="$.provider")
    return known


def _wished(text: str | None, is_cleared: bool, name: str) -> str | None:
    if text is not None and is_cleared:
        raise Invalid(f"{name} is given and cleared at once", path=f"$.{name}")
    return text
