"""How turns get their model from the providers."""

from portico.gateway.features.providers import ProviderService, Resolved, Selection
from portico.gateway.features.turns.ports import Chosen, Wish
from portico.gateway.kernel.errors import Invalid
from portico.protocol.efforts import normalise_effort
from portico.protocol.types.thread import Thread


class TurnModels:
    """The port of turns over the providers."""

    def __init__(self, providers: ProviderService) -> None:
        self._providers = providers

    async def choose(self, thread: Thread, wish: Wish) -> Chosen:
        """Raises Invalid for an unknown provider or an effort that the model does not list, Unavailable without one."""
        kept = Selection(thread.model_provider or None, thread.model or None)
        resolved = await self._providers.resolve(thread.workspace_id, wish.provider, wish.model, kept)
        effort = self._effort(resolved, wish.effort)
        takes_images = await self._providers.takes_images(resolved, reads=wish.has_images)
        port = self._providers.open(resolved)
        return Chosen(resolved.provider, resolved.model, port, effort, takes_images, resolved.context_tokens)

    def _effort(self, resolved: Resolved, wish: str | None) -> str | None:
        if wish is None:
            return None
        effort = normalise_effort(wish)
        options = self._providers.reasoning(resolved).effort_options
        if effort not in options:
            known = f"it takes {', '.join(options)}" if options else "none is known for it"
            raise Invalid(
                f"{resolved.model} does not list the reasoning effort {wish!r}; {known}",
                code="effort_not_listed",
                path="$.reasoning.effort",
            )
        return effort
