"""Vendors' model lists in one shape."""

from typing import Any

import pytest

from portico.gateway.features.providers.rules.definitions import definition
from portico.gateway.features.providers.rules.listing import normalise, static_models
from portico.protocol.types.provider import (
    ModelCapabilities,
    ModelLimits,
    ModelPricing,
    ModelReasoning,
    ProviderModel,
    ReasoningSource,
)

UNKNOWN = ModelReasoning(effort_options=[], source=ReasoningSource.UNKNOWN)


def model(model_id: str, **fields: Any) -> ProviderModel:
    plain: dict[str, Any] = {"limits": ModelLimits(), "capabilities": ModelCapabilities(reasoning=UNKNOWN), **fields}
    return ProviderModel(id=model_id, provider="x", **plain)


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        pytest.param(
            {"id": "m", "object": "model", "created": 1_700_000_000, "owned_by": "openai"},
            model("m", created=1_700_000_000, owned_by="openai"),
            id="OpenAI",
        ),
        pytest.param(
            {
                "id": "google/gemini",
                "name": "Google: Gemini",
                "description": " fast ",
                "created": 1.0,
                "context_length": 1_048_576,
                "architecture": {"input_modalities": ["text", "image"], "output_modalities": ["text"]},
                "pricing": {"prompt": "0.0000005", "completion": "0.000003", "image": "-1", "request": "0"},
                "top_provider": {"context_length": 9, "max_completion_tokens": 65_536},
                "supported_parameters": ["tools", "reasoning", "response_format"],
            },
            model(
                "google/gemini",
                name="Google: Gemini",
                description="fast",
                created=1,
                limits=ModelLimits(context_window=1_048_576, max_output_tokens=65_536),
                capabilities=ModelCapabilities(
                    vision=True,
                    tool_calling=True,
                    json_output=True,
                    thinking=True,
                    reasoning=UNKNOWN,
                    input_modalities=["text", "image"],
                    output_modalities=["text"],
                ),
                pricing=ModelPricing(input_token=5e-7, output_token=3e-6, request=0.0),
            ),
            id="OpenRouter",
        ),
        pytest.param(
            {"id": "m", "active": True, "context_window": 131_072, "max_completion_tokens": 8_192},
            model("m", active=True, limits=ModelLimits(context_window=131_072, max_output_tokens=8_192)),
            id="Groq",
        ),
        pytest.param(
            {
                "id": "m",
                "max_context_length": 32_768,
                "deprecation": "2026-01-01",
                "capabilities": {"function_calling": True, "vision": False, "fine_tuning": True},
            },
            model(
                "m",
                lifecycle_status="deprecated",
                limits=ModelLimits(context_window=32_768),
                capabilities=ModelCapabilities(vision=False, tool_calling=True, fine_tuning=True, reasoning=UNKNOWN),
            ),
            id="Mistral",
        ),
        pytest.param(
            {
                "id": "claude-next",
                "type": "model",
                "display_name": "Claude Next",
                "created_at": "2026-01-01T00:00:00Z",
                "max_input_tokens": 200_000,
                "max_tokens": 64_000,
                "capabilities": {
                    "image_input": {"supported": True},
                    "thinking": {"supported": True},
                    "structured_outputs": {"supported": False},
                    "effort": {
                        "supported": True,
                        "low": {"supported": True},
                        "high": {"supported": True},
                        "max": {"supported": False},
                    },
                },
            },
            model(
                "claude-next",
                name="Claude Next",
                limits=ModelLimits(max_input_tokens=200_000, max_output_tokens=64_000, context_window=200_000),
                capabilities=ModelCapabilities(
                    vision=True,
                    json_output=False,
                    thinking=True,
                    reasoning=ModelReasoning(
                        supported=True, effort_options=["low", "high"], source=ReasoningSource.PROVIDER_METADATA
                    ),
                ),
            ),
            id="Anthropic",
        ),
        pytest.param(
            {
                "id": "m",
                "reasoning": {"supported_efforts": ["XHigh", "low", "odd"], "default_effort": "low", "mandatory": True},
            },
            model(
                "m",
                capabilities=ModelCapabilities(
                    reasoning=ModelReasoning(
                        supported=True,
                        effort_options=["low", "xhigh"],
                        default_effort="low",
                        mandatory=True,
                        source=ReasoningSource.PROVIDER_METADATA,
                    )
                ),
            ),
            id="efforts in the vendor's words",
        ),
        pytest.param(
            {"id": "m", "max_model_len": 4_096}, model("m", limits=ModelLimits(context_window=4_096)), id="vLLM"
        ),
        pytest.param(
            {"id": "text-embed-1"},
            model("text-embed-1", capabilities=ModelCapabilities(embeddings=True, reasoning=UNKNOWN)),
            id="an embedding model by its name",
        ),
        pytest.param(
            {
                "id": "m",
                "pricing": {"input": 5, "output": 15},
                "created": True,
                "active": "yes",
                "context_length": "8k",
            },
            model("m"),
            id="what is not understood stays unknown",
        ),
        pytest.param(
            {"id": "m", "pricing": {"prompt": "nan", "completion": "free", "image": None, "request": True}},
            model("m"),
            id="prices that are no numbers",
        ),
        pytest.param({"name": "only-a-name"}, model("only-a-name", name="only-a-name"), id="a name for an id"),
    ],
)
def test_shapes(item: dict[str, Any], expected: ProviderModel) -> None:
    assert normalise("x", [item]) == [expected]


def test_entries_that_are_none_are_left_out_and_ids_come_once() -> None:
    items: list[Any] = [
        None,
        1,
        "m",
        [],
        {},
        {"id": ""},
        {"id": 7},
        {"id": "\0"},
        {"id": "a"},
        {"id": "b"},
        {"id": "a"},
    ]
    assert [one.id for one in normalise("x", items)] == ["a", "b"]


def test_lists_and_texts_are_bounded() -> None:
    assert len(normalise("x", ({"id": str(n)} for n in range(6_000)))) == 5_000
    (one,) = normalise("x", [{"id": "i" * 500, "description": "d" * 5_000, "name": "n" * 500}])
    assert (len(one.id), len(one.description or ""), len(one.name or "")) == (160, 2_000, 200)


def test_the_registry_fills_what_the_vendor_does_not_say() -> None:
    (one,) = normalise("openai", [{"id": "gpt-5.5"}])
    assert one.capabilities.reasoning is not None
    assert one.capabilities.reasoning.source == ReasoningSource.STATIC_REGISTRY


def test_static_models() -> None:
    assert [one.id for one in static_models(definition("rehearsal"))] == ["rehearsal"]
    assert [one.id for one in static_models(definition("openai"))] == ["gpt-5.5", "gpt-5.4"]
    assert static_models(definition("anthropic"))[0].id == "claude-sonnet-4-6"
    assert static_models(definition("groq")) == []
