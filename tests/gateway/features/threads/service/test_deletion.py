"""Deleting threads on a real log: nothing is left, and who worked for them is told."""

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from portico.gateway.features.threads import QueuedRow, SignalRow, queue_put, signal_put
from portico.gateway.kernel.errors import Conflict, NotFound
from portico.gateway.log import Batch, Put, thread_stream, workspace_stream
from portico.protocol.events import ItemDelta
from portico.protocol.methods.thread import (
    ThreadDeleteParams,
    ThreadMoveParams,
    ThreadTreeParams,
    ThreadUnsubscribeParams,
    ThreadUpdateParams,
)
from tests.gateway.features.threads.desk import Desk, desk

NOW = 1_800_000_000


@pytest.fixture
async def at(tmp_path: Path) -> AsyncGenerator[Desk]:
    async with desk(tmp_path) as at:
        yield at


async def workspace_events(at: Desk) -> list[dict[str, Any]]:
    """Payloads on the stream of w1."""
    rows = await at.log.read("select data from event where stream = $1 order by version", (workspace_stream("w1"),))
    return [msgspec.json.decode(data)["payload"] for (data,) in rows]


async def delete(at: Desk, thread_id: str = "t1", workspace_id: str = "w1") -> bool:
    p = ThreadDeleteParams(workspace_id=workspace_id, thread_id=thread_id)
    return (await at.threads.delete(at.ctx(), p)).deleted


async def test_delete_leaves_nothing_but_a_tombstone(at: Desk) -> None:
    for thread_id in ("t1", "t2"):
        await at.start(thread_id)
        await at.whole_turn("a", thread_id=thread_id)
        await at.threads.move(at.ctx(), ThreadMoveParams(workspace_id="w1", thread_id=thread_id))
        row = QueuedRow(turn_id="b", position=1, scopes="chat", params=b"{}", queued_at=1)
        signal = SignalRow(id="s", kind="steer", position=1, data=b"{}", created_at=1)
        blob = Put("blob_ref", {"sha256": "ab", "stream": thread_stream(thread_id)}, {"size": 1})
        records = (queue_put(thread_id, row), signal_put(thread_id, "a", signal), blob)
        await at.log.write(Batch(records=records))
    tables = ("thread", "turn", "turn_item", "queued_turn", "turn_signal", "blob_ref", "event")
    before = {table: await at.rows(table) for table in tables}
    head = (await at.threads.state("t1")).head
    assert await delete(at) is True
    for table in tables[:-1]:
        others = [row for row in before[table] if not {"t1", "thread:t1"} & set(row)]
        assert await at.rows(table) == others != before[table]
    assert await at.log.read("select 1 from event where stream = 'thread:t1'") == []
    tomb = await at.log.read("select head, erased_at, open_turn from stream where stream = 'thread:t1'")
    assert tomb == [(head, NOW, None)]
    closed = (await workspace_events(at))[-2:]
    assert closed[0] == {"type": "threadClosed", "workspaceId": "w1", "threadId": "t1"}
    assert (closed[1]["type"], closed[1]["reason"]) == ("threadTreeChanged", "thread_closed")


async def test_a_deleted_thread_is_gone_for_every_call(at: Desk) -> None:
    await at.start()
    await delete(at)
    events = await workspace_events(at)
    assert await delete(at) is False
    assert await workspace_events(at) == events
    with pytest.raises(Conflict) as refusal:
        await at.start()
    assert refusal.value.code == "thread_deleted"
    with pytest.raises(NotFound):
        await at.threads.update(at.ctx(), ThreadUpdateParams(workspace_id="w1", thread_id="t1", name="x"))
    with pytest.raises(NotFound):
        await at.threads.move(at.ctx(), ThreadMoveParams(workspace_id="w1", thread_id="t1"))
    assert (await at.threads.tree(at.ctx(), ThreadTreeParams(workspace_id="w1"))).threads == []
    assert (await at.threads.unsubscribe(at.ctx(), ThreadUnsubscribeParams(threadId="t1"))).status == "unsubscribed"
    assert (await at.threads.unsubscribe(at.ctx(), ThreadUnsubscribeParams(threadId="t1"))).status == "notLoaded"


async def test_who_works_for_a_thread_is_told_after_it_was_erased_again_too(at: Desk) -> None:
    told: list[tuple[str, int]] = []

    async def gone(thread_id: str) -> None:
        told.append((thread_id, len(await at.rows("thread"))))

    at.threads.on_deleted = gone
    for thread_id in ("t1", "t2"):
        await at.start(thread_id)
    assert [await delete(at), await delete(at)] == [True, False]
    assert told == [("t1", 1)] * 2
    with pytest.raises(NotFound):
        await delete(at, "t9")
    assert len(told) == 2


@pytest.mark.parametrize(("thread_id", "workspace_id"), [("t9", "w1"), ("t1", "w2")])
async def test_only_a_thread_of_the_workspace_is_deleted(at: Desk, thread_id: str, workspace_id: str) -> None:
    await at.start()
    with pytest.raises(NotFound):
        await delete(at, thread_id, workspace_id)
    assert (await at.history()).head_version == 1


async def test_delete_fences_a_running_turn_off(at: Desk) -> None:
    await at.start()
    fence = await at.turn_start("a")
    assert await delete(at) is True
    with pytest.raises(Conflict) as refusal:
        await at.turn_flow("a", ItemDelta(item_id="i", delta="late"), fence=fence)
    assert refusal.value.code == "fenced_off"
    assert await at.rows("turn_item") == []
    assert await at.threads.open_turns() == []
