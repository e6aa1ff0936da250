"""Nothing of a hostile text steers the terminal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portico.shells.tui.safe import line, shown, written


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("plain", "plain", id="plain"),
        pytest.param("a\tb", "a   b", id="tab"),
        pytest.param("a\r\nb", "a\nb", id="windows line end"),
        pytest.param("\x1b[31mred\x1b[0m", "␛[31mred␛[0m", id="colour"),
        pytest.param("\x1b]0;title\x07", "␛]0;title␇", id="window title"),
        pytest.param("\x1b]52;c;aGk=\x07", "␛]52;c;aGk=␇", id="clipboard"),
        pytest.param("\x9b2J", "\ufffd2J", id="eight bit CSI"),
        pytest.param("over\rwritten", "over␍written", id="carriage return"),
        pytest.param("a\x08b\x7f", "a␈b␡", id="backspace"),
        pytest.param("abc\u202ecba", "abccba", id="turned direction"),
        pytest.param("\u2066isolate\u2069", "isolate", id="isolate"),
        pytest.param("zero\u200bwidth\ufeff", "zerowidth", id="zero width"),
        pytest.param("tag\U000e0041", "tag", id="invisible tag"),
        pytest.param("lone\ud800", "lone\ufffd", id="half of a pair"),
        pytest.param("e" + "\u0301" * 9, "e" + "\u0301" * 3, id="tower of marks"),
        pytest.param("שלום", "שלום", id="right to left"),
        pytest.param("[bold]markup[/bold]", "[bold]markup[/bold]", id="markup"),
    ],
)
def test_shown(text: str, expected: str) -> None:
    assert shown(text) == expected


@pytest.mark.parametrize(("text", "expected"), [("\x1b[1m", "^[[1m"), ("schön", "sch?n"), ("\x7f", "^?")])
def test_shown_on_a_plain_terminal(text: str, expected: str) -> None:
    assert shown(text, is_ascii=True) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("a\tb\x1b[m", "a\tb␛[m"),
        ("a\u202eb\u200fc", "a\ufffdb\ufffdc"),
        ("schön\x9b", "schön\ufffd"),
    ],
)
def test_what_is_edited_stays_sign_for_sign(text: str, expected: str) -> None:
    assert written(text) == expected


def test_a_line_is_one() -> None:
    assert line(" a\n\tb  c ") == "a b c"


@given(st.text())
def test_whatever_comes_holds_no_control(text: str) -> None:
    for is_ascii in (False, True):
        assert all(
            sign == "\n" or sign >= " " and not "\x7f" <= sign <= "\x9f" for sign in shown(text, is_ascii=is_ascii)
        )
