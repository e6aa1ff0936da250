"""What events make of what is known."""

from portico.boundary.events import PatchesTold, ThreadGone, TimelineTold, TreePatchesTold, TreeTold
from portico.client.timeline import Append, Put, Row
from portico.client.tree import Node
from portico.client.tree_patches import TreeDrop
from portico.shells.tui.model import Model, walk
from tests.shells.tui.rig import NODES, workspaces

A, B = Row(key="a", kind="user", text="A"), Row(key="b", kind="assistant", text="B")


def looking(*rows: Row, has_more: bool = False) -> Model:
    model = Model()
    model.look_at("t")
    assert model.take(TimelineTold(thread_id="t", cursor="e:1", rows=rows, has_more=has_more)) == "rows"
    return model


def shown(model: Model) -> list[str]:
    return [f"{row.key}={row.text}" for row in model.opened.rows] if model.opened else []


def test_patches_follow_on_the_rows() -> None:
    model = looking(A)
    patches = (Put(key="b", row=B, after="a"), Append(key="b", text="!"))
    assert model.take(PatchesTold(thread_id="t", cursor="e:2", patches=patches)) == "rows"
    assert shown(model) == ["a=A", "b=B!"]
    assert model.opened is not None
    assert model.opened.cursor == "e:2"


def test_a_put_behind_a_row_that_is_not_here_belongs_to_older_rows() -> None:
    model = looking(A, has_more=True)
    older = Row(key="o", kind="user")
    patches = (Put(key="o", row=older, after="gone"), Put(key="b", row=B, after="a"))
    model.take(PatchesTold(thread_id="t", cursor="e:2", patches=patches))
    assert shown(model) == ["a=A", "b=B"]


def test_older_rows_stand_before_and_once() -> None:
    model = looking(B, has_more=True)
    model.older([A, B], has_more=False)
    assert shown(model) == ["a=A", "b=B"]


def test_what_is_told_of_another_thread_is_passed_over() -> None:
    model = looking(A)
    assert model.take(TimelineTold(thread_id="other", cursor="x", rows=(B,), has_more=False)) is None
    assert shown(model) == ["a=A"]
    assert model.take(ThreadGone(thread_id="t")) == "gone"


def test_the_tree_takes_patches_of_its_workspace_only() -> None:
    model = Model(tree=TreeTold(workspace_id="w", nodes=NODES))
    model.take(TreePatchesTold(workspace_id="other", patches=(TreeDrop(id="plan"),)))
    assert model.node("plan") is not None
    assert model.take(TreePatchesTold(workspace_id="w", patches=(TreeDrop(id="plan"),))) == "tree"
    assert model.node("plan") is None
    assert model.node("lisbon") is not None


def test_the_workspace_has_a_name() -> None:
    model = Model()
    assert model.workspace_name == ""
    model.take(workspaces("Home", "Work"))
    assert model.workspace_name == "Home"


def test_a_deep_tree_is_walked() -> None:
    node = Node("0", "folder", "")
    for depth in range(1, 3_000):
        node = Node(str(depth), "folder", "", (node,))
    assert sum(1 for _ in walk((node,))) == 3_000
