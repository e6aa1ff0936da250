"""The whole screen: wide, narrow, plain, and as committed pictures of text."""

from pathlib import Path

import pytest

from portico.client.timeline import Row
from portico.shells.tui.glyphs import ASCII, UNICODE, Glyphs
from tests.shells.tui.rig import FakeBackend, Person, seated

GOLDEN = Path(__file__).parent / "golden"
ROWS = (
    Row(key="q", kind="user", text="What is in this folder?", turn_id="t"),
    Row(key="w", kind="work", is_open=True, count=1, turn_id="t", elapsed_ms=2_000),
    Row(key="x", kind="tool", title="list_dir .", parent="w", turn_id="t"),
    Row(key="a", kind="assistant", text="Two files.", turn_id="t", model="large", model_provider="openai"),
)


async def shown(person: Person) -> str:
    await person.opens()
    person.backend.rows(*ROWS)
    await person.sees("Two files.")
    return person.shown


@pytest.mark.parametrize(
    ("name", "size", "glyphs", "language"),
    [
        ("wide", (100, 24), UNICODE, "en"),
        ("narrow", (60, 20), UNICODE, "de"),
        ("plain", (100, 24), ASCII, "en"),
    ],
)
async def test_the_screen_is_as_committed(name: str, size: tuple[int, int], glyphs: Glyphs, language: str) -> None:
    async with seated(size=size, glyphs=glyphs, language=language) as person:
        text = await shown(person)
        assert text.rstrip() + "\n" == (GOLDEN / f"{name}.txt").read_text()
        assert glyphs is UNICODE or text.isascii()


async def test_where_there_is_no_room_the_tree_lies_over_the_thread() -> None:
    async with seated(size=(60, 20)) as person:
        await shown(person)
        assert "Shopping" not in person.shown
        await person.press("ctrl+b")
        await person.sees("Shopping")
        await person.press("escape")
        await person.until(lambda: "Shopping" not in person.shown)


async def test_the_tree_is_closed_and_opened() -> None:
    async with seated() as person:
        await person.sees("Shopping")
        await person.press("ctrl+b")
        await person.until(lambda: "Shopping" not in person.shown)
        await person.press("ctrl+b")
        await person.sees("Shopping")


async def test_without_colours_nothing_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with seated(FakeBackend(), theme="portico-light") as person:
        assert "Two files." in await shown(person)
