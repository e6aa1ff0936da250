"""What a filter leaves, and how a list is walked."""

import pytest

from portico.shells.tui.widgets.choices import Choice, fitting
from tests.shells.tui.rig import seated

CHOICES = [Choice("a", "New thread"), Choice("b", "Rename", "this thread"), Choice("c", "Theme", is_current=True)]


@pytest.mark.parametrize(
    ("words", "expected"),
    [("", ["a", "b", "c"]), ("th", ["c", "a", "b"]), ("thread na", ["b"]), ("zebra", []), ("NEW", ["a"])],
)
def test_fitting(words: str, expected: list[str]) -> None:
    assert [one.id for one in fitting(CHOICES, words)] == expected


async def test_the_current_one_is_chosen_first_and_a_click_picks() -> None:
    picked: list[str | None] = []

    async with seated() as person:

        async def ask() -> None:
            chosen = await person.app.choose("Which", CHOICES)
            picked.append(chosen.id if chosen else None)

        person.app.begin(ask())
        await person.sees("Which", "✓ Theme")
        await person.press("enter")
        person.app.begin(ask())
        await person.sees("Which")
        await person.press("up", "enter")
        person.app.begin(ask())
        await person.sees("Which")
        await person.pilot.click("Choices", offset=(4, 0))
        person.app.begin(ask())
        await person.sees("Which")
        await person.press(*"zebra")
        await person.sees("Nothing fits")
        await person.press("enter", "escape")
        await person.until(lambda: len(picked) == 4)
        assert picked == ["c", "b", "a", None]


async def test_matches_are_marked_and_hostile_snippets_are_text() -> None:
    async with seated() as person:
        choice = Choice("x", "Plan", "a \x1b[1mnight train", matches=((7, 12), (90, 99)))

        async def ask() -> None:
            await person.app.choose("Found", [choice])

        person.app.begin(ask())
        await person.sees("a ␛[1mnight train")
