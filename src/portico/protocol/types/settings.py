"""The gateway's settings snapshot (reference 13.7). `general.default_*` and `general.tools` are ours."""

from typing import Annotated, Any, Literal

import msgspec

from portico.protocol.base import Count, Wire
from portico.protocol.types.workspace import ToolAccess


class ModelSelection(Wire, frozen=True, kw_only=True):
    """`custom` needs provider and model; they are trimmed and cut at 80 and 160 characters."""

    source: Literal["thread", "custom"]
    model_provider: str | None = None
    model: str | None = None


def _thread_model() -> ModelSelection:
    return ModelSelection(source="thread")


class GeneralSettings(Wire, frozen=True, kw_only=True, omit_defaults=False):
    keepawake: bool = False
    preflight_model: ModelSelection = msgspec.field(default_factory=_thread_model)
    default_model_provider: str | None = None
    default_model: str | None = None
    tools: ToolAccess = "all"


class MemorySettings(Wire, frozen=True, kw_only=True, omit_defaults=False):
    enabled: bool = True
    deterministic_recall_enabled: bool = True
    active_recall_enabled: bool = True
    tools_enabled: bool = True
    proactive_writes_enabled: bool = True
    background_extraction_enabled: bool = True
    proactive_writes_model: ModelSelection = msgspec.field(default_factory=_thread_model)
    debug_trace_enabled: bool = False
    strict_diagnostics_enabled: bool = False


class ProviderKeyState(Wire, frozen=True, kw_only=True, omit_defaults=False):
    required: bool = False
    present: bool = False


class VectorSearchSettings(Wire, frozen=True, kw_only=True, omit_defaults=False):
    enabled: bool = False
    provider: Literal["openai", "openrouter", "local"] = "openai"
    model: str = ""
    local_model: str = ""
    embedding_dimension: Count = 0
    embedding_normalized: bool = False
    use_search_instructions: bool = False
    provider_key: ProviderKeyState = msgspec.field(default_factory=ProviderKeyState)
    refill_status: Literal["disabled", "unknown", "required", "running", "complete", "failed"] = "disabled"
    local_model_status: Literal["not_selected", "unknown", "missing", "downloading", "installed", "failed"] = (
        "not_selected"
    )


Fraction = Annotated[float, msgspec.Meta(ge=0, le=1)]
Percent = Annotated[int, msgspec.Meta(ge=0, le=100)]


class ThreadEpisodicSettings(Wire, frozen=True, kw_only=True, omit_defaults=False):
    enabled: bool = True
    indexing_enabled: bool = True
    recall_enabled: bool = True
    default_prompt_chars: Count = 2_400
    max_prompt_chars: Count = 12_000
    max_hit_chars: Count = 1_200
    default_max_candidates: Count = 32
    max_candidate_work: Count = 128
    max_segments: Count = 16
    min_relevancy: Fraction = 0.25
    min_results: Count = 1
    snippet_chars: Count = 360
    index_batch_limit: Count = 16
    retry_base_delay_secs: Count = 30
    retry_max_delay_secs: Count = 900
    max_attempts: Count = 5
    near_capacity_percent: Percent = 85
    vector_search: VectorSearchSettings = msgspec.field(default_factory=VectorSearchSettings)


class CliRuntimeInstance(Wire, frozen=True, kw_only=True):
    id: str
    kind: Literal["codex", "claude"]
    display_name: str
    enabled: bool
    binary_path: str | None = None
    home_path: str
    shadow_home_path: str | None = None


def _default_runtimes() -> list[CliRuntimeInstance]:
    return [
        CliRuntimeInstance(id="codex", kind="codex", display_name="Codex CLI", enabled=False, home_path="~/.codex"),
        CliRuntimeInstance(id="claude", kind="claude", display_name="Claude CLI", enabled=False, home_path="~/.claude"),
    ]


class CliRuntimesSettings(Wire, frozen=True, kw_only=True, omit_defaults=False):
    instances: list[CliRuntimeInstance] = msgspec.field(default_factory=_default_runtimes)


class RemoteAccessStatus(Wire, frozen=True, kw_only=True):
    state: Literal["disabled", "starting", "connected", "reconnecting", "failed", "stopped"]
    error_kind: str | None = None
    message: str | None = None
    updated_at_unix: Count | None = None


def _remote_disabled() -> RemoteAccessStatus:
    return RemoteAccessStatus(state="disabled")


class RemoteAccessSettings(Wire, frozen=True, kw_only=True):
    enabled: bool
    server: str | None = None
    service_name: str | None = None
    transport: Literal["tcp", "tls", "noise", "websocket"]
    has_key: bool
    status: RemoteAccessStatus = msgspec.field(default_factory=_remote_disabled)


def _remote_default() -> RemoteAccessSettings:
    return RemoteAccessSettings(enabled=False, transport="tcp", has_key=False)


class GatewaySettings(Wire, frozen=True, kw_only=True, omit_defaults=False):
    """`GatewaySettingsSnapshot` of the reference."""

    general: GeneralSettings = msgspec.field(default_factory=GeneralSettings)
    memory: MemorySettings = msgspec.field(default_factory=MemorySettings)
    thread_episodic: ThreadEpisodicSettings = msgspec.field(default_factory=ThreadEpisodicSettings)
    cli_runtimes: CliRuntimesSettings = msgspec.field(default_factory=CliRuntimesSettings)
    remote_access: RemoteAccessSettings = msgspec.field(default_factory=_remote_default)


class GeneralUpdate(Wire, frozen=True, kw_only=True, forbid_unknown_fields=True):
    keepawake: bool | None = None
    preflight_model: ModelSelection | None = None
    default_model_provider: str | None = None
    default_model: str | None = None
    tools: ToolAccess | None = None


class RemoteAccessUpdate(Wire, frozen=True, kw_only=True, forbid_unknown_fields=True):
    enabled: bool | None = None
    server: str | None = None
    key: str | None = None
    clear_key: bool | None = None


class SettingsPatch(Wire, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`general` and `thread_episodic` are partial, `memory` and `cli_runtimes` come whole.

    `thread_episodic` is checked name by name against `ThreadEpisodicSettings`.
    """

    general: GeneralUpdate | None = None
    memory: MemorySettings | None = None
    thread_episodic: dict[str, Any] | None = None
    cli_runtimes: CliRuntimesSettings | None = None
    remote_access: RemoteAccessUpdate | None = None
