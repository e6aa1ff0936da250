"""Search on a real log: what an older program left is caught up with, what is erased leaves no word."""

from collections.abc import AsyncGenerator
from pathlib import Path

import anyio
import pytest

from portico.gateway.features.threads.service import core
from portico.gateway.kernel.errors import Unavailable
from portico.gateway.log import Batch, Drop, Put, thread_stream
from portico.protocol.events import ItemCompleted
from portico.protocol.methods.thread import ThreadDeleteParams, ThreadSearchParams, ThreadUpdateParams
from portico.protocol.types.item import AgentMessage
from tests.gateway.features.threads.desk import Desk, desk


@pytest.fixture
async def at(tmp_path: Path) -> AsyncGenerator[Desk]:
    async with desk(tmp_path) as at:
        yield at


async def found(at: Desk, query: str) -> list[str]:
    p = ThreadSearchParams(workspace_id="w1", query=query, limit=100)
    return [hit.thread_id for hit in (await at.search.search(at.ctx(), p)).items]


def bytes_of(folder: Path) -> bytes:
    """Every byte of the database's files, in lower case."""
    return b"".join(path.read_bytes().lower() for path in folder.glob("gateway.db*"))


async def delete(at: Desk, thread_id: str) -> None:
    await at.threads.delete(at.ctx(), ThreadDeleteParams(workspace_id="w1", thread_id=thread_id))


async def left_by_an_older_program(at: Desk, *thread_ids: str) -> None:
    """No words, and the threads on the list that the migration makes."""
    for thread_id in thread_ids:
        put = Put("search_backlog", {"thread_id": thread_id}, {})
        await at.log.write(Batch(records=(Drop("search_text", {"thread_id": thread_id}), put)))


async def test_words_of_older_threads_are_those_that_new_ones_have(at: Desk) -> None:
    await at.start("t1", name="first")
    await at.threads.update(at.ctx(), ThreadUpdateParams(workspace_id="w1", thread_id="t1", name="second"))
    await at.whole_turn("a", "hello")
    await at.start("t2", name="other")
    for n in range(300):
        await at.turn_flow("b", ItemCompleted(item=AgentMessage(id=f"i{n}", text=f"piece {n}")), thread_id="t2")
    rows = {row[1:] for row in await at.rows("search_text")}
    await left_by_an_older_program(at, "t1", "t2", "gone")
    assert await found(at, "second") == []
    assert await at.search.catch_up() == 3
    assert {row[1:] for row in await at.rows("search_text")} == rows
    assert (await found(at, "second"), await found(at, "299")) == (["t1"], ["t2"])
    assert await at.rows("search_backlog") == []
    assert await at.search.catch_up() == 0


async def test_catching_up_waits_for_the_calls_of_a_thread(at: Desk) -> None:
    await at.start("t1", name="marker")
    await left_by_an_older_program(at, "t1")
    async with anyio.create_task_group() as group, at.lanes.enter(thread_stream("t1")):
        group.start_soon(at.search.catch_up)
        await anyio.wait_all_tasks_blocked()
        assert await found(at, "marker") == []
        await delete(at, "t1")
    assert await at.rows("search_text") == await at.rows("search_backlog") == []


async def test_catching_up_that_is_cut_short_is_done_again(at: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    await at.start("t1", name="marker")
    await left_by_an_older_program(at, "t1")

    async def refuse(batch: Batch) -> None:
        del batch
        raise Unavailable("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(at.log, "write", refuse)
        with pytest.raises(Unavailable):
            await at.search.catch_up()
    assert await at.search.catch_up() == 1
    assert await found(at, "marker") == ["t1"]


@pytest.mark.promise("search.erased")
async def test_no_byte_of_an_erased_word_is_left(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        for thread_id in ("t1", "t2"):
            await at.start(thread_id, name=f"quetzal{thread_id}name")
            for n in range(50):
                await at.whole_turn(f"a{n}", f"Quetzal{thread_id}said{n}", thread_id, deltas=0)
        await delete(at, "t1")
        assert len(await found(at, "quetzalt2")) == 51
    left = bytes_of(tmp_path)
    assert b"quetzalt2said" in left
    assert b"quetzalt1" not in left


@pytest.mark.promise("search.erased")
async def test_words_that_a_deletion_left_are_erased_by_the_next_one_or_the_next_start(
    at: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for thread_id in ("t1", "t2"):
        await at.start(thread_id, name="marker")
        with monkeypatch.context() as patch:
            patch.setattr(core, "erase_words", nothing)
            await delete(at, thread_id)
        assert await found(at, "marker") == []
    assert len(await at.rows("search_text")) == 2
    await delete(at, "t1")
    assert len(await at.rows("search_text")) == 1
    assert await at.search.catch_up() == 1
    assert await at.rows("search_text") == await at.rows("search_backlog") == []


async def nothing(*_: object) -> None:
    """The process ended before."""
