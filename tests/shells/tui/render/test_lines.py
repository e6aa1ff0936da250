"""Wrapping by cells."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.segment import Segment
from rich.style import Style

from portico.shells.tui.render.lines import cut, filled, folded, indented, line_cells, plain, wrapped

PLAIN, BOLD = Style(), Style(bold=True)


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("", 10, ""),
        ("one two three", 8, "one two\nthree"),
        ("a\n\nb", 8, "a\n\nb"),
        ("  in  it", 20, "  in  it"),
        ("unbrokenword", 5, "unbro\nkenwo\nrd"),
        ("日本語テキスト", 6, "日本語\nテキス\nト"),
        ("ab unbrokenword", 6, "ab\nunbrok\nenword"),
    ],
)
def test_wrapped(text: str, width: int, expected: str) -> None:
    assert plain(wrapped([(text, PLAIN)], width)) == expected


def test_pieces_keep_their_styles() -> None:
    assert wrapped([("a ", PLAIN), ("b", BOLD)], 9) == [[Segment("a", PLAIN), Segment(" ", PLAIN), Segment("b", BOLD)]]


def test_folded_keeps_blanks() -> None:
    assert plain(folded("    x\nlonger one", PLAIN, 6)) == "    x\nlonger\n one"


@pytest.mark.parametrize(("width", "expected"), [(20, "abc defghi"), (7, "abc de~"), (2, "a~"), (1, "~")])
def test_cut(width: int, expected: str) -> None:
    assert plain([cut([("abc ", PLAIN), ("defghi", BOLD)], width, "~")]) == expected


def test_indented_and_filled() -> None:
    lines = indented([[Segment("a")], [Segment("b")]], [Segment("- ")])
    assert plain(lines) == "- a\n  b"
    assert [line_cells(line) for line in filled(lines, 7, PLAIN)] == [7, 7]


@given(st.text(), st.integers(4, 30))
def test_no_line_is_wider_than_it_may_be(text: str, width: int) -> None:
    for lines in (wrapped([(text.replace("\r", ""), PLAIN)], width), folded(text, PLAIN, width)):
        assert all(line_cells(line) <= width for line in lines)
