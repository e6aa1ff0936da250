"""Where a provider is reached and with what."""

from collections.abc import Mapping

import pytest

from portico.gateway.features.providers.rules import authority as rules
from portico.gateway.features.providers.rules.authority import NOTHING_STORED, Authority, Stored
from portico.gateway.features.providers.rules.definitions import definition
from portico.gateway.kernel.errors import Invalid, Unavailable

OPENAI = Authority("openai", "chat_completions", "https://api.openai.com/v1", "definition")


@pytest.mark.parametrize(
    ("provider", "environment", "stored", "expected"),
    [
        pytest.param("openai", {}, NOTHING_STORED, OPENAI, id="nothing but the definition"),
        pytest.param(
            "openai",
            {"OPENAI_API_KEY": " sk-env ", "OPENAI_BASE_URL": "http://127.0.0.1:9/v1/"},
            NOTHING_STORED,
            Authority("openai", "chat_completions", "http://127.0.0.1:9/v1", "environment", "sk-env", "environment"),
            id="from the environment",
        ),
        pytest.param(
            "openai",
            {"OPENAI_API_KEY": "sk-env", "OPENAI_BASE_URL": "http://127.0.0.1:9/v1"},
            Stored(api_key="sk-own", base_url="https://own/v1", proxy_url="http://p:1"),
            Authority("openai", "chat_completions", "https://own/v1", "configured", "sk-own", "stored", "http://p:1"),
            id="what is stored wins",
        ),
        pytest.param(
            "openai", {"OPENAI_API_KEY": "  ", "OPENAI_BASE_URL": ""}, NOTHING_STORED, OPENAI, id="empty variables"
        ),
        pytest.param(
            "hf",
            {"HF_TOKEN": "second"},
            NOTHING_STORED,
            Authority(
                "huggingface",
                "chat_completions",
                "https://router.huggingface.co/v1",
                "definition",
                "second",
                "environment",
            ),
            id="another variable's name",
        ),
        pytest.param(
            "anthropic",
            {"ANTHROPIC_BASE_URL": "https://gate.example/anthropic/v1"},
            NOTHING_STORED,
            Authority("anthropic", "anthropic_messages", "https://gate.example/anthropic", "environment"),
            id="Anthropic's has no /v1",
        ),
    ],
)
def test_authority(provider: str, environment: Mapping[str, str], stored: Stored, expected: Authority) -> None:
    assert rules.authority(definition(provider), environment, stored) == expected


def test_a_bad_variable_is_named() -> None:
    with pytest.raises(Invalid) as refusal:
        rules.authority(definition("openai"), {"OPENAI_BASE_URL": "not a url"})
    assert refusal.value.path == "OPENAI_BASE_URL"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("127.0.0.1", "http://127.0.0.1:11434/v1"),
        ("0.0.0.0", "http://127.0.0.1:11434/v1"),
        ("0.0.0.0:8080", "http://127.0.0.1:8080/v1"),
        ("[::]:8080", "http://[::1]:8080/v1"),
        ("box.lan:11435", "http://box.lan:11435/v1"),
        ("http://box.lan", "http://box.lan/v1"),
        ("https://box.lan:1/", "https://box.lan:1/v1"),
        ("http://localhost:11434/v1", "http://localhost:11434/v1"),
        ("https://box.lan/ollama/v1/", "https://box.lan/ollama/v1"),
    ],
)
def test_ollamas_addresses(text: str, expected: str) -> None:
    assert rules.base_url_of(definition("ollama"), text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("HTTPS://Api.Example/v1/", "https://Api.Example/v1"),
        (" http://localhost:1234/v1 ", "http://localhost:1234/v1"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_base_urls(text: str, expected: str) -> None:
    assert rules.base_url_of(definition("custom"), text) == expected


BAD_URLS = [
    "",
    "api.example/v1",
    "ftp://api.example",
    "file:///etc/passwd",
    "http://",
    "http:///v1",
    "http://:80",
    "http://a b/",
    "http://host?x=1",
    "http://host/?",
    "http://host#x",
    "http://host:99999",
    "http://host:0",
    "http://host:port",
    "http://[::1",
    "http://host\\@evil",
    "http://host/\n",
    "http://host/\0v1",
    "http://" + "x" * 2_100,
]


@pytest.mark.parametrize("text", [*BAD_URLS, "http://me@host", "http://me:secret@host", "http://:@host"])
def test_bad_base_urls(text: str) -> None:
    with pytest.raises(Invalid) as refusal:
        rules.base_url_of(definition("custom"), text.replace("/\n", "/\nx"))
    assert refusal.value.path == "$.base_url"
    assert "secret" not in refusal.value.message


def test_proxies() -> None:
    assert rules.proxy_url_of(" HTTP://me:pa%20ss@proxy:3128/ ") == "http://me:pa%20ss@proxy:3128"
    assert rules.shown_proxy("http://me:pa%20ss@proxy:3128") == "http://proxy:3128"
    assert rules.shown_proxy("http://proxy:3128") == "http://proxy:3128"


@pytest.mark.parametrize("text", [*BAD_URLS, "http://proxy:1/path", "socks5://proxy:1"])
def test_bad_proxies(text: str) -> None:
    with pytest.raises(Invalid) as refusal:
        rules.proxy_url_of(text.replace("/\n", "/\nx"))
    assert refusal.value.path == "$.proxy_url"


def test_keys() -> None:
    assert rules.api_key_of(" sk-1 \n") == "sk-1"
    for bad in ("", "  ", "a b", "a\nb", "schlüssel", "a\0"):
        with pytest.raises(Invalid) as refusal:
            rules.api_key_of(bad)
        assert refusal.value.path == "$.api_key"


@pytest.mark.parametrize(
    ("provider", "environment", "stored", "code"),
    [
        ("openai", {}, NOTHING_STORED, "api_key_missing"),
        ("openai", {"OPENAI_API_KEY": "k"}, NOTHING_STORED, None),
        ("openai", {"OPENAI_BASE_URL": "http://127.0.0.1:9"}, NOTHING_STORED, None),
        ("openai", {}, Stored(base_url="http://127.0.0.1:9"), None),
        ("ollama", {}, NOTHING_STORED, None),
        ("rehearsal", {}, NOTHING_STORED, None),
        ("lepton", {"LEPTON_API_KEY": "k"}, NOTHING_STORED, "base_url_missing"),
        ("gemini", {"GEMINI_API_KEY": "k"}, NOTHING_STORED, "provider_unavailable"),
        ("yi", {"YI_API_KEY": "k"}, NOTHING_STORED, "provider_unavailable"),
    ],
)
def test_usable(provider: str, environment: Mapping[str, str], stored: Stored, code: str | None) -> None:
    known = definition(provider)
    reached = rules.authority(known, environment, stored)
    if code is None:
        rules.check_usable(known, reached)
        return
    with pytest.raises(Unavailable) as refusal:
        rules.check_usable(known, reached)
    assert (refusal.value.code, refusal.value.details) == (code, {"provider": provider})


def test_is_in_environment() -> None:
    assert rules.is_in_environment(definition("groq"), {"GROQ_API_KEY": "k"})
    assert rules.is_in_environment(definition("vllm"), {"VLLM_BASE_URL": "http://h"})
    assert not rules.is_in_environment(definition("groq"), {"GROQ_API_KEY": " "})


def test_the_fingerprint_changes_with_each_part_and_with_the_salt_and_tells_nothing() -> None:
    def reached(**fields: str | None) -> Authority:
        given = {"base_url": "https://a", "api_key": "k", "proxy_url": None, **fields}
        return Authority(
            provider=given.get("provider") or "openai",
            kind="chat_completions",
            base_url=given["base_url"],
            url_source="configured",
            api_key=given["api_key"],
            proxy_url=given["proxy_url"],
        )

    made = [
        rules.fingerprint(b"salt", reached()),
        rules.fingerprint(b"other", reached()),
        rules.fingerprint(b"salt", reached(provider="groq")),
        rules.fingerprint(b"salt", reached(base_url="https://b")),
        rules.fingerprint(b"salt", reached(api_key=None)),
        rules.fingerprint(b"salt", reached(api_key="l")),
        rules.fingerprint(b"salt", reached(proxy_url="http://p")),
    ]
    assert len(set(made)) == len(made)
    assert rules.fingerprint(b"salt", reached()) == made[0]
    assert all(len(text) == 64 for text in made)


def test_no_secret_in_a_repr() -> None:
    text = repr(Authority("openai", "chat_completions", "https://a", "configured", "hush", "stored", "http://hush@p"))
    assert "hush" not in text + repr(Stored(api_key="hush", proxy_url="hush"))


@pytest.mark.parametrize(
    ("provider", "environment", "stored", "expected"),
    [
        pytest.param("openai", {}, NOTHING_STORED, False, id="no key"),
        pytest.param("openai", {"OPENAI_API_KEY": "k"}, NOTHING_STORED, True, id="a key in the environment"),
        pytest.param("openai", {}, Stored(api_key="k"), True, id="a stored key"),
        pytest.param("openai", {}, Stored(base_url="http://own/v1"), True, id="a server of one's own"),
        pytest.param("ollama", {}, NOTHING_STORED, False, id="nobody named a local server"),
        pytest.param("vllm", {"VLLM_BASE_URL": "http://127.0.0.1:9/v1"}, NOTHING_STORED, True, id="somebody did"),
        pytest.param("gemini", {"GEMINI_API_KEY": "k"}, NOTHING_STORED, False, id="no adapter"),
        pytest.param("rehearsal", {}, NOTHING_STORED, True, id="rehearsal"),
    ],
)
def test_is_usable(provider: str, environment: Mapping[str, str], stored: Stored, expected: bool) -> None:
    known = definition(provider)
    assert rules.is_usable(known, rules.authority(known, environment, stored)) is expected
