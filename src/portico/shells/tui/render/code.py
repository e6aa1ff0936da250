"""Code in colours: tokens of pygments in the palette's styles. Pure."""

from functools import cache
from typing import Any

from pygments import lexers
from pygments.lexer import Lexer
from pygments.token import Token
from pygments.util import ClassNotFound
from rich.style import Style

from portico.shells.tui.palette import Palette
from portico.shells.tui.render.lines import Piece

MOST = 20_000
"""Characters that are coloured; longer code is shown plain, at once."""


def coloured(text: str, language: str, palette: Palette) -> list[Piece]:
    """The code as pieces; plain where the language is not known."""
    lexer = _lexer(language) if language and len(text) <= MOST else None
    if lexer is None:
        return [(text, palette.code)]
    found: list[Piece] = []
    for kind, part in lexer.get_tokens(text):
        found.append((part, palette.code + _style(kind, palette)))
    if found and not text.endswith("\n"):
        last, style = found[-1]
        found[-1] = (last.removesuffix("\n"), style)
    return found


@cache
def _lexer(language: str) -> Lexer | None:
    try:
        return lexers.get_lexer_by_name(language, stripnl=False)  # pyright: ignore[reportUnknownMemberType] - its options
    except ClassNotFound:
        return None


def _style(kind: Any, palette: Palette) -> Style:
    for parent, style in (
        (Token.Comment, palette.comment),
        (Token.Keyword, palette.keyword),
        (Token.Operator.Word, palette.keyword),
        (Token.Literal.String, palette.string),
        (Token.Literal.Number, palette.number),
        (Token.Name.Function, palette.name),
        (Token.Name.Class, palette.name),
        (Token.Name.Tag, palette.name),
        (Token.Name.Builtin, palette.name),
        (Token.Generic.Inserted, palette.ok),
        (Token.Generic.Deleted, palette.error),
    ):
        if kind in parent:
            return style
    return palette.text
