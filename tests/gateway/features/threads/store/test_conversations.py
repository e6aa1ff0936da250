"""Reads of many conversations: every page once, and by an index."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from msgspec import structs

from portico.gateway.features.threads.store import conversations as sql
from portico.gateway.kernel.errors import Invalid
from portico.gateway.log import Append, Batch, Change, Put, thread_stream
from portico.protocol.events import ThreadStarted
from portico.protocol.methods.conversation import ConversationListParams
from tests.gateway.features.threads.desk import Desk, desk
from tests.kit.stores import ENGINES

COUNT = 10_000


@pytest.fixture(params=ENGINES)
async def at(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncGenerator[Desk]:
    async with desk(tmp_path, request.param) as at:
        yield at


async def fill(at: Desk) -> None:
    """Conversations with thirteen times of their last activity, made in a few commits."""
    made = await at.start("pattern")
    appends: list[Append] = []
    records: list[Change] = []
    for n in range(COUNT):
        thread = structs.replace(made, id=f"t{n:05}", updated_at=made.updated_at + n % 13)
        appends.append(Append(thread_stream(thread.id), ThreadStarted(thread=thread), workspace_id="w1"))
        values = {"thread_id": thread.id, "workspace_id": "w1", "created_at": 1}
        records.append(Put("conversation", {"conversation_id": f"c{n}"}, values))
    for first in range(0, COUNT, 2_500):
        part = slice(first, first + 2_500)
        await at.log.write(Batch(appends=tuple(appends[part]), records=tuple(records[part])))


@pytest.mark.promise("conversation.list")
async def test_ten_thousand_are_listed_by_pages_each_once_newest_first(at: Desk) -> None:
    await fill(at)
    found: list[tuple[int, str]] = []
    cursor: str | None = None
    pages = 0
    while pages == 0 or cursor is not None:
        page = await at.conversations.list(at.ctx(), ConversationListParams(limit=999, cursor=cursor))
        found += [(-one.updated_at, one.thread_id) for one in page.items]
        cursor, pages = page.next_cursor, pages + 1
    assert pages == 11
    assert len(set(found)) == COUNT
    assert found == sorted(found)


async def test_messages_are_read_by_their_index(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        question = "explain query plan " + sql.SAID
        plan = " ".join(str(row[-1]) for row in await at.log.read(question, ("t1", 9, 1)))
        assert "turn_item_said" in plan
        assert "TEMP B-TREE" not in plan


@pytest.mark.parametrize("text", ["a\0", "\ud800"])
async def test_text_that_no_table_holds_is_refused(at: Desk, text: str) -> None:
    with pytest.raises(Invalid):
        await sql.ConversationStore(at.log).of_thread(text)
