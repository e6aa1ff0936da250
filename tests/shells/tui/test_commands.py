"""The table of commands, and the palette that lists it."""

from typing import Any

import pytest

from portico.client.words import LANGUAGES
from portico.shells.tui.commands import COMMANDS, command
from portico.shells.tui.phrases import Phrases
from tests.shells.tui.rig import Answer, FakeBackend, seated


def test_every_command_has_a_name_of_its_own() -> None:
    assert len({one.id for one in COMMANDS}) == len(COMMANDS)
    for language in LANGUAGES:
        names = [Phrases(language).say(one.words) for one in COMMANDS]
        assert len(set(names)) == len(names)
    with pytest.raises(KeyError):
        command("dance")


async def test_the_palette_offers_what_can_be_done() -> None:
    async with seated() as person:
        await person.press("ctrl+p")
        await person.sees("New thread", "ctrl+n")
        assert "Fork" not in person.shown
        await person.press("escape")
        await person.opens()
        await person.press("ctrl+p", *"rename", "enter")
        await person.sees("Rename the thread")
        await person.press("escape", "ctrl+p", *"tools", "enter")
        await person.sees("without tools")


async def test_every_command_may_be_left() -> None:
    health: Answer = {
        "connection": {"event": "connection", "state": "online", "words": {"id": "thread.unnamed", "values": []}}
    }
    empty: dict[str, Any] = {
        "tokens_list": {"tokens": []},
        "registry_list": {},
        "health": health,
        "diagnostics": {"problems": []},
    }
    async with seated(FakeBackend(**empty)) as person:
        for one in COMMANDS:
            await person.opens()
            person.app.action_run(one.id)
            await person.settled()
            for _ in range(2):
                await person.press("escape")
            await person.until(lambda: len(person.app.screen_stack) == 1)
            assert person.app.is_running, one.id
