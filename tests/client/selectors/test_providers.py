"""Provider rows."""

from typing import Any

import pytest

from portico.client.selectors.providers import ProviderRow, provider_row, provider_rows
from portico.client.words import Phrase, say
from portico.protocol.types.provider import Provider, ProviderCapabilities

URL = "https://api.example.com/v1"


def provider(name: str = "openai", **fields: Any) -> Provider:
    given: dict[str, Any] = {
        "api_key_configured": False,
        "is_available": True,
        "is_usable": False,
        "base_url": URL,
        **fields,
    }
    return Provider(name=name, capabilities=ProviderCapabilities(embeddings=False, transcription=False), **given)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param(provider(is_usable=True), None, id="usable"),
        pytest.param(provider(is_available=False), say("provider.unavailable"), id="no adapter"),
        pytest.param(provider(), say("provider.no_key"), id="no key"),
        pytest.param(provider(base_url=None), say("provider.no_address"), id="no address"),
        pytest.param(
            provider("ollama", base_url="http://127.0.0.1:11434/v1"),
            say("provider.not_answering", url="http://127.0.0.1:11434/v1"),
            id="ollama sleeps",
        ),
        pytest.param(
            provider("vllm", base_url="http://127.0.0.1:8000/v1"), say("provider.no_server"), id="a server of one's own"
        ),
        pytest.param(provider(api_key_configured=True), say("provider.unusable"), id="something else"),
        pytest.param(provider(base_url="http://["), say("provider.no_key"), id="an address that is none"),
        pytest.param(
            provider(is_usable=None, is_available=None, base_url=None),
            say("provider.no_key"),
            id="a gateway that says little",
        ),
        pytest.param(provider(is_usable=None, api_key_configured=True), None, id="one that tells the key only"),
    ],
)
def test_why_a_provider_cannot_be_used(given: Provider, expected: Phrase | None) -> None:
    row = provider_row(given)
    assert (row.is_usable, row.why_not) == (expected is None, expected)


def test_a_row() -> None:
    given = provider(is_usable=True, api_key_configured=True, key_source="environment", default_model="m")
    assert provider_row(given) == ProviderRow("openai", "OpenAI", True, None, True, say("key.environment"), URL, "m")
    assert provider_row(provider(key_source="hologram")).key_source is None


def test_the_order_of_the_list() -> None:
    unavailable = provider("bedrock", is_available=False)
    usable = [provider("openai", is_usable=True), provider("anthropic", is_usable=True)]
    rest = [provider("groq"), unavailable, provider("openrouter"), provider("ai21"), provider("gemini")]
    names = [row.name for row in provider_rows([*rest, *usable])]
    assert names == ["anthropic", "openai", "openrouter", "gemini", "ai21", "groq", "bedrock"]


def test_one_without_an_adapter_cannot_be_set_up() -> None:
    assert [provider_row(provider(is_available=known)).is_available for known in (True, None, False)] == [
        True,
        True,
        False,
    ]
