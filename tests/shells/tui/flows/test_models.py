"""Models, efforts, modes."""

from portico.boundary.work.choosing import Chosen
from portico.client.selectors import EffortRow, ModelRow
from portico.client.words import say
from tests.shells.tui.rig import Answer, FakeBackend, Refusal, choice, seated

EFFORTS = (EffortRow("high", say("effort.high")), EffortRow("low", say("effort.low")))
LARGE = ModelRow("openai", "large", "Large", 128_000, efforts=EFFORTS)
SMALL = ModelRow("openai", "small", "Small")


def backend() -> FakeBackend:
    listed = {"provider": "openai", "models": [LARGE, SMALL]}
    return FakeBackend(provider_list_models=listed, composer_choice=_choice)


def _choice(given: Answer) -> Answer:
    told = choice(given)
    return {**told, "efforts": EFFORTS} if told["model"] == "large" else told


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


async def test_what_follows_a_choice_is_not_decided_here() -> None:
    async with seated(backend()) as person:
        await person.opens()
        person.app.picked.chosen = Chosen(provider="openai", model="large", effort="high", is_manual=True)
        await person.press("ctrl+o")
        await person.sees("Small")
        await person.press(*"small", "enter")
        await person.sees("openai/small")
        chosen = {"provider": "openai", "model": "large", "effort": "high", "is_manual": True}
        expected = {"thread_id": "plan", "chosen": chosen, "to": {"provider": "openai", "model": "small"}}
        assert person.backend.asked("composer_choice")[-1] == expected
        assert len(person.app.screen_stack) == 1


async def test_a_choice_is_a_thread_s_own_and_a_new_thread_takes_it_along() -> None:
    async with seated(backend()) as person:
        await person.press("ctrl+o")
        await person.press(*"small", "enter")
        await person.sees("openai/small")
        await person.opens("plan")
        await person.sees("rehearsal/rehearsal")
        await person.press("ctrl+n")
        await person.sees("openai/small")
        await person.press("h", "i", "enter")
        await person.until(lambda: person.backend.asked("composer_send"))
        assert person.backend.asked("composer_send")[0]["model"] == "small"
        await person.press("ctrl+n")
        await person.sees("rehearsal/rehearsal")


async def test_a_provider_that_does_not_answer_hides_no_other() -> None:
    async with seated(FakeBackend(provider_list_models=Refusal("unreachable"))) as person:
        await person.press("ctrl+o")
        await person.sees("The gateway's default", "OpenAI: unreachable")


async def test_an_effort_of_the_default_model_and_of_one_without() -> None:
    async with seated(backend()) as person:
        person.app.action_run("effort")
        await person.sees("offers no efforts")
        person.app.picked.chosen = Chosen(provider="openai", model="large")
        person.app.action_run("effort")
        await person.sees("Low")
        await person.press(*"low", "enter")
        await person.sees("openai/large · Low")


async def test_the_mode_is_turned_in_the_composer() -> None:
    async with seated() as person:
        await person.sees("with tools")
        await person.press("shift+tab")
        await person.sees("without tools")
        person.app.tree_view.focus()
        await person.press("shift+tab")
        assert "without tools" in person.shown
