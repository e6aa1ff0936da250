"""What the OpenAI-compatible face needs from adapters."""

from typing import Protocol

from portico.gateway.agent.model import ProviderFailure
from portico.gateway.features.providers import Resolved


class RelayAnswer(Protocol):
    """An answer of a provider that has begun, with a status that says it went well."""

    async def read(self) -> bytes | ProviderFailure:
        """All that has arrived; b"" at the end; a failure when the connection broke or stalled."""
        ...

    async def close(self, *, is_whole: bool = False) -> None:
        """Give the connection back if the answer was read to its end, or `is_whole`; cut it off otherwise."""
        ...


class Relay(Protocol):
    """Sends a request to a provider's own chat completions endpoint with the key that the gateway holds."""

    async def open(self, resolved: Resolved, body: bytes, plain: bytes | None = None) -> RelayAnswer | ProviderFailure:
        """POST `body`, again while retrying makes sense and nothing of an answer came.

        `plain` is sent instead to a server that does not take `stream_options`. Only cancellation is raised.
        """
        ...
