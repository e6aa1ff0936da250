"""Opens a model by the wire of its provider. Nothing is sent yet."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from portico.gateway.adapters.http import Http
from portico.gateway.adapters.http_port import Timeouts
from portico.gateway.adapters.models.anthropic import AnthropicWire
from portico.gateway.adapters.models.chat_completions import ChatCompletionsWire
from portico.gateway.adapters.models.chat_request import Limits
from portico.gateway.adapters.models.failures import secrets_of
from portico.gateway.adapters.models.rehearsal import RehearsalModel
from portico.gateway.adapters.models.retry import RetryPolicy
from portico.gateway.adapters.models.wire import Endpoint, Wire, WireModel
from portico.gateway.agent.ports import ModelPort
from portico.gateway.kernel.clock import Clock
from portico.gateway.kernel.errors import Unavailable
from portico.gateway.kernel.ids import Ids


class Opening(Protocol):
    """What a call needs to know, as the providers resolve it."""

    @property
    def kind(self) -> str: ...

    @property
    def provider(self) -> str: ...

    @property
    def base_url(self) -> str: ...

    @property
    def api_key(self) -> str | None: ...

    @property
    def proxy_url(self) -> str | None: ...

    @property
    def context_tokens(self) -> int | None: ...

    @property
    def max_output_tokens(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class ModelOpener:
    """Opens models that share one HTTP client. Calling it is a ModelFactory."""

    http: Http
    clock: Clock
    ids: Ids
    random: Callable[[], float] = random.random
    timeouts: Timeouts = field(default_factory=Timeouts)

    def __call__(self, resolved: Opening) -> ModelPort:
        """Raises Unavailable for a wire that is not spoken yet."""
        match resolved.kind:
            case "rehearsal":
                return RehearsalModel(resolved.provider, self.ids)
            case "chat_completions":
                return self._over(
                    resolved,
                    ChatCompletionsWire(
                        provider=resolved.provider,
                        base_url=resolved.base_url,
                        api_key=resolved.api_key,
                        ids=self.ids,
                        limits=Limits(resolved.context_tokens, resolved.max_output_tokens),
                    ),
                )
            case "anthropic_messages":
                wire = AnthropicWire(base_url=resolved.base_url, api_key=resolved.api_key)
                return self._over(resolved, wire)
            case kind:
                raise Unavailable(f"provider {resolved.provider} needs the wire {kind}, which is not spoken yet")

    def _over(self, resolved: Opening, wire: Wire) -> WireModel:
        secrets = secrets_of(resolved.api_key, resolved.proxy_url)
        endpoint = Endpoint(
            provider=resolved.provider,
            http=self.http,
            clock=self.clock,
            retry=RetryPolicy(self.random),
            secrets=secrets,
            proxy_url=resolved.proxy_url,
            timeouts=self.timeouts,
        )
        return WireModel(endpoint, wire)
