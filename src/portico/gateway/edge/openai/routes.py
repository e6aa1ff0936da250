"""The routes of the OpenAI-compatible face."""

from dataclasses import dataclass
from typing import Any

from portico.gateway.edge.face import Face
from portico.gateway.edge.openai.agent_turns import AgentTurns
from portico.gateway.edge.openai.asked import MAX_BODY
from portico.gateway.edge.openai.chat_body import ChatBody
from portico.gateway.edge.openai.completions import CONVERSATION_HEADER, Completions
from portico.gateway.edge.openai.models import ModelRoutes
from portico.gateway.edge.openai.relay import Passthrough
from portico.gateway.edge.openai.response_body import ResponseBody
from portico.gateway.edge.openai.responses import Deleted, Responses
from portico.gateway.edge.openai.translated import Translated, TranslatedNeeds
from portico.gateway.edge.route import HttpRoute, Told
from portico.gateway.features.providers import ProviderService
from portico.gateway.kernel.redact import Redactor
from portico.protocol.base import Scope


@dataclass(frozen=True, slots=True)
class OpenAiNeeds:
    """`providers` resolves and opens what has no method (pass-through), under the dispatcher's guard."""

    face: Face
    providers: ProviderService
    passthrough: Passthrough
    redactor: Redactor


class OpenAiFace:
    """Two kinds of model: `provider/model` passes through, `portico` and `portico/<workspace>` run turns."""

    def __init__(self, needs: OpenAiNeeds) -> None:
        face = needs.face
        turns = AgentTurns(face)
        translated = Translated(TranslatedNeeds(needs.providers, needs.redactor, face.clock, face.ids))
        self._models = ModelRoutes(face, needs.providers)
        self._completions = Completions(face, turns, needs.passthrough, translated)
        self._responses = Responses(face, turns, translated)

    def routes(self) -> tuple[HttpRoute, ...]:
        chat, responses = self._completions, self._responses
        path = "/v1/responses/{id}"
        return (
            *self._models.routes(),
            HttpRoute("POST", "/v1/chat/completions", Scope.CHAT, chat.create, "openai", MAX_BODY, _COMPLETE),
            HttpRoute("POST", "/v1/responses", Scope.CHAT, responses.create, "openai", MAX_BODY, _RESPOND),
            HttpRoute("GET", path, Scope.READ, responses.get, "openai", told=_READ),
            HttpRoute("DELETE", path, Scope.CHAT, responses.delete, "openai", told=_DELETE),
            HttpRoute("POST", f"{path}/cancel", Scope.CHAT, responses.cancel, "openai", told=_CANCEL),
        )


_FAILS = (404, 409, 422, 429, 502)
_SSE = "text/event-stream"
_COMPLETE = Told(
    "Answer a conversation as OpenAI's chat completions do; `stream: true` makes it server-sent events.",
    body=ChatBody,
    answer=(dict[str, Any], _SSE),
    headers=("Idempotency-Key", CONVERSATION_HEADER),
    refusals=_FAILS,
)
_RESPOND = Told(
    "Make a response as OpenAI's responses API does; `stream: true` makes it server-sent events.",
    body=ResponseBody,
    answer=(dict[str, Any], _SSE),
    headers=("Idempotency-Key",),
    refusals=_FAILS,
)
_READ = Told("Read a kept response.", answer=dict[str, Any])
_DELETE = Told("Delete a kept response with all that it goes on with.", answer=Deleted)
_CANCEL = Told("Cancel a response that is being made.", answer=dict[str, Any], refusals=(409,))
