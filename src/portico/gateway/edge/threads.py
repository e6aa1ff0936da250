"""A thread's events over HTTP: the stored facts as server-sent events, from where the client left off (design 6)."""

from functools import partial

import msgspec

from portico.gateway.edge.face import Face
from portico.gateway.edge.follow import event_id, following, resume_after
from portico.gateway.edge.request import Request
from portico.gateway.edge.route import HttpRoute, Told
from portico.gateway.edge.streams import EventStream, Outlet, frame
from portico.gateway.kernel.context import Principal
from portico.gateway.kernel.errors import GatewayError, NotFound, Unavailable
from portico.gateway.log import thread_stream
from portico.gateway.log.feed import Frame
from portico.protocol.base import Count, Scope
from portico.protocol.methods.thread import THREAD_GET, ThreadGetParams

PATH = "/v1/threads/{thread_id}/events"


class EventsQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Where to begin: behind an event's `id:`, or behind a version; without both, at the head.

    The header `Last-Event-ID` counts before both: a browser keeps the address when it comes back.
    """

    last_event_id: str | None = None
    after: Count | None = None


class ThreadReady(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The first event, `ready`: what follows begins behind `version`."""

    thread_id: str
    epoch: str
    version: int


class _Begin(msgspec.Struct, frozen=True, kw_only=True):
    """Where a stream of a thread begins; `is_reset`: not where the client wanted."""

    thread_id: str
    epoch: str
    version: int
    is_reset: bool


class ThreadEvents:
    """`GET /v1/threads/{id}/events`."""

    def __init__(self, face: Face) -> None:
        self._face = face

    def routes(self) -> tuple[HttpRoute, ...]:
        told = Told(
            "Follow a thread: its events as they are stored, from where the client left off.",
            answer="text/event-stream",
            query=EventsQuery,
            headers=("Last-Event-ID",),
        )
        return (HttpRoute("GET", PATH, Scope.READ, self.events, told=told),)

    async def events(self, request: Request, caller: Principal | None) -> EventStream:
        """The stream. Raises NotFound, and Invalid when the beginning makes no sense."""
        try:
            wanted = msgspec.convert(dict(request.params), ThreadGetParams)
        except msgspec.ValidationError as error:
            raise NotFound("there is no such thread", code="thread_not_found", path="thread_id") from error
        query = _query(request)
        ctx = self._face.context(request, caller)
        found = await self._face.call(ctx, THREAD_GET, wanted)
        begin = _begin(wanted.thread_id, found.epoch, found.head_version, query)
        # hours may pass: the header is needed no more
        request.forget()
        return EventStream(partial(self._produce, begin), partial(failure, wanted.thread_id))

    async def _produce(self, begin: _Begin, outlet: Outlet) -> None:
        async with following(self._face.feeds, thread_stream(begin.thread_id), outlet, begin.version) as follow:
            await outlet.send(_greeting(begin))
            while True:
                facts = await follow.next()
                await outlet.send(b"".join([_told(begin.epoch, fact) for fact in facts]))


def failure(thread_id: str, error: GatewayError) -> bytes:
    """The last event: `closed` when the thread was deleted, else `error` with what to do."""
    if error.code == "thread_deleted":
        return frame("closed", msgspec.json.encode({"threadId": thread_id}))
    told = {"error": error.message, "code": error.code, "retryable": isinstance(error, Unavailable)}
    return frame("error", msgspec.json.encode(told))


def _query(request: Request) -> EventsQuery:
    query = request.query_as(EventsQuery)
    header = request.header("last-event-id")
    return query if header is None else EventsQuery(last_event_id=header)


def _begin(thread_id: str, epoch: str, head: int, query: EventsQuery) -> _Begin:
    version: int | None = head
    if query.last_event_id is not None:
        version = resume_after(epoch, head, query.last_event_id)
    elif query.after is not None:
        version = query.after if query.after <= head else None
    return _Begin(
        thread_id=thread_id,
        epoch=epoch,
        version=head if version is None else version,
        is_reset=version is None,
    )


def _greeting(begin: _Begin) -> bytes:
    """Both have an `id:`, so that a client that is cut before the first fact misses none."""
    id_ = event_id(begin.epoch, begin.version)
    ready = ThreadReady(thread_id=begin.thread_id, epoch=begin.epoch, version=begin.version)
    told = frame("ready", msgspec.json.encode(ready), id_)
    if begin.is_reset:
        told += frame("reset", msgspec.json.encode({"epoch": begin.epoch, "version": begin.version}), id_)
    return told


def _told(epoch: str, fact: Frame) -> bytes:
    return fact.view("thread", partial(_encoded, epoch, fact))


def _encoded(epoch: str, fact: Frame) -> bytes:
    """A fact as it stands in the log."""
    return b"id: %b\ndata: %b\n\n" % (event_id(epoch, fact.version).encode(), fact.data)
