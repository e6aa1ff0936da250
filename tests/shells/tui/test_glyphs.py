"""Signs that the terminal can show."""

import pytest
from rich.cells import cell_len

from portico.shells.tui.glyphs import ASCII, UNICODE, Glyphs, glyphs_of


@pytest.mark.parametrize(
    ("environ", "encoding", "expected"),
    [
        ({"TERM": "xterm-256color"}, "UTF-8", UNICODE),
        ({"TERM": "linux"}, "utf8", ASCII),
        ({}, "ISO-8859-1", ASCII),
    ],
)
def test_which(environ: dict[str, str], encoding: str, expected: Glyphs) -> None:
    assert glyphs_of(environ, encoding) is expected


def test_every_sign_is_one_cell() -> None:
    for glyphs in (UNICODE, ASCII):
        fields = (glyphs.opened, glyphs.closed, glyphs.done, glyphs.failed, *glyphs.spin, glyphs.bar, glyphs.hook)
        assert {cell_len(sign) for sign in fields} == {1}
    assert ASCII.ellipsis.isascii()
