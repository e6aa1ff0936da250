"""Models, efforts, modes."""

from portico.client.selectors import EffortRow, ModelRow
from portico.client.words import say
from tests.shells.tui.rig import FakeBackend, Refusal, seated

EFFORTS = (EffortRow("high", say("effort.high")), EffortRow("low", say("effort.low")))
LARGE = ModelRow("openai", "large", "Large", 128_000, efforts=EFFORTS)
SMALL = ModelRow("openai", "small", "Small")


def backend() -> FakeBackend:
    listed = {"provider": "openai", "models": [LARGE, SMALL]}
    return FakeBackend(provider_list_models=listed, reasoning_effort_rows={"efforts": EFFORTS})


async def test_a_model_and_its_effort_are_picked_and_sent() -> None:
    async with seated(backend()) as person:
        await person.press("ctrl+o")
        await person.sees("The gateway's default", "Large", "128k context")
        await person.press(*"large", "enter")
        await person.sees("The model's default", "High")
        await person.press("down", "enter")
        await person.sees("openai/large · High")
        await person.press("h", "i", "enter")
        await person.until(lambda: person.backend.asked("composer_send"))
        sent = person.backend.asked("composer_send")[0]
        assert (sent["provider"], sent["model"], sent["effort"]) == ("openai", "large", "high")


async def test_an_effort_that_another_model_does_not_offer_is_let_go() -> None:
    async with seated(backend()) as person:
        person.app.picked.effort = "high"
        await person.press("ctrl+o")
        await person.sees("Small")
        await person.press(*"small", "enter")
        await person.until(lambda: person.app.picked.model == "small")
        assert person.app.picked.effort is None


async def test_a_provider_that_does_not_answer_hides_no_other() -> None:
    async with seated(FakeBackend(provider_list_models=Refusal("unreachable"))) as person:
        await person.press("ctrl+o")
        await person.sees("The gateway's default", "OpenAI: unreachable")


async def test_an_effort_needs_a_model() -> None:
    async with seated(FakeBackend(reasoning_effort_rows={"efforts": []})) as person:
        person.app.action_run("effort")
        await person.sees("Choose a model first")
        person.app.picked.provider, person.app.picked.model = "openai", "small"
        person.app.action_run("effort")
        await person.sees("offers no efforts")


async def test_the_mode_is_turned_in_the_composer() -> None:
    async with seated() as person:
        await person.sees("with tools")
        await person.press("shift+tab")
        await person.sees("without tools")
        person.app.tree_view.focus()
        await person.press("shift+tab")
        assert "without tools" in person.shown
