"""The styles that rows are drawn in, out of the colours of a theme."""

from collections.abc import Mapping
from dataclasses import dataclass

from rich.style import Style
from textual.color import Color, ColorParseError


@dataclass(frozen=True, slots=True)
class Palette:
    """A style per meaning. None has a background but `user`, `code`, `chosen`, `added` and `removed`."""

    text: Style
    dim: Style
    strong: Style
    accent: Style
    heading: Style
    link: Style
    code: Style
    user: Style
    user_bar: Style
    ok: Style
    warning: Style
    error: Style
    added: Style
    removed: Style
    keyword: Style
    string: Style
    number: Style
    comment: Style
    name: Style
    chosen: Style
    match: Style


def palette_of(variables: Mapping[str, str]) -> Palette:
    """`variables` are those of a textual theme."""

    def colour(name: str) -> str:
        return _colour(variables.get(name, "")).hex6

    def mixed(name: str, share: float) -> str:
        return _colour(colour("background")).blend(_colour(colour(name)), share).hex6

    text, panel = colour("foreground"), colour("surface")
    dim = _colour(text).blend(_colour(colour("background")), 0.38).hex6
    return Palette(
        text=_style(text),
        dim=_style(dim),
        strong=_style(text, bold=True),
        accent=_style(colour("primary")),
        heading=_style(colour("primary"), bold=True),
        link=_style(colour("secondary"), underline=True),
        code=_style(text, background=panel),
        user=_style(text, background=panel),
        user_bar=_style(colour("primary"), background=panel),
        ok=_style(colour("success")),
        warning=_style(colour("warning")),
        error=_style(colour("error")),
        added=_style(text, background=mixed("success", 0.22)),
        removed=_style(text, background=mixed("error", 0.22)),
        keyword=_style(colour("accent")),
        string=_style(colour("success")),
        number=_style(colour("warning")),
        comment=_style(dim, italic=True),
        name=_style(colour("secondary")),
        chosen=_style(text, background=mixed("primary", 0.28)),
        match=_style(colour("warning"), bold=True),
    )


def _colour(value: str) -> Color:
    """Grey for what a theme leaves to the terminal."""
    try:
        return Color.parse(value).with_alpha(1.0)
    except ColorParseError:
        return Color.parse("#888888")


def _style(
    colour: str, *, background: str | None = None, bold: bool = False, italic: bool = False, underline: bool = False
) -> Style:
    return Style(
        color=colour, bgcolor=background, bold=bold or None, italic=italic or None, underline=underline or None
    )
