"""The bar gives its right end room."""

from rich.style import Style
from textual.app import App, ComposeResult

from portico.shells.tui.widgets.bars import Bar
from tests.shells.tui.rig import PALETTE, PEN


class Alone(App[None]):
    CSS = "Bar { height: 1; }"

    def compose(self) -> ComposeResult:
        yield Bar()


async def test_left_is_cut_for_right() -> None:
    app = Alone()
    async with app.run_test(size=(20, 3)) as pilot:
        bar = app.query_one(Bar)
        assert bar.render_line(0).text.strip() == ""
        bar.restyle(PEN, Style())
        bar.show([("a long sentence", PALETTE.text)], [("right", PALETTE.dim)])
        await pilot.pause(0)
        assert bar.render_line(0).text == " a long sent… right "
        assert bar.render_line(1).text.strip() == ""
