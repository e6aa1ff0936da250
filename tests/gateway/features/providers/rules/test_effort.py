"""Reasoning effort: spellings and the registry."""

import pytest

from portico.gateway.features.providers.rules.effort import known_models, reasoning_of
from portico.protocol.types.provider import ModelReasoning, ReasoningSource

GPT = ["none", "low", "medium", "high", "xhigh"]
CLAUDE = ["low", "medium", "high", "xhigh", "max"]


@pytest.mark.parametrize(
    ("provider", "model", "options", "default"),
    [
        ("openai", "gpt-5.5", GPT, "medium"),
        ("openai", "GPT-5.5", GPT, "medium"),
        ("openai", "gpt-5.4", GPT, None),
        ("openai", "gpt-5.4-mini", GPT, None),
        ("anthropic", "claude-fable-5", CLAUDE, "high"),
        ("anthropic", "claude-mythos-5", CLAUDE, "high"),
        ("anthropic", "claude-opus-4-8", CLAUDE, "high"),
        ("anthropic", "claude-opus-4-7-20260101", CLAUDE, "high"),
        ("anthropic", "claude-mythos-preview", ["low", "medium", "high", "max"], None),
        ("anthropic", "claude-opus-4-6", ["low", "medium", "high", "max"], None),
        ("anthropic", "claude-sonnet-4-6", ["low", "medium", "high", "max"], None),
        ("anthropic", "claude-opus-4-5-20251101", ["low", "medium", "high"], None),
        ("gemini", "gemini-3.1-pro-preview", ["low", "medium", "high"], None),
        ("gemini", "gemini-3-flash-preview", ["minimal", "low", "medium", "high"], None),
        ("gemini", "gemini-3-pro-preview", ["low", "high"], None),
        ("gemini", "gemini-2.5-flash-lite", ["low", "medium", "high"], None),
        ("bedrock", "anthropic.claude-opus-4-5", ["low", "medium", "high"], None),
    ],
)
def test_the_registry(provider: str, model: str, options: list[str], default: str | None) -> None:
    assert reasoning_of(provider, model) == ModelReasoning(
        supported=True, effort_options=options, default_effort=default, source=ReasoningSource.STATIC_REGISTRY
    )


@pytest.mark.parametrize(
    ("provider", "model"),
    [("openai", "gpt-5.55"), ("openai", "gpt-4o"), ("groq", "gpt-5.5"), ("anthropic", "claude-opus-4"), ("x", "")],
)
def test_an_unknown_model_has_no_options(provider: str, model: str) -> None:
    assert reasoning_of(provider, model) == ModelReasoning(effort_options=[], source=ReasoningSource.UNKNOWN)


def test_known_models() -> None:
    assert known_models("openai") == ("gpt-5.5", "gpt-5.4")
    assert known_models("groq") == ()
