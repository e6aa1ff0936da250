"""What a settings update gives, and why one is refused."""

from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from portico.gateway.features.settings import rules
from portico.gateway.kernel.errors import GatewayError, Invalid, Unavailable
from portico.gateway.log import EventContext, Put
from portico.protocol.events import SettingsChanged, TokensChanged
from portico.protocol.types.settings import (
    CliRuntimeInstance,
    CliRuntimesSettings,
    GatewaySettings,
    GeneralSettings,
    MemorySettings,
    ModelSelection,
    SettingsPatch,
    ThreadEpisodicSettings,
    VectorSearchSettings,
)

DEFAULT = GatewaySettings()
WHERE = EventContext(stream="gateway", version=1, at=1, workspace_id="", thread_id="", turn_id=None)
CUSTOM = ModelSelection(source="custom", model_provider="openai", model="gpt-5.5")
CODEX = CliRuntimeInstance(id="c", kind="codex", display_name="C", enabled=False, home_path="~/.codex")


def canonical(name: str) -> str:
    if name.lower() not in {"openai", "grok", "x" * 80}:
        raise Invalid("no such provider", code="unknown_provider", path="$.provider")
    return "xai" if name.lower() == "grok" else name.lower()


def patched(patch: dict[str, Any], known: GatewaySettings = DEFAULT) -> GatewaySettings:
    return rules.update(known, msgspec.convert(patch, SettingsPatch), canonical)


def runtime(**fields: Any) -> dict[str, Any]:
    return {"id": "c", "kind": "codex", "display_name": "C", "enabled": False, "home_path": "~/.codex", **fields}


def runtimes(*instances: dict[str, Any]) -> dict[str, Any]:
    return {"cli_runtimes": {"instances": list(instances)}}


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        pytest.param({}, DEFAULT, id="nothing"),
        pytest.param({"general": {}}, DEFAULT, id="nothing of a part"),
        pytest.param({"general": {"keepawake": False}}, DEFAULT, id="a switch that is off stays off"),
        pytest.param(
            {"general": {"tools": ["read_file"], "default_model_provider": " Grok ", "default_model": " m "}},
            replace(
                DEFAULT,
                general=GeneralSettings(tools=["read_file"], default_model_provider="xai", default_model="m"),
            ),
            id="general in parts",
        ),
        pytest.param(
            {"general": {"default_model_provider": "x" * 90, "default_model": "m" * 200}},
            replace(DEFAULT, general=GeneralSettings(default_model_provider="x" * 80, default_model="m" * 160)),
            id="cut at 80 and 160",
        ),
        pytest.param(
            {"general": {"preflight_model": {"source": "custom", "model_provider": " OpenAI ", "model": " gpt-5.5 "}}},
            replace(DEFAULT, general=GeneralSettings(preflight_model=CUSTOM)),
            id="a custom model is trimmed",
        ),
        pytest.param(
            {"general": {"preflight_model": {"source": "thread", "model_provider": "openai", "model": "x"}}},
            DEFAULT,
            id="the thread's model names none",
        ),
        pytest.param(
            {"memory": {"enabled": False, "proactive_writes_model": msgspec.to_builtins(CUSTOM)}},
            replace(DEFAULT, memory=MemorySettings(enabled=False, proactive_writes_model=CUSTOM)),
            id="memory as a whole",
        ),
        pytest.param(
            {"thread_episodic": {"enabled": False, "max_hit_chars": 1, "min_relevancy": 1}},
            replace(DEFAULT, thread_episodic=ThreadEpisodicSettings(enabled=False, max_hit_chars=1, min_relevancy=1.0)),
            id="thread_episodic in parts",
        ),
        pytest.param(
            {"thread_episodic": {"vector_search": {"model": " m ", "enabled": False, "refill_status": "disabled"}}},
            replace(DEFAULT, thread_episodic=ThreadEpisodicSettings(vector_search=VectorSearchSettings(model="m"))),
            id="vector_search in parts; what is told may be sent back",
        ),
        pytest.param(
            runtimes(runtime(display_name=" C ")),
            replace(DEFAULT, cli_runtimes=CliRuntimesSettings(instances=[CODEX])),
            id="runtimes as a whole",
        ),
        pytest.param(runtimes(), replace(DEFAULT, cli_runtimes=CliRuntimesSettings(instances=[])), id="no runtimes"),
        pytest.param(
            {"remote_access": {"server": " relay.example:1 ", "enabled": False, "clear_key": True}},
            replace(DEFAULT, remote_access=replace(DEFAULT.remote_access, server="relay.example:1")),
            id="a server is kept for later",
        ),
    ],
)
def test_update(patch: dict[str, Any], expected: GatewaySettings) -> None:
    assert patched(patch) == expected


def test_memory_comes_whole_and_general_in_parts() -> None:
    known = patched({"memory": {"enabled": False}, "general": {"tools": "none"}})
    changed = patched({"memory": {"tools_enabled": False}, "general": {"default_model": "m"}}, known)
    assert changed.memory == MemorySettings(tools_enabled=False)
    assert changed.general == GeneralSettings(tools="none", default_model="m")


def test_an_empty_default_is_no_default() -> None:
    known = patched({"general": {"default_model_provider": "openai", "default_model": "m"}})
    assert patched({"general": {"default_model_provider": " ", "default_model": ""}}, known) == DEFAULT


EPISODIC = "$.update.thread_episodic"
INSTANCE = "$.update.cli_runtimes.instances"


@pytest.mark.parametrize(
    ("patch", "kind", "path"),
    [
        pytest.param({"general": {"keepawake": True}}, Unavailable, "$.update.general.keepawake", id="keepawake"),
        pytest.param(
            {"memory": {"debug_trace_enabled": True}}, Unavailable, "$.update.memory.debug_trace_enabled", id="trace"
        ),
        pytest.param(
            {"memory": {"strict_diagnostics_enabled": True}},
            Unavailable,
            "$.update.memory.strict_diagnostics_enabled",
            id="strict diagnostics",
        ),
        pytest.param(
            {"thread_episodic": {"vector_search": {"enabled": True}}},
            Unavailable,
            f"{EPISODIC}.vector_search.enabled",
            id="vector search",
        ),
        pytest.param(
            runtimes(runtime(), runtime(id="d", enabled=True)), Unavailable, f"{INSTANCE}[1].enabled", id="a runtime"
        ),
        pytest.param(
            {"remote_access": {"enabled": True}}, Unavailable, "$.update.remote_access.enabled", id="remote access"
        ),
        pytest.param({"remote_access": {"key": "k"}}, Unavailable, "$.update.remote_access.key", id="its key"),
        pytest.param(
            {"remote_access": {"server": "a\nb"}}, Invalid, "$.update.remote_access.server", id="a server's name"
        ),
        pytest.param(
            {"general": {"default_model_provider": "nobody"}},
            Invalid,
            "$.update.general.default_model_provider",
            id="unknown provider",
        ),
        pytest.param(
            {"general": {"preflight_model": {"source": "custom", "model_provider": "nobody", "model": "m"}}},
            Invalid,
            "$.update.general.preflight_model.model_provider",
            id="unknown provider of a selection",
        ),
        pytest.param(
            {"general": {"preflight_model": {"source": "custom", "model_provider": "openai", "model": " "}}},
            Invalid,
            "$.update.general.preflight_model.model",
            id="custom without model",
        ),
        pytest.param(
            {"memory": {"proactive_writes_model": {"source": "custom", "model": "m"}}},
            Invalid,
            "$.update.memory.proactive_writes_model.model_provider",
            id="custom without provider",
        ),
        pytest.param({"thread_episodic": {"nothing": 1}}, Invalid, f"{EPISODIC}.nothing", id="unknown name"),
        pytest.param({"thread_episodic": {"enabled": 1}}, Invalid, f"{EPISODIC}.enabled", id="a number for a bool"),
        pytest.param(
            {"thread_episodic": {"max_segments": True}}, Invalid, f"{EPISODIC}.max_segments", id="a bool for a number"
        ),
        pytest.param({"thread_episodic": {"max_segments": None}}, Invalid, f"{EPISODIC}.max_segments", id="null"),
        pytest.param({"thread_episodic": {"max_segments": 0}}, Invalid, f"{EPISODIC}.max_segments", id="zero"),
        pytest.param({"thread_episodic": {"snippet_chars": -1}}, Invalid, f"{EPISODIC}.snippet_chars", id="negative"),
        pytest.param({"thread_episodic": {"min_relevancy": 1.5}}, Invalid, f"{EPISODIC}.min_relevancy", id="above 1"),
        pytest.param(
            {"thread_episodic": {"near_capacity_percent": 101}},
            Invalid,
            f"{EPISODIC}.near_capacity_percent",
            id="above 100 %",
        ),
        pytest.param(
            {"thread_episodic": {"default_prompt_chars": 12_001}},
            Invalid,
            f"{EPISODIC}.default_prompt_chars",
            id="default above the maximum",
        ),
        pytest.param(
            {"thread_episodic": {"max_candidate_work": 31}},
            Invalid,
            f"{EPISODIC}.max_candidate_work",
            id="maximum below the default",
        ),
        pytest.param({"thread_episodic": {"vector_search": 1}}, Invalid, f"{EPISODIC}.vector_search", id="no object"),
        pytest.param(
            {"thread_episodic": {"vector_search": {"provider": "x"}}},
            Invalid,
            f"{EPISODIC}.vector_search.provider",
            id="unknown vector provider",
        ),
        pytest.param(
            {"thread_episodic": {"vector_search": {"refill_status": "complete"}}},
            Invalid,
            f"{EPISODIC}.vector_search.refill_status",
            id="what is told cannot be set",
        ),
        pytest.param(runtimes(runtime(), runtime()), Invalid, f"{INSTANCE}[1].id", id="an id twice"),
        pytest.param(runtimes(runtime(id=" ")), Invalid, f"{INSTANCE}[0].id", id="no id"),
        pytest.param(runtimes(runtime(display_name="a\0")), Invalid, f"{INSTANCE}[0].display_name", id="NUL in a name"),
        pytest.param(runtimes(runtime(home_path=" ")), Invalid, f"{INSTANCE}[0].home_path", id="no path"),
        pytest.param(runtimes(runtime(binary_path="a\0")), Invalid, f"{INSTANCE}[0].binary_path", id="NUL in a path"),
        pytest.param(runtimes(*[runtime(id=str(n)) for n in range(33)]), Invalid, INSTANCE, id="too many runtimes"),
    ],
)
def test_refusals(patch: dict[str, Any], kind: type[GatewayError], path: str) -> None:
    with pytest.raises(kind) as refusal:
        patched(patch)
    assert refusal.value.path == path


def test_projection() -> None:
    changed = patched({"general": {"tools": "none"}})
    put = Put("setting", {"name": "gateway"}, {"data": msgspec.json.encode(changed)})
    assert rules.project(SettingsChanged(settings=changed), WHERE) == (put,)
    assert rules.project(TokensChanged(change="issued", token_id="t"), WHERE) == ()
