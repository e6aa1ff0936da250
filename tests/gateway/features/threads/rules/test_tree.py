"""Decisions about folders and placements, and that they keep the tree a tree."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portico.gateway.features.threads.rules import tree
from portico.gateway.features.threads.rules.state import Tree
from portico.gateway.kernel.errors import Conflict, GatewayError, Invalid, NotFound
from portico.gateway.log import Append, Batch
from portico.protocol.events import Event, FolderCreated, FolderDeleted, FolderMoved, FolderRenamed, ThreadPlaced
from portico.protocol.methods.thread import (
    ThreadFolderCreateParams,
    ThreadFolderMoveParams,
    ThreadFolderRenameParams,
    ThreadMoveParams,
)
from portico.protocol.types.thread import (
    OriginKind,
    SidebarVisibility,
    Thread,
    ThreadFolder,
    ThreadMode,
    ThreadStatus,
)


def folder(id: str, parent: str | None = None, name: str = "n", at: int = 1, workspace_id: str = "w") -> ThreadFolder:
    return ThreadFolder(
        id=id, workspace_id=workspace_id, parent_folder_id=parent, name=name, created_at=1, updated_at=at
    )


def of(**parents: str | None) -> Tree:
    """A tree of folders, each named with its parent."""
    return Tree("w", 4, {id: folder(id, parent) for id, parent in parents.items()})


def chain(length: int) -> Tree:
    """`f1` holds `f2` holds `f3`..."""
    return of(**{f"f{n}": f"f{n - 1}" if n > 1 else None for n in range(1, length + 1)})


def decision(event: Event) -> Batch:
    return Batch(appends=(Append("workspace:w", event, workspace_id="w"),), expected=(("workspace:w", 4),))


def wanted(parent: str | None = None, name: str = "n") -> ThreadFolderCreateParams:
    return ThreadFolderCreateParams(workspace_id="w", name=name, parent_folder_id=parent)


def moved(folder_id: str, parent: str | None = None) -> ThreadFolderMoveParams:
    return ThreadFolderMoveParams(workspace_id="w", folder_id=folder_id, parent_folder_id=parent)


def named(folder_id: str, name: str) -> ThreadFolderRenameParams:
    return ThreadFolderRenameParams(workspace_id="w", folder_id=folder_id, name=name)


@pytest.mark.parametrize("parent", [None, "a"])
def test_a_folder_is_made(parent: str | None) -> None:
    made = folder("b", parent, at=1)
    assert tree.create(of(a=None), None, "b", wanted(parent, " n "), 1) == (made, decision(FolderCreated(folder=made)))


def test_the_same_folder_again_is_answered_as_it_is() -> None:
    there = folder("b", "a", at=9)
    assert tree.create(of(a=None, b="a"), there, "b", wanted("a", " n"), 99) == (there, None)


@pytest.mark.parametrize(
    ("taken", "wish", "kind", "code"),
    [
        pytest.param(folder("b"), wanted(None, "other"), Conflict, "folder_exists", id="another name"),
        pytest.param(folder("b"), wanted("a"), Conflict, "folder_exists", id="another parent"),
        pytest.param(folder("b", workspace_id="v"), wanted(), Conflict, "folder_exists", id="another workspace"),
        pytest.param(None, wanted("x"), NotFound, "folder_not_found", id="no parent"),
        pytest.param(None, wanted("b"), NotFound, "folder_not_found", id="in itself"),
        pytest.param(None, wanted(None, " "), Invalid, "invalid", id="no name"),
        pytest.param(None, wanted(None, "a\0"), Invalid, "invalid", id="NUL"),
        pytest.param(None, wanted(None, "x" * 256), Invalid, "invalid", id="endless name"),
    ],
)
def test_folders_that_are_not_made(
    taken: ThreadFolder | None, wish: ThreadFolderCreateParams, kind: type[GatewayError], code: str
) -> None:
    with pytest.raises(kind) as refusal:
        tree.create(of(a=None), taken, "b", wish, 1)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("folder_id", "parent"),
    [
        pytest.param("b", None, id="to the root"),
        pytest.param("c", "a", id="to its grandparent"),
        pytest.param("a", "d", id="with all it holds"),
    ],
)
def test_a_folder_is_moved(folder_id: str, parent: str | None) -> None:
    event = FolderMoved(folder=folder(folder_id, parent, at=9))
    assert tree.move(of(a=None, b="a", c="b", d=None), moved(folder_id, parent), 9) == decision(event)


@pytest.mark.parametrize(("folder_id", "parent"), [("a", None), ("b", "a")])
def test_a_folder_that_is_there_already(folder_id: str, parent: str | None) -> None:
    assert tree.move(of(a=None, b="a"), moved(folder_id, parent), 9) is None


@pytest.mark.parametrize(
    ("folder_id", "parent", "kind", "code"),
    [
        pytest.param("a", "a", Conflict, "folder_cycle", id="into itself"),
        pytest.param("a", "b", Conflict, "folder_cycle", id="into its child"),
        pytest.param("a", "c", Conflict, "folder_cycle", id="into its grandchild"),
        pytest.param("x", None, NotFound, "folder_not_found", id="no folder"),
        pytest.param("a", "x", NotFound, "folder_not_found", id="no parent"),
    ],
)
def test_moves_that_are_refused(folder_id: str, parent: str, kind: type[GatewayError], code: str) -> None:
    with pytest.raises(kind) as refusal:
        tree.move(of(a=None, b="a", c="b"), moved(folder_id, parent), 9)
    assert refusal.value.code == code


def test_folders_stand_at_most_thirty_two_deep() -> None:
    assert tree.create(chain(31), None, "x", wanted("f31"), 1)[0].parent_folder_id == "f31"
    with pytest.raises(Conflict) as refusal:
        tree.create(chain(32), None, "x", wanted("f32"), 1)
    assert refusal.value.code == "folder_too_deep"


@pytest.mark.parametrize(("length", "fits"), [(30, True), (31, False)])
def test_a_move_counts_what_the_folder_holds(length: int, fits: bool) -> None:
    grown = Tree("w", 4, {**chain(length).folders, **of(a=None, b="a", c="a").folders})
    if fits:
        assert tree.move(grown, moved("a", f"f{length}"), 9) is not None
    else:
        with pytest.raises(Conflict) as refusal:
            tree.move(grown, moved("a", f"f{length}"), 9)
        assert refusal.value.code == "folder_too_deep"


@pytest.mark.parametrize(
    ("folder_id", "parent", "name"),
    [
        pytest.param("a", None, "m", id="at the root"),
        pytest.param("b", "a", " m ", id="inside, trimmed"),
        pytest.param("b", "a", "N", id="in other letters"),
        pytest.param("b", "a", "x" * 255, id="as long as may be"),
    ],
)
def test_a_folder_is_renamed(folder_id: str, parent: str | None, name: str) -> None:
    renamed = folder(folder_id, parent, name.strip(), at=9)
    known = of(a=None, b="a", c="b")
    assert tree.rename(known, named(folder_id, name), 9) == (renamed, decision(FolderRenamed(folder=renamed)))


@pytest.mark.parametrize("name", ["n", " n"])
def test_a_folder_that_has_the_name_already(name: str) -> None:
    assert tree.rename(of(a=None), named("a", name), 9) == (folder("a"), None)


def test_two_folders_side_by_side_may_have_one_name() -> None:
    known = Tree("w", 4, {"a": folder("a", name="m"), "b": folder("b")})
    assert tree.rename(known, named("b", "m"), 9)[0].name == "m"


@pytest.mark.parametrize(
    ("wish", "kind", "code", "path"),
    [
        pytest.param(named("x", "m"), NotFound, "folder_not_found", "$.folder_id", id="no folder"),
        pytest.param(named("a", " "), Invalid, "invalid", "$.name", id="no name"),
        pytest.param(named("a", "m\0"), Invalid, "invalid", "$.name", id="NUL"),
        pytest.param(named("a", "x" * 256), Invalid, "invalid", "$.name", id="endless name"),
    ],
)
def test_folders_that_keep_their_name(
    wish: ThreadFolderRenameParams, kind: type[GatewayError], code: str, path: str
) -> None:
    with pytest.raises(kind) as refusal:
        tree.rename(of(a=None), wish, 9)
    assert (refusal.value.code, refusal.value.path) == (code, path)


@pytest.mark.parametrize(("folder_id", "up"), [("a", None), ("b", "a")])
def test_a_folder_is_deleted_and_what_it_holds_goes_up(folder_id: str, up: str | None) -> None:
    event = FolderDeleted(workspace_id="w", folder_id=folder_id, moved_to=up)
    assert tree.delete(of(a=None, b="a", c="b"), folder_id) == decision(event)


def test_a_folder_that_is_not_there_is_not_deleted() -> None:
    with pytest.raises(NotFound):
        tree.delete(of(a=None), "x")


THREAD = Thread(
    workspace_id="w",
    id="t",
    preview="",
    mode=ThreadMode.CHAT,
    model="",
    model_provider="",
    created_at=1,
    updated_at=1,
    status=ThreadStatus.IDLE,
    origin_kind=OriginKind.USER,
    sidebar_visibility=SidebarVisibility.VISIBLE,
)


def put(folder_id: str | None = None, workspace_id: str = "w") -> ThreadMoveParams:
    return ThreadMoveParams(workspace_id=workspace_id, thread_id="t", folder_id=folder_id)


@pytest.mark.parametrize(("current", "folder_id"), [(None, "a"), ("a", "b"), ("a", None)])
def test_a_thread_is_placed(current: str | None, folder_id: str | None) -> None:
    event = ThreadPlaced(workspace_id="w", thread_id="t", folder_id=folder_id)
    assert tree.place(of(a=None, b="a"), THREAD, current, put(folder_id)) == decision(event)


@pytest.mark.parametrize("current", [None, "a"])
def test_a_thread_that_is_there_already(current: str | None) -> None:
    assert tree.place(of(a=None), THREAD, current, put(current)) is None


@pytest.mark.parametrize(
    ("thread", "wish", "code"),
    [
        pytest.param(None, put("a"), "thread_not_found", id="no thread"),
        pytest.param(THREAD, put("a", "v"), "thread_not_found", id="a thread of another workspace"),
        pytest.param(THREAD, put("x"), "folder_not_found", id="no folder"),
    ],
)
def test_threads_that_are_not_placed(thread: Thread | None, wish: ThreadMoveParams, code: str) -> None:
    with pytest.raises(NotFound) as refusal:
        tree.place(of(a=None), thread, None, wish)
    assert refusal.value.code == code


def test_an_ephemeral_thread_has_no_place() -> None:
    with pytest.raises(Conflict) as refusal:
        tree.place(of(a=None), msgspec.structs.replace(THREAD, ephemeral=True), None, put("a"))
    assert refusal.value.code == "thread_ephemeral"


NAMES = ["a", "b", "c", "d", "e", "f"]
STEPS = st.tuples(
    st.sampled_from(["create", "move", "rename", "delete"]), st.sampled_from(NAMES), st.sampled_from([None, *NAMES])
)


def attempt(known: Tree, step: tuple[str, str, str | None]) -> Batch | None:
    verb, id, parent = step
    try:
        match verb:
            case "create":
                return tree.create(known, known.folders.get(id), id, wanted(parent), 1)[1]
            case "move":
                return tree.move(known, moved(id, parent), 1)
            case "rename":
                return tree.rename(known, named(id, parent or "n"), 1)[1]
            case _:
                return tree.delete(known, id)
    except (Conflict, NotFound):
        return None


def after(known: Tree, batch: Batch | None) -> Tree:
    """The tree with the batch's event done to it, as the projection does it."""
    folders = dict(known.folders)
    for append in batch.appends if batch else ():
        match append.event:
            case FolderCreated(folder=there) | FolderMoved(folder=there) | FolderRenamed(folder=there):
                folders[there.id] = there
            case FolderDeleted(folder_id=gone, moved_to=up):
                del folders[gone]
                folders |= {f.id: folder(f.id, up) for f in folders.values() if f.parent_folder_id == gone}
            case _:
                pass
    return Tree("w", 4, folders)


@given(st.lists(STEPS, max_size=40))
def test_no_sequence_of_calls_makes_a_cycle_or_an_orphan(steps: list[tuple[str, str, str | None]]) -> None:
    known = of()
    for step in steps:
        known = after(known, attempt(known, step))
        for start in known.folders:
            at, seen = known.folders[start], {start}
            while at.parent_folder_id is not None:
                assert at.parent_folder_id not in seen
                seen.add(at.parent_folder_id)
                at = known.folders[at.parent_folder_id]
