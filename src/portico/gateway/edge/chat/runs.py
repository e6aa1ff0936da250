"""Runs of the chat face: a prompt becomes a turn, and whoever asked follows it (chat-http A8 to A10)."""

import dataclasses
from dataclasses import dataclass
from functools import partial

import anyio
import msgspec

from portico.gateway.edge.chat.bodies import Prompt
from portico.gateway.edge.chat.feed import EVERYTHING, Place, RunFeed, ended_event
from portico.gateway.edge.chat.outcomes import (
    RETRY_SECONDS,
    Done,
    Failure,
    Named,
    Ready,
    Taken,
    refused,
    response,
)
from portico.gateway.edge.face import Face
from portico.gateway.edge.follow import following
from portico.gateway.edge.request import Response
from portico.gateway.edge.streams import EventStream, Held, Outlet, PeerGone, frame
from portico.gateway.kernel.errors import Conflict, GatewayError, NotFound
from portico.gateway.log import thread_stream
from portico.gateway.rpc import CallContext
from portico.protocol.base import Scope
from portico.protocol.methods.conversation import CONVERSATION_OPEN, ConversationOpenParams, ConversationOpenResponse
from portico.protocol.methods.turn import (
    TURN_CANCEL,
    TURN_GET,
    TURN_QUEUE_LIST,
    TURN_QUEUE_REMOVE,
    TURN_START,
    TurnCancelParams,
    TurnQueueListParams,
    TurnRef,
    TurnStartParams,
    TurnStartResponse,
    WhenBusy,
)
from portico.protocol.types.input import TextInput, UserInput

LEFT = "the client that asked for it left"
_WHEN_BUSY: dict[str | None, WhenBusy] = {None: "queue", "steer": "steer", "followUp": "follow_up"}


@dataclass(frozen=True, slots=True)
class Begun:
    """A run to follow from behind `before`; what its client has is `seen`.

    `is_owned`: losing this client ends the run. `taken`: the JSON routes answer this instead of waiting.
    """

    name: Named
    before: int
    seen: Place
    is_attached: bool = False
    is_owned: bool = False
    is_reset: bool = False
    queued: int | None = None
    taken: Taken | None = None


def looking(ctx: CallContext) -> CallContext:
    """The same caller, who may look up what its own call is about: its answer tells no more than the run's events."""
    principal = dataclasses.replace(ctx.principal, scopes=ctx.principal.scopes | {Scope.READ})
    return dataclasses.replace(ctx, principal=principal)


class Runs:
    """Begins runs and follows them. It keeps nothing: all that it tells is in the log."""

    def __init__(self, face: Face, *, is_kept: bool) -> None:
        self._face = face
        self.is_kept = is_kept

    async def begin(self, ctx: CallContext, prompt: Prompt, *, is_stream: bool) -> Begun:
        """Start, queue or steer. Raises GatewayError, so that a refusal keeps its status."""
        waits = is_stream or prompt.wait or prompt.behaviour is None
        opened, started = await self._opened(ctx, prompt, waits=waits)
        conversation = opened.conversation
        name = Named(
            conversation.conversation_id, conversation.thread_id, started.turn.id, prompt.adapter_key, self.is_kept
        )
        is_steered = started.outcome == "steered"
        before = await self._before(ctx, name) if is_steered else started.head_version
        return Begun(
            name=name,
            before=before,
            seen=Place(started.head_version),
            is_attached=is_steered or opened.is_repeated,
            is_owned=prompt.aborts and not is_steered and not opened.is_repeated,
            queued=started.queue_position if started.outcome == "queued" else None,
            taken=None if waits else _taken(name, started, prompt),
        )

    def stream(self, ctx: CallContext, begun: Begun) -> EventStream:
        """The run as server-sent events, `ready` first."""

        def failure(error: GatewayError) -> bytes:
            return ended_event(refused(begun.name, error))

        return EventStream(partial(self._stream, ctx, begun), failure)

    def held(self, ctx: CallContext, begun: Begun) -> Held:
        """The end of the run as an answer."""
        return Held(partial(self._hold, ctx, begun))

    async def end_of(self, name: Named, before: int, outlet: Outlet) -> Done | Failure:
        """How the run of `name` ends; waits for it. Raises PeerGone, GatewayError."""
        feed = RunFeed(self._face.feeds.epoch, name, EVERYTHING)
        async with following(self._face.feeds, thread_stream(name.thread_id), outlet, before) as follow:
            while feed.ended is None:
                feed.take(await follow.next())
        return feed.ended

    async def _stream(self, ctx: CallContext, begun: Begun, outlet: Outlet) -> None:
        try:
            await outlet.send(self._opening(begun))
            await self._follow(ctx, begun, outlet)
        except PeerGone:
            await self._leave(ctx, begun)
            raise

    async def _hold(self, ctx: CallContext, begun: Begun, outlet: Outlet) -> Response:
        try:
            return response(await self.end_of(begun.name, begun.before, outlet))
        except NotFound as error:
            return response(refused(begun.name, error))
        except PeerGone:
            await self._leave(ctx, begun)
            raise

    async def _follow(self, ctx: CallContext, begun: Begun, outlet: Outlet) -> None:
        feeds, thread_id = self._face.feeds, begun.name.thread_id
        feed = RunFeed(feeds.epoch, begun.name, begun.seen)
        feed.has_queue_news = begun.is_attached or begun.queued is not None
        async with following(feeds, thread_stream(thread_id), outlet, begun.before) as follow:
            while feed.ended is None:
                pieces = feed.take(await follow.next())
                if feed.has_queue_news and feed.ended is None:
                    feed.has_queue_news = False
                    pieces.append(await self._queue_update(ctx, thread_id))
                if pieces:
                    await outlet.send(b"".join(pieces))

    def _opening(self, begun: Begun) -> bytes:
        name, epoch = begun.name, self._face.feeds.epoch
        reset = frame("reset", msgspec.json.encode({"runId": name.run_id})) if begun.is_reset else b""
        ready = Ready(
            conversation_id=name.conversation_id,
            session_id=name.thread_id,
            run_id=name.run_id,
            attached=begun.is_attached,
            queued=begun.queued,
            adapter_key=name.adapter_key,
        )
        return reset + frame("ready", msgspec.json.encode(ready), begun.seen.id_of(epoch))

    async def _queue_update(self, ctx: CallContext, thread_id: str) -> bytes:
        """What waits now. It has no id: a client that comes back is told anew."""
        try:
            found = await self._face.call(looking(ctx), TURN_QUEUE_LIST, TurnQueueListParams(thread_id=thread_id))
        except GatewayError:  # the gateway stops, or the thread is gone: the run's own events say so
            return b""
        told = {
            "steering": [text_of(steer.input) for steer in found.steers if steer.delivery == "steer"],
            "followUp": [text_of(steer.input) for steer in found.steers if steer.delivery == "follow_up"],
            "queued": [text_of(row.input) for row in found.items],
        }
        return frame("queue_update", msgspec.json.encode(told))

    async def _opened(
        self, ctx: CallContext, prompt: Prompt, *, waits: bool
    ) -> tuple[ConversationOpenResponse, TurnStartResponse]:
        """The conversation and what became of the start. One that is deleted between the two is made anew, once."""
        params = ConversationOpenParams(conversation_id=prompt.conversation_id, request=prompt.claim)
        opened = await self._face.call(ctx, CONVERSATION_OPEN, params)
        try:
            return opened, await self._start(ctx, opened, prompt, waits=waits)
        except NotFound as error:
            if error.code != "thread_not_found":
                raise
        opened = await self._face.call(ctx, CONVERSATION_OPEN, params)
        return opened, await self._start(ctx, opened, prompt, waits=waits)

    async def _start(
        self, ctx: CallContext, opened: ConversationOpenResponse, prompt: Prompt, *, waits: bool
    ) -> TurnStartResponse:
        params = TurnStartParams(
            thread_id=opened.conversation.thread_id,
            turn_id=opened.turn_id,
            input=list(prompt.input),
            when_busy=_WHEN_BUSY[prompt.behaviour],
            attended=waits and prompt.on_disconnect == "abort",
        )
        try:
            return await self._face.call(ctx, TURN_START, params)
        except Conflict as error:
            if error.code == "turn_queue_full":
                error.retry_after_seconds = RETRY_SECONDS
            raise

    async def _before(self, ctx: CallContext, name: Named) -> int:
        """The version of the thread before the run."""
        ref = TurnRef(thread_id=name.thread_id, turn_id=name.turn_id)
        return max(0, ((await self._face.call(looking(ctx), TURN_GET, ref)).started_version or 1) - 1)

    async def _leave(self, ctx: CallContext, begun: Begun) -> None:
        """The client is gone: its own run is of no use to anybody (A10.3), others' are not touched."""
        if not begun.is_owned:
            return
        ref = TurnRef(thread_id=begun.name.thread_id, turn_id=begun.name.turn_id)
        cancel = TurnCancelParams(thread_id=ref.thread_id, turn_id=ref.turn_id, reason=LEFT)
        with anyio.CancelScope(shield=True):
            try:
                if begun.queued is not None and (await self._face.call(ctx, TURN_QUEUE_REMOVE, ref)).removed:
                    return
                await self._face.call(ctx, TURN_CANCEL, cancel)
            except GatewayError:  # it is over, or the gateway stops and ends it itself
                return


def text_of(given: list[UserInput]) -> str:
    return "\n".join(part.text for part in given if isinstance(part, TextInput))


def _taken(name: Named, started: TurnStartResponse, prompt: Prompt) -> Taken | None:
    if started.outcome == "started":
        return None
    return Taken(
        conversation_id=name.conversation_id,
        session_id=name.thread_id,
        run_id=name.run_id,
        queued=True,
        delivery=prompt.behaviour or "queue" if started.outcome == "steered" else "queue",
        position=started.queue_position or 1,
        adapter_key=name.adapter_key,
    )
