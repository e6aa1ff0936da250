"""`/v1/responses`: made by a provider's model or by a turn of the gateway, read, cancelled and deleted."""

import re
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import msgspec

from portico.gateway.edge.face import Face
from portico.gateway.edge.idempotency import claim_of
from portico.gateway.edge.openai.agent_turns import RESPONSES, AgentTurns, Place, reading, with_transcript
from portico.gateway.edge.openai.answering import Opening, held, streamed
from portico.gateway.edge.openai.answers import Piece
from portico.gateway.edge.openai.asked import Form, decode, refuse, spoken, together, told_as
from portico.gateway.edge.openai.completions import NamedModel
from portico.gateway.edge.openai.naming import PORTICO, Portico, Provider, parse_model
from portico.gateway.edge.openai.response_body import ResponseBody, asked, check_for_provider, check_for_turn
from portico.gateway.edge.openai.response_events import ResponseEvents, ResponseHead
from portico.gateway.edge.openai.translated import Translated, TranslatedCall
from portico.gateway.edge.openai.turn_pieces import TurnFold
from portico.gateway.edge.request import Request, Response
from portico.gateway.edge.streams import Answer
from portico.gateway.features.workspaces import DEFAULT_WORKSPACE_ID
from portico.gateway.kernel.context import Principal
from portico.gateway.kernel.errors import Invalid, NotFound
from portico.gateway.log.read import decode_event
from portico.gateway.rpc import CallContext
from portico.protocol.base import Scope
from portico.protocol.events import Event, TurnCompleted
from portico.protocol.methods.conversation import RequestClaim
from portico.protocol.methods.thread import THREAD_DELETE, THREAD_GET, ThreadDeleteParams, ThreadGetParams
from portico.protocol.methods.turn import (
    TURN_CANCEL,
    TURN_GET,
    TURN_ITEMS,
    TURN_QUEUE_LIST,
    TURN_QUEUE_REMOVE,
    TurnCancelParams,
    TurnQueueListParams,
    TurnRef,
)
from portico.protocol.types.thread import Thread
from portico.protocol.types.turn import Turn, TurnStatus

PREFIX = "resp_"
_ID = re.compile(r"resp_([A-Za-z0-9_:-]{1,64})\.([A-Za-z0-9_:-]{1,64})")


class Deleted(msgspec.Struct, frozen=True, kw_only=True):
    """OpenAI's answer to a deletion."""

    id: str
    object: str = "response"
    deleted: bool = True


class Responses:
    """A kept response is a turn of a hidden thread; its id names both, so that nothing else must be remembered."""

    def __init__(self, face: Face, turns: AgentTurns, translated: Translated) -> None:
        self._face = face
        self._turns = turns
        self._translated = translated

    async def create(self, request: Request, caller: Principal | None) -> Answer:
        """Raises GatewayError; `path` is the member that does not fit."""
        ctx = self._face.context(request, caller)
        raw = await request.body()
        match parse_model(decode(raw, NamedModel).model):
            case Provider() as named:
                return await self._provider(ctx.principal, named, decode(raw, ResponseBody))
            case Portico() as model:
                return await self._turn(ctx, model, decode(raw, ResponseBody), claim_of(request, raw))

    async def get(self, request: Request, caller: Principal | None) -> Response:
        """A kept response as it stands. Raises NotFound (`response_not_found`)."""
        if request.query().get("stream") == "true":
            raise Invalid("a response that was made is not streamed again", path="stream")
        return Response.json(await self._read(self._face.context(request, caller), request.params["id"]))

    async def cancel(self, request: Request, caller: Principal | None) -> Response:
        """Cancel the turn of a response; one that has ended is answered as it is, without `read` without its output."""
        ctx, id = self._face.context(request, caller), request.params["id"]
        ref = _ref(id)
        with _finding(id):
            if (await self._face.call(ctx, TURN_QUEUE_REMOVE, ref)).removed:
                return Response.json(ResponseEvents(self._plain_head(id)).whole() | {"status": "cancelled"})
            await self._face.call(ctx, TURN_CANCEL, TurnCancelParams(thread_id=ref.thread_id, turn_id=ref.turn_id))
        told = await self._read(reading(ctx), id)
        if not ctx.principal.may(Scope.READ):
            told["output"] = []
        return Response.json(told | {"status": "cancelled"} if told["status"] == "in_progress" else told)

    async def delete(self, request: Request, caller: Principal | None) -> Response:
        """Delete a response with all that it goes on with. Raises NotFound, Invalid for one of a conversation."""
        ctx, id = self._face.context(request, caller), request.params["id"]
        ref = _ref(id)
        with _finding(id):
            await self._face.call(reading(ctx), TURN_GET, ref)
            found = await self._face.call(reading(ctx), THREAD_GET, ThreadGetParams(thread_id=ref.thread_id))
        thread = found.thread
        if thread.agent_role != RESPONSES:
            raise Invalid("this response belongs to a conversation: delete the conversation", path="response_id")
        with _finding(id):
            place = ThreadDeleteParams(workspace_id=thread.workspace_id, thread_id=thread.id)
            await self._face.call(ctx, THREAD_DELETE, place)
        return Response.json(Deleted(id=id))

    async def _provider(self, principal: Principal, named: Provider, body: ResponseBody) -> Answer:
        check_for_provider(body)
        resolved = await self._translated.resolve(named.provider, named.model)
        call = TranslatedCall(principal, resolved, asked(body), "responses", "text.format")
        opening = await self._translated.opening(call)
        return _answer(body, opening, self._head(body, f"{PREFIX}{self._face.ids.new()}", is_kept=False))

    async def _turn(self, ctx: CallContext, model: Portico, body: ResponseBody, claim: RequestClaim | None) -> Answer:
        check_for_turn(body)
        goes_on = body.previous_response_id is not None or body.conversation is not None
        wish = asked(body)
        said = spoken(together(wish, "input") if goes_on else wish, "input")
        place = await self._place(ctx, model, body, claim)
        if place.is_new and not place.is_ephemeral:
            said = with_transcript(said)
        begun = await self._turns.begin(ctx, place, said, "input")
        id = f"{PREFIX}{begun.thread_id}.{begun.turn_id}"
        head = self._head(body, id, is_kept=not begun.is_ephemeral)
        return _answer(body, lambda outlet: self._turns.following(ctx, begun, outlet), head)

    async def _place(self, ctx: CallContext, model: Portico, body: ResponseBody, claim: RequestClaim | None) -> Place:
        conversation_id = body.conversation_id
        if conversation_id is not None:
            with told_as("conversation"):
                return await self._turns.of_conversation(ctx, model, body.model, conversation_id, claim)
        if body.previous_response_id is not None:
            place = await self._behind(ctx, body.previous_response_id)
            if model.workspace is not None:
                there = await self._turns.workspace_id(ctx, model, body.model)
                refuse(there != place.workspace_id, "model", "the response to go on with is of another workspace")
            return place
        return await self._turns.fresh(ctx, model, body.model, is_kept=body.is_stored)

    async def _behind(self, ctx: CallContext, id: str) -> Place:
        """The thread of a response, if that is the newest one in it and has ended."""
        ref = _ref(id, "previous_response_id")
        with _finding(id, "previous_response_id"):
            await self._face.call(reading(ctx), TURN_GET, ref)
            found = await self._face.call(reading(ctx), THREAD_GET, ThreadGetParams(thread_id=ref.thread_id))
        newest = found.thread.turns[-1] if found.thread.turns else None
        if newest is None or newest.id != ref.turn_id or newest.status is TurnStatus.IN_PROGRESS:
            raise Invalid(
                "only the newest response of its line, when it has ended, can be gone on with",
                code="previous_response_not_newest",
                path="previous_response_id",
            )
        return Place(found.thread.workspace_id, ref.thread_id, self._face.ids.new())

    def _head(self, body: ResponseBody, id: str, *, is_kept: bool) -> ResponseHead:
        return ResponseHead(id, self._face.clock.now(), body.model, _told(body, is_kept=is_kept))

    def _plain_head(self, id: str) -> ResponseHead:
        return ResponseHead(id, self._face.clock.now(), PORTICO)

    async def _read(self, ctx: CallContext, id: str) -> dict[str, Any]:
        ref = _ref(id)
        with _finding(id):
            queue = await self._face.call(ctx, TURN_QUEUE_LIST, TurnQueueListParams(thread_id=ref.thread_id))
            if any(row.turn_id == ref.turn_id for row in queue.items):
                return ResponseEvents(self._plain_head(id)).whole() | {"status": "queued"}
            turn = (await self._face.call(ctx, TURN_GET, ref)).turn
            items = await self._face.call(ctx, TURN_ITEMS, ref)
            found = await self._face.call(ctx, THREAD_GET, ThreadGetParams(thread_id=ref.thread_id))
        events = ResponseEvents(ResponseHead(id, turn.created_at or 0, _model(found.thread), _line(found.thread, turn)))
        for piece in _pieces((decode_event(bytes(row))[1] for row in items.events), turn):
            events.feed(piece)
        return events.whole()


def _model(thread: Thread) -> str:
    return PORTICO if thread.workspace_id == DEFAULT_WORKSPACE_ID else f"{PORTICO}/{thread.workspace_id}"


def _line(thread: Thread, turn: Turn) -> dict[str, Any]:
    """What a response of a line goes on with."""
    ids = [known.id for known in thread.turns]
    place = ids.index(turn.id) if turn.id in ids and thread.agent_role == RESPONSES else 0
    return {"previous_response_id": f"{PREFIX}{thread.id}.{ids[place - 1]}"} if place else {}


def _answer(body: ResponseBody, opening: Opening, head: ResponseHead) -> Answer:
    events = ResponseEvents(head)
    if body.stream:
        return streamed(opening, events)
    return held(opening, events.feed, lambda ended: events.whole())


def _ref(id: str, param: str = "response_id") -> TurnRef:
    """The turn that a response's id names. Raises NotFound."""
    found = _ID.fullmatch(id)
    if found is None:
        raise _missing(id, param)
    return TurnRef(thread_id=found[1], turn_id=found[2])


@contextmanager
def _finding(id: str, param: str = "response_id") -> Generator[None]:
    """Whatever is not there, the caller is told of the response."""
    try:
        yield
    except NotFound as error:
        raise _missing(id, param) from error


def _missing(id: str, param: str) -> NotFound:
    return NotFound(f"there is no response {id[:80]!r}", code="response_not_found", path=param)


def _pieces(events: Iterable[Event], turn: Turn) -> Iterator[Piece]:
    fold = TurnFold()
    for event in events:
        yield from fold.feed(event)
    if turn.status is not TurnStatus.IN_PROGRESS:
        yield from fold.feed(TurnCompleted(turn=turn))


def _told(body: ResponseBody, *, is_kept: bool) -> dict[str, Any]:
    """The members that repeat the request."""
    told: dict[str, Any] = {"store": is_kept, "metadata": body.metadata or {}, "tools": body.tools or []}
    for name in ("instructions", "max_output_tokens", "temperature", "top_p", "previous_response_id"):
        told[name] = getattr(body, name)
    if body.tool_choice is not None:
        told["tool_choice"] = body.tool_choice
    if body.parallel_tool_calls is not None:
        told["parallel_tool_calls"] = body.parallel_tool_calls
    if body.reasoning is not None:
        told["reasoning"] = {"effort": body.reasoning.effort, "summary": body.reasoning.summary}
    if body.text is not None and body.text.format is not None:
        told["text"] = {"format": _shown_form(body.text.format)}
    if body.conversation_id is not None:
        told["conversation"] = {"id": body.conversation_id}
    return told


def _shown_form(form: Form) -> dict[str, Any]:
    if form.type != "json_schema":
        return {"type": form.type}
    return {"type": form.type, "name": form.name, "schema": form.schema, "strict": form.strict}
