"""The routes of the chat face (chat-http A5; from `messages` and `runs` on they are ours)."""

from collections.abc import Awaitable, Callable

import msgspec

from portico.gateway.edge.chat import told
from portico.gateway.edge.chat.bodies import Prompt, adapter_prompt, check_id, direct_prompt, wished
from portico.gateway.edge.chat.finding import Finder
from portico.gateway.edge.chat.records import (
    Aborted,
    AbortQuery,
    Deleted,
    PageQuery,
    ResumeQuery,
    listing,
    messages,
    record,
)
from portico.gateway.edge.chat.runs import Runs, looking
from portico.gateway.edge.face import Face
from portico.gateway.edge.idempotency import claim_of
from portico.gateway.edge.request import Request, Response
from portico.gateway.edge.route import HttpRoute
from portico.gateway.edge.streams import EventStream, Held
from portico.gateway.kernel.context import Principal
from portico.gateway.kernel.errors import Invalid, NotFound
from portico.gateway.rpc import CallContext
from portico.protocol.base import Scope
from portico.protocol.methods.conversation import (
    CONVERSATION_DELETE,
    CONVERSATION_GET,
    CONVERSATION_LIST,
    CONVERSATION_MESSAGES,
    CONVERSATION_OPEN,
    ConversationGetParams,
    ConversationListParams,
    ConversationMessagesParams,
    ConversationOpenParams,
    ConversationRef,
)
from portico.protocol.methods.turn import (
    TURN_CANCEL,
    TURN_QUEUE_LIST,
    TURN_QUEUE_REMOVE,
    TurnCancelParams,
    TurnQueueListParams,
    TurnRef,
)
from portico.protocol.types.conversation import Conversation
from portico.protocol.types.turn import TurnStatus

Reader = Callable[[Request], Awaitable[Prompt]]
Handler = Callable[[Request, Principal | None], Awaitable[Response | EventStream | Held]]

CONVERSATIONS = "/v1/conversations"
ABORTED = "the conversation was aborted"


class ChatFace:
    """Seed 002 over threads and turns. `is_kept`: conversations outlive the process."""

    def __init__(self, face: Face, *, is_kept: bool = True) -> None:
        self._face = face
        self._is_kept = is_kept
        self._runs = Runs(face, is_kept=is_kept)
        self._finder = Finder(face, self._runs)

    def routes(self) -> tuple[HttpRoute, ...]:
        one, run = f"{CONVERSATIONS}/{{id}}", "/v1/chat/runs/{runId}"
        direct, adapter = "/v1/chat", "/v1/adapters/chat"
        return (
            HttpRoute("GET", CONVERSATIONS, Scope.READ, self.list, told=told.LIST),
            HttpRoute("POST", CONVERSATIONS, Scope.CHAT, self.create, told=told.CREATE),
            HttpRoute("GET", one, Scope.READ, self.get, told=told.GET),
            HttpRoute("DELETE", one, Scope.CHAT, self.delete, told=told.DELETE),
            HttpRoute("POST", f"{one}/abort", Scope.CHAT, self.abort, told=told.ABORT),
            HttpRoute("GET", f"{one}/messages", Scope.READ, self.messages, told=told.MESSAGES),
            HttpRoute("POST", direct, Scope.CHAT, self._asked(direct_prompt), told=told.CHAT),
            HttpRoute("POST", f"{direct}/stream", Scope.CHAT, self._streamed(direct_prompt), told=told.CHAT_STREAM),
            HttpRoute("POST", adapter, Scope.CHAT, self._asked(adapter_prompt), told=told.ADAPTER),
            HttpRoute(
                "POST", f"{adapter}/stream", Scope.CHAT, self._streamed(adapter_prompt), told=told.ADAPTER_STREAM
            ),
            HttpRoute("GET", run, Scope.CHAT, self.run, told=told.RUN),
            HttpRoute("GET", f"{run}/stream", Scope.CHAT, self.resume, told=told.RUN_STREAM),
        )

    async def list(self, request: Request, caller: Principal | None) -> Response:
        """A page of conversations."""
        query = request.query_as(PageQuery)
        params = ConversationListParams(limit=query.limit or 100, cursor=query.cursor)
        found = await self._face.call(self._face.context(request, caller), CONVERSATION_LIST, params)
        return Response.json(listing(found, is_kept=self._is_kept))

    async def create(self, request: Request, caller: Principal | None) -> Response:
        """201 with a new conversation, 200 with one that was there."""
        body = await wished(request)
        wish = None if body.conversation_id is msgspec.UNSET else body.conversation_id
        params = ConversationOpenParams(conversation_id=wish, request=claim_of(request, msgspec.json.encode(body)))
        opened = await self._face.call(self._face.context(request, caller), CONVERSATION_OPEN, params)
        told_as = record(opened.conversation, is_kept=self._is_kept)
        return Response.json(told_as, 201 if opened.is_new else 200)

    async def get(self, request: Request, caller: Principal | None) -> Response:
        """Raises NotFound."""
        found = await self._found(self._face.context(request, caller), _id(request))
        return Response.json(record(found, is_kept=self._is_kept))

    async def delete(self, request: Request, caller: Principal | None) -> Response:
        """Raises NotFound."""
        ref = ConversationRef(conversation_id=_id(request))
        await self._face.call(self._face.context(request, caller), CONVERSATION_DELETE, ref)
        return Response.json(Deleted(deleted=True))

    async def abort(self, request: Request, caller: Principal | None) -> Response:
        """Stop the running turn, after what waits was taken out if that is asked. Raises NotFound."""
        ctx, conversation_id = self._face.context(request, caller), _id(request)
        query = request.query_as(AbortQuery)
        found = await self._found(looking(ctx), conversation_id)
        cleared = 0
        if query.clear_queue:
            cleared = await self._clear(ctx, found.thread_id)
            found = await self._found(looking(ctx), conversation_id)
        if found.running_turn_id is None:
            return Response.json(Aborted(aborted=False, cleared=cleared))
        cancel = TurnCancelParams(thread_id=found.thread_id, turn_id=found.running_turn_id, reason=ABORTED)
        turn = (await self._face.call(ctx, TURN_CANCEL, cancel)).turn
        return Response.json(Aborted(aborted=turn.status is TurnStatus.IN_PROGRESS, cleared=cleared))

    async def messages(self, request: Request, caller: Principal | None) -> Response:
        """A page of what was said. Raises NotFound."""
        ctx, query = self._face.context(request, caller), request.query_as(PageQuery)
        found = await self._found(ctx, _id(request))
        params = ConversationMessagesParams(
            conversation_id=found.conversation_id, limit=query.limit or 50, cursor=query.cursor
        )
        page = await self._face.call(ctx, CONVERSATION_MESSAGES, params)
        return Response.json(messages(found.thread_id, page))

    async def run(self, request: Request, caller: Principal | None) -> Response | Held:
        """Raises NotFound."""
        return await self._finder.state(self._face.context(request, caller), request.params["runId"])

    async def resume(self, request: Request, caller: Principal | None) -> Response | EventStream:
        """The place is named by the header, or by a query for clients that cannot set one. Raises NotFound."""
        told_id = request.header("last-event-id") or request.query_as(ResumeQuery).last_event_id or None
        return await self._finder.resume(self._face.context(request, caller), request.params["runId"], told_id)

    def _asked(self, read: Reader) -> Handler:
        async def handle(request: Request, caller: Principal | None) -> Response | Held:
            ctx, prompt = self._face.context(request, caller), await _read(request, read)
            begun = await self._runs.begin(ctx, prompt, is_stream=False)
            return self._runs.held(ctx, begun) if begun.taken is None else Response.json(begun.taken, 202)

        return handle

    def _streamed(self, read: Reader) -> Handler:
        async def handle(request: Request, caller: Principal | None) -> EventStream:
            ctx, prompt = self._face.context(request, caller), await _read(request, read)
            return self._runs.stream(ctx, await self._runs.begin(ctx, prompt, is_stream=True))

        return handle

    async def _found(self, ctx: CallContext, conversation_id: str) -> Conversation:
        params = ConversationGetParams(conversation_id=conversation_id)
        return (await self._face.call(ctx, CONVERSATION_GET, params)).conversation

    async def _clear(self, ctx: CallContext, thread_id: str) -> int:
        """Take out what waits; how many."""
        waiting = await self._face.call(looking(ctx), TURN_QUEUE_LIST, TurnQueueListParams(thread_id=thread_id))
        refs = [TurnRef(thread_id=thread_id, turn_id=row.turn_id) for row in waiting.items]
        return sum([(await self._face.call(ctx, TURN_QUEUE_REMOVE, ref)).removed for ref in refs])


async def _read(request: Request, read: Reader) -> Prompt:
    if request.header("last-event-id") is not None:
        sentence = "a prompt cannot be resumed: GET /v1/chat/runs/{runId}/stream with this Last-Event-ID"
        raise Invalid(sentence, code="resume_with_get")
    return await read(request)


def _id(request: Request) -> str:
    """The id in the path. Raises NotFound for one that cannot be."""
    try:
        check_id(request.params["id"])
    except Invalid as error:
        raise NotFound("there is no such conversation", code="conversation_not_found") from error
    return request.params["id"]
