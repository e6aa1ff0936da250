"""Lines as strips."""

from rich.color import Color
from rich.segment import Segment
from rich.style import Style

from portico.shells.tui.widgets.strips import highlighted, strip_of

RED, BLUE = Style(bgcolor="red"), Style(bgcolor="blue")


def test_a_strip_is_as_wide_as_asked() -> None:
    assert strip_of([Segment("abc")], 5, RED).text == "abc  "
    assert strip_of([Segment("abcdef")], 5, RED).text == "abcde"
    assert strip_of([], 3, RED).text == "   "


def test_a_highlight_keeps_the_colour_of_the_text() -> None:
    style = highlighted([Segment("a", Style(color="green"))], BLUE)[0].style
    assert style is not None
    assert (style.color, style.bgcolor) == (Color.parse("green"), Color.parse("blue"))
