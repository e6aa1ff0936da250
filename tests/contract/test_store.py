"""What every store promises, on SQLite, on PostgreSQL and in memory."""

from collections.abc import AsyncGenerator
from pathlib import Path

import anyio
import pytest

from portico.gateway.kernel.errors import Invalid
from portico.gateway.store.changes import Put, Value
from portico.gateway.store.engine import ChangeRefused, Group, QueryRefused, ResultRow, Store, StreamConflict, StreamRow
from portico.gateway.store.open import open_store
from tests.kit.clock import FakeClock
from tests.kit.stores import ENGINES, STORES, any_place, any_store, appended, event, head

MAX_INT = 2**63 - 1


@pytest.fixture(params=STORES)
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[Store]:
    async with any_store(request.param, tmp_path) as opened:
        yield opened


async def versions(store: Store, stream: str) -> list[int]:
    rows = await store.read("select version from event where stream = $1 order by version", (stream,))
    return [version for (version,) in rows]


async def settings(store: Store) -> list[ResultRow]:
    return await store.read("select name, data from setting order by name")


def setting(name: str, data: bytes) -> Put:
    return Put("setting", {"name": name}, {"data": data})


async def test_what_was_appended_is_read_back_whole(store: Store) -> None:
    await store.apply(
        Group(streams=(head("s", 0, 2, fence=3, open_turn="t"),), events=(event("s", 1, b"\x00\xff"), event("s", 2)))
    )
    events = await store.read("select * from event order by version")
    streams = await store.read("select * from stream")
    assert events == [
        ("s", 1, None, 0, "testHappened", 1, 0, b"\x00\xff", 1_800_000_000, None),
        ("s", 2, None, 0, "testHappened", 1, 0, b"{}", 1_800_000_000, None),
    ]
    assert streams == [("s", 2, 2, 3, "t", "w", None)]


async def test_many_rows_in_one_group_keep_their_versions(store: Store) -> None:
    await store.apply(appended("s", 0, *(str(n).encode() for n in range(1, 158))))
    rows = await store.read("select version, data from event where stream = $1 order by version", ("s",))
    assert rows == [(n, str(n).encode()) for n in range(1, 158)]


async def test_many_streams_in_one_group_all_move(store: Store) -> None:
    names = [f"s{n:03}" for n in range(90)]
    await store.apply(Group(streams=tuple(head(name, 0, 1) for name in names)))
    await store.apply(Group(streams=tuple(head(name, 1, 5) for name in names)))
    assert await store.read("select distinct head, count(*) from stream group by head") == [(5, 90)]


@pytest.mark.parametrize(
    ("stream", "expected"),
    [
        pytest.param("s", 0, id="somebody made the stream"),
        pytest.param("s", 1, id="somebody appended"),
        pytest.param("s", 3, id="the stored head is lower"),
        pytest.param("other", 1, id="the stream is missing"),
    ],
)
@pytest.mark.parametrize("beside", [0, 20], ids=["alone", "among others"])
async def test_another_head_is_a_conflict_and_nothing_is_written(
    store: Store, stream: str, expected: int, beside: int
) -> None:
    await store.apply(appended("s", 0, b"1", b"2"))
    others = tuple(head(f"beside{n}", 0, 1) for n in range(beside))
    group = Group(
        streams=(*others, head(stream, expected, expected + 1)),
        events=(event(stream, expected + 1),),
        changes=(setting("x", b"1"),),
    )
    with pytest.raises(StreamConflict):
        await store.apply(group)
    assert await store.read("select stream, head from stream") == [("s", 2)]
    assert await versions(store, "s") == [1, 2]
    assert await settings(store) == []


async def test_a_row_with_head_zero_is_as_good_as_none(store: Store) -> None:
    await store.apply(Group(streams=(head("s", 0, 0, fence=7),)))
    await store.apply(appended("s", 0, b"1"))
    assert await store.read("select head, fence from stream") == [(1, 0)]


async def test_of_two_writers_from_one_head_one_wins(store: Store) -> None:
    await store.apply(appended("s", 0, b"1"))
    outcomes: list[str] = []

    async def write(data: bytes) -> None:
        try:
            await store.apply(appended("s", 1, data))
            outcomes.append("written")
        except StreamConflict:
            outcomes.append("conflict")

    with anyio.fail_after(5):
        async with anyio.create_task_group() as group:
            for n in range(4):
                group.start_soon(write, str(n).encode())
    assert sorted(outcomes) == ["conflict", "conflict", "conflict", "written"]
    assert await versions(store, "s") == [1, 2]


async def test_the_same_version_twice_is_refused(store: Store) -> None:
    with pytest.raises(ChangeRefused):
        await store.apply(Group(streams=(head("s", 0, 1),), events=(event("s", 1), event("s", 1))))
    assert await store.read("select count(*) from stream") == [(0,)]


@pytest.mark.parametrize(
    "group",
    [
        pytest.param(Group(streams=(head("a\0", 0, 1),)), id="stream"),
        pytest.param(Group(events=(event("s", 1, turn_id="a\0"),)), id="turn"),
        pytest.param(Group(streams=(head("s", 0, 1, open_turn="a\0"),)), id="open turn"),
    ],
)
async def test_nul_in_an_id_is_refused(store: Store, group: Group) -> None:
    with pytest.raises(ChangeRefused):
        await store.apply(group)


async def test_a_big_blob_comes_back(store: Store) -> None:
    data = bytes(range(256)) * 4 * 8192
    await store.apply(appended("s", 0, data))
    assert await store.read("select data from event") == [(data,)]


@pytest.mark.parametrize("text", ["a\0b", "\ud800"])
async def test_a_query_with_text_that_cannot_be_stored_is_invalid(store: Store, text: str) -> None:
    with pytest.raises(Invalid):
        await store.read("select name from setting where name = $1", (text,))
    with pytest.raises(Invalid):
        await store.snapshot(("select 1", ()), ("select name from setting where name = $1", (text,)))
    assert await store.read("select 1") == [(1,)]


async def test_a_query_with_an_integer_out_of_range_is_invalid(store: Store) -> None:
    with pytest.raises(Invalid):
        await store.read("select size from blob_ref where size > $1", (MAX_INT + 1,))


async def test_a_query_that_is_wrong_is_our_fault(store: Store) -> None:
    with pytest.raises(QueryRefused):
        await store.read("select nothing from nowhere")
    with pytest.raises(QueryRefused):
        await store.snapshot(("select 1", ()), ("selekt", ()))
    assert await store.snapshot(("select 1", ()), ("select 2", ())) == [[(1,)], [(2,)]]


async def test_parameters_are_bound_by_their_number(store: Store) -> None:
    args: tuple[Value, ...] = tuple(f"v{n}" for n in range(1, 13))
    sql = "select cast($12 as text), cast($2 as text), cast($1 as text), cast($2 as text)"
    rows = await store.read(sql + "".join(f", cast(${n} as text)" for n in range(3, 12)), args)
    assert rows[0][:4] == ("v12", "v2", "v1", "v2")


async def test_a_snapshot_sees_one_commit(store: Store) -> None:
    await store.apply(Group(streams=(head("s", 0, 1),), events=(event("s", 1),)))
    is_done = anyio.Event()
    pairs: set[tuple[int, int]] = set()

    async def write() -> None:
        for version in range(1, 60):
            await store.apply(appended("s", version, b"x"))
        is_done.set()

    async def look() -> None:
        while not is_done.is_set():
            first, second = await store.snapshot(
                ("select head from stream where stream = $1", ("s",)),
                ("select max(version) from event where stream = $1", ("s",)),
            )
            pairs.add((first[0][0], second[0][0]))

    with anyio.fail_after(20):
        async with anyio.create_task_group() as group:
            for _ in range(4):
                group.start_soon(look)
            group.start_soon(write)
    assert {a == b for a, b in pairs} == {True}


async def test_a_commit_is_seen_by_the_next_read(store: Store) -> None:
    for version in range(20):
        await store.apply(appended("s", version, b"x", fact=version % 2 == 0))
        assert await store.read("select head from stream") == [(version + 1,)]


async def test_many_readers_are_answered_at_once(store: Store) -> None:
    await store.apply(Group(changes=tuple(setting(f"{n}", str(n).encode()) for n in range(30))))
    answers: dict[int, list[ResultRow]] = {}

    async def ask(n: int) -> None:
        answers[n] = await store.read("select data from setting where name = $1", (str(n),))

    with anyio.fail_after(10):
        async with anyio.create_task_group() as group:
            for n in range(30):
                group.start_soon(ask, n)
    assert answers == {n: [(str(n).encode(),)] for n in range(30)}


async def test_erase_takes_the_events_of_its_streams_only(store: Store) -> None:
    await store.apply(appended("a", 0, b"1", b"2"))
    await store.apply(appended("b", 0, b"1"))
    tombstone = StreamRow("a", 2, 3, 3, 9, None, "w", erased_at=1_800_000_000)
    await store.apply(Group(streams=(tombstone,), events=(event("a", 3),), erase=("a", "unknown")))
    assert await versions(store, "a") == [3]
    assert await versions(store, "b") == [1]
    rows = await store.read("select head, fence, erased_at from stream where stream = 'a'")
    assert rows == [(3, 9, 1_800_000_000)]


async def test_a_cancelled_wait_does_not_take_the_group_back(store: Store) -> None:
    with anyio.CancelScope() as scope:
        scope.cancel()
        await store.apply(appended("s", 0, b"1"))
    with anyio.fail_after(5):
        await store.apply(appended("other", 0, b"1"))
        rows = await store.read("select count(*) from event where stream = 's'")
    # Either it was never handed over, or it is whole.
    assert rows in ([(0,)], [(1,)])


async def test_an_empty_group_is_nothing(store: Store) -> None:
    await store.apply(Group())
    assert await store.read("select count(*) from stream") == [(0,)]


async def test_check_names_a_stream_whose_log_is_above_its_head(store: Store) -> None:
    await store.apply(appended("s", 0, b"1"))
    assert await store.check() == []
    await store.apply(Group(events=(event("s", 5), event("lost", 2))))
    assert await store.check() == [
        "stream lost holds version 2 above its head 0",
        "stream s holds version 5 above its head 1",
    ]


@pytest.mark.parametrize("engine", ENGINES)
async def test_what_was_written_is_there_after_reopening(engine: str, tmp_path: Path) -> None:
    place = await any_place(engine, tmp_path)
    async with open_store(place, clock=FakeClock()) as first:
        await first.apply(appended("s", 0, b"1"))
    async with open_store(place, clock=FakeClock()) as again:
        assert await versions(again, "s") == [1]
