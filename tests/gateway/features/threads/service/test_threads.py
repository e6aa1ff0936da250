"""Starting, opening, changing, leaving and deleting threads on a real log."""

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import anyio
import msgspec
import pytest

from portico.gateway.features.threads import look_at_folder
from portico.gateway.kernel.errors import Conflict, Denied, GatewayError, Invalid, NotFound
from portico.gateway.log import Append, Batch, workspace_stream
from portico.protocol.base import Scope
from portico.protocol.events import ItemDelta
from portico.protocol.methods.thread import (
    ThreadDeleteParams,
    ThreadGetParams,
    ThreadStartParams,
    ThreadStartResponse,
    ThreadUnsubscribeParams,
    ThreadUpdateParams,
)
from portico.protocol.types.thread import (
    OriginKind,
    Sandbox,
    SandboxMode,
    SidebarVisibility,
    Thread,
    ThreadMode,
    ThreadStatus,
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


def thread(**fields: Any) -> Thread:
    plain = Thread(
        workspace_id="w1",
        id="t1",
        preview="",
        mode=ThreadMode.AGENT,
        model="",
        model_provider="",
        created_at=NOW,
        updated_at=NOW,
        status=ThreadStatus.IDLE,
        origin_kind=OriginKind.USER,
        sidebar_visibility=SidebarVisibility.VISIBLE,
    )
    return msgspec.structs.replace(plain, **fields)


async def test_a_new_thread_is_followed_from_before_its_first_event(at: Desk) -> None:
    answer = await at.threads.start(at.ctx(), ThreadStartParams(thread_id="t1", workspace_id="w1", name=" Plan "))
    assert answer == ThreadStartResponse(
        thread=thread(name="Plan"),
        sandbox=Sandbox(mode=SandboxMode.FULL_ACCESS),
        epoch="epoch-1",
        head_version=0,
    )
    assert at.connection.cursors == {"thread:t1": 0}
    assert (await at.history()).head_version == 1
    assert await workspace_events(at) == [
        {"type": "threadTreeChanged", "workspaceId": "w1", "threadId": "t1", "reason": "thread_started"}
    ]


async def test_every_field_of_a_start_is_kept(at: Desk) -> None:
    fields: dict[str, Any] = {
        "name": "Plan",
        "model": "gpt-5.1",
        "model_provider": "openai",
        "mode": ThreadMode.CHAT,
        "origin_kind": OriginKind.TASK_RUN,
        "sidebar_visibility": SidebarVisibility.HIDDEN,
        "agent_nickname": "Ada",
        "agent_role": "reviewer",
        "cwd": str(at.root),
        "tools": ["read_file", "list_dir"],
    }
    assert await at.start(sandbox=SandboxMode.FULL_ACCESS, **fields) == thread(**fields)
    assert (await at.threads.state("t1")).thread == thread(**fields)


async def test_starting_twice_opens_what_is_there(at: Desk) -> None:
    first = await at.start(name="Plan", mode=ThreadMode.CHAT)
    await at.whole_turn("a")
    at.clock.advance(60)
    at.connection.cursors.clear()
    p = ThreadStartParams(thread_id="t1", workspace_id="w1", name="Plan ", mode=ThreadMode.CHAT)
    answer = await at.threads.start(at.ctx(), p)
    assert answer.thread == msgspec.structs.replace(first, preview="hello")
    assert answer.head_version == 8
    assert at.connection.cursors == {"thread:t1": 8}
    assert (await at.history()).head_version == 8


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        pytest.param({"workspace_id": "w2"}, "$.workspace_id", id="another workspace"),
        pytest.param({"name": "Other"}, "$.name", id="another name"),
        pytest.param({"model": "m"}, "$.model", id="another model"),
        pytest.param({"mode": ThreadMode.CHAT}, "$.mode", id="another mode"),
        pytest.param({"sidebar_visibility": SidebarVisibility.HIDDEN}, "$.sidebar_visibility", id="now hidden"),
        pytest.param({"tools": "all"}, "$.tools", id="another switch"),
    ],
)
async def test_a_start_with_other_values_conflicts(at: Desk, fields: dict[str, Any], path: str) -> None:
    await at.start(name="Plan", tools=["read_file"])
    at.connection.cursors.clear()
    with pytest.raises(Conflict) as refusal:
        await at.start(**fields)
    assert (refusal.value.code, refusal.value.path) == ("thread_exists", path)
    assert at.connection.cursors == {}
    assert (await at.history()).head_version == 1


@pytest.mark.parametrize(
    ("fields", "kind", "path"),
    [
        pytest.param({"workspace_id": "w9"}, NotFound, None, id="no such workspace"),
        pytest.param({"name": "a\0b"}, Invalid, "$.name", id="NUL in a name"),
        pytest.param({"model": "m" * 256}, Invalid, "$.model", id="endless model"),
        pytest.param({"cwd": "src"}, Invalid, "$.cwd", id="relative folder"),
        pytest.param({"cwd": ""}, Invalid, "$.cwd", id="empty folder"),
        pytest.param({"cwd": "/a\0b"}, Invalid, "$.cwd", id="NUL in a folder"),
        pytest.param({"cwd": "/nowhere/at/all"}, Invalid, "$.cwd", id="missing folder"),
    ],
)
async def test_a_bad_start_writes_nothing(
    at: Desk, fields: dict[str, Any], kind: type[GatewayError], path: str | None
) -> None:
    with pytest.raises(kind) as refusal:
        await at.start(**fields)
    assert refusal.value.path == path
    assert await at.rows("stream") == []


async def test_the_folder_is_inside_the_root_or_the_caller_is_admin(at: Desk) -> None:
    inside = at.root / "src"
    inside.mkdir()
    (at.root / "way_out").symlink_to(at.root.parent)
    (at.root / "way_in").symlink_to(inside)
    chat = at.ctx(Scope.CHAT)

    async def start(thread_id: str, cwd: Path, *, is_admin: bool = False) -> str | None:
        p = ThreadStartParams(thread_id=thread_id, workspace_id="w1", cwd=str(cwd))
        return (await at.threads.start(at.ctx() if is_admin else chat, p)).thread.cwd

    assert await start("t1", inside) == str(inside)
    assert await start("t1", at.root / "way_in") == str(inside)
    assert await start("t2", at.root / "way_in") == str(inside)
    for cwd in (at.root.parent, at.root / "way_out", at.root / "..", at.root / "src" / ".." / "..", Path("/nowhere")):
        with pytest.raises(Denied):
            await start("t3", cwd)
    assert await start("t3", at.root / "way_out", is_admin=True) == str(at.root.parent)
    assert await start("t3", at.root.parent) == str(at.root.parent)


async def test_a_folder_that_went_away_does_not_keep_its_thread_from_opening(at: Desk) -> None:
    folder = at.root / "src"
    folder.mkdir()
    first = await at.start(cwd=str(folder))
    folder.rmdir()
    assert await at.start(cwd=str(folder)) == first


def test_what_is_no_folder_is_said_without_raising(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    assert look_at_folder(str(tmp_path)) == (str(tmp_path), True)
    assert look_at_folder(str(tmp_path / "file")) == (str(tmp_path / "file"), False)
    assert look_at_folder(str(tmp_path / "loop"))[1] is False
    assert look_at_folder("/a\0b") == ("/a\0b", False)
    assert look_at_folder("/" + "x" * 5000)[1] is False


async def test_get_shows_the_newest_twenty_turns_oldest_first(at: Desk) -> None:
    await at.start()
    for n in range(22):
        await at.whole_turn(f"turn{n}", f"text {n}", deltas=0)
    at.connection.cursors.clear()
    answer = await at.threads.get(at.ctx(), ThreadGetParams(thread_id="t1"))
    assert [turn.id for turn in answer.thread.turns] == [f"turn{n}" for n in range(2, 22)]
    assert {turn.status for turn in answer.thread.turns} == {"Completed"}
    assert (answer.thread.preview, answer.thread.status) == ("text 0", ThreadStatus.IDLE)
    assert (answer.epoch, answer.head_version) == ("epoch-1", 1 + 22 * 5)
    assert at.connection.cursors == {"thread:t1": answer.head_version}


async def test_a_running_turn_makes_the_thread_active(at: Desk) -> None:
    await at.start()
    at.clock.advance(5)
    await at.turn_start("a", "hello there")
    shown = (await at.threads.get(at.ctx(), ThreadGetParams(thread_id="t1"))).thread
    assert (shown.status, shown.preview, shown.updated_at) == (ThreadStatus.ACTIVE, "hello there", NOW + 5)
    assert [turn.status for turn in shown.turns] == ["InProgress"]


@pytest.mark.parametrize("thread_id", ["t9", "t1"])
async def test_get_of_a_thread_that_is_not_there(at: Desk, thread_id: str) -> None:
    await at.start()
    await at.threads.delete(at.ctx(), ThreadDeleteParams(workspace_id="w1", thread_id="t1"))
    with pytest.raises(NotFound) as refusal:
        await at.threads.get(at.ctx(), ThreadGetParams(thread_id=thread_id))
    assert refusal.value.code == "thread_not_found"
    with pytest.raises(NotFound):
        await at.threads.state(thread_id)


async def update(at: Desk, scope: Scope = Scope.ADMIN, **fields: Any) -> Thread:
    given: dict[str, Any] = {"workspace_id": "w1", "thread_id": "t1", **fields}
    p = ThreadUpdateParams(**given)
    return (await at.threads.update(at.ctx(scope), p)).thread


async def test_update_changes_what_is_given(at: Desk) -> None:
    await at.start(name="Plan", model="m1")
    at.clock.advance(9)
    changed = await update(at, name=" Other ", mode=ThreadMode.CHAT, cwd=str(at.root), tools="none")
    assert changed == thread(
        name="Other", model="m1", mode=ThreadMode.CHAT, cwd=str(at.root), tools="none", updated_at=NOW + 9
    )
    assert (await at.threads.state("t1")).thread == changed
    assert [event["reason"] for event in await workspace_events(at)] == ["thread_started", "thread_updated"]
    assert (await update(at, name="", model="")) == msgspec.structs.replace(changed, name=None, model="")


async def test_update_without_a_change_writes_nothing(at: Desk) -> None:
    first = await at.start(name="Plan")
    at.clock.advance(9)
    assert await update(at) == first
    assert await update(at, name="Plan", mode=ThreadMode.AGENT) == first
    assert (await at.history()).head_version == 1


@pytest.mark.parametrize(
    ("fields", "kind", "path"),
    [
        pytest.param({"thread_id": "t9", "name": "x"}, NotFound, None, id="no such thread"),
        pytest.param({"workspace_id": "w2", "name": "x"}, NotFound, None, id="a thread of another workspace"),
        pytest.param({"workspace_id": "w9", "name": "x"}, NotFound, None, id="no such workspace"),
        pytest.param({"name": "a\0b"}, Invalid, "$.name", id="NUL"),
        pytest.param({"model_provider": "p" * 256}, Invalid, "$.model_provider", id="endless provider"),
        pytest.param({"cwd": "/nowhere/at/all"}, Invalid, "$.cwd", id="missing folder"),
        pytest.param({"cwd": "/", "scope": Scope.CHAT}, Denied, None, id="outside the root"),
    ],
)
async def test_bad_updates(at: Desk, fields: dict[str, Any], kind: type[GatewayError], path: str | None) -> None:
    await at.start()
    with pytest.raises(kind) as refusal:
        await update(at, **fields)
    assert refusal.value.path == path
    assert (await at.history()).head_version == 1


async def test_an_update_keeps_what_turns_wrote(at: Desk) -> None:
    await at.start()
    await at.turn_start("a", "hello")
    await update(at, name="Plan")
    state = await at.threads.state("t1")
    assert (state.thread.status, state.thread.preview, state.open_turn) == (ThreadStatus.ACTIVE, "hello", "a")


async def test_renames_during_a_stream_all_succeed(at: Desk) -> None:
    await at.start()
    fence = await at.turn_start("a")

    async def stream() -> None:
        for n in range(200):
            delta = Append("thread:t1", ItemDelta(item_id="i", delta=str(n)), turn_id="a", fence=fence, flow=True)
            at.log.post(Batch(appends=(delta,), fact=False))
            await anyio.lowlevel.checkpoint()

    with anyio.fail_after(5):
        async with anyio.create_task_group() as group:
            group.start_soon(stream)
            for n in range(50):
                await update(at, name=f"name {n}")
    assert (await at.threads.state("t1")).thread.name == "name 49"


@pytest.mark.parametrize(
    ("params", "status"),
    [
        pytest.param(ThreadUnsubscribeParams(threadId="t1"), "unsubscribed", id="threadId"),
        pytest.param(ThreadUnsubscribeParams(thread_id="t1"), "unsubscribed", id="thread_id"),
        pytest.param(ThreadUnsubscribeParams(thread_id="t1", threadId="t1"), "unsubscribed", id="both"),
        pytest.param(ThreadUnsubscribeParams(threadId="t2"), "notSubscribed", id="not followed"),
        pytest.param(ThreadUnsubscribeParams(threadId="t9"), "notLoaded", id="no thread"),
    ],
)
async def test_unsubscribe(at: Desk, params: ThreadUnsubscribeParams, status: str) -> None:
    await at.start("t2")
    at.connection.cursors.clear()
    await at.start("t1")
    assert (await at.threads.unsubscribe(at.ctx(), params)).status == status
    again = await at.threads.unsubscribe(at.ctx(), params)
    assert again.status == ("notSubscribed" if status == "unsubscribed" else status)


@pytest.mark.parametrize(
    "params",
    [
        pytest.param(ThreadUnsubscribeParams(), id="none"),
        pytest.param(ThreadUnsubscribeParams(thread_id="t1", threadId="t2"), id="two"),
    ],
)
async def test_unsubscribe_names_one_thread(at: Desk, params: ThreadUnsubscribeParams) -> None:
    with pytest.raises(Invalid) as refusal:
        await at.threads.unsubscribe(at.ctx(), params)
    assert refusal.value.path == "$.threadId"
