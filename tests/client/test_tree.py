"""The tree that a shell shows, and its edits over a connection."""

from typing import Any

import anyio
import anyio.lowlevel
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace as changed

from portico.client.connection import Connection
from portico.client.errors import CallFailed
from portico.client.state.notices import TreeHint
from portico.client.state.tree import (
    Began,
    CreateFolder,
    CreateThread,
    DeleteFolder,
    DeleteThread,
    Edit,
    MoveFolder,
    MoveThread,
    RenameFolder,
    RenameThread,
    Tree,
    TreeState,
    reduce,
)
from portico.client.tree import Node, ThreadTree, call_of, display_name, nodes, shown
from portico.protocol.types.thread import ForkedFrom, SidebarVisibility, Thread, ThreadFolder
from tests.client.state.test_tree import T1, TREE, answer
from tests.kit.peer import FakeGateway, FakePeer


async def no_wait(_: float) -> None:
    await anyio.lowlevel.checkpoint()


def thread(id_: str, at: int, **fields: Any) -> Thread:
    return changed(T1, id=id_, name=id_, updated_at=at, **fields)


def folder(id_: str, parent: str | None = None) -> ThreadFolder:
    return ThreadFolder(id=id_, workspace_id="w", name=id_, parent_folder_id=parent, created_at=0, updated_at=0)


def tree(threads: list[Thread], folders: list[ThreadFolder], places: dict[str, str]) -> Tree:
    return Tree({one.id: one for one in threads}, {one.id: one for one in folders}, places)


def outline(found: tuple[Node, ...]) -> list[Any]:
    return [[node.id, *outline(node.children)] if node.kind == "folder" else node.id for node in found]


@pytest.mark.parametrize(
    ("given_tree", "expected"),
    [
        pytest.param(Tree(), [], id="nothing"),
        pytest.param(
            tree([thread("old", 1), thread("new", 2)], [folder("b"), folder("A")], {}),
            [["A"], ["b"], "new", "old"],
            id="folders by name, then threads from the newest",
        ),
        pytest.param(
            tree([thread("t", 1)], [folder("f"), folder("g", "f")], {"t": "g"}), [["f", ["g", "t"]]], id="nested"
        ),
        pytest.param(tree([thread("b", 1), thread("a", 1)], [], {}), ["a", "b"], id="as new as each other"),
        pytest.param(
            tree(
                [
                    thread("hidden", 1, sidebar_visibility=SidebarVisibility.HIDDEN),
                    thread("ephemeral", 1, ephemeral=True),
                    thread("t", 1),
                ],
                [],
                {},
            ),
            ["t"],
            id="hidden and ephemeral threads are left out",
        ),
        pytest.param(
            tree([thread("t", 1)], [folder("f", "gone")], {"t": "gone"}),
            [["f"], "t"],
            id="what hangs loose is at the root",
        ),
        pytest.param(
            tree([thread("t", 1)], [folder("a", "b"), folder("b", "a"), folder("c", "c")], {"t": "a"}),
            [["b", ["a", "t"]], ["c"]],
            id="circles are cut",
        ),
    ],
)
def test_nodes(given_tree: Tree, expected: list[Any]) -> None:
    assert outline(nodes(given_tree)) == expected


def test_a_node_says_what_a_line_shows() -> None:
    fork = thread("t", 7, preview="how it began", forked_from=ForkedFrom(thread_id="s"))
    found = nodes(tree([fork], [folder("f")], {"t": "f"}), frozenset({"t"}))
    line = Node("t", "thread", "t", (), 7, "how it began", is_pending=True, forked_from="s")
    assert found == (Node("f", "folder", "f", (line,), 7),)


@pytest.mark.parametrize(
    ("name", "preview", "expected"),
    [
        ("Name", "preview", "Name"),
        (None, "preview", "preview"),
        (None, "", "New thread"),
        ("\u202e\u200b\x1b", "preview", "preview"),
        ("a\u202e\x1b[31mb\n c", "", "a[31mb c"),
        ("👩\u200d💻", "", "👩\u200d💻"),
        ("x" * 300, "", "x" * 199 + "…"),
    ],
)
def test_what_a_thread_is_called(name: str | None, preview: str, expected: str) -> None:
    assert display_name(changed(T1, name=name, preview=preview)) == expected


def test_a_pending_thread_stands_before_what_is_as_new() -> None:
    state = reduce(TreeState("w", tree([thread("a", 3)], [], {})), Began("1", CreateThread("z", "Z")))
    assert [(node.id, node.is_pending) for node in shown(state)] == [("z", True), ("a", False)]


def test_ten_thousand_threads_in_folders_deeper_than_any_stack() -> None:
    folders = [folder(f"f{n}", f"f{n - 1}" if n else None) for n in range(3_000)]
    threads = [thread(f"t{n}", n) for n in range(10_000)]
    found = nodes(tree(threads, folders, {f"t{n}": f"f{n % 3_000}" for n in range(10_000)}))
    count, level = 0, list(found)
    while level:
        count += len(level)
        level = [child for node in level for child in node.children]
    assert (len(found), count) == (1, 13_000)


@given(
    st.dictionaries(st.sampled_from("abcdef"), st.one_of(st.none(), st.sampled_from("abcdefx"))),
    st.dictionaries(st.sampled_from("tuvw"), st.sampled_from("abcdefx")),
)
def test_everything_shown_is_shown_once(parents: dict[str, str | None], places: dict[str, str]) -> None:
    folders = [folder(id_, parent) for id_, parent in parents.items()]
    level = list(nodes(tree([thread(id_, 1) for id_ in places], folders, places)))
    seen: list[str] = []
    while level:
        seen += [node.id for node in level]
        level = [child for node in level for child in node.children]
    assert sorted(seen) == sorted([*parents, *places])


@pytest.mark.parametrize(
    ("edit", "method", "params"),
    [
        (CreateThread("t", "N"), "thread/start", {"thread_id": "t", "workspace_id": "w", "name": "N", "mode": "Agent"}),
        (RenameThread("t", "N"), "thread/update", {"workspace_id": "w", "thread_id": "t", "name": "N"}),
        (MoveThread("t", "f"), "thread/move", {"workspace_id": "w", "thread_id": "t", "folder_id": "f"}),
        (DeleteThread("t"), "thread/delete", {"workspace_id": "w", "thread_id": "t"}),
        (CreateFolder("f", "N"), "thread/folder/create", {"workspace_id": "w", "folder_id": "f", "name": "N"}),
        (MoveFolder("f"), "thread/folder/move", {"workspace_id": "w", "folder_id": "f"}),
        (
            RenameFolder("f", "N"),
            "thread/folder/rename",
            {"workspace_id": "w", "folder_id": "f", "name": "N"},
        ),
        (DeleteFolder("f"), "thread/folder/delete", {"workspace_id": "w", "folder_id": "f"}),
    ],
)
def test_the_call_of_an_edit(edit: Edit, method: str, params: dict[str, Any]) -> None:
    found, given_params = call_of(edit, "w")
    assert (found.name, msgspec.to_builtins(given_params)) == (method, params)


async def test_it_loads_while_something_is_not_known() -> None:
    peer, states = FakePeer(), list[TreeState]()
    connection = Connection(FakeGateway(peer).open, sleep=no_wait)
    mine = ThreadTree(connection, TreeState("w"), states.append)
    async with connection.running(), anyio.create_task_group() as group:
        group.start_soon(mine.refresh)
        frame = await peer.request("thread/tree")
        mine.told(TreeHint("w"))
        peer.say(id=frame["id"], result=msgspec.to_builtins(answer(Tree())))
        await peer.answer("thread/tree", msgspec.to_builtins(answer(TREE)))
    assert mine.state.told == TREE
    assert states[-1] is mine.state


async def test_an_edit_shows_before_its_answer_and_a_refused_one_is_taken_back() -> None:
    peer, errors = FakePeer(), list[CallFailed]()
    connection = Connection(FakeGateway(peer).open, sleep=no_wait)

    async def rename(mine: ThreadTree, name: str) -> None:
        try:
            await mine.edit(RenameThread("t1", name))
        except CallFailed as failed:
            errors.append(failed)

    def name_in(mine: ThreadTree) -> str:
        return next(node.name for node in shown(mine.state)[0].children[0].children)

    async with connection.running(), anyio.create_task_group() as group:
        mine = ThreadTree(connection, TreeState("w"))
        group.start_soon(mine.load)
        await peer.answer("thread/tree", msgspec.to_builtins(answer(TREE)))
        await anyio.wait_all_tasks_blocked()
        group.start_soon(rename, mine, "Yes")
        frame = await peer.request("thread/update")
        assert name_in(mine) == "Yes"
        renamed = msgspec.to_builtins(changed(T1, name="Yes"))
        peer.say(id=frame["id"], result={"thread": renamed})
        await anyio.wait_all_tasks_blocked()
        group.start_soon(rename, mine, "No")
        frame = await peer.request("thread/update")
        assert name_in(mine) == "No"
        peer.say(id=frame["id"], error={"code": -32600, "message": "no"})
        await anyio.wait_all_tasks_blocked()
        assert name_in(mine) == "Yes"
    assert [failed.message for failed in errors] == ["no"]


async def test_a_load_that_fails_is_still_needed() -> None:
    peer = FakePeer()
    connection = Connection(FakeGateway(peer).open, sleep=no_wait)
    mine = ThreadTree(connection, TreeState("w"))

    async def load() -> None:
        with pytest.raises(CallFailed):
            await mine.refresh()

    async with connection.running(), anyio.create_task_group() as group:
        group.start_soon(load)
        frame = await peer.request("thread/tree")
        assert not mine.state.fresh.is_stale
        peer.say(id=frame["id"], error={"code": -32603, "message": "no"})
    assert mine.state.fresh.is_stale


async def test_keeping_loads_after_each_change_and_later_again_after_a_refusal() -> None:
    peer, waits = FakePeer(), list[float]()
    connection = Connection(FakeGateway(peer).open, sleep=no_wait)

    async def wait(seconds: float) -> None:
        waits.append(seconds)
        await anyio.lowlevel.checkpoint()

    mine = ThreadTree(connection, TreeState("w"), sleep=wait)
    async with connection.running(), anyio.create_task_group() as group:
        group.start_soon(mine.keep)
        frame = await peer.request("thread/tree")
        peer.say(id=frame["id"], error={"code": -32001, "message": "busy"})
        await peer.answer("thread/tree", msgspec.to_builtins(answer(TREE)))
        await anyio.wait_all_tasks_blocked()
        assert (mine.state.told, waits, list(peer.requests)) == (TREE, [2.0], [])
        group.start_soon(mine.edit, DeleteThread("t1"))
        await peer.answer("thread/delete", {"deleted": True})
        await peer.answer("thread/tree", msgspec.to_builtins(answer(Tree())))
        await anyio.wait_all_tasks_blocked()
        assert (mine.state.told, mine.state.pending) == (Tree(), ())
        group.cancel_scope.cancel()
