"""What each event does to the tables of threads."""

from typing import Any

import msgspec
import pytest

from portico.gateway.features.threads.rules import project
from portico.gateway.features.threads.rules.projection import preview_of
from portico.gateway.log import Change, Drop, EventContext, Patch, Put
from portico.protocol import events as ev
from portico.protocol.types.input import ImageInput, TextInput, UserInput
from portico.protocol.types.item import (
    ITEM_TYPES,
    AgentMessage,
    DynamicToolCall,
    HiddenDisplay,
    NoStorage,
    OutputPolicy,
    ToolStatus,
    TurnItem,
    UserMessage,
)
from portico.protocol.types.thread import (
    ForkedFrom,
    OriginKind,
    SidebarVisibility,
    Thread,
    ThreadFolder,
    ThreadMode,
    ThreadStatus,
)
from portico.protocol.types.turn import Turn, TurnStatus

THREAD = Thread(
    workspace_id="w",
    id="t",
    name="Plan",
    preview="",
    mode=ThreadMode.CHAT,
    model="m",
    model_provider="p",
    created_at=5,
    updated_at=6,
    status=ThreadStatus.IDLE,
    origin_kind=OriginKind.SYSTEM,
    sidebar_visibility=SidebarVisibility.HIDDEN,
    agent_nickname="Ada",
    agent_role="r",
    cwd="/src",
    tools=["read_file"],
)
SETTINGS: dict[str, Any] = {
    "workspace_id": "w",
    "name": "Plan",
    "mode": "Chat",
    "model": "m",
    "model_provider": "p",
    "origin_kind": "system",
    "sidebar_visibility": "hidden",
    "agent_nickname": "Ada",
    "agent_role": "r",
    "cwd": "/src",
    "tools": b'["read_file"]',
    "updated_at": 6,
}
KEY = {"id": "t"}
NAMED = Put(
    "search_text",
    {"thread_id": "t", "position": 0, "part": 0},
    {"workspace_id": "w", "turn_id": "", "item_id": "", "at": 99, "shown": "Plan", "name": "plan", "said": ""},
)


def on_thread(turn_id: str | None = None, version: int = 7) -> EventContext:
    return EventContext(stream="thread:t", version=version, at=99, workspace_id="w", thread_id="t", turn_id=turn_id)


ON_WORKSPACE = EventContext(stream="workspace:w", version=7, at=99, workspace_id="w", thread_id="", turn_id=None)


def test_a_start_writes_the_whole_row() -> None:
    run = {"preview": "", "status": "Idle", "created_at": 5, "ephemeral": 0}
    assert project(ev.ThreadStarted(thread=THREAD), on_thread()) == (Put("thread", KEY, SETTINGS | run), NAMED)
    passing = msgspec.structs.replace(THREAD, ephemeral=True)
    assert project(ev.ThreadStarted(thread=passing), on_thread()) == (
        Put("thread", KEY, SETTINGS | run | {"ephemeral": 1}),
        NAMED,
    )
    fork = msgspec.structs.replace(THREAD, forked_from=ForkedFrom(thread_id="s", turn_id="b"))
    assert project(ev.ThreadStarted(thread=fork), on_thread()) == (
        Put("thread", KEY, SETTINGS | run | {"forked_from": "s", "forked_turn": "b"}),
        NAMED,
    )


def test_an_update_leaves_alone_what_turns_write() -> None:
    assert project(ev.ThreadUpdated(thread=THREAD), on_thread()) == (Patch("thread", KEY, SETTINGS), NAMED)


def test_a_name_that_is_gone_is_not_found_any_more() -> None:
    thread = msgspec.structs.replace(THREAD, name=None)
    assert project(ev.ThreadUpdated(thread=thread), on_thread())[1:] == (
        Drop("search_text", {"thread_id": "t", "position": 0}),
    )


@pytest.mark.parametrize(("tools", "stored"), [(None, None), ("none", b'"none"'), ([], b"[]")])
def test_the_tool_switch_is_stored_encoded(tools: Any, stored: bytes | None) -> None:
    thread = msgspec.structs.replace(THREAD, tools=tools)
    assert project(ev.ThreadUpdated(thread=thread), on_thread()) == (
        Patch("thread", KEY, SETTINGS | {"tools": stored}),
        NAMED,
    )


def turn_started(*inputs: UserInput) -> ev.TurnStarted:
    turn = Turn(id="a", status=TurnStatus.IN_PROGRESS)
    return ev.TurnStarted(workspace_id="w", thread_id="t", turn=turn, input=list(inputs))


def test_a_turn_starts_at_its_version_and_makes_the_thread_active() -> None:
    event = turn_started(TextInput(text="hello"))
    row = {
        "position": 7,
        "status": "InProgress",
        "data": msgspec.json.encode(event.turn),
        "request": msgspec.json.encode(event),
    }
    assert project(event, on_thread("a")) == (
        Put("turn", {"thread_id": "t", "id": "a"}, row),
        Patch("thread", KEY, {"status": "Active", "updated_at": 99}),
        Patch("thread", {"id": "t", "preview": ""}, {"preview": "hello"}),
    )


def test_a_turn_without_text_gives_no_preview() -> None:
    assert len(project(turn_started(ImageInput(url="data:,")), on_thread("a"))) == 2


@pytest.mark.parametrize(
    ("inputs", "preview"),
    [
        ([], ""),
        ([TextInput(text="")], ""),
        ([TextInput(text=" a\n\n b\t")], "a b"),
        ([ImageInput(url="x"), TextInput(text=" "), TextInput(text="b"), TextInput(text="c")], "b"),
        ([TextInput(text="x" * 300)], "x" * 200),
        ([TextInput(text="a\0b")], "a b"),
    ],
)
def test_preview(inputs: list[UserInput], preview: str) -> None:
    assert preview_of(inputs) == preview


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (ev.TurnCompleted, TurnStatus.COMPLETED),
        (ev.TurnCompleted, TurnStatus.INTERRUPTED),
        (ev.TurnFailed, TurnStatus.FAILED),
        (ev.TurnBlocked, TurnStatus.BLOCKED),
    ],
)
def test_a_turn_that_ended_leaves_the_thread_idle(kind: Any, status: TurnStatus) -> None:
    turn = Turn(id="a", status=status, error="e")
    assert project(kind(turn=turn), on_thread("a")) == (
        Patch("turn", {"thread_id": "t", "id": "a"}, {"status": status.value, "data": msgspec.json.encode(turn)}),
        Patch("thread", KEY, {"status": "Idle", "updated_at": 99}),
    )


POLICY = OutputPolicy(llm="full", timeline="full", storage="full", recovery="none", deltas="disabled")


def tool(status: ToolStatus) -> DynamicToolCall:
    return DynamicToolCall(
        id="i",
        tool_name="n",
        arguments={},
        status=status,
        output_policy=POLICY,
        display=HiddenDisplay(),
        storage=NoStorage(),
    )


SAID = AgentMessage(id="i", text="x")


@pytest.mark.parametrize(
    ("kind", "item", "status"),
    [
        pytest.param(ev.ItemStarted, SAID, "in_progress", id="a message starts"),
        pytest.param(ev.ItemStarted, tool(ToolStatus.IN_PROGRESS), "in_progress", id="a tool starts"),
        pytest.param(ev.ItemUpdated, tool(ToolStatus.FAILED), "failed", id="a tool's state"),
        pytest.param(ev.ItemCompleted, SAID, "completed", id="a message ends"),
        pytest.param(ev.ItemCompleted, UserMessage(id="i", text="x"), "completed", id="an input"),
        pytest.param(ev.ItemCompleted, tool(ToolStatus.COMPLETED), "completed", id="a tool ends"),
        pytest.param(ev.ItemCompleted, tool(ToolStatus.FAILED), "failed", id="a tool fails"),
        pytest.param(ev.ItemCompleted, tool(ToolStatus.IN_PROGRESS), "completed", id="the event decides"),
    ],
)
def test_items_keep_the_position_of_their_first_event(kind: Any, item: TurnItem, status: str) -> None:
    key = {"thread_id": "t", "turn_id": "a", "item_id": "i"}
    values = {"type": ITEM_TYPES[type(item)], "data": msgspec.json.encode(item), "status": status}
    assert project(kind(item=item), on_thread("a"))[:1] == (Put("turn_item", key, values, {"position": 7}),)


@pytest.mark.parametrize(
    ("event", "words"),
    [
        pytest.param(ev.ItemCompleted(item=UserMessage(id="i", text="Say: HÉLLO")), ["say hello"], id="an input"),
        pytest.param(ev.ItemCompleted(item=AgentMessage(id="i", text="x")), ["x"], id="an answer"),
        pytest.param(ev.ItemCompleted(item=AgentMessage(id="i", text="…!")), [], id="no word"),
        pytest.param(ev.ItemCompleted(item=AgentMessage(id="i", text="a " * 9_000)), ["a"] * 2, id="a long one"),
        pytest.param(ev.ItemStarted(item=AgentMessage(id="i", text="x")), [], id="not said yet"),
        pytest.param(ev.ItemCompleted(item=tool(ToolStatus.COMPLETED)), [], id="not said"),
    ],
)
def test_what_was_said_is_kept_in_words(event: ev.Event, words: list[str]) -> None:
    rows = [change for change in project(event, on_thread("a")) if change.table == "search_text"]
    assert [
        isinstance(row, Put) and str(row.values["said"])[: len(word)] for row, word in zip(rows, words, strict=True)
    ] == words
    for number, row in enumerate(rows):
        assert isinstance(row, Put)
        assert row.key == {"thread_id": "t", "position": 7, "part": number}
        assert {name: row.values[name] for name in ("workspace_id", "turn_id", "item_id", "at", "name")} == {
            "workspace_id": "w",
            "turn_id": "a",
            "item_id": "i",
            "at": 99,
            "name": "",
        }


def test_an_update_of_a_message_keeps_its_status() -> None:
    key = {"thread_id": "t", "turn_id": "a", "item_id": "i"}
    values = {"type": "agent_message", "data": msgspec.json.encode(SAID)}
    initial = {"position": 7, "status": "in_progress"}
    assert project(ev.ItemUpdated(item=SAID), on_thread("a")) == (Put("turn_item", key, values, initial),)


FOLDER = ThreadFolder(id="f", workspace_id="w", parent_folder_id="g", name="n", created_at=5, updated_at=6)
FOLDER_ROW = {"workspace_id": "w", "parent_folder_id": "g", "name": "n", "created_at": 5, "updated_at": 6}


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        pytest.param(ev.FolderCreated(folder=FOLDER), [Put("thread_folder", {"id": "f"}, FOLDER_ROW)], id="created"),
        pytest.param(ev.FolderMoved(folder=FOLDER), [Put("thread_folder", {"id": "f"}, FOLDER_ROW)], id="moved"),
        pytest.param(ev.FolderRenamed(folder=FOLDER), [Put("thread_folder", {"id": "f"}, FOLDER_ROW)], id="renamed"),
        pytest.param(
            ev.FolderDeleted(workspace_id="w", folder_id="f", moved_to="g"),
            [
                Patch(
                    "thread_folder",
                    {"workspace_id": "w", "parent_folder_id": "f"},
                    {"parent_folder_id": "g", "updated_at": 99},
                ),
                Patch("thread_placement", {"workspace_id": "w", "folder_id": "f"}, {"folder_id": "g"}),
                Drop("thread_folder", {"id": "f"}),
            ],
            id="deleted",
        ),
        pytest.param(
            ev.ThreadPlaced(workspace_id="w", thread_id="t", folder_id="f"),
            [Put("thread_placement", {"thread_id": "t"}, {"workspace_id": "w", "folder_id": "f"})],
            id="placed",
        ),
        pytest.param(
            ev.ThreadPlaced(workspace_id="w", thread_id="t"),
            [Put("thread_placement", {"thread_id": "t"}, {"workspace_id": "w", "folder_id": None})],
            id="placed at the root",
        ),
        pytest.param(
            ev.ThreadClosed(workspace_id="w", thread_id="t"),
            [Drop("thread_placement", {"thread_id": "t", "workspace_id": "w"})],
            id="closed",
        ),
        pytest.param(
            ev.ThreadTreeChanged(workspace_id="w", thread_id="t", reason="thread_started"), [], id="announcement"
        ),
        pytest.param(ev.ProviderChanged(workspace_id="w", provider="p", change="key_set"), [], id="another feature's"),
    ],
)
def test_the_tree(event: ev.Event, expected: list[Change]) -> None:
    assert project(event, ON_WORKSPACE) == tuple(expected)


@pytest.mark.parametrize(
    "event",
    [
        ev.ItemDelta(item_id="i", delta="x"),
        ev.TurnQueueChanged(depth=1, change="queued", queued_turn_id="q"),
        ev.ItemTimeoutDetected(item_id="i", item_type="t", attempt_number=1, reason="lease_expired"),
    ],
)
def test_what_changes_no_row(event: ev.Event) -> None:
    assert project(event, on_thread("a")) == ()
