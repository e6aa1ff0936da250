"""Rows of file changes carry diffs."""

from typing import Any

import pytest

from portico.client.state import ItemState, Phase
from portico.client.timeline import DiffLine, FileDiff, Hunk, item_row
from portico.client.timeline.kinds.changes import MAX_LINES, change_row
from tests.client.timeline.made import change

PATCH = """*** Begin Patch
*** Add File: new.py
+one
+
*** Update File: old.py
*** Move to: moved.py
@@ def f():
 same
-gone
+come
@@
+last
*** End of File
*** Delete File: dead.py
*** End Patch"""


def lines(text: str) -> tuple[DiffLine, ...]:
    return tuple(DiffLine(sign=line[0], text=line[1:]) for line in text.split("|"))


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        pytest.param(
            {"input": PATCH},
            (
                FileDiff(path="new.py", change="add", hunks=(Hunk(lines=lines("+one|+")),)),
                FileDiff(
                    path="old.py",
                    change="update",
                    moved_to="moved.py",
                    hunks=(Hunk(header="def f():", lines=lines(" same|-gone|+come")), Hunk(lines=lines("+last"))),
                ),
                FileDiff(path="dead.py", change="delete"),
            ),
            id="a patch",
        ),
        pytest.param(
            {"path": "p", "content": "a\nb\n"},
            (FileDiff(path="p", change="write", hunks=(Hunk(lines=lines("+a|+b")),)),),
            id="a whole file",
        ),
        pytest.param({"path": "p", "content": ""}, (FileDiff(path="p", change="write"),), id="an empty file"),
        pytest.param({"input": "no patch"}, (FileDiff(path="a.py", change="update"),), id="no patch"),
        pytest.param(["x"], (FileDiff(path="a.py", change="update"),), id="no arguments"),
    ],
)
def test_diffs(arguments: Any, expected: tuple[FileDiff, ...]) -> None:
    row = item_row(ItemState("i", change(arguments), Phase.DONE))
    assert (row.kind, row.title, row.diff) == ("change", "tool a.py", expected)


def test_a_diff_is_bounded() -> None:
    patch = "*** Add File: a\n" + "+x\n" * (2 * MAX_LINES)
    (file,) = item_row(ItemState("i", change({"patch": patch}), Phase.DONE)).diff
    assert len(file.hunks[0].lines) == MAX_LINES


def test_what_is_no_change_still_has_a_row() -> None:
    assert change_row(ItemState("i", None, Phase.DONE, text="t"), {"key": "i"}).kind == "unknown"
