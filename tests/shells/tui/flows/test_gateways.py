"""Which gateway, and what is shown while there is none."""

from portico.boundary.events import ConnectionTold
from portico.client.words import say
from tests.shells.tui.rig import Answer, FakeBackend, Refusal, screen, seated


async def test_no_gateway_is_told_and_tried_again() -> None:
    async with seated(FakeBackend(gateway_connect=Refusal("no gateway answers", "not_reachable"))) as person:
        await person.sees("no gateway answers", "ctrl+r tries now")
        await person.write("kept")
        person.backend.answers["gateway_connect"] = FakeBackend().answers["gateway_connect"]
        await person.press("ctrl+r")
        await person.until(person.app.is_ready.is_set)
        assert person.app.composer.text == "kept"


async def test_after_connecting_again_the_same_thread_is_shown_and_the_draft_is_kept() -> None:
    async with seated() as person:
        await person.opens()
        await person.write("half a")
        await person.press("ctrl+r")
        await person.until(lambda: len(person.backend.asked("active_thread_open")) == 2)
        assert person.app.composer.text == "half a"
        assert person.backend.asked("workspace_bootstrap")[1] == {"workspace_id": "Home"}


async def test_a_workspace_that_is_gone_gives_way_to_the_first() -> None:
    async with seated() as person:
        person.backend.answers["workspace_bootstrap"] = _gone_or_first
        await person.press("ctrl+r")
        await person.until(lambda: len(person.backend.asked("workspace_bootstrap")) == 3)


async def test_another_address_with_a_token_that_is_asked_for_again_when_it_is_void() -> None:
    async with seated(FakeBackend(registry_list={}), size=(140, 24)) as person:
        person.app.action_run("gateway")
        await person.sees("This machine's own", "Another address")
        await person.press("down", "enter")
        await person.sees("Address of the gateway")
        await person.press("x", "enter")
        await person.sees("Token for https://x")
        await person.press("t", "enter")
        await person.until(lambda: len(person.backend.asked("gateway_connect")) == 2)
        assert person.backend.asked("gateway_connect")[1] == {"url": "https://x", "token": "t"}
        words, action = say("connection.signed_out", name="x"), say("action.sign_in")
        person.backend.tell(ConnectionTold(state="signed_out", words=words, action="sign_in", action_words=action))
        await person.sees("does not take this sign-in", "Sign in again")
        await person.press("ctrl+r")
        await person.sees("Token for https://x")
        await person.press("u", "enter")
        await person.until(lambda: len(person.backend.asked("gateway_connect")) == 3)
        assert person.backend.asked("gateway_connect")[2]["token"] == "u"


async def test_a_gateway_of_the_list() -> None:
    listed = {"gateways": [{"id": "g", "name": "Office", "url": "https://office.example"}]}
    async with seated(FakeBackend(registry_list=listed)) as person:
        person.app.action_run("gateway")
        await person.sees("Office")
        await person.press(*"office", "enter")
        await person.sees("Token for https://office.example")
        await person.press("escape")
        await person.until(lambda: len(person.backend.asked("gateway_connect")) == 2)


def _gone_or_first(given: Answer) -> object:
    return Refusal("gone", "not_found") if given else screen()
