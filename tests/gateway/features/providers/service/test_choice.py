"""The order in which a turn's provider and model are found."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import pytest

from portico.gateway.features.providers import Selection
from portico.gateway.features.providers.service.authorities import key_ref
from portico.gateway.kernel.errors import Invalid, Unavailable
from portico.protocol.methods.provider import ProviderConfigureParams
from portico.protocol.methods.settings import SettingsUpdateParams
from portico.protocol.types.settings import GeneralUpdate, SettingsPatch
from tests.kit.calls import caller
from tests.kit.keystore import MemoryKeystore
from tests.kit.providers import FakeLists, ProviderHome, ProviderWorld

KEYS = {"ANTHROPIC_API_KEY": "k1", "OPENROUTER_API_KEY": "k2", "GROQ_API_KEY": "k3"}
NONE = Selection()


async def found(home: ProviderHome, asked: Selection = NONE, thread: Selection = NONE) -> tuple[str, str]:
    resolved = await home.providers.resolve("w", asked.provider, asked.model, thread)
    return resolved.provider, resolved.model


async def prefer(home: ProviderHome, provider: str, model: str) -> None:
    general = GeneralUpdate(default_model_provider=provider, default_model=model)
    await home.settings.update(caller(), SettingsUpdateParams(update=SettingsPatch(general=general)))


async def test_each_level_wins_over_the_next(tmp_path: Path) -> None:
    world = ProviderWorld(tmp_path, environment={**KEYS, "OPENAI_API_KEY": "k0"}, provider="groq", model="from-env")
    async with world.start() as home:
        assert await found(home) == ("groq", "from-env")
        await prefer(home, "openrouter", "from-settings")
        assert await found(home) == ("openrouter", "from-settings")
        thread = Selection("anthropic", "from-thread")
        assert await found(home, thread=thread) == ("anthropic", "from-thread")
        assert await found(home, Selection("openai", "asked"), thread) == ("openai", "asked")
        assert await found(home, Selection(None, "asked"), thread) == ("anthropic", "asked")
        assert await found(home, Selection("OpenAI"), thread) == ("openai", "gpt-5.5")
        assert await found(home, Selection("groq"), thread) == ("groq", "from-env")


@pytest.mark.parametrize(
    ("environment", "model", "expected"),
    [
        pytest.param(KEYS, None, ("anthropic", "claude-sonnet-4-6"), id="the first key"),
        pytest.param({**KEYS, "OPENAI_API_KEY": "k"}, None, ("openai", "gpt-5.5"), id="OpenAI before it"),
        pytest.param({"GROQ_API_KEY": "k"}, "llama", ("groq", "llama"), id="MODEL goes with it"),
        pytest.param({"OPENROUTER_API_KEY": "k"}, None, ("openrouter", "google/gemini-3-flash-preview"), id="default"),
        pytest.param({"OPENAI_BASE_URL": "http://h/v1"}, None, ("openai", "chat-1"), id="the first of its list"),
        pytest.param({"OPENAI_BASE_URL": "http://h/v1"}, "m", ("openai", "m"), id="MODEL before the list"),
        pytest.param({"OLLAMA_HOST": "box"}, None, ("ollama", "chat-1"), id="Ollama by its variable"),
        pytest.param({"OLLAMA_HOST": "box", "OLLAMA_MODEL": "m"}, None, ("ollama", "m"), id="Ollama's own variable"),
        pytest.param({"HF_TOKEN": "k"}, None, ("rehearsal", "rehearsal"), id="a token for other ends chooses nothing"),
        pytest.param({}, "m", ("rehearsal", "rehearsal"), id="rehearsal has one model"),
    ],
)
async def test_the_environment(
    tmp_path: Path, environment: dict[str, str], model: str | None, expected: tuple[str, str]
) -> None:
    listed: list[Any] = [{"id": "text-embedding-1"}, {"id": "chat-1"}]
    lists = FakeLists(openai=listed, ollama=listed)
    async with ProviderWorld(tmp_path, lists, environment, model=model).start() as home:
        assert await found(home) == expected


@pytest.mark.parametrize(
    ("provider", "expected"), [("ollama", (8_192, 70)), ("openai", (None, None)), ("rehearsal", (None, None))]
)
async def test_the_limits_of_ollama_are_for_ollama(
    tmp_path: Path, provider: str, expected: tuple[int | None, int | None]
) -> None:
    environment = {"OPENAI_API_KEY": "k"}
    async with ProviderWorld(tmp_path, environment=environment, ollama=(8_192, 70)).start() as home:
        resolved = await home.providers.resolve("w", provider, "m")
        assert (resolved.context_tokens, resolved.max_output_tokens) == expected


async def test_a_stored_key_or_url_makes_a_provider_the_default(tmp_path: Path) -> None:
    async with ProviderWorld(tmp_path, FakeLists(vllm=[{"id": "m"}], huggingface=[{"id": "h"}])).start() as home:
        assert await found(home) == ("rehearsal", "rehearsal")
        await home.secrets.put(key_ref("w", "huggingface"), "key-of-hf")
        assert await found(home) == ("huggingface", "h")
        configure = ProviderConfigureParams(workspace_id="w", provider="vllm", base_url="http://box:8000/v1")
        await home.providers.configure(caller(), configure)
        assert await found(home) == ("vllm", "m")


async def test_a_running_ollama_comes_before_rehearsal(tmp_path: Path) -> None:
    lists = FakeLists()
    lists.local = ("nomic-embed-text:latest", "llama3.2:3b")
    async with ProviderWorld(tmp_path, lists).start() as home:
        assert await found(home) == ("ollama", "llama3.2:3b")
        assert lists.looked == ["http://127.0.0.1:11434/v1"]
        assert lists.asked == []


async def test_an_ollama_without_models_is_none(tmp_path: Path) -> None:
    lists = FakeLists()
    lists.local = ()
    async with ProviderWorld(tmp_path, lists).start() as home:
        assert await found(home) == ("rehearsal", "rehearsal")


async def test_an_ollama_that_starts_later_is_found(tmp_path: Path) -> None:
    async with ProviderWorld(tmp_path).start() as home:
        assert await found(home) == ("rehearsal", "rehearsal")
        home.lists.local = ("llama",)
        home.clock.advance(30)
        assert await found(home) == ("rehearsal", "rehearsal")
        await anyio.wait_all_tasks_blocked()
        assert await found(home) == ("ollama", "llama")


async def test_what_is_resolved(tmp_path: Path) -> None:
    async with ProviderWorld(tmp_path, environment={"OPENAI_API_KEY": "sk-env"}).start() as home:
        first = await home.providers.resolve("w")
        assert (first.base_url, first.api_key, first.kind) == (
            "https://api.openai.com/v1",
            "sk-env",
            "chat_completions",
        )
        assert "sk-env" not in repr(first)
        await home.secrets.put(key_ref("w", "openai"), "sk-own")
        second = await home.providers.resolve("w")
        assert second.api_key == "sk-own"
        assert second.fingerprint != first.fingerprint


@pytest.mark.parametrize(
    ("provider", "error", "code"),
    [
        ("nobody", Invalid, "unknown_provider"),
        ("openai", Unavailable, "api_key_missing"),
        ("gemini", Unavailable, "provider_unavailable"),
        ("lepton", Unavailable, "base_url_missing"),
        ("vllm", Unavailable, "model_missing"),
    ],
)
async def test_refusals(tmp_path: Path, provider: str, error: type[Exception], code: str) -> None:
    lists = FakeLists(vllm=Unavailable("the provider cannot be reached"))
    async with ProviderWorld(tmp_path, lists).start() as home:
        with pytest.raises(error) as refusal:
            await home.providers.resolve("w", provider)
        assert getattr(refusal.value, "code", None) == code


async def test_a_list_that_cannot_be_read_leaves_the_vendors_default_model(tmp_path: Path) -> None:
    lists = FakeLists(openai=Unavailable("the provider has no list of models"))
    async with ProviderWorld(tmp_path, lists, {"OPENAI_BASE_URL": "http://h"}).start() as home:
        assert await found(home) == ("openai", "gpt-5.5")


async def test_a_damaged_key_is_said_for_its_provider_only(tmp_path: Path) -> None:
    keystore = MemoryKeystore()
    keystore.damaged.add(key_ref("w", "openai"))
    async with ProviderWorld(tmp_path, environment=KEYS, keystore=keystore).start() as home:
        with pytest.raises(Unavailable) as refusal:
            await home.providers.resolve("w", "openai")
        assert refusal.value.code == "keystore_tampered"
        assert await found(home, Selection("groq", "m")) == ("groq", "m")


async def test_a_reloaded_configuration_counts_from_the_next_turn_on(tmp_path: Path) -> None:
    async with ProviderWorld(tmp_path, environment=KEYS, provider="groq", model="m").start() as home:
        assert await found(home) == ("groq", "m")
        live = home.needs.config
        live.take(replace(live.current, provider="openrouter", model="n"))
        assert await found(home) == ("openrouter", "n")
