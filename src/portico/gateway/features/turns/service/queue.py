"""Starts that wait for their thread: durable rows, first in first out (design 8)."""

import msgspec

from portico.gateway.agent.loop import Ending
from portico.gateway.features.threads import QueuedRow, ThreadState, queue_drop, queue_put
from portico.gateway.features.turns.ports import TurnPorts
from portico.gateway.features.turns.rules import ending as endings
from portico.gateway.features.turns.rules import said, starting
from portico.gateway.features.turns.running import STOPPED
from portico.gateway.kernel.context import Principal
from portico.gateway.kernel.errors import GatewayError
from portico.gateway.log import Append, Batch, Change, thread_stream
from portico.protocol.base import Scope
from portico.protocol.events import ItemCompleted, TurnQueueChanged, TurnStarted
from portico.protocol.methods.turn import QueuedTurn, TurnStartParams
from portico.protocol.types.turn import Turn, TurnStatus

_params = msgspec.json.Decoder(TurnStartParams)


def principal_of(row: QueuedRow) -> Principal:
    """Who asked for the start, as far as it matters later: with the scopes of then."""
    scopes = frozenset(Scope(name) for name in row.scopes.split())
    return Principal(id="queued", name="queued start", scopes=scopes, kind="process")


def params_of(row: QueuedRow) -> TurnStartParams:
    return _params.decode(row.params)


def shown(thread_id: str, rows: list[QueuedRow]) -> list[QueuedTurn]:
    """The queue as a client sees it, counted from 1."""
    return [
        QueuedTurn(
            turn_id=row.turn_id,
            thread_id=thread_id,
            position=place,
            input=params_of(row).input,
            queued_at=row.queued_at,
        )
        for place, row in enumerate(rows, start=1)
    ]


class Queue:
    """Reads and changes the queue of a thread, in the thread's lane."""

    def __init__(self, ports: TurnPorts) -> None:
        self._ports = ports
        self._threads: set[str] = set()
        self._left: set[tuple[str, str]] = set()
        """Starts by thread and turn whose callers waited in the process before: they must not run any more."""

    async def load(self) -> list[str]:
        """Learn what the process before has left; the threads that have a queue are returned."""
        threads = await self._ports.threads.queued_threads()
        self._threads = set(threads)
        for thread_id in threads:
            rows = await self._ports.threads.queued(thread_id)
            self._left |= {(thread_id, row.turn_id) for row in rows if params_of(row).attended}
        return threads

    def may_have(self, thread_id: str) -> bool:
        """Whether starts may wait for the thread; a no is certain."""
        return thread_id in self._threads

    async def rows(self, thread_id: str) -> list[QueuedRow]:
        """The starts that wait, without a read where there is none."""
        if thread_id not in self._threads:
            return []
        rows = await self._ports.threads.queued(thread_id)
        if not rows:
            self._threads.discard(thread_id)
        return rows

    async def put(self, principal: Principal, state: ThreadState, p: TurnStartParams) -> int:
        """Let the start wait behind the others; its place, counted from 1. Raises Conflict when the queue is full."""
        rows = await self.rows(p.thread_id)
        row = QueuedRow(
            turn_id=p.turn_id,
            position=starting.queue_position(rows),
            scopes=" ".join(sorted(scope.value for scope in principal.scopes)),
            params=msgspec.json.encode(p),
            queued_at=self._ports.clock.now(),
        )
        changed = TurnQueueChanged(depth=len(rows) + 1, change="queued", queued_turn_id=p.turn_id)
        stream = thread_stream(p.thread_id)
        batch = Batch((Append(stream, changed),), (queue_put(p.thread_id, row),), expected=((stream, state.decided),))
        await self._ports.log.write(batch)
        self._threads.add(p.thread_id)  # after the commit: a reader that saw none meanwhile has forgotten the thread
        return len(rows) + 1

    async def remove(self, state: ThreadState, turn_id: str) -> bool:
        """Take a start out; False when it does not wait."""
        thread_id = state.thread.id
        rows = await self.rows(thread_id)
        if all(row.turn_id != turn_id for row in rows):
            return False
        stream = thread_stream(thread_id)
        changed = TurnQueueChanged(depth=len(rows) - 1, change="removed", queued_turn_id=turn_id)
        records = (queue_drop(thread_id, turn_id),)
        await self._ports.log.write(Batch((Append(stream, changed),), records, expected=((stream, state.decided),)))
        self._left.discard((thread_id, turn_id))
        return True

    async def started(self, thread_id: str, turn_id: str) -> tuple[tuple[Append, ...], tuple[Change, ...]]:
        """What belongs into the batch that starts a queued turn."""
        depth = max(0, len(await self.rows(thread_id)) - 1)
        changed = TurnQueueChanged(depth=depth, change="started", queued_turn_id=turn_id)
        return (Append(thread_stream(thread_id), changed),), (queue_drop(thread_id, turn_id),)

    def is_left(self, thread_id: str, turn_id: str) -> bool:
        """Whether the start's caller waited in the process before: it must not run any more."""
        return (thread_id, turn_id) in self._left

    async def abandon(self, state: ThreadState) -> None:
        """End every start of the thread that must not run any more."""
        for row in await self.rows(state.thread.id):
            if self.is_left(state.thread.id, row.turn_id):
                await self.interrupt(state, row)

    async def interrupt(self, state: ThreadState, row: QueuedRow) -> None:
        """A start that is not run because the gateway stopped: it is told as a turn that was interrupted at once."""
        await self._end(state, row, STOPPED)

    async def fail(self, state: ThreadState, row: QueuedRow, error: GatewayError) -> None:
        """A start that became impossible while it waited: it is told as a turn that failed at once."""
        await self._end(state, row, Ending(TurnStatus.FAILED, error.message, error.code))

    async def _end(self, state: ThreadState, row: QueuedRow, ending: Ending) -> None:
        thread, now = state.thread, self._ports.clock.now()
        stream, given = thread_stream(thread.id), params_of(row).input
        turn = Turn(id=row.turn_id, status=TurnStatus.IN_PROGRESS, created_at=now)
        begun = TurnStarted(workspace_id=thread.workspace_id, thread_id=thread.id, turn=turn, input=given)
        asked = ItemCompleted(item=said.item(self._ports.ids.new(), given))
        over = endings.terminal_event(endings.ended(turn, ending, now))
        appends, records = await self.started(thread.id, row.turn_id)
        await self._ports.log.write(
            Batch(
                (
                    Append(stream, begun, turn_id=row.turn_id, opens=True),
                    Append(stream, asked, turn_id=row.turn_id, flow=True),
                    Append(stream, over, turn_id=row.turn_id, closes=True),
                    *appends,
                ),
                records,
            )
        )
        self._left.discard((thread.id, row.turn_id))
