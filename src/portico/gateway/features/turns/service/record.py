"""What a running turn writes: its record, and the inbox that other calls fill."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import anyio
import msgspec

from portico.gateway.agent.model import UserMessage
from portico.gateway.features.threads import signal_drop
from portico.gateway.features.turns.ports import RunLog
from portico.gateway.features.turns.rules import starting
from portico.gateway.kernel.errors import Conflict, Unavailable
from portico.gateway.log import Append, Batch, Change, Put, thread_stream
from portico.protocol.events import Event, ItemCompleted
from portico.protocol.methods.turn import Delivery
from portico.protocol.types.item import ToolFields
from portico.protocol.types.item import UserMessage as UserItem

DELIVERIES: Mapping[str, Delivery] = {"steer": "steer", "follow_up": "follow_up"}
"""How input for a running turn is delivered, by the kind of its signal row, which is a start's `when_busy` too."""
WRITE_SECONDS = 5.0
"""A fact that is not on disk by then is taken for lost: the store hangs."""


@dataclass(frozen=True, slots=True)
class Place:
    """Which turn's events these are, and the fencing number that lets them in."""

    thread_id: str
    turn_id: str
    fence: int


class Recorder:
    """The RecordPort of one run. Everything it writes carries the run's fence."""

    def __init__(self, log: RunLog, place: Place) -> None:
        self._log = log
        self._place = place
        self._stream = thread_stream(place.thread_id)

    def flow(self, event: Event) -> None:
        place = self._place
        self._log.post(Batch((Append(self._stream, event, place.turn_id, place.fence, True),), fact=False))

    async def fact(self, *events: Event) -> None:
        await self.write(events)

    async def room(self) -> None:
        await self._log.room()

    async def write(self, events: Sequence[Event], records: tuple[Change, ...] = ()) -> None:
        """Commit `events` and `records` together; a cancellation waits for it. Raises Conflict, Unavailable."""
        place = self._place
        appends = tuple(Append(self._stream, event, place.turn_id, place.fence, True) for event in events)
        batch = Batch(appends, records=(*records, *blob_refs(self._stream, events)))
        with anyio.move_on_after(WRITE_SECONDS, shield=True):
            await self._log.write(batch)
            return
        raise Unavailable("the store does not answer", code="store_stalled")


@dataclass(frozen=True, slots=True)
class Steer:
    """Input for a running turn: its item and what the model reads."""

    item: UserItem
    message: UserMessage
    delivery: Delivery = "steer"


class Inbox:
    """The InboxPort of one run. A steer or follow-up is reserved, then committed by its call, then delivered here."""

    def __init__(self, recorder: Recorder, place: Place) -> None:
        self._recorder = recorder
        self._place = place
        self._arrived: deque[Steer] = deque()
        self._follow_ups: deque[Steer] = deque()
        self._position = 0
        self._taken: dict[str, UserItem] = {}
        self._reserved = 0
        self._settled = anyio.Event()
        self._is_closed = False

    def known(self, steer_id: str) -> UserItem | None:
        """A steer that was delivered before under this id."""
        return self._taken.get(steer_id)

    def reserve(self) -> None:
        """From now on the turn does not end before `settle`.

        Raises Conflict when it is ending already (`turn_not_running`), or too much waits (`turn_queue_full`).
        """
        if self._is_closed:
            raise Conflict("this turn is ending", code=starting.NOT_RUNNING, turn_id=self._place.turn_id)
        starting.check_room(self._reserved + len(self._arrived) + len(self._follow_ups))
        self._reserved += 1

    @property
    def is_closed(self) -> bool:
        return self._is_closed

    def settle(self, steer: Steer | None) -> None:
        """The reserved steer is committed, or (None) will not come."""
        self._reserved -= 1
        if steer is not None and steer.item.id not in self._taken:
            self._taken[steer.item.id] = steer.item
            (self._follow_ups if steer.delivery == "follow_up" else self._arrived).append(steer)
        self._settled.set()

    def position(self, now_ms: int) -> int:
        """Where the signal that comes next stands: behind the others, in whatever millisecond it comes."""
        self._position = max(now_ms, self._position + 1)
        return self._position

    def place_of(self, steer_id: str) -> int | None:
        """How many wait while this one does, itself counted; None when it was taken."""
        waiting = [steer.item.id for steer in (*self._arrived, *self._follow_ups)]
        return len(waiting) if steer_id in waiting else None

    async def take(self) -> tuple[UserMessage, ...]:
        return await self._hand_over(self._arrived, len(self._arrived))

    async def last(self) -> tuple[UserMessage, ...]:
        while self._reserved and not self._arrived and not self._follow_ups:
            self._settled = anyio.Event()
            await self._settled.wait()
        if self._arrived:
            return await self.take()
        self._is_closed = not self._follow_ups
        return await self._hand_over(self._follow_ups, 1)

    async def _hand_over(self, waiting: deque[Steer], count: int) -> tuple[UserMessage, ...]:
        """Record the first `count` that wait, then let go of them."""
        steers = list(waiting)[:count]
        if not steers:
            return ()
        place = self._place
        drops = tuple(signal_drop(place.thread_id, place.turn_id, steer.item.id) for steer in steers)
        await self._recorder.write([ItemCompleted(item=steer.item) for steer in steers], drops)
        for _ in steers:
            waiting.popleft()
        return tuple(steer.message for steer in steers)

    def close(self) -> list[Steer]:
        """Refuse what comes from now on; what was acknowledged and not taken is returned, to be recorded."""
        self._is_closed = True
        left = [*self._arrived, *self._follow_ups]
        self._arrived.clear()
        self._follow_ups.clear()
        return left


def blob_refs(stream: str, events: Sequence[Event]) -> tuple[Change, ...]:
    """The references of completed tool items to the blob store, so that their outputs are kept."""
    blobs = [
        event.item.blob
        for event in events
        if isinstance(event, ItemCompleted) and isinstance(event.item, ToolFields) and event.item.blob is not None
    ]
    return tuple(
        Put("blob_ref", {"sha256": blob.sha256, "stream": stream}, {"size": blob.size_bytes}) for blob in blobs
    )


def encode_steer(item: UserItem) -> bytes:
    """A steer or follow-up as its signal row keeps it; the row's kind is its delivery."""
    return msgspec.json.encode(item)


def encode_reason(reason: str | None) -> bytes:
    """Why a turn was cancelled, as its signal row keeps it."""
    return msgspec.json.encode({"reason": reason})


def decode_steer(data: bytes) -> UserItem:
    return msgspec.json.decode(data, type=UserItem)
