"""What providers need from adapters: model lists, a look at a local server, opened models."""

from dataclasses import dataclass, field
from typing import Any, Protocol

from portico.gateway.agent.ports import ModelPort
from portico.gateway.features.providers.rules.authority import Authority
from portico.gateway.features.providers.rules.definitions import Kind


@dataclass(frozen=True, slots=True)
class Resolved:
    """A provider and model chosen for a turn, with what a call needs. `fingerprint` names the authority.

    `context_tokens` is the context window that the server is to give the model, `max_output_tokens` bounds answers
    that name no bound; None leaves it to the server.
    """

    workspace_id: str
    provider: str
    model: str
    kind: Kind
    base_url: str
    api_key: str | None = field(repr=False)
    proxy_url: str | None = field(repr=False)
    fingerprint: str
    context_tokens: int | None = None
    max_output_tokens: int | None = None


class ModelListPort(Protocol):
    """Asks a vendor which models it has."""

    async def fetch(self, authority: Authority) -> list[Any]:
        """The entries of the vendor's list as raw JSON. Raises GatewayError without key or endpoint in its text."""
        ...

    async def local_models(self, base_url: str) -> tuple[str, ...] | None:
        """The models of an Ollama server, None when nothing answers there. Answers quickly, raises nothing."""
        ...


class ModelFactory(Protocol):
    """Opens a model by the wire that `resolved.kind` names; it does not connect yet."""

    def __call__(self, resolved: Resolved) -> ModelPort: ...
