"""Styles out of a theme."""

from rich.color import Color

from portico.shells.tui.palette import palette_of
from portico.shells.tui.style import DARK, LIGHT


def test_a_theme_gives_its_colours() -> None:
    palette = palette_of(DARK.to_color_system().generate())
    assert palette.accent.color == Color.parse("#7aa2f7")
    assert palette.user.bgcolor == Color.parse("#20232e")
    assert palette != palette_of(LIGHT.to_color_system().generate())


def test_what_a_theme_leaves_out_is_grey() -> None:
    assert palette_of({"primary": "auto 87%"}).accent.color == Color.parse("#888888")
