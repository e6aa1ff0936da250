"""Reading turns: one, a page of them, their events, their timeline, what waits."""

import msgspec

from portico.gateway.features.threads import SignalRow, ThreadService, TurnEventRow, TurnEvents, TurnRow
from portico.gateway.features.turns.rules import said
from portico.gateway.features.turns.service import queue
from portico.gateway.features.turns.service.record import DELIVERIES, decode_steer
from portico.gateway.kernel.errors import Invalid, NotFound
from portico.gateway.rpc import CallContext
from portico.protocol.events import Event, ItemCompleted
from portico.protocol.methods.turn import (
    QueuedSteer,
    TurnItemsResponse,
    TurnListParams,
    TurnListResponse,
    TurnQueueListParams,
    TurnQueueListResponse,
    TurnRef,
    TurnResponse,
    TurnTimelineParams,
    TurnTimelineResponse,
)
from portico.protocol.types.history import TimelineItem, TimelineOrigin, TimelinePayload
from portico.protocol.types.item import UserMessage

_BUDGET = "turnToolLoopBudgetExceeded"
_MAX_CURSOR_DIGITS = 16


class _Stored(msgspec.Struct):
    payload: Event


_stored = msgspec.json.Decoder(_Stored)


class TurnReader:
    """Answers without changing anything."""

    def __init__(self, threads: ThreadService) -> None:
        self._threads = threads

    async def get(self, ctx: CallContext, p: TurnRef) -> TurnResponse:
        """One turn. Raises NotFound."""
        del ctx
        workspace_id, row = await self._found(p.thread_id, p.turn_id)
        return TurnResponse(
            thread_id=p.thread_id, workspace_id=workspace_id, turn=row.turn, started_version=row.position
        )

    async def list(self, ctx: CallContext, p: TurnListParams) -> TurnListResponse:
        """A page of the thread's turns, newest first."""
        del ctx
        before = _position(p.cursor)
        await self._threads.state(p.thread_id)
        rows = await self._threads.turns(p.thread_id, p.limit + 1, before)
        page = rows[: p.limit]
        more = str(page[-1].position) if len(rows) > p.limit else None
        return TurnListResponse(items=[row.turn for row in page], next_cursor=more)

    async def items(self, ctx: CallContext, p: TurnRef) -> TurnItemsResponse:
        """The item events of a turn as they stand in the log."""
        del ctx
        workspace_id, _ = await self._found(p.thread_id, p.turn_id)
        events = await self._threads.turn_events(p.thread_id, p.turn_id)
        return TurnItemsResponse(
            thread_id=p.thread_id,
            workspace_id=workspace_id,
            turn_id=p.turn_id,
            events=[row.data for row in _of_items(events)],
            last_sequence=events.last_sequence,
        )

    async def timeline(self, ctx: CallContext, p: TurnTimelineParams) -> TurnTimelineResponse:
        """The turn's events composed for a client; tasks join them when that feature exists."""
        del ctx
        workspace_id, _ = await self._found(p.thread_id, p.turn_id)
        events = await self._threads.turn_events(p.thread_id, p.turn_id)
        return TurnTimelineResponse(
            thread_id=p.thread_id,
            workspace_id=workspace_id,
            turn_id=p.turn_id,
            items=[_timeline_item(p.turn_id, row) for row in _of_items(events)],
            last_sequence=events.last_sequence,
        )

    async def queue_list(self, ctx: CallContext, p: TurnQueueListParams) -> TurnQueueListResponse:
        """The starts that wait for the thread, the next one first, and what the running turn has not taken yet."""
        del ctx
        open_turn = (await self._threads.state(p.thread_id)).open_turn
        rows = await self._threads.queued(p.thread_id)
        signals = await self._threads.signals(p.thread_id, open_turn) if open_turn else []
        return TurnQueueListResponse(items=queue.shown(p.thread_id, rows), steers=shown_steers(signals))

    async def _found(self, thread_id: str, turn_id: str) -> tuple[str, TurnRow]:
        state, row = await self._threads.state_and_turn(thread_id, turn_id)
        if row is None:
            raise NotFound("there is no such turn", code="turn_not_found", turn_id=turn_id)
        return state.thread.workspace_id, row


def shown_steers(signals: list[SignalRow]) -> list[QueuedSteer]:
    """The input among the signals of a turn, in its order."""
    return [
        QueuedSteer(
            steer_id=signal.id,
            delivery=DELIVERIES[signal.kind],
            input=said.given_as(decode_steer(signal.data)),
        )
        for signal in signals
        if signal.kind in DELIVERIES
    ]


def user_item(events: TurnEvents, item_id: str) -> UserMessage | None:
    """The user's message of this id in a turn."""
    for row in events.rows:
        if row.type == "itemCompleted" and item_id.encode() in bytes(row.data):
            event = _stored.decode(row.data).payload
            if isinstance(event, ItemCompleted) and isinstance(event.item, UserMessage) and event.item.id == item_id:
                return event.item


def _of_items(events: TurnEvents) -> list[TurnEventRow]:
    return [row for row in events.rows if row.type.startswith("item") or row.type == _BUDGET]


def _timeline_item(turn_id: str, row: TurnEventRow) -> TimelineItem:
    origin = TimelineOrigin(kind="parent_turn", origin_sequence=row.sequence, occurred_at=row.at, lane="parent")
    payload = TimelinePayload(kind="turn_item_event", event=row.data)
    return TimelineItem(id=f"{turn_id}:{row.sequence}", origin=origin, payload=payload)


def _position(cursor: str | None) -> int | None:
    if cursor is None:
        return None
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) <= _MAX_CURSOR_DIGITS):
        raise Invalid("this cursor is none of ours", path="$.cursor")
    return int(cursor)
