"""Which provider and model a turn gets when several could be meant."""

from dataclasses import dataclass

from portico.gateway.features.providers.ports import Resolved
from portico.gateway.features.providers.rules import authority as rules
from portico.gateway.features.providers.rules.authority import Authority
from portico.gateway.features.providers.rules.choosing import (
    NOTHING,
    Selection,
    choose,
    first_chat_model,
    first_listed,
)
from portico.gateway.features.providers.rules.definitions import (
    DEFINITIONS,
    FROM_ENVIRONMENT,
    OLLAMA,
    REHEARSAL,
    Definition,
    definition,
)
from portico.gateway.features.providers.service.authorities import Authorities
from portico.gateway.features.providers.service.catalog import Catalog
from portico.gateway.features.providers.service.local import LocalModels
from portico.gateway.features.providers.service.needs import ProviderNeeds
from portico.gateway.kernel.errors import GatewayError, Unavailable

OLLAMA_MODEL = "OLLAMA_MODEL"


@dataclass(frozen=True, slots=True)
class Sources:
    """Where a choice looks: what is stored, what was listed, what runs on this host."""

    authorities: Authorities
    catalog: Catalog
    local: LocalModels


class Choice:
    """Explicit beats the thread's, the settings', the configuration's; then the first key; Ollama; rehearsal."""

    def __init__(self, needs: ProviderNeeds, sources: Sources) -> None:
        self._settings = needs.settings
        self._config = needs.config
        self._authorities = sources.authorities
        self._catalog = sources.catalog
        self._local = sources.local
        environment = needs.config.current.environment
        self._named = [name for name in FROM_ENVIRONMENT if rules.is_in_environment(definition(name), environment)]

    async def resolve(self, workspace_id: str, asked: Selection, thread: Selection) -> Resolved:
        """See `ProviderService.resolve`."""
        chosen = choose(self._levels(asked, thread))
        known = definition(chosen.provider or await self._automatic(workspace_id))
        reached = self._authorities.of(workspace_id, known)
        rules.check_usable(known, reached)
        fingerprint = self._authorities.fingerprint(reached)
        if known.name == REHEARSAL:
            model = REHEARSAL
        else:
            model = chosen.model or await self._default_model(workspace_id, known, reached, fingerprint)
        config, is_ollama = self._config.current, known.name == OLLAMA
        return Resolved(
            workspace_id=workspace_id,
            provider=known.name,
            model=model,
            kind=known.kind,
            base_url=reached.base_url or "",
            api_key=reached.api_key,
            proxy_url=reached.proxy_url,
            fingerprint=fingerprint,
            context_tokens=config.ollama_context_tokens if is_ollama else None,
            max_output_tokens=config.ollama_max_tokens if is_ollama else None,
        )

    async def glance(self, workspace_id: str) -> Selection:
        """The default provider and model as far as they are known without asking a vendor."""
        chosen = choose(self._levels(NOTHING, NOTHING))
        known = definition(chosen.provider or await self._automatic(workspace_id))
        if known.name == REHEARSAL:
            return Selection(REHEARSAL, REHEARSAL)
        try:
            reached = self._authorities.of(workspace_id, known)
        except GatewayError:
            return Selection(known.name, chosen.model)
        listed = self._catalog.peek((workspace_id, known.name), self._authorities.fingerprint(reached))
        model = self._told_model(known, reached) or (first_listed(listed.models) if listed else None)
        return Selection(known.name, chosen.model or model)

    def _levels(self, asked: Selection, thread: Selection) -> tuple[Selection, ...]:
        general, config = self._settings.current().general, self._config.current
        return (
            asked,
            thread,
            Selection(general.default_model_provider, general.default_model),
            Selection(config.provider, config.model),
        )

    async def _automatic(self, workspace_id: str) -> str:
        for name in FROM_ENVIRONMENT:
            if name in self._named or self._is_configured(workspace_id, definition(name)):
                return name
        for known in DEFINITIONS:
            if known.is_available and self._is_configured(workspace_id, known):
                return known.name
        ollama = self._authorities.of(workspace_id, definition(OLLAMA)).base_url
        return OLLAMA if ollama and await self._local.read(ollama) else REHEARSAL

    def _is_configured(self, workspace_id: str, known: Definition) -> bool:
        return self._authorities.has_key(workspace_id, known) or (
            self._authorities.base_url(workspace_id, known) is not None
        )

    def _told_model(self, known: Definition, reached: Authority) -> str | None:
        """The default model that needs no list; at another address than the vendor's own the list decides."""
        if known.name == OLLAMA:
            told = self._config.current.environment.get(OLLAMA_MODEL, "").strip()
            return told or first_chat_model(self._local.seen(reached.base_url) or ())
        return known.default_model if reached.url_source == "definition" else None

    async def _default_model(self, workspace_id: str, known: Definition, reached: Authority, fingerprint: str) -> str:
        told = self._told_model(known, reached)
        if told:
            return told
        listed = await self._catalog.read(workspace_id, reached, fingerprint)
        model = first_listed(listed.models) or known.default_model
        if model is None:
            reason = f" ({listed.error})" if listed.error else ""
            raise Unavailable(
                f"name a model of the provider {known.name!r}{reason}", code="model_missing", provider=known.name
            )
        return model
