"""Reading the log back: what the writer needs to go on, and frames for cursors that are far behind."""

from pathlib import Path

import msgspec
import pytest

from portico.gateway.log import Append, Batch
from portico.gateway.log.plan import StreamState
from portico.gateway.log.read import PAGE_ROWS, decode_event, load_states, page_facts
from portico.protocol.events import ItemDelta, ThreadTreeChanged
from tests.kit.logs import running_log, sqlite_log
from tests.kit.stores import sqlite_store

S = "thread:t"
TREE = ThreadTreeChanged(workspace_id="w", thread_id="t", reason="thread_updated")


def opening() -> Batch:
    return Batch(appends=(Append(S, TREE, turn_id="u", opens=True, workspace_id="w"),))


def delta(text: str, item: str) -> Batch:
    append = Append(S, ItemDelta(item_id=item, delta=text), turn_id="u", fence=1, flow=True)
    return Batch(appends=(append,), fact=False)


async def test_states_of_streams_that_never_were_start_at_nothing(tmp_path: Path) -> None:
    async with sqlite_store(tmp_path) as store:
        assert await load_states(store, ["a", "b"]) == {"a": StreamState(), "b": StreamState()}


async def test_an_open_turn_goes_on_with_its_sequence(tmp_path: Path) -> None:
    async with sqlite_store(tmp_path) as store:
        async with running_log(store) as log:
            await log.write(opening())
            log.post(delta("a", "i"))
        assert await load_states(store, [S]) == {
            S: StreamState(2, 1, 1, "u", "w", None, sequence=2, sequence_turn="u"),
        }


async def test_pages_follow_each_other_without_a_gap(tmp_path: Path) -> None:
    count = PAGE_ROWS + 10
    async with sqlite_store(tmp_path) as store:
        async with running_log(store) as log:
            await log.write(opening())
            for number in range(count - 1):
                log.post(delta(str(number), f"i{number}"))
        seen: list[int] = []
        reached = 0
        while reached < count:
            facts, reached = await page_facts(store, S, "w", reached, 1_000_000)
            seen += [msgspec.json.decode(fact.text)["params"]["version"] for fact in facts]
        assert seen == list(range(1, count + 1))
        few, reached = await page_facts(store, S, "w", 0, 1)
        assert (len(few), reached) == (1, 1)
        assert await page_facts(store, S, "w", count, 1) == ([], count)


async def test_a_page_tells_the_stored_bytes(tmp_path: Path) -> None:
    async with sqlite_store(tmp_path) as store:
        async with running_log(store) as log:
            await log.write(opening())
            stored = await log.read("select data from event where stream = $1", (S,))
        facts, _ = await page_facts(store, S, "w", 0, 1_000)
    assert [(fact.data, fact.event, fact.turn_id) for fact in facts] == [(bytes(stored[0][0]), TREE, "u")]


async def test_a_row_becomes_its_types_again(tmp_path: Path) -> None:
    async with sqlite_log(tmp_path) as log:
        await log.write(opening())
        rows = await log.read("select data, schema from event where stream = $1", (S,))
    history, event = decode_event(bytes(rows[0][0]), rows[0][1])
    assert (history.version, history.sequence, history.turn_id, event) == (1, 1, "u", TREE)
    with pytest.raises(KeyError):
        decode_event(bytes(rows[0][0]), 0)
