"""The writer on a real store: order, grouping, refusals, live streams, a full disk."""

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import anyio
import msgspec
import pytest

from portico.gateway.kernel.errors import Conflict, GatewayError, Unavailable
from portico.gateway.log import Append, Batch, Put
from portico.gateway.log.writer import PROBLEM_SECONDS, QUEUE_BYTES, LogWriter
from portico.gateway.store.changes import Value
from portico.gateway.store.engine import Group, Query, ResultRow, Store, StoreUnavailable
from portico.protocol.events import Event, ItemDelta, ThreadTreeChanged, TurnCompleted
from portico.protocol.types.turn import Turn, TurnStatus
from tests.kit import FakeClock
from tests.kit.logs import running_log, sqlite_log
from tests.kit.stores import sqlite_store

S = "thread:t"
TREE = ThreadTreeChanged(workspace_id="w", thread_id="t", reason="thread_updated")
ENDED = TurnCompleted(turn=Turn(id="u", status=TurnStatus.COMPLETED))


def fact(stream: str = S, event: Event = TREE) -> Batch:
    return Batch(appends=(Append(stream, event, workspace_id="w"),))


def opening(turn: str = "u", stream: str = S) -> Batch:
    return Batch(appends=(Append(stream, TREE, turn_id=turn, opens=True, workspace_id="w"),))


def delta(text: str, fence: int = 1, item: str = "i") -> Batch:
    append = Append(S, ItemDelta(item_id=item, delta=text), turn_id="u", fence=fence, flow=True)
    return Batch(appends=(append,), fact=False)


async def stored(log: LogWriter, stream: str = S) -> list[tuple[int, str, str]]:
    rows = await log.read("select version, type, data from event where stream = $1 order by version", (stream,))
    payloads = [msgspec.json.decode(bytes(data))["payload"] for _, _, data in rows]
    return [(rows[n][0], rows[n][1], payload.get("delta", "")) for n, payload in enumerate(payloads)]


async def test_what_is_written_is_there_and_numbered(tmp_path: Path) -> None:
    async with sqlite_log(tmp_path) as log:
        first = await log.write(fact())
        second = await log.write(fact())
        assert (first.head(S), second.head(S)) == (1, 2)
        assert await log.head(S) == 2


async def test_a_later_log_goes_on_where_the_last_one_stopped(tmp_path: Path) -> None:
    async with sqlite_log(tmp_path) as log:
        await log.write(opening())
        log.post(delta("a"))
    async with sqlite_log(tmp_path) as log:
        written = await log.write(Batch(appends=(Append(S, ENDED, turn_id="u", fence=1, closes=True),)))
        assert written.head(S) == 3
        rows = await log.read("select sequence from event where stream = $1 order by version", (S,))
        assert [row[0] for row in rows] == [1, 2, 3]


async def test_a_hundred_writers_at_once_get_a_hundred_versions(tmp_path: Path) -> None:
    heads: list[int] = []
    async with sqlite_log(tmp_path) as log:

        async def one() -> None:
            heads.append((await log.write(fact())).head(S))

        async with anyio.create_task_group() as group:
            for _ in range(100):
                group.start_soon(one)
    assert sorted(heads) == list(range(1, 101))


async def test_flow_and_facts_keep_their_order(tmp_path: Path) -> None:
    async with sqlite_log(tmp_path) as log:
        await log.write(opening())
        log.post(delta("a"))
        log.post(delta("b"))
        log.post(delta("x", item="j"))
        await log.write(Batch(appends=(Append(S, ENDED, turn_id="u", fence=1, closes=True),)))
        kinds = [(kind, text) for _, kind, text in await stored(log)]
    assert kinds == [("threadTreeChanged", ""), ("itemDelta", "ab"), ("itemDelta", "x"), ("turnCompleted", "")]


async def test_a_stale_decision_is_refused_and_a_fresh_one_is_taken(tmp_path: Path) -> None:
    async with sqlite_log(tmp_path) as log:
        await log.write(Batch.decision(S, 0, [TREE], "w"))
        with pytest.raises(Conflict) as refused:
            await log.write(Batch.decision(S, 0, [TREE]))
        assert refused.value.code == "stale_decision"
        assert (await log.write(Batch.decision(S, 1, [TREE]))).head(S) == 2


async def test_a_rename_during_a_stream_does_not_conflict(tmp_path: Path) -> None:
    async with sqlite_log(tmp_path) as log:
        decided = (await log.write(opening())).head(S)
        log.post(delta("a"))
        assert (await log.write(Batch.decision(S, decided, [TREE]))).head(S) == 3


async def test_a_run_that_was_fenced_off_is_told_and_writes_nothing_more(tmp_path: Path) -> None:
    told: list[GatewayError] = []
    async with sqlite_log(tmp_path) as log:
        fence = (await log.write(opening())).fences[S]
        log.watch_run(S, fence, told.append)
        await log.write(Batch(erase=(S,)))
        assert [error.code for error in told] == ["fenced_off"]
        log.post(delta("late", fence))
        await log.flush()
        assert [error.code for error in told] == ["fenced_off", "fenced_off"]
        assert await stored(log) == []
        with pytest.raises(Conflict) as refused:
            await log.write(fact())
        assert refused.value.code == "stream_erased"


async def test_a_watch_that_was_undone_is_not_told(tmp_path: Path) -> None:
    told: list[GatewayError] = []
    async with sqlite_log(tmp_path) as log:
        fence = (await log.write(opening())).fences[S]
        log.watch_run(S, fence, told.append)()
        await log.write(Batch(erase=(S,)))
    assert told == []


async def test_a_bad_record_fails_its_batch_and_no_other(tmp_path: Path) -> None:
    bad = Batch(appends=(Append(S, TREE),), records=(Put("workspace", {"id": "w"}, {"name": None}),))
    outcomes: dict[str, object] = {}
    async with sqlite_log(tmp_path) as log:

        async def one(name: str, batch: Batch) -> None:
            try:
                outcomes[name] = (await log.write(batch)).heads
            except Conflict as error:
                outcomes[name] = error.code

        async with anyio.create_task_group() as group:
            group.start_soon(one, "before", fact())
            group.start_soon(one, "bad", bad)
            group.start_soon(one, "after", fact())
    assert outcomes == {"before": {S: 1}, "bad": "constraint", "after": {S: 2}}


async def test_watchers_find_in_the_ring_or_the_log_what_follows_their_cursor(tmp_path: Path) -> None:
    wakes: list[int] = []
    async with sqlite_log(tmp_path) as log:
        await log.write(opening())
        watch = await log.watch(S, lambda: wakes.append(1))
        assert (watch.head, watch.ready(1, 1_000)) == (1, ([], 1))
        log.post(delta("a"))
        await log.flush()
        assert len(wakes) == 1
        ring, paged = watch.ready(1, 10_000), await watch.page(1, 10_000)
        assert ring == paged
        assert watch.ready(0, 10_000) is None
        frames, reached = await watch.page(0, 10_000)
        assert (len(frames), reached) == (2, 2)
        assert msgspec.json.decode(frames[1])["params"] == {
            "workspace_id": "w",
            "thread_id": "t",
            "turn_id": "u",
            "item_id": "i",
            "delta": "a",
            "stream": "agent_message",
            "version": 2,
            "sequence": 2,
        }
        watch.close()
        log.post(delta("b"))
        await log.flush()
        assert len(wakes) == 1


class Between(Store):
    """A store with something in front of each commit."""

    def __init__(self, store: Store, before: Callable[[], Awaitable[None]]) -> None:
        self._store = store
        self._before = before

    @property
    def dialect(self) -> str:
        return self._store.dialect

    async def read(self, sql: str, args: Sequence[Value] = ()) -> list[ResultRow]:
        return await self._store.read(sql, args)

    async def snapshot(self, *queries: Query) -> list[list[ResultRow]]:
        return await self._store.snapshot(*queries)

    async def apply(self, group: Group) -> None:
        await self._before()
        await self._store.apply(group)

    async def backup(self, target: str) -> None:
        await self._store.backup(target)

    async def check(self) -> list[str]:
        return await self._store.check()


async def test_nothing_is_published_before_its_commit(tmp_path: Path) -> None:
    gate, committing = anyio.Event(), anyio.Event()

    async def hold() -> None:
        committing.set()
        await gate.wait()

    async with sqlite_store(tmp_path) as store, running_log(Between(store, hold)) as log:
        watch = await log.watch(S, lambda: None)
        with anyio.fail_after(5):
            async with anyio.create_task_group() as group:
                group.start_soon(log.write, fact())
                await committing.wait()
                assert watch.head == 0
                gate.set()
        assert watch.head == 1


async def test_a_full_disk_acknowledges_nothing_and_the_service_goes_on_with_space(tmp_path: Path) -> None:
    told: list[GatewayError] = []
    clock = FakeClock()
    has_space = True

    async def disk() -> None:
        if not has_space:
            raise StoreUnavailable("the disk is full", reason="disk_full")

    async with sqlite_store(tmp_path) as store, running_log(Between(store, disk), clock=clock) as log:
        fence = (await log.write(opening())).fences[S]
        log.watch_run(S, fence, told.append)
        watch = await log.watch(S, lambda: None)
        has_space = False
        with pytest.raises(Unavailable) as refused:
            await log.write(fact())
        assert refused.value.details["reason"] == "disk_full"
        assert log.problems() == ["the disk is full"]
        clock.advance(PROBLEM_SECONDS + 1)
        assert log.problems() == []
        log.post(delta("lost"))
        await log.flush()
        assert [error.details.get("reason") for error in told] == ["disk_full"]
        assert watch.head == 1
        has_space = True
        assert (await log.write(fact())).head(S) == 2
        assert log.problems() == []
        assert len(await stored(log)) == 2


async def test_a_full_queue_refuses_commands_and_holds_streams(tmp_path: Path) -> None:
    async with sqlite_store(tmp_path) as store:
        log = LogWriter(store, (), FakeClock(), "e")
        log.post(delta("x" * QUEUE_BYTES))
        with pytest.raises(Unavailable) as refused:
            await log.write(fact())
        assert refused.value.retry_after_seconds
        passed = anyio.Event()

        async def stream() -> None:
            await log.room()
            passed.set()

        async with anyio.create_task_group() as group:
            group.start_soon(stream)
            await anyio.wait_all_tasks_blocked()
            assert not passed.is_set()
            group.start_soon(log.run)
            with anyio.fail_after(5):
                await passed.wait()
            group.cancel_scope.cancel()


async def test_what_follows_lost_flow_of_a_run_is_lost_too_until_its_end(tmp_path: Path) -> None:
    told: list[GatewayError] = []
    clock = FakeClock()
    has_space = True

    async def disk() -> None:
        if not has_space:
            raise StoreUnavailable("the disk is full", reason="disk_full")

    async with sqlite_store(tmp_path) as store, running_log(Between(store, disk), clock=clock) as log:
        fence = (await log.write(opening())).fences[S]
        undo = log.watch_run(S, fence, told.append)
        log.post(delta("a"))
        await log.flush()
        has_space = False
        log.post(delta("b"))
        await log.flush()
        has_space = True
        log.post(delta("c"))
        await log.write(Batch(appends=(Append(S, ENDED, turn_id="u", fence=fence, closes=True),)))
        undo()
        kinds = [(kind, text) for _, kind, text in await stored(log)]
        assert kinds == [("threadTreeChanged", ""), ("itemDelta", "a"), ("turnCompleted", "")]
        again = (await log.write(opening())).fences[S]
        log.watch_run(S, again, told.append)
        log.post(delta("d", fence=again))
        await log.flush()
        assert (await stored(log))[-1][2] == "d"
    assert {error.details.get("reason") for error in told} == {"disk_full"}
