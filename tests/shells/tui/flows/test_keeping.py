"""Providers, settings, tokens, workspaces."""

from portico.boundary.pages import settings_told
from portico.client.selectors import ProviderRow
from portico.client.words import say
from portico.protocol.types.settings import GatewaySettings
from tests.shells.tui.rig import USABLE, FakeBackend, screen, seated

BARE = ProviderRow("anthropic", "Anthropic", False, say("provider.no_key"))


async def test_a_key_is_set_masked() -> None:
    async with seated(FakeBackend(workspace_bootstrap=screen(providers=(BARE,)))) as person:
        person.app.action_run("providers")
        await person.sees("Anthropic", "No key is set")
        await person.press("enter")
        await person.sees("Key for Anthropic")
        await person.press(*"secret")
        assert "secret" not in person.shown
        await person.press("enter")
        await person.until(lambda: person.backend.asked("provider_set_key"))
        expected = {"workspace_id": "Home", "provider": "anthropic", "api_key": "secret"}
        assert person.backend.asked("provider_set_key") == [expected]
        await person.sees("is stored")


async def test_a_key_is_forgotten() -> None:
    async with seated(FakeBackend(workspace_bootstrap=screen(providers=(USABLE,)))) as person:
        person.app.action_run("providers")
        await person.sees("OpenAI")
        await person.press("enter")
        await person.sees("Forget the key")
        await person.press("down", "enter")
        await person.until(lambda: person.backend.asked("provider_delete_key"))
        await person.sees("is forgotten")


async def test_a_switch_is_turned_and_a_refusal_is_told() -> None:
    saved = {"settings": settings_told(GatewaySettings()), "refusals": [{"id": "x", "words": say("settings.unknown")}]}
    async with seated(FakeBackend(settings_update=saved)) as person:
        person.app.action_run("settings")
        await person.sees("General", "Memory")
        await person.press(*"memory", "enter")
        await person.sees("Remember across threads")
        await person.press(*"remember", "enter")
        await person.until(lambda: person.backend.asked("settings_update"))
        assert person.backend.asked("settings_update") == [{"changes": {"memory.enabled": False}}]
        await person.sees("There is no such setting")
        await person.press("escape")
        await person.sees("Thread context")
        await person.press("escape")
        await person.until(lambda: len(person.app.screen_stack) == 1)


async def test_texts_numbers_and_choices_are_given() -> None:
    async with seated(FakeBackend(settings_update={})) as person:
        person.app.action_run("settings")
        await person.sees("General")
        await person.press("enter")
        await person.sees("Default model")
        await person.press(*"model", "down", "enter")
        await person.press("m", "enter")
        await person.until(lambda: person.backend.asked("settings_update"))
        assert list(person.backend.asked("settings_update")[0]["changes"].values()) == ["m"]
        await person.sees("Default provider")
        await person.press("escape")
        await person.sees("Thread context")
        await person.press(*"context", "enter")
        await person.sees("Least results")
        await person.press(*"results", "enter")
        await person.press("ctrl+u", "7", "enter")
        await person.until(lambda: len(person.backend.asked("settings_update")) == 2)
        assert list(person.backend.asked("settings_update")[1]["changes"].values()) == [7]


TOKEN = {"id": "tok", "name": "laptop", "scopes": ["read"], "created_at": 1}


async def test_a_token_is_issued_shown_once_and_made_void() -> None:
    issued = {"token": TOKEN, "secret": "the-secret"}
    async with seated(FakeBackend(tokens_list={"tokens": [TOKEN]}, tokens_issue=issued)) as person:
        person.app.action_run("tokens")
        await person.sees("laptop", "read")
        await person.press("enter")
        await person.sees("Name of the token")
        await person.press("x", "enter")
        await person.sees("the-secret", "shown only now")
        assert person.app.clipboard == "the-secret"
        await person.press("escape")
        person.app.action_run("tokens")
        await person.sees("laptop")
        await person.press("down", "enter")
        await person.sees("Make laptop void?")
        await person.press("y")
        await person.until(lambda: person.backend.asked("tokens_revoke") == [{"token_id": "tok"}])


async def test_workspaces_are_switched_made_and_renamed() -> None:
    async with seated(FakeBackend(workspace_switch=screen(), workspace_create=screen())) as person:
        await person.opens()
        person.app.action_run("workspace")
        await person.sees("✓ Home", "Work")
        await person.press("down", "enter")
        await person.until(lambda: person.backend.asked("workspace_switch") == [{"workspace_id": "Work"}])
        await person.until(lambda: person.app.model.thread_id is None)
        person.app.action_run("workspace")
        await person.sees("New workspace")
        await person.press("end", *"new", "enter")
        await person.press("x", "enter")
        await person.until(lambda: person.backend.asked("workspace_create") == [{"name": "x"}])
        person.app.action_run("workspace-rename")
        await person.sees("Rename the workspace")
        await person.press("2", "enter")
        expected = {"workspace_id": "Home", "name": "Home2"}
        await person.until(lambda: person.backend.asked("workspace_rename") == [expected])
