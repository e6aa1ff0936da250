"""Conversations over threads on a real log: opened once, read by pages, deleted whole, on every store."""

import uuid
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import anyio
import pytest

from portico.gateway.features.threads import QueuedRow, queue_put
from portico.gateway.kernel.errors import Conflict, Invalid, NotFound
from portico.gateway.log import Batch, thread_stream
from portico.protocol.events import ItemCompleted, ItemStarted
from portico.protocol.methods.conversation import (
    ConversationGetParams,
    ConversationListParams,
    ConversationMessagesParams,
    ConversationMessagesResponse,
    ConversationOpenParams,
    ConversationRef,
)
from portico.protocol.methods.thread import ThreadDeleteParams, ThreadTreeParams
from portico.protocol.types.conversation import Conversation
from portico.protocol.types.item import AgentMessage, ReasoningItem
from portico.protocol.types.turn import TurnStatus
from tests.gateway.features.threads.desk import Desk, desk
from tests.kit.stores import ENGINES

NOW = 1_800_000_000
SCRIPTS = [
    pytest.param("a" * 200, id="ASCII"),
    pytest.param("ö" * 200, id="latin"),
    pytest.param("漢字" * 100, id="han"),
    pytest.param("ضاد " * 50, id="arabic"),
    pytest.param("👩‍🚀" * 40, id="joined emoji"),
    pytest.param("e\u0301" * 100, id="combining"),
    pytest.param("' or 1=1; -- %s $1 {0}", id="SQL"),
    pytest.param("slack:T1/C2:%3A: \u2028\tx", id="an adapter's"),
]


@pytest.fixture(params=ENGINES)
async def at(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncGenerator[Desk]:
    async with desk(tmp_path, request.param) as at:
        yield at


async def get(at: Desk, conversation_id: str = "c1") -> Conversation:
    return (await at.conversations.get(at.ctx(), ConversationGetParams(conversation_id=conversation_id))).conversation


async def delete(at: Desk, conversation_id: str = "c1") -> bool:
    return (await at.conversations.delete(at.ctx(), ConversationRef(conversation_id=conversation_id))).deleted


async def messages(at: Desk, limit: int = 50, cursor: str | None = None) -> ConversationMessagesResponse:
    p = ConversationMessagesParams(conversation_id="c1", limit=limit, cursor=cursor)
    return await at.conversations.messages(at.ctx(), p)


async def test_the_first_opening_makes_the_conversation_and_its_thread(at: Desk) -> None:
    first = await at.open()
    thread_id = first.conversation.thread_id
    expected = Conversation(
        conversation_id="c1", thread_id=thread_id, workspace_id="w1", created_at=NOW, updated_at=NOW, is_loaded=False
    )
    assert (first.conversation, first.is_new, first.is_repeated) == (expected, True, False)
    assert (first.epoch, first.head_version) == ("epoch-1", 0)
    assert at.connection.cursors == {thread_stream(thread_id): 0}
    thread = (await at.threads.state(thread_id)).thread
    assert (thread.name, thread.workspace_id, thread.ephemeral) == (None, "w1", False)
    tree = await at.threads.tree(at.ctx(), ThreadTreeParams(workspace_id="w1"))
    assert [one.id for one in tree.threads] == [thread_id]
    second = await at.open()
    assert (second.conversation, second.is_new, second.head_version) == (expected, False, 1)
    assert second.turn_id != first.turn_id
    assert await get(at) == expected


async def test_a_conversation_is_found_by_its_thread(at: Desk) -> None:
    made = (await at.open()).conversation
    await at.start("t9")

    async def find(**named: str) -> Conversation:
        return (await at.conversations.get(at.ctx(), ConversationGetParams(**named))).conversation

    assert await find(thread_id=made.thread_id) == made
    for named in ({}, {"conversation_id": "c1", "thread_id": made.thread_id}):
        with pytest.raises(Invalid):
            await find(**named)
    with pytest.raises(NotFound) as refusal:
        await find(thread_id="t9")
    assert refusal.value.code == "conversation_not_found"


async def test_without_an_id_each_opening_makes_one_with_a_uuid(at: Desk) -> None:
    ids = {(await at.open(None)).conversation.conversation_id for _ in range(3)}
    assert len(ids) == 3
    assert {str(uuid.UUID(id_)) for id_ in ids} == ids


@pytest.mark.promise("conversation.any-script")
@pytest.mark.parametrize("text", SCRIPTS)
async def test_an_id_of_any_script_names_its_conversation(at: Desk, text: str) -> None:
    made = (await at.open(text)).conversation
    assert made.conversation_id == text
    assert await get(at, text) == made
    page = await at.conversations.list(at.ctx(), ConversationListParams())
    assert page.items == [made]
    assert await delete(at, text)


@pytest.mark.parametrize("text", ["", "a" * 201, "a\nb", "a\0", "\ud800"])
async def test_a_bad_id_is_refused_by_every_call(at: Desk, text: str) -> None:
    ctx = at.ctx()
    for attempt in (
        at.conversations.open(ctx, ConversationOpenParams(conversation_id=text)),
        at.conversations.get(ctx, ConversationGetParams(conversation_id=text)),
        at.conversations.messages(ctx, ConversationMessagesParams(conversation_id=text)),
        at.conversations.delete(ctx, ConversationRef(conversation_id=text)),
    ):
        with pytest.raises(Invalid) as refusal:
            await attempt
        assert refusal.value.path == "$.conversation_id"
    assert await at.rows("conversation") == []


@pytest.mark.promise("conversation.one")
async def test_two_first_messages_at_once_make_one_conversation(at: Desk) -> None:
    answers: list[Any] = []

    async def first(**fields: Any) -> None:
        answers.append(await at.open(**fields))

    with anyio.fail_after(5):
        async with anyio.create_task_group() as group:
            for n in range(8):  # claimed ones hold the lanes of their keys, not that of the conversation
                group.start_soon(lambda n=n: first(key=f"k{n}" if n % 2 else ""))
    assert len({answer.conversation.thread_id for answer in answers}) == 1
    assert sum(answer.is_new for answer in answers) == 1
    assert len({answer.turn_id for answer in answers}) == 8
    assert len(await at.rows("conversation")) == len(await at.rows("thread")) == 1


async def test_a_conversation_stays_in_its_workspace(at: Desk) -> None:
    assert (await at.open(workspace_id="w2")).conversation.workspace_id == "w2"
    assert not (await at.open(workspace_id="w2")).is_new
    assert not (await at.open()).is_new
    with pytest.raises(Conflict) as refusal:
        await at.open(workspace_id="w1")
    assert refusal.value.code == "conversation_exists"
    with pytest.raises(NotFound):
        await at.open("c2", workspace_id="nowhere")
    assert len(await at.rows("conversation")) == 1


async def test_a_conversation_tells_what_runs_and_waits_and_is_in_memory(at: Desk) -> None:
    thread_id = (await at.open()).conversation.thread_id
    await at.turn_start("u1", thread_id=thread_id)
    rows = [QueuedRow(turn_id=f"q{n}", position=n, scopes="chat", params=b"{}", queued_at=1) for n in range(3)]
    await at.log.write(Batch(records=tuple(queue_put(thread_id, row) for row in rows)))
    at.conversations.is_loaded = lambda thread: thread == thread_id
    busy = await get(at)
    assert (busy.running_turn_id, busy.queued, busy.is_loaded) == ("u1", 3, True)
    await at.turn_end("u1", thread_id)
    at.conversations.is_loaded = lambda thread: thread != thread_id
    idle = await get(at)
    assert (idle.running_turn_id, idle.queued, idle.is_loaded) == (None, 3, False)


async def test_the_list_has_conversations_only_newest_activity_first(at: Desk) -> None:
    await at.start("t9")
    threads: dict[str, str] = {}
    for name in ("c1", "c2", "c3"):
        threads[name] = (await at.open(name)).conversation.thread_id
        at.clock.advance(1)
    await at.turn_start("u1", thread_id=threads["c1"])
    found = (await at.conversations.list(at.ctx(), ConversationListParams())).items
    assert [one.conversation_id for one in found] == ["c1", "c3", "c2"]
    assert [one.updated_at - NOW for one in found] == [3, 2, 1]


@pytest.mark.parametrize("fields", [{"limit": 0}, {"limit": 1_001}, {"cursor": "x"}, {"cursor": "5."}])
async def test_a_page_that_is_none_is_refused(at: Desk, fields: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as refusal:
        await at.conversations.list(at.ctx(), ConversationListParams(**fields))
    assert refusal.value.path == f"$.{next(iter(fields))}"
    await at.open()
    with pytest.raises(Invalid):
        await messages(at, **fields)


@pytest.mark.promise("conversation.messages")
async def test_messages_are_read_newest_page_first_oldest_inside(at: Desk) -> None:
    thread_id = (await at.open()).conversation.thread_id
    for n in range(3):
        await at.whole_turn(f"u{n}", f"ask {n}", thread_id)
    whole = await messages(at)
    assert [(one.role, one.text, one.turn_id) for one in whole.items] == [
        (role, text, f"u{n}") for n in range(3) for role, text in (("user", f"ask {n}"), ("assistant", "xx"))
    ]
    assert {one.created_at for one in whole.items} == {NOW}
    assert whole.next_cursor is None
    pages: list[list[str]] = []
    cursor: str | None = None
    for _ in range(2):
        page = await messages(at, 4, cursor)
        pages.append([one.id for one in page.items])
        cursor = page.next_cursor
    assert cursor is None
    assert [len(page) for page in pages] == [4, 2]
    assert pages[1] + pages[0] == [one.id for one in whole.items]


async def test_only_what_is_complete_was_said(at: Desk) -> None:
    thread_id = (await at.open()).conversation.thread_id
    await at.turn_start("u1", "ask", thread_id)
    kept, open_ = AgentMessage(id="a", text="as far as"), AgentMessage(id="b", text="")
    thought = ReasoningItem(id="r", summary=[], content=["hm"])
    await at.turn_flow("u1", ItemStarted(item=open_), ItemCompleted(item=thought), thread_id=thread_id)
    assert [one.text for one in (await messages(at)).items] == ["ask"]
    await at.turn_flow("u1", ItemCompleted(item=kept), thread_id=thread_id)
    await at.turn_end("u1", thread_id, TurnStatus.INTERRUPTED)
    assert [one.text for one in (await messages(at)).items] == ["ask", "as far as"]


@pytest.mark.promise("conversation.delete")
@pytest.mark.parametrize("by_thread", [False, True], ids=["conversation/delete", "thread/delete"])
async def test_a_deleted_conversation_leaves_nothing_and_its_id_is_free(at: Desk, by_thread: bool) -> None:
    told: list[str] = []

    async def gone(thread_id: str) -> None:
        told.append(thread_id)

    at.threads.on_deleted = gone
    first = (await at.open(key="k")).conversation
    other = (await at.open("c2", key="k2")).conversation
    await at.turn_start("u1", thread_id=first.thread_id)
    if by_thread:
        p = ThreadDeleteParams(workspace_id="w1", thread_id=first.thread_id)
        assert (await at.threads.delete(at.ctx(), p)).deleted
    else:
        assert await delete(at)
    assert told == [first.thread_id]
    for table in ("conversation", "request_claim", "thread"):
        assert len(await at.rows(table)) == 1
    for attempt in (get, delete):
        with pytest.raises(NotFound) as refusal:
            await attempt(at)
        assert refusal.value.code == "conversation_not_found"
    assert (await at.conversations.list(at.ctx(), ConversationListParams())).items == [other]
    again = await at.open(key="k")
    assert (again.is_new, again.is_repeated) == (True, False)
    assert again.conversation.thread_id != first.thread_id
    assert (await messages(at)).items == []


async def test_a_deletion_and_an_opening_at_once_leave_one_whole_conversation_or_none(at: Desk) -> None:
    await at.open()
    async with anyio.create_task_group() as group:
        group.start_soon(delete, at)
        group.start_soon(at.open)
    assert len(await at.rows("conversation")) == len(await at.rows("thread")) == 1
    assert (await get(at)).conversation_id == "c1"


async def test_what_is_not_there_is_not_found(at: Desk) -> None:
    for attempt in (get(at), delete(at), messages(at)):
        with pytest.raises(NotFound) as refusal:
            await attempt
        assert refusal.value.code == "conversation_not_found"
