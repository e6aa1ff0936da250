"""Reads that meet a log in motion, and read models that follow from the log alone."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

import pytest

from portico.gateway.features.threads import project
from portico.gateway.features.threads.rules.replay import Window
from portico.gateway.features.threads.store import ThreadStore
from portico.gateway.kernel.errors import GatewayError
from portico.gateway.log import Append, Batch, Change, EventContext, Value, thread_stream
from portico.gateway.log.read import decode_event
from portico.gateway.log.writer import LogWriter
from portico.gateway.store.engine import Query, ResultRow
from portico.protocol.base import SAFE_INT
from portico.protocol.events import ItemCompleted, ItemStarted, ItemUpdated, ThreadTreeChanged, TurnFailed
from portico.protocol.methods.thread import (
    ThreadDeleteParams,
    ThreadFolderCreateParams,
    ThreadFolderDeleteParams,
    ThreadFolderMoveParams,
    ThreadFolderRenameParams,
    ThreadMoveParams,
    ThreadUpdateParams,
)
from portico.protocol.types.item import AgentMessage, SystemEvent
from portico.protocol.types.turn import Turn, TurnStatus
from tests.gateway.features.threads.desk import Desk, desk
from tests.kit.logs import sqlite_log

TABLES = ("thread", "turn", "turn_item", "thread_folder", "thread_placement")
NEWEST = Window(after=0, before=SAFE_INT, is_newest=True, limit=10_000, include_deltas=True)
FORWARD = Window(after=0, before=SAFE_INT, is_newest=False, limit=10_000, include_deltas=True)


@pytest.fixture
async def at(tmp_path: Path) -> AsyncGenerator[Desk]:
    async with desk(tmp_path) as at:
        await at.start()
        yield at


@pytest.fixture
def again(tmp_path: Path) -> Path:
    """A folder for a second store."""
    folder = tmp_path / "again"
    folder.mkdir()
    return folder


class MovingLog:
    """A log in which something happens between two steps of a page."""

    def __init__(self, at: Desk, happens: Sequence[Any]) -> None:
        self._log = at.log
        self._happens = list(happens)
        self.epoch, self.full_text = at.log.epoch, at.log.full_text
        self.write, self.post, self.room, self.read = at.log.write, at.log.post, at.log.room, at.log.read

    async def snapshot(self, *queries: Query) -> list[list[ResultRow]]:
        rows = await self._log.snapshot(*queries)
        if self._happens:
            await self._happens.pop()()
        return rows


async def fill(at: Desk, count: int) -> None:
    events = [SystemEvent(id=f"i{n}", level="info", message="m") for n in range(count)]
    appends = tuple(Append("thread:t1", ItemCompleted(item=item), turn_id="x") for item in events)
    await at.log.write(Batch(appends=appends))


@pytest.mark.parametrize("window", [NEWEST, FORWARD])
async def test_a_page_ends_at_the_head_it_began_with(at: Desk, window: Window) -> None:
    await fill(at, 400)

    async def grow() -> None:
        await fill(at, 5)

    page = await ThreadStore(MovingLog(at, [grow])).page("t1", window)
    assert (page.first, page.last, page.head.head, len(page.events)) == (1, 401, 401, 401)


@pytest.mark.parametrize("window", [NEWEST, FORWARD])
async def test_a_thread_deleted_under_a_page_is_told_as_gone(at: Desk, window: Window) -> None:
    await fill(at, 400)

    async def delete() -> None:
        await at.threads.delete(at.ctx(), ThreadDeleteParams(workspace_id="w1", thread_id="t1"))

    page = await ThreadStore(MovingLog(at, [delete])).page("t1", window)
    assert page.head.erased_at == at.clock.now()


async def test_large_events_are_not_read_far_beyond_the_page(at: Desk) -> None:
    big = [SystemEvent(id=f"i{n}", level="info", message="x" * 65_536) for n in range(600)]
    for part in range(0, 600, 60):
        appends = [Append("thread:t1", ItemCompleted(item=item), turn_id="x") for item in big[part : part + 60]]
        await at.log.write(Batch(appends=tuple(appends)))
    asked: list[Value] = []

    class Counting(MovingLog):
        async def snapshot(self, *queries: Query) -> list[list[ResultRow]]:
            asked.append(queries[1][1][3])
            return await super().snapshot(*queries)

    page = await ThreadStore(Counting(at, [])).page("t1", FORWARD)
    assert asked == [256]
    assert (page.first, page.last, len(page.events)) == (1, 64, 64)


async def scenario(at: Desk) -> None:
    """Everything that writes a row, once at least."""
    ctx = at.ctx()
    for name, parent in (("a", None), ("b", "a"), ("c", "b"), ("d", None)):
        folder = ThreadFolderCreateParams(workspace_id="w1", folder_id=name, parent_folder_id=parent, name=name)
        await at.threads.create_folder(ctx, folder)
    for thread_id, folder_id in (("u1", "b"), ("u2", "c"), ("u3", None), ("u4", "d")):
        await at.start(thread_id, name=f"name of {thread_id}", tools=["read_file"])
        await at.threads.move(ctx, ThreadMoveParams(workspace_id="w1", thread_id=thread_id, folder_id=folder_id))
        at.clock.advance(7)
        await at.whole_turn("x", f"first of {thread_id}", thread_id)
    await at.threads.update(ctx, ThreadUpdateParams(workspace_id="w1", thread_id="u1", name="", tools="none"))
    await at.turn_start("y", "second", "u1")
    said = AgentMessage(id="m", text="so")
    await at.turn_flow("y", ItemStarted(item=said), ItemUpdated(item=said), thread_id="u1")
    failed = TurnFailed(turn=Turn(id="y", status=TurnStatus.FAILED, error="e"))
    await at.log.write(Batch(appends=(Append(thread_stream("u1"), failed, turn_id="y", closes=True),)))
    await at.turn_start("z", "third", "u2")
    await at.threads.move_folder(ctx, ThreadFolderMoveParams(workspace_id="w1", folder_id="c", parent_folder_id="d"))
    await at.threads.rename_folder(ctx, ThreadFolderRenameParams(workspace_id="w1", folder_id="c", name="see"))
    await at.threads.delete_folder(ctx, ThreadFolderDeleteParams(workspace_id="w1", folder_id="b"))
    await at.threads.delete_folder(ctx, ThreadFolderDeleteParams(workspace_id="w1", folder_id="d"))
    await at.threads.delete(ctx, ThreadDeleteParams(workspace_id="w1", thread_id="u3"))


def a_call(at: Desk, dice: Random) -> Awaitable[object]:
    """Any command, on few ids, so that many of them meet."""
    ctx, threads = at.ctx(), at.threads
    thread_id, folder_id = dice.choice("tuv"), dice.choice("abc")
    parent, turn_id = dice.choice([None, "a", "b", "c"]), dice.choice("xyz")
    workspace_id = dice.choice(["w1", "w1", "w1", "w2"])
    ids: dict[str, Any] = {"workspace_id": workspace_id, "thread_id": thread_id}
    folder: dict[str, Any] = {"workspace_id": workspace_id, "folder_id": folder_id}
    calls: list[Callable[[], Awaitable[object]]] = [
        lambda: at.start(thread_id, workspace_id),
        lambda: at.turn_start(turn_id, turn_id, thread_id),
        lambda: at.turn_end(turn_id, thread_id, dice.choice(list(TurnStatus))),
        lambda: at.whole_turn(dice.choice("xyz"), "hello", thread_id),
        lambda: threads.update(ctx, ThreadUpdateParams(**ids, name=dice.choice("mn"))),
        lambda: threads.move(ctx, ThreadMoveParams(**ids, folder_id=parent)),
        lambda: threads.create_folder(ctx, ThreadFolderCreateParams(**folder, name="n", parent_folder_id=parent)),
        lambda: threads.move_folder(ctx, ThreadFolderMoveParams(**folder, parent_folder_id=parent)),
        lambda: threads.rename_folder(ctx, ThreadFolderRenameParams(**folder, name=dice.choice("mn"))),
        lambda: threads.delete_folder(ctx, ThreadFolderDeleteParams(**folder)),
        lambda: threads.delete(ctx, ThreadDeleteParams(**ids)),
    ]
    return dice.choices(calls, [6, 4, 4, 2, 4, 6, 6, 6, 4, 2, 1])[0]()


async def random_scenario(at: Desk, seed: int) -> None:
    dice = Random(seed)
    for _ in range(80):
        at.clock.advance(1)
        with suppress(GatewayError):
            await a_call(at, dice)


async def stored(log: LogWriter) -> dict[str, list[tuple[Any, ...]]]:
    return {table: sorted(await log.read(f"select * from {table}"), key=repr) for table in TABLES}


async def replayed(log: LogWriter, streams: Iterable[str]) -> list[Change]:
    """The changes of every event of `streams`, from the log alone."""
    changes: list[Change] = []
    for stream in streams:
        workspace_id = (await log.read("select workspace_id from stream where stream = $1", (stream,)))[0][0]
        for data, schema in await log.read(
            "select data, schema from event where stream = $1 order by version", (stream,)
        ):
            told, event = decode_event(data, schema)
            thread_id = stream.removeprefix("thread:") if stream.startswith("thread:") else ""
            where = EventContext(stream, told.version, told.created_at, workspace_id, thread_id, told.turn_id)
            changes += project(event, where)
    return changes


async def rebuilt(at: Desk, folder: Path, *, is_reversed: bool = False) -> dict[str, list[tuple[Any, ...]]]:
    """The tables as an empty store has them after the changes of all events, stream by stream."""
    streams = [name for (name,) in await at.log.read("select stream from stream order by stream")]
    changes = await replayed(at.log, reversed(streams) if is_reversed else streams)
    async with sqlite_log(folder, [], at.clock) as log:
        await log.write(Batch(records=tuple(changes)))
        return await stored(log)


@pytest.mark.parametrize("is_reversed", [False, True])
async def test_read_models_rebuilt_from_the_log_equal_the_stored_ones(at: Desk, again: Path, is_reversed: bool) -> None:
    await scenario(at)
    expected = await stored(at.log)
    assert all(expected[table] for table in TABLES)
    assert await rebuilt(at, again, is_reversed=is_reversed) == expected


@pytest.mark.parametrize("seed", range(4))
async def test_they_are_equal_after_any_calls(at: Desk, again: Path, seed: int) -> None:
    await random_scenario(at, seed)
    assert await rebuilt(at, again) == await stored(at.log)


async def test_an_item_stands_where_its_first_event_stood(at: Desk) -> None:
    await at.turn_start("x")
    first, second = AgentMessage(id="m", text="a"), AgentMessage(id="n", text="b")
    await at.turn_flow("x", *(ItemStarted(item=item) for item in (first, second)))
    await at.turn_flow("x", *(ItemCompleted(item=item) for item in (second, first)))
    rows = await at.log.read("select item_id, position, status from turn_item order by position")
    assert rows == [("x-u", 3, "completed"), ("m", 4, "completed"), ("n", 5, "completed")]


async def test_announcements_leave_the_tree_as_decided(at: Desk) -> None:
    store = ThreadStore(at.log)
    before = (await store.folders("w1")).decided
    event = ThreadTreeChanged(workspace_id="w1", thread_id="t1", reason="thread_updated")
    await at.threads.update(at.ctx(), ThreadUpdateParams(workspace_id="w1", thread_id="t1", name="x"))
    rows = await at.log.read("select data, schema from event where stream = 'workspace:w1' order by version")
    assert [decode_event(data, schema)[1] for data, schema in rows][-1] == event
    assert (await store.folders("w1")).decided == before == 0
