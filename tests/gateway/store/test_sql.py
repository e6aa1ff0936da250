"""Changes become runs of one shape, in their order."""

import pytest

from portico.gateway.kernel.errors import Invalid
from portico.gateway.store.changes import Change, Drop, Patch, Put
from portico.gateway.store.engine import ChangeRefused
from portico.gateway.store.sql import DropShape, PatchShape, PutShape, Run, check_asked, check_stored, runs

PUT = PutShape("t", ("id",), ("a",), ())


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param((), [], id="none"),
        pytest.param(
            (Put("t", {"id": "1"}, {"a": 1}), Put("t", {"id": "2"}, {"a": 2})),
            [Run(PUT, [("1", 1), ("2", 2)])],
            id="neighbours of one shape",
        ),
        pytest.param(
            (Put("t", {"id": "1"}, {"a": 1}), Put("u", {"id": "1"}, {"a": 1}), Put("t", {"id": "2"}, {"a": 2})),
            [Run(PUT, [("1", 1)]), Run(PutShape("u", ("id",), ("a",), ()), [("1", 1)]), Run(PUT, [("2", 2)])],
            id="order counts more than grouping",
        ),
        pytest.param(
            (Put("t", {"id": "1"}, {"a": 1}, initial={"a": 5, "b": 6}),),
            [Run(PutShape("t", ("id",), ("a",), ("b",)), [("1", 1, 6)])],
            id="a value wins over an initial one",
        ),
        pytest.param(
            (Patch("t", {"id": "1", "x": None}, {"a": None}), Patch("t", {"id": "2", "x": None}, {"a": 3})),
            [Run(PatchShape("t", ("id",), ("x",), ("a",)), [("1", None), ("2", 3)])],
            id="null in a condition is part of the shape, null in a value is not",
        ),
        pytest.param(
            (Drop("t", {"id": "1"}), Drop("t", {"id": None})),
            [Run(DropShape("t", ("id",), ()), [("1",)]), Run(DropShape("t", (), ("id",)), [()])],
            id="drops",
        ),
    ],
)
def test_runs(changes: tuple[Change, ...], expected: list[Run]) -> None:
    assert runs(changes) == expected


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(Put("t; drop table t", {"id": "1"}, {}), id="table"),
        pytest.param(Put("t", {"id=1 or 1": "1"}, {}), id="key"),
        pytest.param(Put("t", {"id": "1"}, {"a b": 1}), id="value"),
        pytest.param(Put("t", {"id": "1"}, {}, initial={"": 1}), id="initial value"),
        pytest.param(Patch("t", {"A": "1"}, {"a": 1}), id="capital"),
        pytest.param(Drop("t", {"id\n": None}), id="line end"),
        pytest.param(Put("t", {}, {"a": 1}), id="a put without a key"),
    ],
)
def test_a_name_that_is_none_is_our_fault(change: Change) -> None:
    with pytest.raises(ValueError, match="not a name|needs a key"):
        runs((change,))


@pytest.mark.parametrize("text", ["\0", "a\0b", "\ud800", "ok \udfff"])
def test_text_that_no_store_keeps_is_refused(text: str) -> None:
    with pytest.raises(ChangeRefused):
        check_stored(["fine", 1, None, b"\0", text])
    with pytest.raises(Invalid):
        check_asked(["fine", text])
    with pytest.raises(ChangeRefused):
        runs([Drop("t", {"id": text})])


def test_other_text_passes() -> None:
    check_stored(["", "漢字 🏳️‍🌈", b"\0", 0, 1.5, None])
    check_asked(["", "\x01\x7f"])
