"""The provider service as clients and turns see it."""

import os
from dataclasses import replace
from pathlib import Path

import anyio
import pytest

from portico.gateway.features.providers import ProviderService
from portico.gateway.features.providers.service.authorities import key_ref, proxy_ref
from portico.gateway.features.workspaces import WorkspaceService
from portico.gateway.kernel.errors import Denied, Invalid, NotFound, Unavailable
from portico.gateway.log import Batch, Drop, workspace_stream
from portico.gateway.log.read import decode_event
from portico.protocol.base import NoParams, Scope
from portico.protocol.events import Event, ProviderChanged
from portico.protocol.methods.provider import (
    ProviderConfigureParams,
    ProviderConfigureResponse,
    ProviderDeleteApiKeyResponse,
    ProviderListParams,
    ProviderParams,
    ProviderSetApiKeyParams,
    ProviderSetApiKeyResponse,
)
from portico.protocol.types.provider import ModelReasoning, Provider, ProviderCapabilities, ReasoningSource
from tests.kit.calls import caller
from tests.kit.keystore import MemoryKeystore
from tests.kit.providers import FakeLists, ProviderHome, ProviderWorld


async def shown(home: ProviderHome, name: str) -> Provider:
    answer = await home.providers.list_providers(caller(), ProviderListParams(workspace_id="w"))
    return next(provider for provider in answer.providers if provider.name == name)


async def told(home: ProviderHome) -> list[Event]:
    rows = await home.log.read("select data from event where stream = $1 order by version", (workspace_stream("w"),))
    return [decode_event(bytes(row[0]))[1] for row in rows]


def changed(change: str, provider: str = "openai") -> ProviderChanged:
    match change:
        case "key_set" | "key_deleted" | "configured":
            return ProviderChanged(workspace_id="w", provider=provider, change=change)
        case _:
            raise AssertionError(change)


def key(provider: str, api_key: str = "sk-own-key") -> ProviderSetApiKeyParams:
    return ProviderSetApiKeyParams(workspace_id="w", provider=provider, api_key=api_key)


def configured(provider: str = "openai", **fields: str | bool) -> ProviderConfigureParams:
    return ProviderConfigureParams(workspace_id="w", provider=provider, **fields)  # pyright: ignore[reportArgumentType]


async def test_a_key_is_set_shown_used_told_and_deleted(tmp_path: Path) -> None:
    async with ProviderWorld(tmp_path).start() as home:
        assert (await shown(home, "openai")).api_key_configured is False
        answer = await home.providers.set_api_key(caller(), key("OpenAI", " sk-own-key "))
        assert answer == ProviderSetApiKeyResponse(provider="openai", updated=True)
        assert await shown(home, "openai") == Provider(
            name="openai",
            capabilities=ProviderCapabilities(embeddings=True, transcription=True),
            api_key_configured=True,
            kind="chat_completions",
            base_url="https://api.openai.com/v1",
            key_source="stored",
            is_available=True,
            default_model="gpt-5.5",
            is_usable=True,
        )
        assert (await home.providers.resolve("w")).api_key == "sk-own-key"
        assert home.redactor.text("sk-own-key") == "[redacted]"
        params = ProviderParams(workspace_id="w", provider="openai")
        deleted = await home.providers.delete_api_key(caller(), params)
        assert deleted == ProviderDeleteApiKeyResponse(provider="openai", deleted=True)
        assert (await home.providers.delete_api_key(caller(), params)).deleted is False
        assert await told(home) == [changed("key_set"), changed("key_deleted")]
        assert (await home.providers.resolve("w")).provider == "rehearsal"


async def test_a_changed_key_opens_anew_and_a_running_turn_keeps_its_own(tmp_path: Path) -> None:
    async with ProviderWorld(tmp_path).start() as home:
        await home.providers.set_api_key(caller(), key("openai", "first-key"))
        first = home.providers.open(await home.providers.resolve("w"))
        assert home.providers.open(await home.providers.resolve("w", None, "gpt-5.4")) is first
        await home.providers.set_api_key(caller(), key("openai", "second-key"))
        assert home.providers.open(await home.providers.resolve("w")) is not first
        await home.providers.set_api_key(caller(), key("openai", "first-key"))
        assert home.providers.open(await home.providers.resolve("w")) is first


async def test_the_environments_key_is_shown_as_such_and_never_copied(tmp_path: Path) -> None:
    world = ProviderWorld(tmp_path, environment={"GROQ_API_KEY": "gsk-env", "VLLM_BASE_URL": "http://box:1/v1"})
    async with world.start() as home:
        groq, vllm = await shown(home, "groq"), await shown(home, "vllm")
        assert (groq.api_key_configured, groq.key_source) == (True, "environment")
        assert (vllm.api_key_configured, vllm.base_url) == (False, "http://box:1/v1")
        await home.providers.set_api_key(caller(), key("groq"))
        assert (await home.providers.resolve("w", "groq", "m")).api_key == "sk-own-key"
    assert all("gsk-env" not in secret.value for secret in world.keystore.secrets.values())


async def test_keys_belong_to_their_workspace(tmp_path: Path) -> None:
    async with ProviderWorld(tmp_path).start() as home:
        await home.providers.set_api_key(caller(), key("openai"))
        with pytest.raises(Unavailable) as refusal:
            await home.providers.resolve("other", "openai")
        assert refusal.value.code == "api_key_missing"


async def test_configure_keeps_key_proxy_and_url_together(tmp_path: Path) -> None:
    world = ProviderWorld(tmp_path)
    async with world.start() as home:
        answer = await home.providers.configure(
            caller(),
            configured(api_key="sk-new-key", proxy_url="http://me:hush-hush@proxy:3128", base_url="https://own/v1/"),
        )
        assert answer == ProviderConfigureResponse(
            provider="openai",
            api_key_updated=True,
            proxy_updated=True,
            proxy_deleted=False,
            proxy_url="http://proxy:3128",
            base_url="https://own/v1",
        )
        resolved = await home.providers.resolve("w", "openai", "m")
        assert (resolved.base_url, resolved.proxy_url) == ("https://own/v1", "http://me:hush-hush@proxy:3128")
        assert home.redactor.text("it is hush-hush") == "it is [redacted]"
        rows = await home.log.read("select base_url, proxy_url from provider_config")
        assert rows == [("https://own/v1", "http://proxy:3128")]
    async with world.start() as home:
        provider = await shown(home, "openai")
        assert (provider.base_url, provider.proxy_url) == ("https://own/v1", "http://proxy:3128")
        answer = await home.providers.configure(caller(), configured(clear_proxy=True))
        assert (answer.proxy_deleted, answer.proxy_url, answer.base_url) == (True, None, "https://own/v1")
        answer = await home.providers.configure(caller(), configured(clear_base_url=True, clear_proxy=True))
        assert (answer.proxy_deleted, answer.base_url) == (False, None)
        assert (await home.providers.resolve("w", "openai", "m")).base_url == "https://api.openai.com/v1"
        assert await home.log.read("select * from provider_config") == []
        assert await told(home) == [changed("configured")] * 3
    assert proxy_ref("w", "openai") not in world.keystore.secrets


@pytest.mark.parametrize(
    ("params", "path"),
    [
        (configured("nobody"), "$.provider"),
        (configured("rehearsal", base_url="https://a"), "$.provider"),
        (configured(base_url="https://me:hush@own"), "$.base_url"),
        (configured(base_url="https://own?x"), "$.base_url"),
        (configured(base_url="ftp://own"), "$.base_url"),
        (configured(base_url="https://own", clear_base_url=True), "$.base_url"),
        (configured(proxy_url="socks5://p:1"), "$.proxy_url"),
        (configured(proxy_url="http://p:1", clear_proxy=True), "$.proxy_url"),
        (configured(api_key="a b"), "$.api_key"),
    ],
)
async def test_a_refused_configuration_changes_nothing(
    tmp_path: Path, params: ProviderConfigureParams, path: str
) -> None:
    async with ProviderWorld(tmp_path).start() as home:
        with pytest.raises(Invalid) as refusal:
            await home.providers.configure(caller(), params)
        assert refusal.value.path == path
        assert await told(home) == []
        assert home.secrets.has(key_ref("w", "openai")) is False


async def test_unknown_workspaces_and_providers(tmp_path: Path) -> None:
    async with ProviderWorld(tmp_path).start() as home:
        providers, ctx = home.providers, caller()
        nowhere = ProviderParams(workspace_id="no", provider="openai")
        for call in (
            providers.list_providers(ctx, ProviderListParams(workspace_id="no")),
            providers.list_models(ctx, nowhere),
            providers.delete_api_key(ctx, nowhere),
            providers.set_api_key(ctx, ProviderSetApiKeyParams(workspace_id="no", provider="openai", api_key="k")),
            providers.configure(ctx, ProviderConfigureParams(workspace_id="no", provider="openai")),
        ):
            with pytest.raises(NotFound):
                await call
        nobody = ProviderParams(workspace_id="w", provider="nobody")
        for call in (
            providers.list_models(ctx, nobody),
            providers.delete_api_key(ctx, nobody),
            providers.set_api_key(ctx, key("nobody")),
            providers.set_api_key(ctx, key("rehearsal")),
        ):
            with pytest.raises(Invalid) as refusal:
                await call
            assert refusal.value.path == "$.provider"


async def test_models_of_a_provider(tmp_path: Path) -> None:
    lists = FakeLists(openai=[{"id": "gpt-5.5"}, {"id": "new"}])
    async with ProviderWorld(tmp_path, lists, {"OPENAI_API_KEY": "k"}).start() as home:
        answer = await home.providers.list_models(caller(), ProviderParams(workspace_id="w", provider="OpenAI"))
        assert (answer.provider, [model.id for model in answer.models]) == ("openai", ["gpt-5.5", "new"])
        assert (answer.is_stale, answer.error) == (False, None)


@pytest.mark.parametrize(
    ("provider", "models", "error"),
    [
        ("rehearsal", ["rehearsal"], None),
        ("openai", ["gpt-5.5", "gpt-5.4"], "the provider 'openai' has no key: set one or set OPENAI_API_KEY"),
        ("gemini", None, "the provider 'gemini' cannot be used by this gateway"),
        ("lepton", [], "the provider 'lepton' has no base URL: configure one or set LEPTON_BASE_URL"),
        ("perplexity", ["sonar"], "the provider has no list of models"),
        ("custom", [], "the provider's list of models is empty"),
        ("vllm", [], "the variable is no URL"),
    ],
)
async def test_models_without_a_list(
    tmp_path: Path, provider: str, models: list[str] | None, error: str | None
) -> None:
    lists = FakeLists(perplexity=Unavailable("the provider has no list of models"))
    environment = {"PERPLEXITY_API_KEY": "k", "VLLM_BASE_URL": "no url"}
    async with ProviderWorld(tmp_path, lists, environment).start() as home:
        answer = await home.providers.list_models(caller(), ProviderParams(workspace_id="w", provider=provider))
        assert models is None or [model.id for model in answer.models] == models
        assert answer.is_stale is (error is not None)
        assert (answer.error is None) is (error is None)
        assert provider == "vllm" or answer.error == error


async def test_a_changed_key_asks_for_the_list_again(tmp_path: Path) -> None:
    lists = FakeLists(openai=Denied("the provider refuses the key"))
    async with ProviderWorld(tmp_path, lists, {"OPENAI_API_KEY": "bad"}).start() as home:
        params = ProviderParams(workspace_id="w", provider="openai")
        assert (await home.providers.list_models(caller(), params)).error == "the provider refuses the key"
        lists.answers["openai"] = [{"id": "a"}]
        await home.providers.set_api_key(caller(), key("openai", "good-key"))
        answer = await home.providers.list_models(caller(), params)
        assert ([model.id for model in answer.models], answer.error) == (["a"], None)


async def test_one_damaged_secret_or_variable_hides_no_provider(tmp_path: Path) -> None:
    keystore = MemoryKeystore()
    keystore.damaged.add(key_ref("w", "openai"))
    world = ProviderWorld(tmp_path, environment={"GROQ_BASE_URL": "no url"}, keystore=keystore)
    async with world.start() as home:
        openai, groq = await shown(home, "openai"), await shown(home, "groq")
        assert (openai.api_key_configured, openai.is_available) == (True, False)
        assert (groq.base_url, groq.is_available) == ("https://api.groq.com/openai/v1", False)
        assert (await shown(home, "anthropic")).is_available is True


async def test_reasoning_of_a_resolved_model(tmp_path: Path) -> None:
    lists = FakeLists(openai=[{"id": "own", "reasoning": {"supported_efforts": ["low"]}}, {"id": "gpt-5.5"}])
    async with ProviderWorld(tmp_path, lists, {"OPENAI_API_KEY": "k"}).start() as home:
        own = await home.providers.resolve("w", "openai", "own")
        assert home.providers.reasoning(own).effort_options == []
        await home.providers.list_models(caller(), ProviderParams(workspace_id="w", provider="openai"))
        assert home.providers.reasoning(own) == ModelReasoning(
            supported=True, effort_options=["low"], source=ReasoningSource.PROVIDER_METADATA
        )
        registered = await home.providers.resolve("w", "openai", "gpt-5.5")
        assert home.providers.reasoning(registered).default_effort == "medium"


async def test_gateway_info(tmp_path: Path) -> None:
    async with ProviderWorld(tmp_path, environment={"OPENAI_API_KEY": "k"}).start() as home:
        near = (await home.providers.info(caller(), NoParams())).gateway
        assert (near.version, near.epoch, near.home, near.pid) == ("1.2.3", "epoch-1", str(tmp_path), os.getpid())
        assert (near.is_local, near.default_model_provider, near.default_model) == (True, "openai", "gpt-5.5")
        assert near.scopes == ("read", "chat", "agent", "admin")
        assert (await home.providers.info(caller(Scope.READ), NoParams())).gateway.scopes == ("read",)
        far = (await home.providers.info(caller(is_local=False), NoParams())).gateway
        assert (far.is_local, far.home, far.pid) == (False, None, None)


@pytest.mark.parametrize(
    ("environment", "model", "expected"),
    [
        ({}, None, ("rehearsal", "rehearsal")),
        ({"OPENAI_BASE_URL": "http://h"}, None, ("openai", "")),
        ({"OPENAI_BASE_URL": "http://h"}, "m", ("openai", "m")),
        ({"OPENAI_BASE_URL": "no url"}, None, ("openai", "")),
        ({"VLLM_BASE_URL": "http://h"}, None, ("vllm", "")),
    ],
)
async def test_info_asks_no_vendor(
    tmp_path: Path, environment: dict[str, str], model: str | None, expected: tuple[str, str]
) -> None:
    async with ProviderWorld(tmp_path, environment=environment, model=model).start() as home:
        home.lists.gate = anyio.Event()
        with anyio.fail_after(5):
            info = (await home.providers.info(caller(), NoParams())).gateway
        assert (info.default_model_provider, info.default_model) == expected
        assert home.lists.asked == []


async def test_info_makes_no_workspace(tmp_path: Path) -> None:
    async with ProviderWorld(tmp_path).start() as home:
        await home.log.write(Batch(records=(Drop("workspace", {"id": "w"}),)))
        workspaces = WorkspaceService(home.log, home.clock, tmp_path)
        providers = ProviderService(replace(home.needs, workspaces=workspaces))
        info = (await providers.info(caller(), NoParams())).gateway
        assert info.default_model_provider == "rehearsal"
        assert await home.log.read("select * from workspace") == []


async def test_info_tells_the_listed_model_once_it_is_known(tmp_path: Path) -> None:
    lists = FakeLists(openai=[{"id": "first"}])
    async with ProviderWorld(tmp_path, lists, {"OPENAI_BASE_URL": "http://h"}).start() as home:
        await home.providers.resolve("w")
        assert (await home.providers.info(caller(), NoParams())).gateway.default_model == "first"


async def test_models_of_usable_providers_are_told_without_asking(tmp_path: Path) -> None:
    lists = FakeLists(openai=[{"id": "listed"}])
    lists.gate = anyio.Event()
    world = ProviderWorld(tmp_path, lists, {"OPENAI_API_KEY": "sk-1", "GROQ_BASE_URL": "no url"})
    async with world.start() as home:
        told = await home.providers.usable_models("w")
        assert {model.provider for model in told} == {"openai", "rehearsal"}
        assert "listed" not in {model.id for model in told}
