"""Providers and their models (reference 3.4)."""

from enum import StrEnum

import msgspec

from portico.protocol.base import Count, Wire


class ProviderCapabilities(Wire, frozen=True, kw_only=True):
    embeddings: bool
    transcription: bool


class Provider(Wire, frozen=True, kw_only=True):
    """A definition with the presence of its key. From `kind` on the fields are ours.

    `is_available`: this gateway has an adapter for it; `is_usable`: a turn could use it now.
    """

    name: str
    capabilities: ProviderCapabilities
    api_key_configured: bool
    proxy_url: str | None = None
    kind: str | None = None
    base_url: str | None = None
    key_source: str | None = None
    is_available: bool | None = None
    default_model: str | None = None
    is_usable: bool | None = None


class ModelLimits(Wire, frozen=True, kw_only=True):
    max_input_tokens: Count | None = None
    max_output_tokens: Count | None = None
    context_window: Count | None = None


class ReasoningSource(StrEnum):
    PROVIDER_METADATA = "provider_metadata"
    CLI_METADATA = "cli_metadata"
    STATIC_REGISTRY = "static_registry"
    CONFIG_OVERRIDE = "config_override"
    UNKNOWN = "unknown"


class ModelReasoning(Wire, frozen=True, kw_only=True):
    supported: bool | None = None
    effort_options: list[str]
    default_effort: str | None = None
    mandatory: bool | None = None
    supports_token_budget: bool | None = None
    source: ReasoningSource | None = None


class ModelCapabilities(Wire, frozen=True, kw_only=True):
    vision: bool | None = None
    tool_calling: bool | None = None
    json_output: bool | None = None
    streaming: bool | None = None
    embeddings: bool | None = None
    transcription: bool | None = None
    thinking: bool | None = None
    reasoning: ModelReasoning | None = None
    fine_tuning: bool | None = None
    input_modalities: list[str] = msgspec.field(default_factory=list[str])
    output_modalities: list[str] = msgspec.field(default_factory=list[str])


class ModelPricing(Wire, frozen=True, kw_only=True):
    input_token: float | None = None
    output_token: float | None = None
    image: float | None = None
    request: float | None = None


class ProviderModel(Wire, frozen=True, kw_only=True):
    """`ProviderModelInfo` of the reference."""

    id: str
    name: str | None = None
    description: str | None = None
    created: Count | None = None
    provider: str
    owned_by: str | None = None
    limits: ModelLimits
    capabilities: ModelCapabilities
    pricing: ModelPricing | None = None
    active: bool | None = None
    family: str | None = None
    lifecycle_status: str | None = None
