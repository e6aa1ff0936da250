"""Runs by their ids: their state, and going on with one whose stream was cut (chat-http H8; ours)."""

from dataclasses import dataclass
from functools import partial

from portico.gateway.edge.chat.feed import ALL_PARTS, Place, place_of
from portico.gateway.edge.chat.outcomes import Done, Failure, Named, RunState
from portico.gateway.edge.chat.records import split_run_id
from portico.gateway.edge.chat.runs import Begun, Runs, looking
from portico.gateway.edge.face import Face
from portico.gateway.edge.follow import CHUNK_BYTES
from portico.gateway.edge.request import Response
from portico.gateway.edge.streams import EventStream, Held, Outlet
from portico.gateway.kernel.errors import NotFound
from portico.gateway.log import thread_stream
from portico.gateway.rpc import CallContext
from portico.protocol.methods.conversation import CONVERSATION_GET, ConversationGetParams
from portico.protocol.methods.turn import TURN_GET, TURN_QUEUE_LIST, TurnQueueListParams, TurnRef
from portico.protocol.types.turn import TurnStatus


@dataclass(frozen=True, slots=True)
class Found:
    """A run that there is. `queued`: its place while it waits; `head` is the thread's as it was looked for."""

    name: Named
    before: int
    head: int
    is_over: bool = False
    queued: int | None = None


class Finder:
    """Looks runs up."""

    def __init__(self, face: Face, runs: Runs) -> None:
        self._face = face
        self._runs = runs

    async def state(self, ctx: CallContext, run_id: str) -> Response | Held:
        """What a run is doing, and how it ended. Raises NotFound."""
        found = await self._find(ctx, run_id)
        if found.is_over:
            return Held(partial(self._ended, found))
        return Response.json(_state(found, "running" if found.queued is None else "queued"))

    async def resume(self, ctx: CallContext, run_id: str, told: str | None) -> Response | EventStream:
        """The run's events behind the id `told`; 204 when there are none any more. Raises NotFound.

        An id that is none of this log's is told by `reset`, and the whole run follows.
        """
        found = await self._find(ctx, run_id)
        seen = None if told is None else place_of(self._face.feeds.epoch, found.head, told)
        is_reset = told is not None and seen is None
        if seen is not None and found.is_over and await self._is_past(found, seen):
            return Response(204)
        if seen is None or seen.version < found.before:
            seen = Place(found.before)
        begun = Begun(found.name, found.before, seen, is_attached=True, is_reset=is_reset, queued=found.queued)
        return self._runs.stream(ctx, begun)

    async def _ended(self, found: Found, outlet: Outlet) -> Response:
        ended = await self._runs.end_of(found.name, found.before, outlet)
        return Response.json(_state(found, "done" if isinstance(ended, Done) else "error", ended))

    async def _is_past(self, found: Found, seen: Place) -> bool:
        """Nothing of the run follows: events of one turn stand together, only facts of no turn come between."""
        if seen.part != ALL_PARTS or seen.version <= found.before:
            return False
        watch = await self._face.feeds.watch(thread_stream(found.name.thread_id), _nothing)
        try:
            version = seen.version
            while True:
                facts, version = await watch.page_facts(version, CHUNK_BYTES)
                turns = [fact.turn_id for fact in facts if fact.turn_id is not None]
                if turns or not facts:
                    return found.name.turn_id not in turns[:1]
        finally:
            watch.close()

    async def _find(self, ctx: CallContext, run_id: str) -> Found:
        parts = split_run_id(run_id)
        if parts is None:
            raise _unknown(run_id)
        thread_id, turn_id = parts
        head = await self._face.feeds.head(thread_stream(thread_id))
        name = Named(await self._conversation(ctx, run_id, thread_id), thread_id, turn_id, None, self._runs.is_kept)
        found = await self._turn(ctx, name, head) or await self._waiting(ctx, name, head)
        # between the two looks it may have left the queue and begun
        found = found or await self._turn(ctx, name, head)
        if found is None:
            raise _unknown(run_id)
        return found

    async def _conversation(self, ctx: CallContext, run_id: str, thread_id: str) -> str:
        try:
            got = await self._face.call(looking(ctx), CONVERSATION_GET, ConversationGetParams(thread_id=thread_id))
        except NotFound as error:
            raise _unknown(run_id) from error
        return got.conversation.conversation_id

    async def _turn(self, ctx: CallContext, name: Named, head: int) -> Found | None:
        try:
            ref = TurnRef(thread_id=name.thread_id, turn_id=name.turn_id)
            got = await self._face.call(looking(ctx), TURN_GET, ref)
        except NotFound:
            return None
        is_over = got.turn.status is not TurnStatus.IN_PROGRESS
        return Found(name, max(0, (got.started_version or 1) - 1), head, is_over)

    async def _waiting(self, ctx: CallContext, name: Named, head: int) -> Found | None:
        got = await self._face.call(looking(ctx), TURN_QUEUE_LIST, TurnQueueListParams(thread_id=name.thread_id))
        places = {row.turn_id: row.position for row in got.items}
        return Found(name, head, head, queued=places[name.turn_id]) if name.turn_id in places else None


def _state(found: Found, state: str, ended: Done | Failure | None = None) -> RunState:
    return RunState(
        conversation_id=found.name.conversation_id,
        session_id=found.name.thread_id,
        run_id=found.name.run_id,
        state=state,
        queued=found.queued,
        done=ended if isinstance(ended, Done) else None,
        error=ended if isinstance(ended, Failure) else None,
    )


def _unknown(run_id: str) -> NotFound:
    return NotFound("there is no such run", code="run_not_found", run_id=run_id[:130])


def _nothing() -> None:
    """Nobody waits for news."""
