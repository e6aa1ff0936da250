"""Folders and placements on a real log."""

from collections.abc import AsyncGenerator
from pathlib import Path

import anyio
import pytest

from portico.gateway.kernel.errors import Conflict, GatewayError, Invalid, NotFound
from portico.protocol.methods.thread import (
    ThreadFolderCreateParams,
    ThreadFolderDeleteParams,
    ThreadFolderMoveParams,
    ThreadFolderRenameParams,
    ThreadMoveParams,
    ThreadTreeParams,
    ThreadTreeResponse,
)
from portico.protocol.types.thread import SidebarVisibility, ThreadFolder, ThreadPlacement
from tests.gateway.features.threads.desk import Desk, desk

NOW = 1_800_000_000


@pytest.fixture
async def at(tmp_path: Path) -> AsyncGenerator[Desk]:
    async with desk(tmp_path) as at:
        yield at


async def create(
    at: Desk, folder_id: str | None, parent: str | None = None, name: str = "n", workspace_id: str = "w1"
) -> ThreadFolder:
    p = ThreadFolderCreateParams(workspace_id=workspace_id, folder_id=folder_id, parent_folder_id=parent, name=name)
    return (await at.threads.create_folder(at.ctx(), p)).folder


async def move(at: Desk, folder_id: str, parent: str | None = None, workspace_id: str = "w1") -> bool:
    p = ThreadFolderMoveParams(workspace_id=workspace_id, folder_id=folder_id, parent_folder_id=parent)
    return (await at.threads.move_folder(at.ctx(), p)).moved


async def rename(at: Desk, folder_id: str, name: str, workspace_id: str = "w1") -> ThreadFolder:
    p = ThreadFolderRenameParams(workspace_id=workspace_id, folder_id=folder_id, name=name)
    return (await at.threads.rename_folder(at.ctx(), p)).folder


async def delete(at: Desk, folder_id: str, workspace_id: str = "w1") -> bool:
    p = ThreadFolderDeleteParams(workspace_id=workspace_id, folder_id=folder_id)
    return (await at.threads.delete_folder(at.ctx(), p)).deleted


async def place(at: Desk, thread_id: str, folder_id: str | None = None, workspace_id: str = "w1") -> bool:
    p = ThreadMoveParams(workspace_id=workspace_id, thread_id=thread_id, folder_id=folder_id)
    return (await at.threads.move(at.ctx(), p)).moved


async def tree(at: Desk, workspace_id: str = "w1") -> ThreadTreeResponse:
    return await at.threads.tree(at.ctx(), ThreadTreeParams(workspace_id=workspace_id))


async def parents(at: Desk) -> dict[str, str | None]:
    return {folder.id: folder.parent_folder_id for folder in (await tree(at)).folders}


async def test_the_tree_shows_all_threads_folders_and_places(at: Desk) -> None:
    shown = await at.start("t1")
    hidden = await at.start("t2", sidebar_visibility=SidebarVisibility.HIDDEN)
    await at.start("t3", "w2")
    folder = await create(at, "f1", name="  Reviews ")
    assert await place(at, "t2", "f1") is True
    assert await tree(at) == ThreadTreeResponse(
        workspace_id="w1",
        threads=[shown, hidden],
        folders=[ThreadFolder(id="f1", workspace_id="w1", name="Reviews", created_at=NOW, updated_at=NOW)],
        placements=[
            ThreadPlacement(thread_id="t1", workspace_id="w1"),
            ThreadPlacement(thread_id="t2", workspace_id="w1", folder_id="f1"),
        ],
        agents_docs=[],
    )
    assert folder.name == "Reviews"
    assert (await tree(at, "w2")).folders == []


async def test_the_tree_of_no_workspace(at: Desk) -> None:
    with pytest.raises(NotFound):
        await tree(at, "w9")


async def test_an_id_is_made_when_none_is_given(at: Desk) -> None:
    folder = await create(at, None)
    assert len(folder.id) == 21
    assert await parents(at) == {folder.id: None}


async def test_making_a_folder_twice_is_a_retry(at: Desk) -> None:
    await create(at, "f1")
    first = await create(at, "f2", "f1", "Plans")
    at.clock.advance(9)
    assert await create(at, "f2", "f1", " Plans ") == first
    for parent, name, workspace_id in ((None, "Plans", "w1"), ("f1", "Other", "w1"), (None, "Plans", "w2")):
        with pytest.raises(Conflict) as refusal:
            await create(at, "f2", parent, name, workspace_id)
        assert refusal.value.code == "folder_exists"


async def test_two_workspaces_cannot_take_one_id_at_once(at: Desk) -> None:
    outcomes: list[str] = []

    async def take(workspace_id: str) -> None:
        try:
            outcomes.append((await create(at, "f1", workspace_id=workspace_id)).workspace_id)
        except Conflict as refusal:
            outcomes.append(refusal.code)

    with anyio.fail_after(5):
        async with anyio.create_task_group() as group:
            group.start_soon(take, "w1")
            group.start_soon(take, "w2")
    assert sorted(outcomes) == ["folder_exists", "w1"]


@pytest.mark.parametrize(
    ("parent", "name", "kind", "code_and_path"),
    [
        pytest.param("f9", "n", NotFound, ("folder_not_found", "$.parent_folder_id"), id="no parent"),
        pytest.param("other", "n", NotFound, ("folder_not_found", "$.parent_folder_id"), id="a parent elsewhere"),
        pytest.param(None, "   ", Invalid, ("invalid", "$.name"), id="only spaces"),
        pytest.param(None, "a\0b", Invalid, ("invalid", "$.name"), id="NUL"),
    ],
)
async def test_bad_folders(
    at: Desk, parent: str | None, name: str, kind: type[GatewayError], code_and_path: tuple[str, str]
) -> None:
    await create(at, "other", workspace_id="w2")
    with pytest.raises(kind) as refusal:
        await create(at, "f1", parent, name)
    assert (refusal.value.code, refusal.value.path) == code_and_path
    assert await parents(at) == {}


async def test_moving_a_folder(at: Desk) -> None:
    for folder_id, parent in (("a", None), ("b", "a"), ("c", "b")):
        await create(at, folder_id, parent)
    assert await move(at, "b") is True
    assert await move(at, "b") is False
    assert await move(at, "a", "c") is True
    assert await parents(at) == {"a": "c", "b": None, "c": "b"}
    for folder_id, parent in (("b", "b"), ("b", "a"), ("c", "a")):
        with pytest.raises(Conflict) as refusal:
            await move(at, folder_id, parent)
        assert refusal.value.code == "folder_cycle"
    for folder_id, parent in (("x", None), ("a", "x")):
        with pytest.raises(NotFound):
            await move(at, folder_id, parent)
    assert await parents(at) == {"a": "c", "b": None, "c": "b"}


async def test_renaming_a_folder(at: Desk) -> None:
    await create(at, "a")
    made = await create(at, "b", "a", "Old")
    at.clock.advance(9)
    renamed = ThreadFolder(
        id="b", workspace_id="w1", parent_folder_id="a", name="New", created_at=NOW, updated_at=NOW + 9
    )
    assert await rename(at, "b", " New ") == renamed
    head = await at.log.head("workspace:w1")
    at.clock.advance(9)
    assert await rename(at, "b", "New") == renamed
    assert await at.log.head("workspace:w1") == head
    assert {folder.id: folder for folder in (await tree(at)).folders}["b"] == renamed
    for folder_id, name, kind in (("x", "n", NotFound), ("b", " ", Invalid), ("b", "a\0", Invalid)):
        with pytest.raises(kind):
            await rename(at, folder_id, name)
    with pytest.raises(NotFound):
        await rename(at, "b", "n", "w9")
    assert made.created_at == renamed.created_at


async def test_a_folder_that_is_renamed_and_moved_at_once_is_both(at: Desk) -> None:
    for folder_id in ("a", "b"):
        await create(at, folder_id)
    with anyio.fail_after(5):
        async with anyio.create_task_group() as group:
            group.start_soon(rename, at, "b", "New")
            group.start_soon(move, at, "b", "a")
    found = {folder.id: folder for folder in (await tree(at)).folders}["b"]
    assert (found.name, found.parent_folder_id) == ("New", "a")


async def test_folders_of_another_workspace_are_not_there(at: Desk) -> None:
    await create(at, "a")
    await create(at, "b", workspace_id="w2")
    await at.start("t1")
    for call in (
        move(at, "a", "b"),
        move(at, "a", None, "w2"),
        rename(at, "a", "m", "w2"),
        delete(at, "a", "w2"),
        place(at, "t1", "b"),
    ):
        with pytest.raises(NotFound):
            await call
    with pytest.raises(NotFound) as refusal:
        await place(at, "t1", None, "w2")
    assert refusal.value.code == "thread_not_found"


async def test_deleting_a_folder_moves_what_it_held_up(at: Desk) -> None:
    for folder_id, parent in (("a", None), ("b", "a"), ("c", "b"), ("d", "b")):
        await create(at, folder_id, parent)
    for thread_id in ("t1", "t2"):
        await at.start(thread_id)
    await place(at, "t1", "b")
    await place(at, "t2", "c")
    assert await delete(at, "b") is True
    assert await parents(at) == {"a": None, "c": "a", "d": "a"}
    assert [(p.thread_id, p.folder_id) for p in (await tree(at)).placements] == [("t1", "a"), ("t2", "c")]
    assert await delete(at, "a") is True
    assert await parents(at) == {"c": None, "d": None}
    assert [(p.thread_id, p.folder_id) for p in (await tree(at)).placements] == [("t1", None), ("t2", "c")]
    with pytest.raises(NotFound) as refusal:
        await delete(at, "a")
    assert refusal.value.code == "folder_not_found"


async def test_moving_a_thread(at: Desk) -> None:
    await at.start("t1")
    await create(at, "a")
    assert [await place(at, "t1", folder_id) for folder_id in (None, "a", "a", None, None)] == [
        False,
        True,
        False,
        True,
        False,
    ]
    for thread_id, folder_id in (("t9", "a"), ("t1", "x")):
        with pytest.raises(NotFound):
            await place(at, thread_id, folder_id)


async def test_moves_at_once_in_both_directions_make_no_cycle(at: Desk) -> None:
    await create(at, "a")
    await create(at, "b")
    codes: list[str] = []

    async def attempt(folder_id: str, parent: str) -> None:
        try:
            await move(at, folder_id, parent)
        except Conflict as refusal:
            codes.append(refusal.code)

    with anyio.fail_after(5):
        async with anyio.create_task_group() as group:
            group.start_soon(attempt, "a", "b")
            group.start_soon(attempt, "b", "a")
    assert codes == ["folder_cycle"]
    assert await parents(at) in ({"a": "b", "b": None}, {"a": None, "b": "a"})


async def test_threads_that_come_do_not_make_a_move_stale(at: Desk) -> None:
    await create(at, "a")
    with anyio.fail_after(5):
        async with anyio.create_task_group() as group:
            for n in range(20):
                group.start_soon(at.start, f"t{n}")
            for n in range(4):
                group.start_soon(create, at, f"f{n}", "a")
    assert await parents(at) == {"a": None} | {f"f{n}": "a" for n in range(4)}
