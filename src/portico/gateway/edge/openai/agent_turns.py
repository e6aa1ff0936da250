"""Agent turns for callers of OpenAI's wire: where each is kept, how it is followed, what is left of it."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace

import anyio

from portico.gateway.edge.face import Face
from portico.gateway.edge.follow import Follow, following
from portico.gateway.edge.openai.answers import Ended, Piece
from portico.gateway.edge.openai.asked import Spoken, told_as
from portico.gateway.edge.openai.naming import Portico, find_workspace
from portico.gateway.edge.openai.turn_pieces import TurnFold, ended_in
from portico.gateway.edge.streams import Outlet
from portico.gateway.kernel.errors import Conflict, GatewayError
from portico.gateway.log import thread_stream
from portico.gateway.rpc import CallContext
from portico.protocol.base import NoParams, Scope
from portico.protocol.events import TurnQueueChanged
from portico.protocol.methods.conversation import CONVERSATION_OPEN, ConversationOpenParams, RequestClaim
from portico.protocol.methods.thread import THREAD_DELETE, THREAD_START, ThreadDeleteParams, ThreadStartParams
from portico.protocol.methods.turn import (
    TURN_CANCEL,
    TURN_QUEUE_REMOVE,
    TURN_START,
    TurnCancelParams,
    TurnRef,
    TurnStartParams,
    WhenBusy,
)
from portico.protocol.methods.workspace import WORKSPACE_DEFAULT, WORKSPACE_LIST
from portico.protocol.types.input import Reasoning, TextInput, UserInput
from portico.protocol.types.thread import OriginKind, SidebarVisibility, ThreadMode

LEAVING_SECONDS = 5.0
RESPONSES = "responses"
"""The role of threads that hold kept responses: only these are deleted with a response."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A turn of a caller's. `after` is the thread's version before it; `is_own`: it ends when the caller leaves."""

    workspace_id: str
    thread_id: str
    turn_id: str
    after: int = 0
    is_ephemeral: bool = False
    is_own: bool = True
    is_queued: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """The thread that a turn is to be in, and the id that it gets."""

    workspace_id: str
    thread_id: str
    turn_id: str
    when_busy: WhenBusy = "reject"
    is_ephemeral: bool = False
    is_new: bool = False
    is_own: bool = True


class AgentTurns:
    """Everything goes through the methods of the protocol, with the caller's own scopes."""

    def __init__(self, face: Face) -> None:
        self._face = face

    async def fresh(self, ctx: CallContext, model: Portico, name: str, *, is_kept: bool) -> Place:
        """A hidden thread of its own; without `is_kept` it is deleted after the turn. Raises NotFound."""
        workspace_id = await self.workspace_id(ctx, model, name)
        thread_id = self._face.ids.new()
        params = ThreadStartParams(
            thread_id=thread_id,
            workspace_id=workspace_id,
            origin_kind=OriginKind.SYSTEM,
            sidebar_visibility=SidebarVisibility.HIDDEN,
            agent_role=RESPONSES if is_kept else None,
            ephemeral=not is_kept,
        )
        await self._face.call(ctx, THREAD_START, params)
        return Place(workspace_id, thread_id, self._face.ids.new(), is_ephemeral=not is_kept, is_new=True)

    async def of_conversation(
        self, ctx: CallContext, model: Portico, name: str, conversation_id: str, claim: RequestClaim | None = None
    ) -> Place:
        """The thread of a conversation that the caller named in so many words; it is made if it is not there."""
        workspace_id = None if model.workspace is None else await self.workspace_id(ctx, model, name)
        wish = ConversationOpenParams(conversation_id=conversation_id, workspace_id=workspace_id, request=claim)
        opened = await self._face.call(ctx, CONVERSATION_OPEN, wish)
        told = opened.conversation
        return Place(told.workspace_id, told.thread_id, opened.turn_id, "queue", is_own=not opened.is_repeated)

    async def workspace_id(self, ctx: CallContext, model: Portico, name: str) -> str:
        """The workspace that a model's name names. Raises NotFound (`model_not_found`)."""
        if model.workspace is None:
            return (await self._face.call(reading(ctx), WORKSPACE_DEFAULT, NoParams())).workspace.id
        listed = await self._face.call(reading(ctx), WORKSPACE_LIST, NoParams())
        return find_workspace(listed.workspaces, model.workspace, name).id

    async def begin(self, ctx: CallContext, place: Place, spoken: Spoken, param: str) -> Begun:
        """Start the turn, or queue it. Raises GatewayError; refusals name the caller's `param`."""
        params = TurnStartParams(
            thread_id=place.thread_id,
            turn_id=place.turn_id,
            input=spoken.input,
            mode=ThreadMode.AGENT,
            reasoning=Reasoning(effort=spoken.effort) if spoken.effort else None,
            when_busy=place.when_busy,
            attended=True,
            instructions=spoken.instructions,
            context=spoken.context if place.is_ephemeral and spoken.context else None,
        )
        begun = Begun(
            place.workspace_id,
            place.thread_id,
            place.turn_id,
            is_ephemeral=place.is_ephemeral,
            is_own=place.is_own,
        )
        try:
            with told_as(param):
                answer = await self._face.call(ctx, TURN_START, params)
        except GatewayError:
            if place.is_new:
                await self.leave(ctx, replace(begun, is_ephemeral=True, is_own=False), is_over=True)
            raise
        return replace(begun, after=answer.head_version, is_queued=answer.outcome == "queued")

    @asynccontextmanager
    async def following(self, ctx: CallContext, begun: Begun, outlet: Outlet) -> AsyncGenerator["TurnSource"]:
        """The turn's answer. Leaving the block before its end cancels it; an ephemeral thread is deleted."""
        source: TurnSource | None = None
        try:
            async with following(self._face.feeds, thread_stream(begun.thread_id), outlet, begun.after) as follow:
                source = TurnSource(follow, begun.turn_id)
                yield source
        finally:
            await self.leave(ctx, begun, is_over=source is not None and source.is_over)

    async def leave(self, ctx: CallContext, begun: Begun, *, is_over: bool) -> None:
        """What is not wanted any more is cancelled and deleted; a gateway that stops does so by itself."""
        with anyio.move_on_after(LEAVING_SECONDS, shield=True):
            with suppress(GatewayError):
                if begun.is_own and not is_over:
                    await self._cancel(ctx, begun)
            with suppress(GatewayError):
                if begun.is_ephemeral:
                    place = ThreadDeleteParams(workspace_id=begun.workspace_id, thread_id=begun.thread_id)
                    await self._face.call(ctx, THREAD_DELETE, place)

    async def _cancel(self, ctx: CallContext, begun: Begun) -> None:
        ref = TurnRef(thread_id=begun.thread_id, turn_id=begun.turn_id)
        if begun.is_queued and (await self._face.call(ctx, TURN_QUEUE_REMOVE, ref)).removed:
            return
        params = TurnCancelParams(thread_id=ref.thread_id, turn_id=ref.turn_id, reason="the caller left")
        await self._face.call(ctx, TURN_CANCEL, params)


class TurnSource:
    """The Source over the events of one turn."""

    def __init__(self, follow: Follow, turn_id: str) -> None:
        self._follow = follow
        self._turn_id = turn_id
        self._fold = TurnFold()
        self.is_over = False

    async def next(self) -> list[Piece]:
        while True:
            pieces: list[Piece] = []
            for fact in await self._follow.next():
                if fact.turn_id == self._turn_id:
                    pieces += self._fold.feed(fact.event)
                elif isinstance(fact.event, TurnQueueChanged) and self._is_removed(fact.event):
                    told = "this request was taken out of the queue"
                    pieces.append(Ended(error=Conflict(told, code="removed", may_retry=False)))
            if pieces:
                self.is_over = ended_in(pieces) is not None
                return pieces

    def _is_removed(self, event: TurnQueueChanged) -> bool:
        return event.change == "removed" and event.queued_turn_id == self._turn_id


def reading(ctx: CallContext) -> CallContext:
    """To find what a caller with the scope `chat` names, the face may look."""
    principal = replace(ctx.principal, scopes=ctx.principal.scopes | {Scope.READ})
    return replace(ctx, principal=principal)


def with_transcript(spoken: Spoken) -> Spoken:
    """For a thread that is kept: earlier messages become part of the input, so that later turns still know them."""
    if not spoken.context:
        return spoken
    said = [f"{told.role}: {_text(told.content)}" for told in spoken.context]
    text = "Earlier in this conversation:\n\n" + "\n\n".join(said) + "\n\nNow:"
    return replace(spoken, input=[TextInput(text=text), *spoken.input], context=[])


def _text(content: list[UserInput]) -> str:
    return "\n".join(part.text if isinstance(part, TextInput) else "[an image]" for part in content)
