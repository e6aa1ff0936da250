"""The Anthropic messages wire, for Anthropic and servers that speak it."""

from collections.abc import Mapping

from portico.gateway.adapters.models.anthropic_request import AnthropicRequests
from portico.gateway.adapters.models.anthropic_stream import AnthropicStream
from portico.gateway.adapters.models.failures import Origin
from portico.gateway.agent.model import ModelRequest

API_VERSION = "2023-06-01"


class AnthropicWire:
    """Posts to `{base_url}/v1/messages`; the base URL may bring the `/v1` itself."""

    def __init__(self, *, base_url: str, api_key: str | None) -> None:
        base = base_url.rstrip("/")
        self.url = f"{base}/messages" if base.endswith("/v1") else f"{base}/v1/messages"
        self.headers: Mapping[str, str] = {
            "Content-Type": "application/json",
            "Accept": "text/event-stream",
            "anthropic-version": API_VERSION,
            **({"x-api-key": api_key} if api_key else {}),
        }
        self._requests = AnthropicRequests()

    def body(self, request: ModelRequest) -> bytes:
        return self._requests.body(request)

    def answer(self, origin: Origin) -> AnthropicStream:
        return AnthropicStream(origin)

    def relent(self, status: int, body: bytes) -> None:
        """This wire has no options to do without."""
