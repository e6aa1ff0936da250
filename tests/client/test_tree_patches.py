"""Patches of the tree: whoever takes them has what whoever loads the whole tree has, and they are small."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace as changed

from portico.client.state.tree import Tree
from portico.client.tree import Node, nodes
from portico.client.tree_patches import TreeDrop, TreeLines, TreePatch, TreePut, patched
from portico.protocol.types.thread import SidebarVisibility
from tests.client.test_tree import folder, thread, tree

NAMES = ("a", "b", "c", "d", "e", "f")
FOLDERS = ("F", "G", "H", "a")
MANY = 10_000


def put(id_: str, at: int, parent: str | None, after: str | None, **fields: Any) -> TreePut:
    return TreePut(node=Node(id_, "thread", fields.pop("name", id_), (), at, **fields), parent=parent, after=after)


TWO = tree([thread("s", 1), thread("t", 2)], [folder("f")], {"s": "f"})


@pytest.mark.parametrize(
    ("after", "pending", "expected"),
    [
        pytest.param(TWO, frozenset[str](), [], id="nothing"),
        pytest.param(
            tree([thread("s", 1), changed(thread("t", 2), name="new")], [folder("f")], {"s": "f"}),
            frozenset[str](),
            [put("t", 2, None, "f", name="new")],
            id="a name",
        ),
        pytest.param(TWO, frozenset({"t"}), [put("t", 2, None, "f", is_pending=True)], id="a change under way"),
        pytest.param(
            tree([thread("s", 1)], [folder("f")], {"s": "f"}), frozenset[str](), [TreeDrop(id="t")], id="gone"
        ),
        pytest.param(
            tree(
                [thread("s", 1), thread("t", 2, sidebar_visibility=SidebarVisibility.HIDDEN)], [folder("f")], {"s": "f"}
            ),
            frozenset[str](),
            [TreeDrop(id="t")],
            id="hidden",
        ),
        pytest.param(
            tree([thread("s", 1), thread("t", 2)], [folder("f")], {}),
            frozenset[str](),
            [
                TreePut(node=Node("f", "folder", "f", (), 0), parent=None, after=None),
                put("s", 1, None, "t"),
            ],
            id="out of its folder",
        ),
        pytest.param(
            tree([thread("s", 1), thread("t", 2)], [changed(folder("f"), name="new")], {"s": "f"}),
            frozenset[str](),
            [TreePut(node=Node("f", "folder", "new", (), 1), parent=None, after=None)],
            id="a folder's name, and what it holds stays in it",
        ),
    ],
)
def test_what_changed(after: Tree, pending: frozenset[str], expected: list[TreePatch]) -> None:
    assert TreeLines(TWO).take(after, pending) == expected
    assert patched(nodes(TWO), expected) == nodes(after, pending)


@st.composite
def trees(draw: st.DrawFn) -> tuple[Tree, frozenset[str]]:
    ids = draw(st.lists(st.sampled_from(NAMES), unique=True))
    kept = draw(st.lists(st.sampled_from(FOLDERS), unique=True))
    places: st.SearchStrategy[str] = st.sampled_from((*FOLDERS, "gone"))
    threads = [
        thread(
            id_, draw(st.integers(0, 3)), ephemeral=draw(st.integers(0, 5)) == 0, preview=draw(st.sampled_from("xy"))
        )
        for id_ in ids
        if id_ not in kept
    ]
    above: st.SearchStrategy[str | None] = st.none() | places
    held = [changed(folder(id_, draw(above)), name=draw(st.sampled_from((id_, "A", "z")))) for id_ in kept]
    names: st.SearchStrategy[str] = st.sampled_from(NAMES)
    placed: dict[str, str] = draw(st.dictionaries(names, places))
    return tree(threads, held, placed), frozenset(draw(st.sets(st.sampled_from((*NAMES, *FOLDERS)), max_size=2)))


@given(st.lists(trees(), min_size=2, max_size=5))
@pytest.mark.promise("boundary.tree")
def test_whoever_takes_patches_has_the_tree(steps: list[tuple[Tree, frozenset[str]]]) -> None:
    lines = TreeLines(*steps[0])
    shown = nodes(*steps[0])
    for step in steps[1:]:
        shown = patched(shown, lines.take(*step))
        assert shown == nodes(*step) == lines.nodes()
        assert len(lines) == count(shown)


def count(shown: tuple[Node, ...]) -> int:
    return sum(1 + count(node.children) for node in shown)


def crowd() -> Tree:
    places = {f"t{number}": f"f{number % 50}" for number in range(0, MANY, 2)}
    threads = [thread(f"t{number}", number) for number in range(MANY)]
    return tree(threads, [folder(f"f{number}") for number in range(50)], places)


@pytest.mark.parametrize("name", ["t5", "t9998"])
def test_a_rename_among_many_is_a_small_event(name: str) -> None:
    before = crowd()
    lines = TreeLines(before)
    renamed = changed(before.threads[name], name="Renamed", updated_at=MANY + 1)
    after = Tree({**before.threads, name: renamed}, before.folders, before.places)
    patches = lines.take(after)
    assert len(msgspec.json.encode(patches)) < 1_000
    assert lines.nodes() == nodes(after)


def test_a_folder_renamed_among_many_is_put_where_its_name_belongs() -> None:
    before = crowd()
    lines = TreeLines(before)
    folders = {**before.folders, "f7": changed(before.folders["f7"], name="F11a")}
    after = Tree(before.threads, folders, before.places)
    patches = lines.take(after)
    assert [(one.node.id, one.node.name, one.after) for one in patches if isinstance(one, TreePut)] == [
        ("f7", "F11a", "f11")
    ]
    assert len(patches) == 1
    assert lines.nodes() == nodes(after) == patched(nodes(before), patches)


def test_a_patch_of_what_is_not_there_changes_nothing() -> None:
    shown = nodes(TWO)
    assert patched(shown, [TreeDrop(id="none")]) == shown
    assert patched((), [put("x", 1, None, "none")]) == (Node("x", "thread", "x", (), 1),)
