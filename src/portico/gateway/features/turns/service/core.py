"""The turn service: start, steer, cancel, the queue, and what a crash left open."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace

import anyio

from portico.gateway.agent import recovery
from portico.gateway.features.threads import OpenTurn, SignalRow, ThreadState, TurnRow, signal_drop, signal_put
from portico.gateway.features.turns.ports import TurnPorts
from portico.gateway.features.turns.rules import ending as endings
from portico.gateway.features.turns.rules import said, starting
from portico.gateway.features.turns.rules.starting import ALREADY_RUNNING
from portico.gateway.features.turns.running import GRACE_SECONDS, RunningTurns
from portico.gateway.features.turns.service import queue
from portico.gateway.features.turns.service.conversations import Conversations
from portico.gateway.features.turns.service.planning import Planner
from portico.gateway.features.turns.service.queue import Queue
from portico.gateway.features.turns.service.reading import user_item
from portico.gateway.features.turns.service.record import (
    DELIVERIES,
    Steer,
    decode_steer,
    encode_reason,
    encode_steer,
)
from portico.gateway.features.turns.service.run import Plan, TurnRun
from portico.gateway.kernel.errors import Conflict, GatewayError, NotFound, Unavailable
from portico.gateway.kernel.lanes import Lanes
from portico.gateway.kernel.logging import get_logger
from portico.gateway.log import Append, Batch, Change, decide, thread_stream
from portico.gateway.rpc import CallContext
from portico.protocol.events import ItemCompleted, TurnStarted
from portico.protocol.methods.base import by_thread
from portico.protocol.methods.turn import (
    Delivery,
    TurnCancelParams,
    TurnQueueRemoveResponse,
    TurnRef,
    TurnResponse,
    TurnStartParams,
    TurnStartResponse,
    TurnSteerParams,
    TurnSteerResponse,
)
from portico.protocol.types.turn import Turn

CANCEL = "cancel"
RECORD_SECONDS = 0.1
"""How long a cancel waits for its record before it interrupts anyway: a store that hangs holds up no cancel."""
KNOWN_TURNS = 32
"""A start that steered a turn is known again while that is one of so many newest turns; its retry starts no turn."""

logger = get_logger(__name__)


class TurnService:
    """Turns of every thread. `recover` first, then `accepting` around everything that may start one."""

    def __init__(self, ports: TurnPorts, grace_seconds: float = GRACE_SECONDS) -> None:
        self._ports = ports
        self._threads = ports.threads
        self._log = ports.log
        self._planner = Planner(ports)
        self._queue = Queue(ports)
        # a retry that comes while the first call writes must not leave its signal when that one's was taken
        self._steer_ids = Lanes()
        self._conversations = Conversations(ports.threads, ports.host, ports.clock)
        self._running: RunningTurns[TurnRun] = RunningTurns(ports.clock, ports.ids, ports.metrics, grace_seconds)

    @asynccontextmanager
    async def accepting(self) -> AsyncGenerator[None]:
        """Run turns while the block runs, those that waited first; then let them finish, then interrupt them."""
        async with self._running.accepting(self._next):
            for thread_id in await self._queue.load():
                await self._resume(thread_id)
            yield

    def forget(self, thread_id: str) -> None:
        """The thread was deleted: nothing of its conversation stays in memory."""
        self._conversations.forget(thread_id)

    def is_loaded(self, thread_id: str) -> bool:
        """Whether the thread's conversation is in memory, or a turn of it runs."""
        return thread_id in self._conversations or self._running.find(thread_id) is not None

    def unload(self) -> int:
        """Forget the conversations that no turn has used for half an hour; how many there were."""
        return self._conversations.unload(lambda thread_id: self._running.find(thread_id) is not None)

    def hurry(self) -> None:
        """Interrupt at once what `accepting` still waits for."""
        self._running.hurry()

    async def recover(self) -> None:
        """End every turn that a crash left open, each in one batch: doing it again changes nothing."""
        for left in await self._threads.open_turns():
            try:
                await self._end_left(left)
            except Conflict as error:
                logger.error("turn not recovered", thread=left.thread_id, turn=left.turn_id, reason=error.code)

    async def start(self, ctx: CallContext, p: TurnStartParams) -> TurnStartResponse:
        """Begin a turn, or queue it, or give its input to the running one; answers before any model output.

        The same turn id with the same content answers the same. Raises Conflict (`turn_already_running`,
        `turn_exists`, `turn_queue_full`), Invalid with a path, Denied, NotFound, Unavailable.
        """
        state, known = await self._threads.state_and_turn(p.thread_id, p.turn_id)
        if known is not None:
            starting.check_retry(known, p)
            return self._started(ctx, p.thread_id, known)
        waiting = await self._queue.rows(p.thread_id)
        for place, row in enumerate(waiting, start=1):
            if row.turn_id == p.turn_id:
                starting.check_queued_retry(queue.params_of(row), p)
                return self._queued(ctx, state, starting.waiting(p.turn_id, row.queued_at), place)
        steered = await self._steered_before(p)
        if steered is not None:
            return self._steered_answer(ctx, state, steered, self._place_of(p.thread_id, p.turn_id))
        if state.open_turn is None and not waiting:
            return await self._start_now(ctx, state, p)
        return await self._start_busy(ctx, state, p)

    async def cancel(self, ctx: CallContext, p: TurnCancelParams) -> TurnResponse:
        """Interrupt the turn; it is still in progress in the answer. One that has ended is answered as it is.

        A running one is known in memory: nothing is read before it is interrupted.
        """
        del ctx
        run = self._running.find(p.thread_id)
        if run is not None and run.turn_id == p.turn_id and not run.is_over:
            await self._cancel(run, p.reason)
            return TurnResponse(thread_id=p.thread_id, workspace_id=run.workspace_id, turn=run.turn)
        state, row = await self._threads.state_and_turn(p.thread_id, p.turn_id)
        if row is None:
            raise NotFound("there is no such turn", code="turn_not_found", turn_id=p.turn_id)
        return TurnResponse(thread_id=p.thread_id, workspace_id=state.thread.workspace_id, turn=row.turn)

    async def steer(self, ctx: CallContext, p: TurnSteerParams) -> TurnSteerResponse:
        """Give input to the running turn, before its next model call or when it would end (`delivery`).

        Raises Conflict (`turn_not_running`, `steer_exists`, `turn_queue_full`).
        """
        said.check(p.input)
        state = await self._threads.state(p.thread_id)
        run = self._running.find(p.thread_id)
        if run is None or run.turn_id != p.expected_turn_id:
            await self._check_steered(p)
        else:
            await self._steer(ctx, state, run, p)
        return TurnSteerResponse(turn_id=p.expected_turn_id, steer_id=p.steer_id)

    async def queue_remove(self, ctx: CallContext, p: TurnRef) -> TurnQueueRemoveResponse:
        """Take a start out of the queue."""
        del ctx

        async def attempt() -> bool:
            return await self._queue.remove(await self._threads.state(p.thread_id), p.turn_id)

        return TurnQueueRemoveResponse(removed=await decide(attempt))

    async def _start_now(self, ctx: CallContext, state: ThreadState, p: TurnStartParams) -> TurnStartResponse:
        plan = await self._planner.plan(ctx.principal, state.thread, p)
        try:
            before = await self._begin(plan, p)
        except Conflict as error:
            if error.code != ALREADY_RUNNING:
                raise
            return await self._start_busy(ctx, await self._threads.state(p.thread_id), p)
        ctx.connection.subscribe(thread_stream(p.thread_id), before)
        return TurnStartResponse(turn=plan.turn, outcome="started", epoch=self._log.epoch, head_version=before)

    async def _start_busy(self, ctx: CallContext, state: ThreadState, p: TurnStartParams) -> TurnStartResponse:
        """The thread has a running turn, or starts that wait."""
        if p.when_busy == "reject":
            raise starting.already_running(state.open_turn or "")
        delivery = DELIVERIES.get(p.when_busy)
        if delivery is not None:
            steered = await self._steer_start(ctx, state, p, delivery)
            if steered is not None:
                return self._steered_answer(ctx, state, steered, self._place_of(p.thread_id, p.turn_id))
        await self._planner.plan(ctx.principal, state.thread, p)

        async def attempt() -> int:
            return await self._queue.put(ctx.principal, await self._threads.state(p.thread_id), p)

        with anyio.CancelScope(shield=True):  # a caller that leaves now must not leave a start that nobody begins
            place = await decide(attempt)
            await self._start_next(p.thread_id)
            return self._queued(ctx, state, starting.waiting(p.turn_id, self._ports.clock.now()), place)
        raise Unavailable("the gateway is stopping")

    async def _steer_start(
        self, ctx: CallContext, state: ThreadState, p: TurnStartParams, delivery: Delivery
    ) -> Turn | None:
        """The turn that takes the start's input; None when none can any more."""
        running = self._running.find(p.thread_id)
        if running is None:
            return await self._steered_before(p)  # it may have ended with this input since the last look
        said.check(p.input)
        starting.refuse_later(p)
        steer = TurnSteerParams(
            thread_id=p.thread_id,
            expected_turn_id=running.turn_id,
            input=p.input,
            steer_id=p.turn_id,
            delivery=delivery,
        )
        try:
            await self._steer(ctx, state, running, steer)
        except Conflict as error:
            if error.code != starting.NOT_RUNNING:
                raise
            return None
        return running.turn

    async def _steered_before(self, p: TurnStartParams) -> Turn | None:
        """The turn that this start steered already, as the log knows; while it runs, its inbox knows more."""
        if p.when_busy not in DELIVERIES:
            return None
        found = await self._threads.said(p.thread_id, p.turn_id, KNOWN_TURNS)
        row = await self._threads.turn(p.thread_id, found[0]) if found else None
        if found is None or row is None:
            return None
        starting.check_steer_retry(found[1], said.item(p.turn_id, p.input))
        return row.turn

    async def _begin(self, plan: Plan, p: TurnStartParams, *, queued: bool = False) -> int:
        """Commit the start and let it run; the version of the thread before it."""
        if not self._running.is_accepting:
            raise Unavailable("the gateway is stopping", retry_after_seconds=1.0)
        stream, turn_id = thread_stream(plan.thread_id), plan.turn.id
        begun = TurnStarted(workspace_id=plan.workspace_id, thread_id=plan.thread_id, turn=plan.turn, input=p.input)
        appends: tuple[Append, ...] = (
            Append(stream, begun, turn_id=turn_id, opens=True),
            Append(stream, ItemCompleted(item=plan.item), turn_id=turn_id, flow=True),
        )
        records: tuple[Change, ...] = ()
        if queued:
            more, records = await self._queue.started(plan.thread_id, turn_id)
            appends += more
        with anyio.CancelScope(shield=True):  # a caller that leaves now must not leave a turn that nobody runs
            written = await self._log.write(Batch((*appends, *plan.beside), records))
            self._running.start(TurnRun(self._ports, self._conversations, plan, written.fences[stream]))
            return written.head(stream) - len(appends)
        raise Unavailable("the gateway is stopping")

    async def _resume(self, thread_id: str) -> None:
        """What waited when the gateway stopped; trouble with one thread does not stop the others."""
        try:
            await self._queue.abandon(await self._threads.state(thread_id))
            await self._next(thread_id)
        except GatewayError as error:
            logger.error("queue not resumed", thread=thread_id, reason=error.code)

    async def _next(self, thread_id: str) -> None:
        """Start what waits for the thread, in its lane: no call of the thread comes between."""
        if self._queue.may_have(thread_id):
            async with self._ports.lanes.enter(by_thread(TurnRef(thread_id=thread_id, turn_id="next"))):
                await self._start_next(thread_id)

    async def _start_next(self, thread_id: str) -> None:
        """Start the first that can be; those that cannot any more are told as failed turns."""
        while self._running.is_accepting and (rows := await self._queue.rows(thread_id)):
            state = await self._threads.state(thread_id)
            if state.open_turn is not None:
                return
            row = rows[0]
            if self._queue.is_left(thread_id, row.turn_id):
                await self._queue.interrupt(state, row)
                continue
            params = queue.params_of(row)
            try:
                plan = await self._planner.plan(queue.principal_of(row), state.thread, params)
            except GatewayError as error:
                await self._queue.fail(state, row, error)
                continue
            try:
                await self._begin(plan, params, queued=True)
            except Conflict as error:
                if error.code != ALREADY_RUNNING:
                    raise
                return

    async def _steer(self, ctx: CallContext, state: ThreadState, run: TurnRun, p: TurnSteerParams) -> None:
        """Commit the input, then hand it to the run. Raises Conflict (`turn_not_running`, `steer_exists`)."""
        starting.check_steer(run.has_tools, ctx.principal)
        said.check_images(run.model, run.takes_images, said.first_image(p.input))
        steer = await self._planner.steer(p.steer_id, p.input, await self._planner.root_of(state.thread))
        steer = replace(steer, delivery=p.delivery)
        async with self._steer_ids.enter(f"{run.turn_id} {p.steer_id}"):
            known = run.inbox.known(p.steer_id)
            if known is not None:
                return starting.check_steer_retry(known, steer.item)
            await self._deliver(run, steer)

    async def _deliver(self, run: TurnRun, steer: Steer) -> None:
        run.inbox.reserve()
        delivered: Steer | None = None
        try:
            with anyio.CancelScope(shield=True):  # a caller that leaves now must not leave a record that nobody reads
                if await self._leave(run, steer.delivery, steer.item.id, encode_steer(steer.item)):
                    delivered = steer
        finally:
            run.inbox.settle(delivered)
        if delivered is None:
            raise starting.not_running(run.turn_id)

    async def _cancel(self, run: TurnRun, reason: str | None) -> None:
        """Commit the reason, then wake the run; without an answer of the store wake it all the same."""
        try:
            with anyio.move_on_after(RECORD_SECONDS, shield=True) as limit:
                await self._leave(run, CANCEL, CANCEL, encode_reason(reason))
        finally:
            run.interrupt(reason)
        if limit.cancelled_caught:  # the store may take it later, perhaps when the turn has ended
            self._log.post(Batch(records=(signal_drop(run.thread_id, run.turn_id, CANCEL),), fact=False))

    async def _leave(self, run: TurnRun, kind: str, signal_id: str, data: bytes) -> bool:
        """Commit a signal for the run; False, and no trace of it, when the run is over."""
        now = self._ports.clock
        row = SignalRow(signal_id, kind, run.inbox.position(now.now_ms()), data, now.now())
        await self._log.write(Batch(records=(signal_put(run.thread_id, run.turn_id, row),)))
        if not run.is_over:
            return True
        await self._log.write(Batch(records=(signal_drop(run.thread_id, run.turn_id, signal_id),)))
        return False

    async def _check_steered(self, p: TurnSteerParams) -> None:
        """A steer that was delivered before its turn ended may be sent again; any other is too late."""
        events = await self._threads.turn_events(p.thread_id, p.expected_turn_id)
        known = user_item(events, p.steer_id)
        if known is None:
            raise starting.not_running(p.expected_turn_id)
        starting.check_steer_retry(known, said.item(p.steer_id, p.input))

    async def _end_left(self, left: OpenTurn) -> None:
        row = await self._threads.turn(left.thread_id, left.turn_id)
        decision = recovery.decide(row.turn) if row is not None else None
        if row is None or decision is None:
            raise Conflict("the stream names a turn that is not open", code="turn_not_open", turn_id=left.turn_id)
        items = await self._threads.open_items(left.thread_id, left.turn_id)
        closing = [recovery.cut_short(item.item, item.texts, decision.error) for item in items]
        signals = await self._threads.signals(left.thread_id, left.turn_id)
        closing += [decode_steer(signal.data) for signal in signals if signal.kind in DELIVERIES]
        turn = endings.ended(row.turn, decision, self._ports.clock.now())
        events = [ItemCompleted(item=item) for item in closing]
        await self._log.write(endings.last_batch(left.thread_id, left.fence, events, endings.terminal_event(turn)))

    def _started(self, ctx: CallContext, thread_id: str, row: TurnRow) -> TurnStartResponse:
        before = row.position - 1
        ctx.connection.subscribe(thread_stream(thread_id), before)
        return TurnStartResponse(turn=row.turn, outcome="started", epoch=self._log.epoch, head_version=before)

    def _queued(self, ctx: CallContext, state: ThreadState, waiting: Turn, place: int) -> TurnStartResponse:
        ctx.connection.subscribe(thread_stream(state.thread.id), state.head)
        return TurnStartResponse(
            turn=waiting, outcome="queued", queue_position=place, epoch=self._log.epoch, head_version=state.head
        )

    def _place_of(self, thread_id: str, steer_id: str) -> int | None:
        """How much input waits for the thread's running turn, if this is among it."""
        run = self._running.find(thread_id)
        return run.inbox.place_of(steer_id) if run is not None else None

    def _steered_answer(self, ctx: CallContext, state: ThreadState, turn: Turn, place: int | None) -> TurnStartResponse:
        ctx.connection.subscribe(thread_stream(state.thread.id), state.head)
        return TurnStartResponse(
            turn=turn, outcome="steered", queue_position=place, epoch=self._log.epoch, head_version=state.head
        )
