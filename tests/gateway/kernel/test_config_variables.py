"""Variables of the environment: what each one says, and what it may not say."""

from pathlib import Path
from typing import Any

import pytest

from portico.gateway.kernel.config_variables import VARIABLES, home_of, read_variables, user_home
from portico.gateway.kernel.errors import Invalid

SWITCHES = ("GATEWAY_ENABLE_WEB_UI", "SESSION_PERSIST", "VERBOSE_TOOLS")
OLLAMA = ("OLLAMA_CONTEXT_WINDOW", "OLLAMA_MAX_TOKENS")


@pytest.mark.parametrize(
    ("name", "text", "field", "value"),
    [
        ("RUN_MODE", "single", "run_mode", "single"),
        ("GATEWAY_HOST", "::1", "host", "::1"),
        ("GATEWAY_PORT", "8787", "port", 8787),
        ("GATEWAY_AUTH_TOKEN", "t", "auth_token", "t"),
        ("GATEWAY_AUTH", "none", "auth_mode", "none"),
        ("GATEWAY_HOSTS", "a.example, b.example,", "hosts", ("a.example", "b.example")),
        ("GATEWAY_CORS_ORIGIN", "*", "cors_origins", ("*",)),
        ("GATEWAY_ENABLE_WEB_UI", "False", "web_ui", False),
        ("SESSION_PERSIST", "memory", "session_persist", False),
        ("SESSION_PERSIST", "disk", "session_persist", True),
        ("SESSION_PERSIST", "0", "session_persist", False),
        ("VERBOSE_TOOLS", "on", "verbose_tools", True),
        ("CWD", "/srv", "default_root", Path("/srv")),
        ("PROVIDER", "openai", "provider", "openai"),
        ("MODEL", "m", "model", "m"),
        ("TOOLS", "readonly", "tools", "readonly"),
        ("TOOLS", "read_file, list_dir", "tools", ["read_file", "list_dir"]),
        ("SYSTEM_PROMPT", "be kind", "system_prompt", "be kind"),
        ("APPEND_SYSTEM_PROMPT", "and brief", "append_system_prompt", "and brief"),
        ("PASS_THROUGH_TOKENS_PER_DAY", " 2000 ", "pass_through_tokens_per_day", 2_000),
        ("OLLAMA_CONTEXT_WINDOW", " 32768 ", "ollama_context_tokens", 32_768),
        ("OLLAMA_MAX_TOKENS", "1", "ollama_max_tokens", 1),
    ],
)
def test_a_variable_says(name: str, text: str, field: str, value: Any) -> None:
    assert read_variables({name: text}) == {field: value}


@pytest.mark.parametrize("name", SWITCHES)
@pytest.mark.parametrize(
    ("words", "value"),
    [(("1", "true", "yes", "on", "TRUE", "Yes", " oN "), True), (("0", "false", "no", "off", "False", "NO"), False)],
)
def test_a_switch_is_spelt_in_four_ways(name: str, words: tuple[str, ...], value: bool) -> None:
    assert [list(read_variables({name: word}).values()) for word in words] == [[value]] * len(words)


@pytest.mark.parametrize("name", SWITCHES)
@pytest.mark.parametrize("text", ["2", "t", "y", "enabled", "-1", " "])
def test_another_spelling_of_a_switch_is_refused(name: str, text: str) -> None:
    with pytest.raises(Invalid, match=name):
        read_variables({name: text})


def test_an_empty_variable_says_nothing() -> None:
    assert read_variables(dict.fromkeys(VARIABLES, "")) == {}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("GATEWAY_PORT", "http"),
        ("GATEWAY_PORT", "-1"),
        ("GATEWAY_PORT", "65536"),
        ("GATEWAY_PORT", "１７"),
        ("GATEWAY_PORT", "9" * 5_000),
        ("GATEWAY_ENABLE_WEB_UI", "maybe"),
        ("SESSION_PERSIST", "tape"),
        ("PASS_THROUGH_TOKENS_PER_DAY", "-1"),
        ("PASS_THROUGH_TOKENS_PER_DAY", "many"),
        ("PASS_THROUGH_TOKENS_PER_DAY", "9" * 16),
        *[(name, text) for name in OLLAMA for text in ("0", "-1", "32k", "1e4", "²", "1" * 16, " ")],
    ],
)
def test_a_bad_variable_is_named(name: str, text: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_variables({name: text})
    assert refused.value.path == name
    assert name in refused.value.message


def test_each_variable_is_in_the_example_file() -> None:
    example = (Path(__file__).parents[3] / ".env.example").read_text()
    assert [
        name
        for name in [*VARIABLES, "PORTICO_HOME", "PORTICO_PASSPHRASE", "PORTICO_KEYSTORE"]
        if f"#{name}=" not in example
    ] == []


def test_the_users_home_is_found_without_a_variable() -> None:
    assert user_home({}) == Path.home()
    assert home_of({}) == Path.home() / ".portico"
