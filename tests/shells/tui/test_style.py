"""Which theme to begin with."""

import pytest

from portico.shells.tui.style import theme_of


@pytest.mark.parametrize(
    ("environ", "given", "expected"),
    [
        ({}, None, "portico-dark"),
        ({"COLORFGBG": "0;15"}, None, "portico-light"),
        ({"COLORFGBG": "15;0"}, None, "portico-dark"),
        ({"COLORFGBG": "0;15"}, "dark", "portico-dark"),
    ],
)
def test_the_theme(environ: dict[str, str], given: str | None, expected: str) -> None:
    assert theme_of(environ, given) == expected
