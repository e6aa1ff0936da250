"""A page is laid out for its width and scrolls."""

from rich.segment import Segment

from tests.shells.tui.rig import seated


async def test_a_page_is_read_to_its_end() -> None:
    async with seated() as person:
        widths: list[int] = []

        async def read() -> None:
            await person.app.read("Page", lambda width: [*map(line_of, range(60)), *map(line_of, [width])])
            widths.append(1)

        person.app.begin(read())
        await person.sees("Page", "line 0")
        await person.press("end")
        await person.sees("line 59")
        await person.press("escape")
        await person.until(lambda: widths == [1])


def line_of(number: int) -> list[Segment]:
    return [Segment(f"line {number}")]
