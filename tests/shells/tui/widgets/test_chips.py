"""Chips are one line, whatever they are called."""

import pytest
from rich.cells import cell_len
from rich.style import Style

from portico.shells.tui.widgets.chips import Chip, Chips
from tests.shells.tui.rig import PALETTE, PEN, seated


@pytest.mark.parametrize(
    ("chips", "width", "expected"),
    [
        ((Chip("a", "a.py"),), 40, " [a.py]  backspace removes"),
        ((Chip("a", "a.py"),), 16, " [a.py]"),
        ((Chip("a", "x" * 90),), 40, " [" + "x" * 26 + "…"),
        ((Chip("a", "[red]\x1b[2J\nb\u202e"),), 60, " [[red]␛[2J b]  backspace removes"),
        ((Chip("a", "漢" * 20), Chip("b", "b" * 20)), 40, " [" + "漢" * 13 + "…  [bbbbbb…"),
    ],
)
async def test_a_line(chips: tuple[Chip, ...], width: int, expected: str) -> None:
    async with seated(size=(width, 10)) as person:
        bar = person.app.chips
        bar.restyle(PEN, Style(), "backspace removes")
        bar.show(chips)
        await person.until(lambda: bar.size.width == width)
        strip = bar.render_line(0)
        assert strip.text.rstrip() == expected
        assert cell_len(strip.text) == width


def test_what_is_refused_is_in_the_colour_of_errors() -> None:
    bar = Chips()
    bar.restyle(PEN, Style(), "")
    bar.chips = (Chip("a", "a", is_refused=True),)
    assert not bar.render_line(1).text.strip()
    assert PALETTE.error != PALETTE.link
