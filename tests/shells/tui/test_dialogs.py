"""Dialogs answer once, and take the keys of the screen below them."""

from tests.shells.tui.rig import seated


async def test_a_line_is_asked_for_and_escape_answers_nothing() -> None:
    async with seated() as person:
        given: list[str | None] = []

        async def ask() -> None:
            given.append(await person.app.ask_line("Name", "old", note="a note"))

        for keys in (("x", "enter"), ("escape",)):
            person.app.begin(ask())
            await person.sees("Name", "a note")
            await person.press("ctrl+p", *keys)
        await person.until(lambda: given == ["oldx", None])


async def test_enter_is_no_answer_to_what_destroys() -> None:
    async with seated(language="de") as person:
        given: list[bool] = []

        async def ask() -> None:
            given.append(await person.app.confirm("Wirklich?"))

        for keys in (("enter", "j"), ("n",), ("escape",)):
            person.app.begin(ask())
            await person.sees("Wirklich?", "j  Ja")
            await person.press(*keys)
        await person.until(lambda: given == [True, False, False])
