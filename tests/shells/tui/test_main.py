"""What the environment makes of the application."""

from typing import Any

import pytest

from portico.boundary import Boundary
from portico.shells.tui.main import Options, made


@pytest.mark.parametrize(
    ("environ", "options", "language", "theme"),
    [
        ({}, Options(), "en", "portico-dark"),
        ({"LANG": "de_DE.UTF-8", "COLORFGBG": "0;15"}, Options(), "de", "portico-light"),
        ({"LANG": "de_DE.UTF-8"}, Options(language="en", theme="light", is_ascii=True), "en", "portico-light"),
    ],
)
async def test_made(environ: dict[str, str], options: Options, language: str, theme: str) -> None:
    backend: Any = Boundary.__new__(Boundary)
    app = made(backend, environ, options)
    assert app.phrases.language == language
    assert app.theme == theme
    assert not options.is_ascii or app.pen.glyphs.is_ascii
