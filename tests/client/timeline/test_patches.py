"""Patches make the new rows of the old ones."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portico.client.markdown import Document, Paragraph, Text
from portico.client.timeline import AnyPatch, Append, Drop, Mark, Put, Row, apply, diff


def r(key: str, text: str = "", **more: str) -> Row:
    return Row(key=key, kind="tool", text=text, **more)  # pyright: ignore[reportArgumentType] - of a test's fields


def put(row: Row, after: str | None) -> Put:
    return Put(key=row.key, row=row, after=after)


@pytest.mark.parametrize(
    ("before", "after", "patches"),
    [
        pytest.param([], [r("a"), r("b")], [put(r("a"), "anchor"), put(r("b"), "a")], id="new"),
        pytest.param([r("a")], [], [Drop(key="a")], id="gone"),
        pytest.param([r("a"), r("b")], [r("a"), r("b")], [], id="the same"),
        pytest.param([r("a", "x")], [r("a", "xy")], [Append(key="a", text="y")], id="longer"),
        pytest.param([r("a", "x")], [r("a", "y")], [put(r("a", "y"), "anchor")], id="other"),
        pytest.param([r("a", "x")], [r("a", "xy", title="t")], [put(r("a", "xy", title="t"), "anchor")], id="and more"),
        pytest.param(
            [r("a")],
            [Row(key="a", kind="user")],
            [Drop(key="a"), put(Row(key="a", kind="user"), "anchor")],
            id="of another kind",
        ),
        pytest.param([r("a"), r("c")], [r("a"), r("b"), r("c")], [put(r("b"), "a")], id="between"),
        pytest.param(
            [r("a"), r("b"), r("c")], [r("a"), r("c"), r("b")], [put(r("c"), "a"), put(r("b"), "c")], id="moved"
        ),
    ],
)
def test_diff(before: list[Row], after: list[Row], patches: list[AnyPatch]) -> None:
    assert diff(before, after, "anchor") == patches
    anchor = r("anchor")
    assert apply([anchor, *before, r("z")], patches) == [anchor, *after, r("z")]


ROWS = st.lists(st.builds(r, st.sampled_from("abcdefgh"), st.text("xy", max_size=3)), unique_by=lambda row: row.key)


@given(ROWS, ROWS)
def test_any_rows_become_any_others(before: list[Row], after: list[Row]) -> None:
    assert apply(before, diff(before, after)) == after


def paragraph(text: str) -> Paragraph:
    return Paragraph(inlines=(Text(text=text),))


def test_documents_grow_at_their_end_and_outlive_a_put() -> None:
    marks: list[AnyPatch] = [
        Mark(key="a", keep=0, blocks=(paragraph("1"), paragraph("2"))),
        Append(key="a", text="!"),
        put(r("a", "new"), None),
        Mark(key="a", keep=1, blocks=(paragraph("3"),), notice="too_deep"),
    ]
    (shown,) = apply([r("a")], marks)
    assert shown.text == "new"
    assert shown.markdown == Document(blocks=(paragraph("1"), paragraph("3")), notice="too_deep")


def test_patches_of_rows_that_are_not_there_change_nothing() -> None:
    patches: list[AnyPatch] = [Drop(key="x"), Append(key="x", text="y"), Mark(key="x", keep=0, blocks=())]
    assert apply([r("a")], patches) == [r("a")]


def test_patches_are_tagged_json() -> None:
    assert msgspec.json.decode(msgspec.json.encode([Append(key="a", text="b"), put(r("a"), None)])) == [
        {"op": "append", "key": "a", "text": "b"},
        {"op": "put", "key": "a", "row": {"key": "a", "kind": "tool"}},
    ]
