"""Forks on a real log."""

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import anyio
import msgspec
import pytest

from portico.gateway.features.threads import project
from portico.gateway.features.threads.rules import forks
from portico.gateway.kernel.errors import Conflict, GatewayError, NotFound
from portico.gateway.log import Append, Batch, thread_stream
from portico.gateway.log.rebuild import rebuild
from portico.gateway.store.open import open_store
from portico.protocol.events import ItemCompleted, ItemStarted, TurnCompleted, TurnStarted
from portico.protocol.methods.thread import (
    ThreadDeleteParams,
    ThreadFolderCreateParams,
    ThreadForkParams,
    ThreadForkResponse,
    ThreadGetParams,
    ThreadMoveParams,
    ThreadSearchParams,
    ThreadTreeParams,
)
from portico.protocol.types.input import TextInput
from portico.protocol.types.item import AgentMessage, UserMessage
from portico.protocol.types.thread import ForkedFrom, ThreadPlacement, ThreadStatus
from portico.protocol.types.turn import Turn, TurnStatus
from tests.gateway.features.threads.desk import Desk, desk, tags, versions
from tests.kit import FakeClock
from tests.kit.stores import ENGINES, any_place

pytestmark = pytest.mark.promise("fork.copy")


@pytest.fixture(params=ENGINES)
async def at(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[Desk]:
    async with desk(tmp_path, request.param) as at:
        yield at


async def fork(at: Desk, new: str = "n", source: str = "t1", through: str | None = None) -> ThreadForkResponse:
    p = ThreadForkParams(thread_id=source, new_thread_id=new, through_turn_id=through)
    return await at.forks.fork(at.ctx(), p)


async def said(at: Desk, thread_id: str) -> list[tuple[str, Any]]:
    items = await at.threads.conversation(thread_id)
    return [(item.type, msgspec.json.decode(item.data)["text"]) for item in items]


async def test_the_ended_turns_are_copied_under_new_ids(at: Desk) -> None:
    await at.start(name="Plan", cwd=str(at.root), tools="readonly", model="m")
    for turn_id in ("a", "b"):
        await at.whole_turn(turn_id, f"hello {turn_id}")
    fence = await at.turn_start("c", "running")
    at.clock.advance(10)
    answer = await fork(at)
    source = (await at.threads.state("t1")).thread
    now = at.clock.now()
    assert answer.thread == msgspec.structs.replace(
        source,
        id="n",
        created_at=now,
        updated_at=now,
        status=ThreadStatus.IDLE,
        forked_from=ForkedFrom(thread_id="t1", turn_id="b"),
    )
    assert answer.thread.preview == "hello a"
    assert (answer.epoch, at.connection.cursors[thread_stream("n")]) == (at.log.epoch, answer.head_version)
    copied, original = await at.threads.turns("n", 10), await at.threads.turns("t1", 10)
    assert [row.turn.status for row in copied] == [TurnStatus.COMPLETED] * 2
    assert not {row.turn.id for row in copied} & {row.turn.id for row in original}
    assert await said(at, "n") == (await said(at, "t1"))[:-1]
    page = await at.history("n")
    one = ["turnStarted", "itemCompleted", "itemStarted", "itemCompleted", "turnCompleted"]
    assert tags(page) == ["threadStarted", *one, *one]
    assert versions(page) == list(range(1, 12))
    # the source goes on, and so does the copy
    await at.turn_flow("c", ItemStarted(item=AgentMessage(id="x", text="")), fence=fence)
    await at.whole_turn("d", "further", "n")
    assert [row.turn.id for row in await at.threads.turns("n", 1)] == ["d"]


@pytest.mark.parametrize(("through", "count"), [("a", 1), ("b", 2), (None, 3)])
async def test_a_fork_ends_with_the_named_turn(at: Desk, through: str | None, count: int) -> None:
    await at.start()
    for turn_id in ("a", "b", "c"):
        await at.whole_turn(turn_id)
    answer = await fork(at, through=through)
    assert answer.thread.forked_from == ForkedFrom(thread_id="t1", turn_id=through or "c")
    assert len(await at.threads.turns("n", 10)) == count


async def test_a_thread_without_turns_is_forked(at: Desk) -> None:
    await at.start(name="empty")
    answer = await fork(at)
    assert (answer.thread.name, answer.thread.forked_from) == ("empty", ForkedFrom(thread_id="t1"))
    assert answer.head_version == 1


async def test_a_fork_stands_beside_its_source(at: Desk) -> None:
    await at.start()
    p = ThreadFolderCreateParams(workspace_id="w1", name="f", folder_id="f")
    await at.threads.create_folder(at.ctx(), p)
    await at.threads.move(at.ctx(), ThreadMoveParams(workspace_id="w1", thread_id="t1", folder_id="f"))
    await fork(at)
    tree = await at.threads.tree(at.ctx(), ThreadTreeParams(workspace_id="w1"))
    assert ThreadPlacement(thread_id="n", workspace_id="w1", folder_id="f") in tree.placements
    assert {thread.id for thread in tree.threads} == {"t1", "n"}


@pytest.mark.promise("fork.retry")
async def test_the_same_call_again_answers_the_same_fork(at: Desk) -> None:
    await at.start()
    await at.whole_turn("a")
    first = await fork(at)
    await at.whole_turn("b")
    assert await fork(at) == await fork(at, through="a") == first
    assert len(await at.threads.turns("n", 10)) == 1


async def test_two_forks_at_once_are_one(at: Desk) -> None:
    await at.start()
    await at.whole_turn("a")
    answers: list[ThreadForkResponse] = []

    async def call() -> None:
        answers.append(await fork(at))

    with anyio.fail_after(5):
        async with anyio.create_task_group() as group:
            for _ in range(4):
                group.start_soon(call)
    assert [answer == answers[0] for answer in answers] == [True] * 4
    assert len(await at.threads.turns("n", 10)) == 1


async def test_forks_into_each_other_do_not_wait_for_ever(at: Desk) -> None:
    for thread_id in ("t1", "t2"):
        await at.start(thread_id)
    refused: list[str | None] = []

    async def call(new: str, source: str) -> None:
        with pytest.raises(Conflict) as refusal:
            await fork(at, new, source)
        refused.append(refusal.value.code)

    with anyio.fail_after(5):
        async with anyio.create_task_group() as group:
            group.start_soon(call, "t1", "t2")
            group.start_soon(call, "t2", "t1")
            group.start_soon(call, "t1", "t1")
    assert refused == ["thread_exists"] * 3


@pytest.mark.parametrize(
    ("source", "through", "code"),
    [
        pytest.param("nope", None, "thread_not_found", id="no such thread"),
        pytest.param("gone", None, "thread_not_found", id="a deleted thread"),
        pytest.param("t1", "nope", "turn_not_found", id="no such turn"),
        pytest.param("t1", "c", "turn_running", id="a running turn"),
        pytest.param("passing", None, "thread_ephemeral", id="an ephemeral thread"),
    ],
)
async def test_refused(at: Desk, source: str, through: str | None, code: str) -> None:
    await at.start()
    await at.turn_start("c")
    await at.start("passing", ephemeral=True)
    await at.start("gone")
    await at.threads.delete(at.ctx(), ThreadDeleteParams(workspace_id="w1", thread_id="gone"))
    with pytest.raises(GatewayError) as refusal:
        await fork(at, "n", source, through)
    assert refusal.value.code == code
    with pytest.raises(NotFound):
        await at.threads.get(at.ctx(), ThreadGetParams(thread_id="n"))


async def test_a_deleted_fork_stays_deleted_and_takes_nothing_of_the_source(at: Desk) -> None:
    await at.start(name="source")
    await at.whole_turn("a", "hello")
    await fork(at)
    await at.threads.delete(at.ctx(), ThreadDeleteParams(workspace_id="w1", thread_id="n"))
    with pytest.raises(Conflict) as refusal:
        await fork(at)
    assert refusal.value.code == "thread_deleted"
    assert len(await said(at, "t1")) == 2


async def test_a_thread_that_is_too_large_is_refused_whole(at: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    await at.start()
    for turn_id in ("a", "b", "c"):
        await at.whole_turn(turn_id)
    monkeypatch.setattr(forks, "MAX_EVENTS", 12)
    with pytest.raises(Conflict) as refusal:
        await fork(at)
    assert refusal.value.code == "thread_too_large"
    assert len((await fork(at, through="b")).thread.id) == 1


async def test_a_copy_is_searched_and_outlives_its_source(at: Desk) -> None:
    await at.start()
    await at.whole_turn("a", "needle")
    await fork(at)
    p = ThreadSearchParams(workspace_id="w1", query="needle")
    assert {hit.thread_id for hit in (await at.search.search(at.ctx(), p)).items} == {"t1", "n"}
    await at.threads.delete(at.ctx(), ThreadDeleteParams(workspace_id="w1", thread_id="t1"))
    assert {hit.thread_id for hit in (await at.search.search(at.ctx(), p)).items} == {"n"}
    assert len(await said(at, "n")) == 2


async def test_a_thread_of_a_thousand_turns_is_forked(at: Desk) -> None:
    await at.start()
    stream, appends = thread_stream("t1"), list[Append]()
    for turn_id in (f"a{n}" for n in range(1_000)):
        turn, ended = Turn(id=turn_id, status=TurnStatus.IN_PROGRESS), Turn(id=turn_id, status=TurnStatus.COMPLETED)
        started = TurnStarted(workspace_id="w1", thread_id="t1", turn=turn, input=[TextInput(text="hello")])
        appends += [
            Append(stream, started, turn_id=turn_id, opens=True),
            Append(stream, ItemCompleted(item=UserMessage(id="u", text="hello")), turn_id=turn_id, flow=True),
            Append(stream, ItemCompleted(item=AgentMessage(id="a", text="hi")), turn_id=turn_id, flow=True),
            Append(stream, TurnCompleted(turn=ended), turn_id=turn_id, closes=True),
        ]
    await at.log.write(Batch(appends=tuple(appends)))
    answer = await fork(at)
    assert answer.head_version == 4_001
    assert len({row.turn.id for row in await at.threads.turns("n", 2_000)}) == 1_000
    assert await said(at, "n") == await said(at, "t1")


@pytest.mark.parametrize("engine", ENGINES)
async def test_a_fork_that_is_built_anew_from_the_log_is_the_same(engine: str, tmp_path: Path) -> None:
    (tmp_path / "again").mkdir()
    place = await any_place(engine, tmp_path / "again")
    async with desk(tmp_path, engine) as at, open_store(place, clock=FakeClock()) as fresh:
        await at.start(name="source")
        await at.whole_turn("a", "hello", deltas=0)
        await fork(at)
        assert await rebuild(at.store, [project], fresh) == len(await at.rows("event"))
        for table in ("thread", "turn", "turn_item", "stream"):
            assert sorted(await fresh.read(f"select * from {table}"), key=repr) == await at.rows(table)
