"""Keys of the composer."""

import pytest

from tests.shells.tui.rig import seated


@pytest.mark.parametrize("key", ["shift+enter", "ctrl+j", "alt+enter"])
async def test_a_new_line_and_then_sending(key: str) -> None:
    async with seated() as person:
        await person.opens()
        await person.press("a", key, "b")
        assert person.app.composer.text == "a\nb"
        await person.press("enter")
        await person.until(lambda: person.backend.asked("composer_send"))
        assert person.backend.asked("composer_send")[0]["text"] == "a\nb"
        assert person.app.composer.text == ""


async def test_up_in_an_empty_message_goes_to_the_rows() -> None:
    async with seated() as person:
        await person.opens()
        await person.press("up")
        assert person.app.focused is person.app.timeline
        await person.press("escape", "a", "up")
        assert person.app.focused is person.app.composer
