"""Ephemeral threads on a real log: in no tree, told to nobody, gone at the next start, on every store."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from portico.gateway.features.threads import QueuedRow, queue_put
from portico.gateway.features.threads.service.core import ERASED_AT_ONCE
from portico.gateway.kernel.errors import Conflict, NotFound
from portico.gateway.log import Batch, Put, thread_stream, workspace_stream
from portico.protocol.methods.thread import (
    ThreadDeleteParams,
    ThreadGetParams,
    ThreadMoveParams,
    ThreadTreeParams,
    ThreadUpdateParams,
)
from tests.gateway.features.threads.desk import Desk, desk
from tests.kit.stores import ENGINES

pytestmark = pytest.mark.promise("thread.ephemeral")
TABLES = ("thread", "turn", "turn_item", "queued_turn", "blob_ref", "event")


@pytest.fixture(params=ENGINES)
async def at(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncGenerator[Desk]:
    async with desk(tmp_path, request.param) as at:
        yield at


async def told(at: Desk) -> int:
    """How many events the workspace's followers have seen."""
    rows = await at.log.read("select version from event where stream = $1", (workspace_stream("w1"),))
    return len(rows)


async def test_an_ephemeral_thread_is_in_no_tree_and_nobody_is_told(at: Desk) -> None:
    await at.start("stays")
    before = await told(at)
    thread = await at.start("t1", ephemeral=True)
    assert thread.ephemeral
    await at.threads.update(at.ctx(), ThreadUpdateParams(workspace_id="w1", thread_id="t1", name="x"))
    await at.whole_turn("u1")
    tree = await at.threads.tree(at.ctx(), ThreadTreeParams(workspace_id="w1"))
    assert [one.id for one in tree.threads] == [one.thread_id for one in tree.placements] == ["stays"]
    got = (await at.threads.get(at.ctx(), ThreadGetParams(thread_id="t1"))).thread
    assert (got.ephemeral, got.name, len(got.turns)) == (True, "x", 1)
    with pytest.raises(Conflict) as refusal:
        await at.threads.move(at.ctx(), ThreadMoveParams(workspace_id="w1", thread_id="t1"))
    assert refusal.value.code == "thread_ephemeral"
    gone = await at.threads.delete(at.ctx(), ThreadDeleteParams(workspace_id="w1", thread_id="t1"))
    assert gone.deleted
    assert await told(at) == before
    with pytest.raises(NotFound):
        await at.threads.state("t1")


async def test_what_a_crash_left_is_erased_with_all_that_belongs_to_it(at: Desk) -> None:
    for thread_id in ("stays", "t1", "t2"):
        await at.start(thread_id, ephemeral=thread_id != "stays")
        await at.whole_turn("u1", thread_id=thread_id)
        await at.turn_start("u2", thread_id=thread_id)
        row = QueuedRow(turn_id="u3", position=1, scopes="chat", params=b"{}", queued_at=1)
        blob = Put("blob_ref", {"sha256": "ab", "stream": thread_stream(thread_id)}, {"size": 1})
        await at.log.write(Batch(records=(queue_put(thread_id, row), blob)))
    before = {table: await at.rows(table) for table in TABLES}
    assert await at.threads.erase_ephemeral() == 2
    for table in TABLES:
        others = [row for row in before[table] if not {"t1", "t2", "thread:t1", "thread:t2"} & set(row)]
        assert await at.rows(table) == others != before[table]
    assert [left.thread_id for left in await at.threads.open_turns()] == ["stays"]
    assert await at.threads.erase_ephemeral() == 0
    with pytest.raises(Conflict) as refusal:
        await at.start("t1")
    assert refusal.value.code == "thread_deleted"


async def test_many_are_erased_in_steps(at: Desk) -> None:
    for n in range(ERASED_AT_ONCE + 1):
        await at.start(f"t{n}", ephemeral=True)
    assert await at.threads.erase_ephemeral() == ERASED_AT_ONCE + 1
    assert await at.rows("thread") == []
