"""Diffs as text."""

from portico.client.timeline import DiffLine, FileDiff, Hunk
from portico.shells.tui.phrases import Phrases
from portico.shells.tui.render.diff import MOST_CLOSED, diff_lines
from portico.shells.tui.render.lines import plain
from tests.shells.tui.rig import PEN


def test_a_diff_has_its_signs() -> None:
    lines = (DiffLine(sign=" ", text="a"), DiffLine(sign="-", text="b"), DiffLine(sign="+", text="\x1b[2Jc"))
    file = FileDiff(path="x.py", change="update", hunks=(Hunk(lines=lines, header="def f"),), moved_to="y.py")
    drawn = plain(diff_lines((file,), PEN, 40, is_open=False, phrases=Phrases()))
    assert drawn == "  changed x.py -> y.py\n  @@ def f\n    a\n  - b\n  + ␛[2Jc"


def test_a_long_one_is_shortened_until_it_is_opened() -> None:
    lines = tuple(DiffLine(sign="+", text=str(number)) for number in range(40))
    file = FileDiff(path="x", change="write", hunks=(Hunk(lines=lines),))
    closed = diff_lines((file,), PEN, 40, is_open=False, phrases=Phrases())
    assert len(closed) == MOST_CLOSED + 1
    assert plain(closed).endswith("29 more lines")
    assert len(diff_lines((file,), PEN, 40, is_open=True, phrases=Phrases())) == 41
