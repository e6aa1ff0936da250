"""Workspaces: the list, the current one, the opened one."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace as changed

from portico.client.state.fresh import Asked, Loaded, LoadFailed, Missed
from portico.client.state.workspaces import Opened, WorkspacesState, reduce
from portico.protocol.events import ItemDelta, WorkspaceChanged
from portico.protocol.methods.workspace import WorkspaceListResponse, WorkspaceResponse
from portico.protocol.types.workspace import Workspace, WorkspaceChangeKind

ONE = Workspace(id="1", name="One", is_active=True, is_current=True, created_at=1, updated_at=1)
TWO = Workspace(id="2", name="Two", is_active=True, is_current=False, created_at=2, updated_at=2)
LOADED = reduce(reduce(WorkspacesState(), Asked()), Loaded(1, WorkspaceListResponse(workspaces=[ONE, TWO])))


def made_current(workspace: Workspace) -> WorkspaceChanged:
    chosen = changed(workspace, is_current=True)
    return WorkspaceChanged(kind=WorkspaceChangeKind.CURRENT_CHANGED, workspace=chosen)


def test_a_list_is_taken_once_and_in_order() -> None:
    assert LOADED.workspaces == (ONE, TWO)
    assert LOADED.current == ONE
    assert not LOADED.fresh.is_stale
    assert reduce(LOADED, Loaded(1, WorkspaceListResponse(workspaces=[]))) == LOADED


def test_exactly_one_is_current_and_the_opened_one_stays() -> None:
    state = reduce(reduce(LOADED, Opened(ONE)), made_current(TWO))
    assert [one.is_current for one in state.workspaces] == [False, True]
    assert state.opened == "1"


def test_a_new_one_comes_last_and_a_renamed_one_keeps_its_place() -> None:
    three = changed(TWO, id="3", name="Three")
    state = reduce(
        reduce(LOADED, WorkspaceResponse(workspace=three)), WorkspaceResponse(workspace=changed(ONE, name="I"))
    )
    assert [one.name for one in state.workspaces] == ["I", "Two", "Three"]


def test_a_fact_without_a_root_leaves_the_one_that_an_answer_said() -> None:
    state = reduce(LOADED, WorkspaceResponse(workspace=changed(ONE, root="/srv")))
    renamed = WorkspaceChanged(kind=WorkspaceChangeKind.UPDATED, workspace=changed(ONE, name="New"))
    assert reduce(state, renamed).workspaces[0] == changed(ONE, name="New", root="/srv")
    moved = WorkspaceChanged(kind=WorkspaceChangeKind.UPDATED, workspace=changed(ONE, root="/home"))
    assert reduce(state, moved).workspaces[0].root == "/home"


def test_a_fact_beside_a_load_needs_another_load() -> None:
    state = reduce(reduce(LOADED, Asked()), made_current(TWO))
    assert reduce(state, Loaded(2, WorkspaceListResponse(workspaces=[ONE, TWO]))).fresh.is_stale
    assert reduce(reduce(LOADED, Asked()), LoadFailed()).fresh.is_stale


def test_what_is_about_something_else_changes_nothing() -> None:
    assert reduce(LOADED, ItemDelta(item_id="i", delta="x")) is LOADED
    assert reduce(LOADED, "noise") is LOADED


EVENTS = [
    Opened(TWO),
    made_current(TWO),
    made_current(ONE),
    WorkspaceResponse(workspace=changed(TWO, name="II")),
    Loaded(1, WorkspaceListResponse(workspaces=[ONE])),
    Loaded(2, WorkspaceListResponse(workspaces=[TWO])),
    LoadFailed(),
]


@given(st.lists(st.sampled_from(EVENTS), max_size=8))
def test_reducing_twice_changes_nothing_and_one_at_most_is_current(events: list[object]) -> None:
    state = replace(LOADED, fresh=LOADED.fresh.ask())
    for event in events:
        state = reduce(state, event)
        assert reduce(state, event) == state
        assert sum(one.is_current for one in state.workspaces) <= 1


def test_after_a_break_it_is_loaded_again_and_shown_meanwhile() -> None:
    state = reduce(LOADED, Missed())
    assert state.fresh.is_stale
    assert replace(state, fresh=LOADED.fresh) == LOADED
    assert reduce(state, Missed()) == state
