"""Replay: pages of the log as they stand in it, cursors, resets, and their bounds."""

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from portico.gateway.kernel.errors import NotFound
from portico.gateway.log import Append, Batch, thread_stream
from portico.protocol.events import ItemCompleted
from portico.protocol.methods.thread import ThreadDeleteParams
from portico.protocol.types.history import HistoryEvent
from portico.protocol.types.item import AgentMessage
from tests.gateway.features.threads.desk import Desk, desk, tags, versions


@pytest.fixture
async def at(tmp_path: Path) -> AsyncGenerator[Desk]:
    """One thread with two turns of two deltas each: version 1 is threadStarted, 2-8 and 9-15 the turns."""
    async with desk(tmp_path) as at:
        await at.start()
        await at.whole_turn("a")
        await at.whole_turn("b")
        yield at


TURN = ["turnStarted", "itemCompleted", "itemStarted", "itemDelta", "itemDelta", "itemCompleted", "turnCompleted"]


async def test_without_a_cursor_the_newest_come_oldest_first(at: Desk) -> None:
    answer = await at.history(limit=3)
    assert versions(answer) == [13, 14, 15]
    assert (answer.from_version, answer.to_version, answer.head_version) == (13, 15, 15)
    assert (answer.workspace_id, answer.thread_id, answer.epoch, answer.reset) == ("w1", "t1", "epoch-1", False)


async def test_the_whole_thread_is_told_as_it_happened(at: Desk) -> None:
    answer = await at.history()
    assert tags(answer) == ["threadStarted", *TURN, *TURN]
    assert (answer.from_version, answer.to_version) == (1, 15)
    events = [msgspec.json.decode(row, type=HistoryEvent) for row in answer.events]
    assert [(event.turn_id, event.sequence) for event in events[7:10]] == [("a", 7), ("b", 1), ("b", 2)]
    assert {event.created_at for event in events} == {at.clock.now()}


@pytest.mark.parametrize(
    ("fields", "expected", "covers"),
    [
        pytest.param({"after_version": 0, "limit": 2}, [1, 2], (1, 2), id="from the beginning"),
        pytest.param({"after_version": 13}, [14, 15], (14, 15), id="what is missing"),
        pytest.param({"after_version": 13, "limit": 2}, [14, 15], (14, 15), id="exactly what is missing"),
        pytest.param({"after_version": 15}, [], (16, 15), id="nothing is missing"),
        pytest.param({"before_version": 3}, [1, 2], (1, 2), id="before"),
        pytest.param({"before_version": 9, "limit": 2}, [7, 8], (7, 8), id="newest before"),
        pytest.param({"before_version": 1}, [], (1, 0), id="nothing before the first"),
        pytest.param({"before_version": 0}, [], (1, 0), id="nothing before nothing"),
        pytest.param({"before_version": 16, "limit": 1}, [15], (15, 15), id="before the next"),
        pytest.param({"after_version": 2, "before_version": 5}, [3, 4], (3, 4), id="between"),
        pytest.param({"after_version": 4, "before_version": 5}, [], (5, 4), id="nothing between"),
        pytest.param({"after_version": 9, "before_version": 5}, [], (10, 9), id="crossed"),
        pytest.param({"after_version": 13, "epoch": "epoch-1"}, [14, 15], (14, 15), id="own epoch"),
        pytest.param({"epoch": "other", "limit": 1}, [15], (15, 15), id="an epoch without a cursor is no cursor"),
    ],
)
async def test_pages(at: Desk, fields: dict[str, Any], expected: list[int], covers: tuple[int, int]) -> None:
    answer = await at.history(**fields)
    assert (versions(answer), answer.reset) == (expected, False)
    assert (answer.from_version, answer.to_version, answer.head_version) == (*covers, 15)


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"after_version": 3, "epoch": "other"}, id="foreign epoch"),
        pytest.param({"before_version": 3, "epoch": "other"}, id="foreign epoch, backwards"),
        pytest.param({"after_version": 16}, id="above the head"),
        pytest.param({"before_version": 17}, id="far above the head"),
        pytest.param({"after_version": 16, "epoch": "epoch-1"}, id="above the head in this epoch"),
    ],
)
async def test_a_cursor_of_another_time_is_reset_to_the_newest(at: Desk, fields: dict[str, Any]) -> None:
    answer = await at.history(limit=2, **fields)
    assert (answer.reset, versions(answer)) == (True, [14, 15])
    assert (answer.from_version, answer.to_version, answer.head_version) == (14, 15, 15)


@pytest.mark.parametrize(
    ("fields", "expected", "covers"),
    [
        pytest.param({}, [1, 2, 3, 4, 7, 8, 9, 10, 11, 14, 15], (1, 15), id="all"),
        pytest.param({"limit": 3}, [11, 14, 15], (11, 15), id="newest"),
        pytest.param({"after_version": 4, "limit": 1}, [7], (5, 7), id="past the deltas"),
        pytest.param({"after_version": 11, "before_version": 14}, [], (12, 13), id="only deltas"),
        pytest.param({"before_version": 7, "limit": 1}, [4], (4, 6), id="backwards past the deltas"),
    ],
)
async def test_without_deltas_a_page_still_covers_its_range(
    at: Desk, fields: dict[str, Any], expected: list[int], covers: tuple[int, int]
) -> None:
    answer = await at.history(include_deltas=False, **fields)
    assert versions(answer) == expected
    assert (answer.from_version, answer.to_version) == covers


@pytest.mark.parametrize("include_deltas", [True, False])
@pytest.mark.parametrize("limit", [1, 2, 5, 100])
async def test_paging_forward_and_backward_meets_every_event_once(at: Desk, limit: int, include_deltas: bool) -> None:
    whole = versions(await at.history(include_deltas=include_deltas))
    forward: list[int] = []
    after, head = 0, 15
    while after != head:
        page = await at.history(after_version=after, limit=limit, include_deltas=include_deltas)
        assert page.from_version == after + 1
        forward += versions(page)
        after, head = page.to_version, page.head_version
    backward: list[int] = []
    before = head + 1
    while before > 1:
        page = await at.history(before_version=before, limit=limit, include_deltas=include_deltas)
        assert page.to_version == before - 1
        backward = versions(page) + backward
        before = page.from_version
    assert forward == whole
    assert backward == whole


async def big(at: Desk, count: int, size: int) -> None:
    append = [
        Append(thread_stream("t1"), ItemCompleted(item=AgentMessage(id=f"i{n}", text="x" * size)), turn_id="big")
        for n in range(count)
    ]
    await at.log.write(Batch(appends=tuple(append)))


async def test_a_page_ends_at_four_mebibytes(at: Desk) -> None:
    await big(at, 7, 1024 * 1024)
    forward = await at.history(after_version=15)
    assert (forward.from_version, forward.to_version, forward.head_version) == (16, 18, 22)
    newest = await at.history()
    assert (newest.from_version, newest.to_version, newest.head_version) == (20, 22, 22)
    before = await at.history(before_version=20)
    assert (before.from_version, before.to_version) == (17, 19)


async def test_an_event_larger_than_a_page_comes_alone(at: Desk) -> None:
    await big(at, 2, 5 * 1024 * 1024)
    assert versions(await at.history(after_version=14)) == [15]
    assert versions(await at.history(after_version=15)) == [16]
    assert versions(await at.history()) == [17]


async def test_many_small_events_are_read_in_steps(at: Desk) -> None:
    await big(at, 3000, 10)
    whole = await at.history(limit=2**32 - 1)
    assert versions(whole) == list(range(1, 3016))
    assert versions(await at.history(limit=2000)) == list(range(1016, 3016))
    assert versions(await at.history(after_version=5, limit=2000)) == list(range(6, 2006))
    assert versions(await at.history(after_version=5, before_version=2900, limit=5000)) == list(range(6, 2900))


async def test_a_thread_that_is_not_there_has_no_history(at: Desk) -> None:
    with pytest.raises(NotFound) as refusal:
        await at.history("t9")
    assert refusal.value.code == "thread_not_found"
    await at.threads.delete(at.ctx(), ThreadDeleteParams(workspace_id="w1", thread_id="t1"))
    with pytest.raises(NotFound):
        await at.history("t1", after_version=3)
    assert at.connection.cursors == {"thread:t1": 0}


async def test_history_follows_from_the_head(at: Desk) -> None:
    at.connection.cursors.clear()
    await at.history(after_version=3, limit=1)
    assert at.connection.cursors == {"thread:t1": 15}
