"""What a run writes, and the inbox that others fill."""

from collections.abc import Sequence
from typing import Any

import anyio
import anyio.lowlevel
import pytest
from msgspec.structs import replace

from portico.gateway.features.threads import signal_drop
from portico.gateway.features.turns.service import record
from portico.gateway.features.turns.service.record import Inbox, Place, Recorder, Steer, blob_refs
from portico.gateway.kernel.errors import Conflict, Unavailable
from portico.gateway.log import Append, Batch, FullText, Put, Written
from portico.protocol.events import ItemCompleted, ItemDelta, ItemStarted
from portico.protocol.types.item import BlobRef
from portico.protocol.types.item import UserMessage as UserItem
from tests.gateway.agent.dialogue import user
from tests.kit.tools import fake_item

PLACE = Place("t", "u", 3)
DELTA = ItemDelta(item_id="i", delta="x")
STEER = Steer(UserItem(id="s", text="x"), user("x"))


class FakeLog:
    """Keeps batches; `hold` makes a write wait."""

    epoch = "e"

    def __init__(self) -> None:
        self.posted: list[Batch] = []
        self.written: list[Batch] = []
        self.hold: anyio.Event | None = None
        self.error: Unavailable | None = None

    async def write(self, batch: Batch) -> Written:
        if self.error is not None:
            raise self.error
        if self.hold is not None:
            await self.hold.wait()
        await anyio.lowlevel.checkpoint()
        self.written.append(batch)
        return Written({}, {})

    def post(self, batch: Batch) -> None:
        self.posted.append(batch)

    async def room(self) -> None:
        await anyio.lowlevel.checkpoint()

    @property
    def full_text(self) -> FullText:
        raise NotImplementedError

    async def read(self, sql: str, args: Sequence[Any] = ()) -> list[Any]:
        raise NotImplementedError(sql, args)

    async def snapshot(self, *queries: Any) -> list[list[Any]]:
        raise NotImplementedError(queries)

    def watch_run(self, stream: str, fence: int, refused: Any) -> Any:
        raise NotImplementedError(stream, fence, refused)


async def test_everything_carries_the_runs_fence() -> None:
    log = FakeLog()
    recorder = Recorder(log, PLACE)
    recorder.flow(DELTA)
    await recorder.fact(DELTA, DELTA)
    await recorder.room()
    flow = Append("thread:t", DELTA, turn_id="u", fence=3, flow=True)
    assert log.posted == [Batch((flow,), fact=False)]
    assert log.written == [Batch((flow, flow), fact=True)]


async def test_a_cancellation_waits_for_a_fact_that_was_begun() -> None:
    log = FakeLog()
    log.hold = anyio.Event()
    async with anyio.create_task_group() as group:
        group.start_soon(Recorder(log, PLACE).fact, DELTA)
        await anyio.wait_all_tasks_blocked()
        group.cancel_scope.cancel()
        log.hold.set()
    assert len(log.written) == 1


async def test_a_store_that_hangs_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record, "WRITE_SECONDS", 0.0)
    log = FakeLog()
    log.hold = anyio.Event()
    with pytest.raises(Unavailable):
        await Recorder(log, PLACE).fact(DELTA)


def test_outputs_in_the_blob_store_are_referred_to() -> None:
    plain = fake_item("i", "run")
    kept = replace(plain, blob=BlobRef(sha256="ab", size_bytes=70_000))
    events = [ItemStarted(item=kept), ItemCompleted(item=plain), ItemCompleted(item=kept), DELTA]
    assert blob_refs("thread:t", events) == (Put("blob_ref", {"sha256": "ab", "stream": "thread:t"}, {"size": 70_000}),)


def inbox() -> tuple[Inbox, FakeLog]:
    log = FakeLog()
    return Inbox(Recorder(log, PLACE), PLACE), log


async def test_a_steer_is_recorded_when_it_is_taken_and_its_signal_dropped() -> None:
    box, log = inbox()
    assert await box.take() == ()
    box.reserve()
    box.settle(STEER)
    assert await box.take() == (STEER.message,)
    assert log.written == [
        Batch(
            (Append("thread:t", ItemCompleted(item=STEER.item), turn_id="u", fence=3, flow=True),),
            (signal_drop("t", "u", "s"),),
        )
    ]
    assert await box.take() == ()
    assert box.known("s") == STEER.item
    assert box.known("other") is None


async def test_the_same_steer_twice_is_delivered_once() -> None:
    box, _ = inbox()
    for _ in range(2):
        box.reserve()
        box.settle(STEER)
    assert await box.take() == (STEER.message,)


async def test_the_last_look_waits_for_what_is_being_committed() -> None:
    box, _ = inbox()
    came: list[Any] = []

    async def last() -> None:
        came.append(await box.last())

    box.reserve()
    async with anyio.create_task_group() as group:
        group.start_soon(last)
        await anyio.wait_all_tasks_blocked()
        assert came == []
        box.settle(STEER)
    assert came == [(STEER.message,)]
    assert not box.is_closed


async def test_the_last_look_closes_an_inbox_that_stays_empty() -> None:
    box, _ = inbox()
    box.reserve()
    box.settle(None)
    assert await box.last() == ()
    assert box.is_closed
    with pytest.raises(Conflict) as refused:
        box.reserve()
    assert refused.value.code == "turn_not_running"


def test_what_was_not_taken_is_given_back_at_the_end() -> None:
    box, _ = inbox()
    box.reserve()
    box.settle(STEER)
    assert box.close() == [STEER]
    assert box.close() == []
    assert box.is_closed


def arrive(box: Inbox, *steers: Steer) -> None:
    for steer in steers:
        box.reserve()
        box.settle(steer)


def follow_up(item_id: str) -> Steer:
    return Steer(UserItem(id=item_id, text=item_id), STEER.message, "follow_up")


async def test_follow_ups_wait_for_the_last_look_and_come_one_at_a_time() -> None:
    box, log = inbox()
    arrive(box, follow_up("f1"), follow_up("f2"), STEER)
    assert [box.place_of(name) for name in ("f1", "s", "none")] == [3, 3, None]
    assert len(await box.take()) == 1
    assert box.place_of("s") is None
    for name in ("f1", "f2"):
        assert len(await box.last()) == 1
        [append] = log.written[-1].appends
        assert isinstance(append.event, ItemCompleted)
        assert append.event.item.id == name
        assert log.written[-1].records == (signal_drop("t", "u", name),)
    assert not box.is_closed
    assert await box.last() == ()
    assert box.is_closed


async def test_steering_is_taken_before_follow_ups_at_the_last_look() -> None:
    box, log = inbox()
    arrive(box, follow_up("f1"), STEER)
    await box.last()
    [append] = log.written[-1].appends
    assert isinstance(append.event, ItemCompleted)
    assert append.event.item == STEER.item


def test_what_was_not_taken_is_given_back_steering_first() -> None:
    box, _ = inbox()
    arrive(box, follow_up("f1"), STEER)
    assert [steer.item.id for steer in box.close()] == ["s", "f1"]
    assert box.close() == []


async def test_what_could_not_be_recorded_is_not_lost() -> None:
    box, log = inbox()
    arrive(box, follow_up("f1"))
    log.error = Unavailable("the disk is full")
    with pytest.raises(Unavailable):
        await box.last()
    assert [steer.item.id for steer in box.close()] == ["f1"]


def test_signals_of_one_millisecond_have_an_order() -> None:
    box, _ = inbox()
    assert [box.position(now) for now in (1_000, 1_000, 999, 2_000)] == [1_000, 1_001, 1_002, 2_000]
