"""Names as a person reads them."""

import pytest

from portico.client.selectors.names import model_name, provider_name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("openai", "OpenAI"),
        ("zai-coding", "Z.ai Coding"),
        ("groq", "Groq"),
        ("my_own-server", "My Own Server"),
        ("", ""),
    ],
)
def test_providers(name: str, expected: str) -> None:
    assert provider_name(name) == expected


@pytest.mark.parametrize(
    ("model_id", "expected"),
    [
        ("gpt-5.5", "GPT 5.5"),
        ("claude-sonnet-4-6", "Claude Sonnet 4.6"),
        ("anthropic/claude-opus-4-5-20260101", "Claude Opus 4.5 (20260101)"),
        ("google/gemini-3-flash-preview", "Gemini 3 Flash Preview"),
        ("llama_70B", "Llama 70B"),
        ("rehearsal", "Rehearsal"),
        ("--", "--"),
        ("", ""),
    ],
)
def test_models(model_id: str, expected: str) -> None:
    assert model_name(model_id) == expected
