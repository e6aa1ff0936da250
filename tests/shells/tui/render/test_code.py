"""Code in colours."""

import pytest

from portico.shells.tui.render.code import MOST, coloured
from tests.shells.tui.rig import PALETTE


def test_tokens_have_colours() -> None:
    styles = {text: style.color for text, style in coloured("def f(): return 'x' # no", "python", PALETTE)}
    assert styles["def"] == PALETTE.keyword.color
    assert styles["f"] == PALETTE.name.color
    assert styles["# no"] == PALETTE.comment.color


@pytest.mark.parametrize("text", ["", "x", "x\n", "\n\nx = 1\n\n", "a\\\nb"])
@pytest.mark.parametrize("language", ["python", "no-such-language", ""])
def test_nothing_of_the_text_is_lost(text: str, language: str) -> None:
    assert "".join(part for part, _ in coloured(text, language, PALETTE)) == text


def test_long_code_is_plain() -> None:
    assert len(coloured("x = 1\n" * MOST, "python", PALETTE)) == 1
