"""The tree: what was told, and the edits over it that have no answer yet."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace as changed

from portico.client.state.fresh import Asked, Loaded, LoadFailed, Missed
from portico.client.state.notices import TreeHint
from portico.client.state.tree import (
    Accepted,
    Began,
    CreateFolder,
    CreateThread,
    DeleteFolder,
    DeleteThread,
    Edit,
    MoveFolder,
    MoveThread,
    Refused,
    RenameFolder,
    RenameThread,
    Tree,
    TreeState,
    applied,
    reduce,
    view,
)
from portico.protocol import events as ev
from portico.protocol.methods.thread import ThreadTreeResponse
from portico.protocol.types.thread import (
    OriginKind,
    SidebarVisibility,
    Thread,
    ThreadFolder,
    ThreadMode,
    ThreadPlacement,
    ThreadStatus,
)

T1 = Thread(
    workspace_id="w",
    id="t1",
    name="One",
    preview="",
    mode=ThreadMode.AGENT,
    model="",
    model_provider="",
    created_at=1,
    updated_at=5,
    status=ThreadStatus.IDLE,
    origin_kind=OriginKind.USER,
    sidebar_visibility=SidebarVisibility.VISIBLE,
)
T2 = changed(T1, id="t2", name=None, updated_at=9)
F1 = ThreadFolder(id="f1", workspace_id="w", name="F1", created_at=0, updated_at=0)
F2 = ThreadFolder(id="f2", workspace_id="w", name="F2", parent_folder_id="f1", created_at=0, updated_at=0)
TREE = Tree({"t1": T1, "t2": T2}, {"f1": F1, "f2": F2}, {"t1": "f2"})


def answer(tree: Tree) -> ThreadTreeResponse:
    places = [ThreadPlacement(thread_id=id_, workspace_id="w", folder_id=place) for id_, place in tree.places.items()]
    root = [ThreadPlacement(thread_id=id_, workspace_id="w") for id_ in tree.threads if id_ not in tree.places]
    return ThreadTreeResponse(
        workspace_id="w",
        threads=list(tree.threads.values()),
        folders=list(tree.folders.values()),
        placements=[*places, *root],
    )


def loaded(tree: Tree = TREE) -> TreeState:
    return reduce(reduce(TreeState("w"), Asked()), Loaded(1, answer(tree)))


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        pytest.param(
            CreateThread("t3", "New", ThreadMode.CHAT),
            replace(
                TREE,
                threads={
                    **TREE.threads,
                    "t3": changed(T1, id="t3", name="New", mode=ThreadMode.CHAT, created_at=9, updated_at=9),
                },
            ),
            id="a new thread is as new as the newest, whatever this clock says",
        ),
        pytest.param(CreateThread("t1", "Other"), TREE, id="a thread that is there"),
        pytest.param(
            RenameThread("t1", " I "),
            replace(TREE, threads={"t1": changed(T1, name="I"), "t2": T2}),
            id="a name is trimmed",
        ),
        pytest.param(
            RenameThread("t1", " "),
            replace(TREE, threads={"t1": changed(T1, name=None), "t2": T2}),
            id="a name is taken",
        ),
        pytest.param(RenameThread("gone", "x"), TREE, id="a thread that is gone keeps no name"),
        pytest.param(MoveThread("t1"), replace(TREE, places={}), id="to the root"),
        pytest.param(MoveThread("t2", "f1"), replace(TREE, places={"t1": "f2", "t2": "f1"}), id="into a folder"),
        pytest.param(MoveThread("t1", "gone"), TREE, id="into a folder that is gone"),
        pytest.param(MoveThread("gone", "f1"), TREE, id="a thread that is gone moves nowhere"),
        pytest.param(DeleteThread("t1"), Tree({"t2": T2}, TREE.folders, {}), id="a deleted thread has no place"),
        pytest.param(DeleteThread("gone"), TREE, id="deleted twice"),
        pytest.param(
            CreateFolder("f3", "F3", "f1"),
            replace(TREE, folders={**TREE.folders, "f3": changed(F2, id="f3", name="F3")}),
            id="a new folder",
        ),
        pytest.param(CreateFolder("f1", "Other"), TREE, id="a folder that is there"),
        pytest.param(CreateFolder("f3", "F3", "gone"), TREE, id="a folder in one that is gone"),
        pytest.param(
            MoveFolder("f2"),
            replace(TREE, folders={"f1": F1, "f2": changed(F2, parent_folder_id=None)}),
            id="a folder to the root",
        ),
        pytest.param(MoveFolder("f1", "f2"), TREE, id="a folder into what it holds"),
        pytest.param(MoveFolder("f1", "f1"), TREE, id="a folder into itself"),
        pytest.param(MoveFolder("gone", "f1"), TREE, id="a folder that is gone moves nowhere"),
        pytest.param(
            RenameFolder("f2", " G "),
            replace(TREE, folders={"f1": F1, "f2": changed(F2, name="G")}),
            id="a folder's name is trimmed",
        ),
        pytest.param(RenameFolder("f2", " "), TREE, id="a folder keeps its name rather than have none"),
        pytest.param(RenameFolder("gone", "G"), TREE, id="a folder that is gone has no name"),
        pytest.param(DeleteFolder("f2"), Tree(TREE.threads, {"f1": F1}, {"t1": "f1"}), id="what is inside goes up"),
        pytest.param(
            DeleteFolder("f1"),
            replace(TREE, folders={"f2": changed(F2, parent_folder_id=None)}),
            id="folders go up too",
        ),
        pytest.param(DeleteFolder("gone"), TREE, id="a folder that is gone"),
    ],
)
def test_an_edit(edit: Edit, expected: Tree) -> None:
    assert applied(TREE, "w", [edit]) == expected


def test_a_circle_that_the_gateway_told_ends() -> None:
    circle = replace(TREE, folders={"f1": changed(F1, parent_folder_id="f2"), "f2": F2, "f3": changed(F1, id="f3")})
    assert applied(circle, "w", [MoveFolder("f3", "f1")]) == circle


def test_an_edit_shows_at_once_and_a_refusal_undoes_only_it() -> None:
    state = reduce(loaded(), Began("1", RenameThread("t1", "A")))
    state = reduce(state, Began("2", RenameThread("t2", "B")))
    assert [thread.name for thread in view(state).threads.values()] == ["A", "B"]
    state = reduce(state, Refused("1"))
    assert [thread.name for thread in view(state).threads.values()] == ["One", "B"]
    assert state.fresh.is_stale


def test_an_accepted_edit_stays_until_a_load_that_knows_it() -> None:
    state = reduce(loaded(), Began("1", MoveThread("t1")))
    state = reduce(state, Asked())
    state = reduce(state, Accepted("1"))
    state = reduce(state, Loaded(2, answer(TREE)))
    assert view(state).places == {}
    assert state.fresh.is_stale
    state = reduce(reduce(state, Asked()), Loaded(3, answer(TREE)))
    assert (view(state), state.pending, state.fresh.is_stale) == (TREE, (), False)


def test_an_unanswered_edit_stays_over_every_load() -> None:
    state = reduce(loaded(), Began("1", MoveThread("t1")))
    for number in (2, 3):
        state = reduce(reduce(state, Asked()), Loaded(number, answer(TREE)))
    assert view(state).places == {}


@pytest.mark.parametrize(
    ("event", "expected", "is_stale"),
    [
        pytest.param(TreeHint("w"), TREE, True, id="a hint"),
        pytest.param(TreeHint("elsewhere"), TREE, False, id="a hint about another workspace"),
        pytest.param(
            ev.ThreadUpdated(thread=changed(T1, name="I")),
            replace(TREE, threads={"t1": changed(T1, name="I"), "t2": T2}),
            True,
            id="a renamed thread",
        ),
        pytest.param(
            ev.ThreadStarted(thread=changed(T1, workspace_id="v")), TREE, False, id="a thread of another workspace"
        ),
        pytest.param(
            ev.ThreadClosed(workspace_id="w", thread_id="t1"),
            replace(TREE, threads={"t2": T2}),
            True,
            id="a deleted thread",
        ),
        pytest.param(ev.ItemDelta(item_id="i", delta="x"), TREE, False, id="something else"),
        pytest.param(Loaded(1, answer(Tree())), TREE, False, id="an older load"),
        pytest.param(
            Loaded(7, ThreadTreeResponse(workspace_id="v", threads=[], folders=[], placements=[])),
            TREE,
            False,
            id="a load of another workspace",
        ),
        pytest.param(Accepted("nobody"), TREE, False, id="an answer to nothing"),
        pytest.param(Refused("nobody"), TREE, False, id="a refusal of nothing"),
    ],
)
def test_what_is_told(event: object, expected: Tree, is_stale: bool) -> None:
    state = reduce(loaded(), event)
    assert (view(state), state.fresh.is_stale) == (expected, is_stale)
    assert reduce(state, event) == state


def test_a_lost_load_is_asked_for_again() -> None:
    assert reduce(reduce(loaded(), Asked()), LoadFailed()).fresh.is_stale


THREADS = st.sampled_from(["t1", "t2", "t3"])
FOLDERS = st.sampled_from(["f1", "f2", "f3"])
PLACES = st.one_of(st.none(), FOLDERS)
EDITS: st.SearchStrategy[Edit] = st.one_of(
    st.builds(CreateThread, THREADS),
    st.builds(RenameThread, THREADS, st.sampled_from(["A", "B"])),
    st.builds(MoveThread, THREADS, PLACES),
    st.builds(DeleteThread, THREADS),
    st.builds(CreateFolder, FOLDERS, st.sampled_from(["A", "B"]), PLACES),
    st.builds(MoveFolder, FOLDERS, PLACES),
    st.builds(RenameFolder, FOLDERS, st.sampled_from(["A", "B"])),
    st.builds(DeleteFolder, FOLDERS),
)


@dataclass
class Client:
    """A client and what is on its way between it and the server, each way in order."""

    state: TreeState = field(default_factory=lambda: TreeState("w"))
    out: list[tuple[str, Edit | int]] = field(default_factory=list[tuple[str, Edit | int]])
    back: list[object] = field(default_factory=list[object])

    def take(self, event: object) -> None:
        self.state = reduce(self.state, event)
        assert isinstance(event, Asked) or reduce(self.state, event) == self.state

    def load(self) -> None:
        self.take(Asked())
        self.out.append(("load", self.state.fresh.asked))


class World:
    """One server and two clients; `step` lets one thing happen."""

    def __init__(self) -> None:
        self.tree = TREE
        self.clients = (Client(), Client())
        self.edits = 0

    def step(self, who: int, what: str, edit: Edit, is_refused: bool) -> None:
        client = self.clients[who]
        if what == "edit":
            self.edits += 1
            client.take(Began(str(self.edits), edit))
            client.out.append((str(self.edits), edit))
        elif what == "load":
            client.load()
        elif what == "serve" and client.out:
            self._serve(client, is_refused)
        elif what == "hear" and client.back:
            client.take(client.back.pop(0))

    def _serve(self, client: Client, is_refused: bool) -> None:
        id_, asked = client.out.pop(0)
        if isinstance(asked, int):
            client.back.append(LoadFailed() if is_refused else Loaded(asked, answer(self.tree)))
        elif is_refused:
            client.back.append(Refused(id_))
        else:
            self.tree = applied(self.tree, "w", [asked])
            client.back.append(Accepted(id_))
            for one in self.clients:
                one.back.append(TreeHint("w"))

    def settle(self) -> None:
        """Everything arrives, and whoever knows of a change loads."""
        while any(one.out or one.back or one.state.fresh.is_stale for one in self.clients):
            for who, client in enumerate(self.clients):
                if not (client.out or client.back) and client.state.fresh.is_stale:
                    client.load()
                self.step(who, "serve", DeleteThread(""), is_refused=False)
                self.step(who, "hear", DeleteThread(""), is_refused=False)


STEPS = st.tuples(
    st.sampled_from([0, 1]),
    st.sampled_from(["edit", "load", "serve", "hear"]),
    EDITS,
    st.sampled_from([False, False, True]),
)


@given(st.lists(STEPS, max_size=40))
def test_any_interleaving_of_two_clients_converges_to_the_servers_tree(
    steps: Sequence[tuple[int, str, Edit, bool]],
) -> None:
    world = World()
    for who, what, edit, is_refused in steps:
        world.step(who, what, edit, is_refused)
    world.settle()
    for client in world.clients:
        assert view(client.state) == world.tree
        assert client.state.pending == ()


@given(st.lists(EDITS, max_size=8), st.sets(st.integers(0, 7)))
def test_refusals_undo_exactly_their_own(edits: list[Edit], refused: set[int]) -> None:
    state = loaded()
    for number, edit in enumerate(edits):
        state = reduce(state, Began(str(number), edit))
    for number in refused:
        state = reduce(state, Refused(str(number)))
    kept = [edit for number, edit in enumerate(edits) if number not in refused]
    assert view(state) == applied(TREE, "w", kept)


def test_after_a_break_it_is_loaded_again_and_shown_meanwhile() -> None:
    state = reduce(loaded(), Missed())
    assert state.fresh.is_stale
    assert replace(state, fresh=loaded().fresh) == loaded()
    assert reduce(state, Missed()) == state
