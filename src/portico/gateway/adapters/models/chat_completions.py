"""The OpenAI chat completions wire, for any server that speaks it."""

from collections.abc import Mapping
from dataclasses import replace

from portico.gateway.adapters.models.chat_request import NO_LIMITS, ChatRequests, Limits, dialect_of
from portico.gateway.adapters.models.chat_stream import ChatStream
from portico.gateway.adapters.models.failures import Origin
from portico.gateway.agent.model import ModelRequest
from portico.gateway.kernel.ids import Ids

REFUSALS = frozenset({400, 422})


class ChatCompletionsWire:
    """Posts to `{base_url}/chat/completions`; without a key no Authorization is sent (local servers)."""

    def __init__(
        self, *, provider: str, base_url: str, api_key: str | None, ids: Ids, limits: Limits = NO_LIMITS
    ) -> None:
        self.url = base_url.rstrip("/") + "/chat/completions"
        self.headers: Mapping[str, str] = {
            "Content-Type": "application/json",
            "Accept": "text/event-stream",
            **({"Authorization": f"Bearer {api_key}"} if api_key else {}),
        }
        self._requests = ChatRequests(dialect_of(provider.lower(), base_url.lower()), limits)
        self._ids = ids

    def body(self, request: ModelRequest) -> bytes:
        return self._requests.body(request)

    def answer(self, origin: Origin) -> ChatStream:
        return ChatStream(origin, self._new_call_id)

    def relent(self, status: int, body: bytes) -> None:
        """Old servers refuse `stream_options`, new ones the old name of the output limit."""
        if status not in REFUSALS:
            return
        dialect = self._requests.dialect
        if b"stream_options" in body or b"include_usage" in body:
            dialect = replace(dialect, has_usage_option=False)
        if b"max_completion_tokens" in body:
            dialect = replace(dialect, limit_name="max_completion_tokens")
        self._requests.dialect = dialect

    def _new_call_id(self) -> str:
        return "call_" + self._ids.new()
