"""Documents as text: what a person reads."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portico.client.markdown import parse
from portico.shells.tui.glyphs import ASCII
from portico.shells.tui.render.document import DocumentLines, Pen
from portico.shells.tui.render.lines import line_cells, plain
from tests.shells.tui.rig import PALETTE, PEN


def drawn(text: str, width: int = 40, pen: Pen = PEN) -> str:
    return plain(DocumentLines().lines(parse(text), pen, width))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("One\ntwo", "One two", id="soft break"),
        pytest.param("# Title\n\ntext", "# Title\n\ntext", id="heading"),
        pytest.param("- a\n- b\n  - c", "• a\n• b\n  • c", id="list"),
        pytest.param("9. a\n10. b", " 9. a\n10. b", id="numbers"),
        pytest.param("> said", "│ said", id="quote"),
        pytest.param("---", "─" * 40, id="rule"),
        pytest.param("```py\nx = 1\n```", " py\n x = 1", id="code"),
        pytest.param("[here](https://a.example)", "here (https://a.example)", id="link"),
        pytest.param("**b** *i* ~~s~~ `c`", "b i s c", id="styles"),
        pytest.param("|a|b|\n|--|-:|\n|1|22|", "a │  b\n──┼───\n1 │ 22", id="table"),
        pytest.param("x[red]y[/red]", "x[red]y[/red]", id="markup is text"),
    ],
)
def test_drawn(text: str, expected: str) -> None:
    assert drawn(text) == expected


def test_a_wide_table_wraps_its_cells_and_a_very_wide_one_becomes_lines() -> None:
    table = "|name|what it is for|\n|--|--|\n|a|a long sentence that does not fit on a line|"
    assert all(len(line) <= 30 for line in drawn(table, 30).splitlines())
    many = "|" + "|".join(f"c{n}" for n in range(12)) + "|\n" + "|--" * 12 + "|\n" + "|x" * 12 + "|"
    assert drawn(many, 30).splitlines()[:2] == ["c0: x", "c1: x"]


def test_without_unicode_every_sign_is_plain() -> None:
    pen = Pen(PALETTE, ASCII)
    assert drawn("- ä\n\n> q\n\n|a|b|\n|--|--|\n|1|2|", pen=pen).isascii()


def test_blocks_that_stay_are_laid_out_once() -> None:
    lines, first = DocumentLines(), parse("one\n\ntwo")
    before = lines.lines(first, PEN, 40)
    after = lines.lines(first, PEN, 40)
    assert all(old is new for old, new in zip(before, after, strict=True) if old)
    assert plain(lines.lines(first, PEN, 4)) == "one\n\ntwo"


@given(st.text(alphabet="ab *_`#>-|\n[]()!1.日\x1b\u202e~"), st.integers(12, 50))
def test_nothing_is_wider_than_the_page(text: str, width: int) -> None:
    lines = DocumentLines().lines(parse(text), PEN, width)
    assert all(line_cells(line) <= width for line in lines)
    assert "\x1b" not in plain(lines)
