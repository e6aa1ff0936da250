"""`POST /v1/chat/completions`: a provider's model passes through, `portico` runs a turn of the gateway."""

from typing import Any

from portico.gateway.edge.face import Face
from portico.gateway.edge.idempotency import claim_of
from portico.gateway.edge.openai.agent_turns import AgentTurns, Place
from portico.gateway.edge.openai.answering import Opening, held, streamed
from portico.gateway.edge.openai.asked import Body, decode, spoken, told_as
from portico.gateway.edge.openai.chat_body import ChatBody, asked, check_for_turn
from portico.gateway.edge.openai.chat_chunks import ChatChunks, ChatWhole, Head
from portico.gateway.edge.openai.naming import Portico, Provider, parse_model
from portico.gateway.edge.openai.relay import Passthrough
from portico.gateway.edge.openai.translated import Translated, TranslatedCall
from portico.gateway.edge.request import Request
from portico.gateway.edge.streams import Answer
from portico.gateway.kernel.context import Principal
from portico.gateway.kernel.errors import Invalid
from portico.gateway.rpc import CallContext

CONVERSATION_HEADER = "x-portico-conversation"
CONVERSATION_KEY = "portico_conversation"
MAX_ID = 200


class NamedModel(Body, frozen=True, kw_only=True):
    """The one member that decides who reads the rest."""

    model: str


class Completions:
    """The route. Nothing is remembered between two calls unless the caller names a conversation."""

    def __init__(self, face: Face, turns: AgentTurns, passthrough: Passthrough, translated: Translated) -> None:
        self._face = face
        self._turns = turns
        self._passthrough = passthrough
        self._translated = translated

    async def create(self, request: Request, caller: Principal | None) -> Answer:
        """Raises GatewayError; `path` is the member that does not fit."""
        ctx = self._face.context(request, caller)
        raw = await request.body()
        match parse_model(decode(raw, NamedModel).model):
            case Provider() as named:
                return await self._provider(ctx.principal, named, raw)
            case Portico() as model:
                return await self._turn(request, ctx, model, raw)

    async def _provider(self, principal: Principal, named: Provider, raw: bytes) -> Answer:
        resolved = await self._translated.resolve(named.provider, named.model)
        if resolved.kind == "chat_completions":
            return await self._passthrough.chat(principal, raw, resolved)
        body = decode(raw, ChatBody)
        call = TranslatedCall(principal, resolved, asked(body), "chat_completions", "response_format")
        return self._answer(body, self._face.ids.new(), await self._translated.opening(call))

    async def _turn(self, request: Request, ctx: CallContext, model: Portico, raw: bytes) -> Answer:
        body = decode(raw, ChatBody)
        check_for_turn(body)
        said = spoken(asked(body), "messages")
        place = await self._place(request, ctx, model, body, raw)
        begun = await self._turns.begin(ctx, place, said, "messages")
        # the id is the turn's: an answer that is asked for again is the same
        return self._answer(body, begun.turn_id, lambda outlet: self._turns.following(ctx, begun, outlet))

    def _answer(self, body: ChatBody, id: str, opening: Opening) -> Answer:
        head = Head(f"chatcmpl-{id}", self._face.clock.now(), body.model)
        if body.stream:
            return streamed(opening, ChatChunks(head, has_usage=body.has_usage))
        whole = ChatWhole(head)
        return held(opening, whole.feed, whole.whole)

    async def _place(self, request: Request, ctx: CallContext, model: Portico, body: ChatBody, raw: bytes) -> Place:
        conversation_id = conversation_of(request, body)
        if conversation_id is None:
            return await self._turns.fresh(ctx, model, body.model, is_kept=False)
        with told_as(f"metadata.{CONVERSATION_KEY}"):
            return await self._turns.of_conversation(ctx, model, body.model, conversation_id, claim_of(request, raw))


def conversation_of(request: Request, body: ChatBody) -> str | None:
    """The conversation that the caller names in so many words; never guessed. Raises Invalid."""
    told: Any = request.header(CONVERSATION_HEADER)
    path = f"metadata.{CONVERSATION_KEY}" if told is None else CONVERSATION_HEADER
    if told is not None:
        try:
            # header values come as latin-1; an id may be of any script
            told = told.encode("latin-1").decode()
        except UnicodeDecodeError as error:
            raise Invalid("the header is no UTF-8", path=CONVERSATION_HEADER) from error
    elif body.metadata is not None:
        told = body.metadata.get(CONVERSATION_KEY)
    if told is None:
        return None
    if not isinstance(told, str) or not 0 < len(told) <= MAX_ID:
        raise Invalid(f"a conversation's id is text of 1 to {MAX_ID} characters", path=path)
    return told
