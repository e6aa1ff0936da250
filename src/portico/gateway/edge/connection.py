"""One client: its calls, its limits and what it follows, over any transport (design 4, 6)."""

from dataclasses import dataclass

import anyio
from anyio.abc import TaskGroup

from portico.gateway.edge.calls import Batch, Call, CallView, Sink
from portico.gateway.edge.envelope import Parsed, Refused, failure, parse, success
from portico.gateway.edge.outbox import Cursor, Outbox
from portico.gateway.edge.ports import Credentials, Transport, TransportLost
from portico.gateway.kernel.clock import Clock
from portico.gateway.kernel.context import Principal
from portico.gateway.kernel.errors import Conflict, GatewayError, Unavailable
from portico.gateway.kernel.ids import Ids
from portico.gateway.kernel.logging import get_logger
from portico.gateway.kernel.metrics import Metrics
from portico.gateway.log import GATEWAY_STREAM
from portico.gateway.log.feed import Feeds
from portico.gateway.rpc import CallContext, Dispatcher
from portico.protocol.jsonrpc import Request, RequestId
from portico.protocol.methods import METHODS

MAX_IN_FLIGHT = 16
"""Calls at work for one connection; control methods have as many of their own (design 4, lanes)."""
RETRY_SECONDS = 0.1
CALL_GRACE_SECONDS = 5.0
"""A call whose client is gone may still finish what it began, so that it is not cut between commit and effect."""
FAREWELL_SECONDS = 2.0
STALL_SECONDS = 600.0
REVOKED = 4403
"""The reference's close code for a credential that is void (14.4)."""
GOING_AWAY = 1012
TRY_LATER = 1013

CONTROL_METHODS = frozenset(method.name for method in METHODS if method.is_control)
METHOD_NAMES = frozenset(method.name for method in METHODS)

logger = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Services:
    """What every connection of a gateway shares."""

    dispatcher: Dispatcher
    feeds: Feeds
    credentials: Credentials
    clock: Clock
    ids: Ids
    metrics: Metrics


class Connection:
    """Answers the calls of one client and sends it what it follows, until one of the two leaves."""

    def __init__(self, services: Services, principal: Principal, transport: Transport, *, is_local: bool) -> None:
        self.id = services.ids.new()
        self.is_local = is_local
        self.principal = principal
        self.workspace_id: str | None = None
        self.outbox = Outbox(transport)
        self._services = services
        self._transport = transport
        self._in_flight: dict[RequestId, Call] = {}
        self._open = {False: 0, True: 0}
        self._calls: TaskGroup | None = None
        self._group: TaskGroup | None = None
        self._count = 0
        self._is_leaving = False
        self._taken: int | None = None
        self._taken_at = services.clock.monotonic()

    @property
    def in_flight(self) -> int:
        return self._open[False] + self._open[True]

    async def run(self) -> None:
        """Serve until the peer or we leave."""
        async with anyio.create_task_group() as calls:
            self._calls = calls
            try:
                await self._talk()
            finally:
                self.outbox.close()
                calls.cancel_scope.deadline = anyio.current_time() + CALL_GRACE_SECONDS

    def leave(self, code: int = GOING_AWAY, reason: str = "the gateway is stopping") -> None:
        """Take no more calls; finish those at work, send what waits, then close."""
        self._is_leaving = True
        self.outbox.finish(code, reason, lambda: self.in_flight == 0)

    def recheck(self) -> None:
        """Close with 4403 when the credential is void: answers that wait are sent, streams end here."""
        if self._is_leaving or self._services.credentials.is_valid(self.principal):
            return
        self._is_leaving = True
        self.outbox.cut(REVOKED, "the credential is no longer valid")
        if self._group is not None:
            self._group.start_soon(self._abort_later)

    def check_progress(self) -> None:
        """Drop a peer that took no byte for ten minutes though some were waiting."""
        now, taken = self._services.clock.monotonic(), self._transport.taken()
        if taken is None or self._taken is None or taken > self._taken:
            self._taken, self._taken_at = taken, now
        elif now - self._taken_at >= STALL_SECONDS:
            logger.info("closed a connection that takes nothing", connection=self.id)
            self._transport.abort()

    def abort(self) -> None:
        self._transport.abort()

    async def _talk(self) -> None:
        async with anyio.create_task_group() as group:
            self._group = group
            gateway = Cursor(self.outbox, GATEWAY_STREAM, 0)
            try:
                await gateway.open(self._services.feeds, at_head=True)
            except GatewayError as error:
                await self._transport.close(TRY_LATER, error.message[:100])
                return
            self.outbox.follow(gateway)
            group.start_soon(self._send)
            if self.principal.expires_at is not None:
                group.start_soon(self._expire, self.principal.expires_at)
            await self._read()
            self._group = None
            group.cancel_scope.cancel()

    async def _send(self) -> None:
        try:
            await self.outbox.run()
        except TransportLost:
            self._transport.abort()
        except GatewayError as error:
            logger.warning("a stream cannot be read", connection=self.id, error=error.message)
            await self._transport.close(TRY_LATER, error.message[:100])

    async def _expire(self, at: int) -> None:
        while (left := at - self._services.clock.now()) > 0:
            await self._services.clock.sleep(left)
        self.recheck()

    async def _abort_later(self) -> None:
        await self._services.clock.sleep(FAREWELL_SECONDS)
        self._transport.abort()

    async def _read(self) -> None:
        while True:
            frame = await self._transport.receive()
            if frame is None:
                return
            self.recheck()
            if self._is_leaving:
                continue
            self._services.credentials.touch(self.principal)
            self._take(parse(frame))
            await self.outbox.room()

    def _take(self, parsed: Parsed | list[Parsed]) -> None:
        if not isinstance(parsed, list):
            self._begin(parsed, self._reply)
            return
        batch = Batch(self._reply, len(parsed))
        for place, part in enumerate(parsed):
            self._begin(part, batch.sink(place))

    def _reply(self, answer: bytes | None, follows: list[Cursor]) -> None:
        if answer is not None:
            self.outbox.answer(answer)
        for cursor in follows:
            self.outbox.follow(cursor)

    def _begin(self, parsed: Parsed, sink: Sink) -> None:
        """Start a call, or answer at once why not. Calls start in the order in which they came."""
        if isinstance(parsed, Refused):
            self._services.metrics.request("unreadable", "invalid")
            sink(parsed.answer, [])
            return
        id = parsed.id if isinstance(parsed.id, str | int) else None
        is_control = parsed.method in CONTROL_METHODS
        refusal = self._refusal(parsed, id, is_control)
        if refusal is not None:
            self._services.metrics.request(_label(parsed.method), refusal.kind.value)
            sink(failure(id, refusal) if id is not None else None, [])
            return
        self._open[is_control] += 1
        if id is not None and id in self._in_flight:
            self._in_flight[id].sinks.append((sink, is_control))
            return
        self._count += 1
        call = Call(parsed, id, f"{self.id}.{self._count}", [(sink, is_control)])
        if id is not None:
            self._in_flight[id] = call
        if self._calls is not None:
            self._calls.start_soon(self._answer, call)

    def _refusal(self, request: Request, id: RequestId | None, is_control: bool) -> GatewayError | None:
        if self._open[is_control] >= MAX_IN_FLIGHT:
            return Unavailable(f"{MAX_IN_FLIGHT} calls are in flight", retry_after_seconds=RETRY_SECONDS)
        other = self._in_flight.get(id) if id is not None else None
        if other is not None and not other.is_same(request):
            return Conflict("another call with this id is in flight", path="$.id")
        return None

    async def _answer(self, call: Call) -> None:
        """Dispatch `call` and reply to everyone who asked with its id."""
        view = CallView(self)
        outcome = "ok"
        follows: list[Cursor] = []
        try:
            ctx = CallContext(self.principal, view, call.call_id)
            result = await self._services.dispatcher.call_named(ctx, call.request.method, call.request.params)
            await view.open(self._services.feeds, follows)
            answer = success(call.id, result) if call.id is not None else None
        except GatewayError as error:
            outcome = error.kind.value
            answer = failure(call.id, error) if call.id is not None else None
            _close_all(follows)
            follows = []
        finally:
            self._end(call)
        self._services.metrics.request(_label(call.request.method), outcome)
        for sink, _ in call.sinks:
            sink(answer, follows)
            follows = []
        if self._is_leaving:
            self.outbox.ring()

    def _end(self, call: Call) -> None:
        if call.id is not None:
            del self._in_flight[call.id]
        for _, is_control in call.sinks:
            self._open[is_control] -= 1


def _close_all(cursors: list[Cursor]) -> None:
    for cursor in cursors:
        cursor.close()


def _label(method: str) -> str:
    return method if method in METHOD_NAMES else "unknown"
