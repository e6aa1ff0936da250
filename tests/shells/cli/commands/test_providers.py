"""`portico providers`."""

import pytest

from tests.shells.cli.rig import Shell


def names(lines: list[str]) -> list[str]:
    return [line.split()[0] for line in lines[1:]]


def test_only_what_can_be_used_is_listed_with_where_its_key_is_from(shell: Shell) -> None:
    assert set(names(shell.ok("providers", "list").lines)) - {"ollama"} == {"rehearsal"}
    assert shell.ok("providers", "set-key", "anthropic", stdin="sk-own\n").out == "the key of anthropic is stored\n"
    shell.ok("providers", "configure", "vllm", "--base-url", "http://127.0.0.1:9/v1")
    shell.monkeypatch.setenv("OPENAI_API_KEY", "sk-env")
    listed = {line.split()[0]: line for line in shell.ok("providers", "list").lines[1:]}
    assert set(listed) - {"ollama"} == {"openai", "anthropic", "vllm", "rehearsal"}
    assert "environment" in listed["openai"]
    assert "stored" in listed["anthropic"]
    assert "http://127.0.0.1:9/v1" in listed["vllm"]
    every = {line.split()[0]: line for line in shell.ok("providers", "list", "--all").lines[1:]}
    assert "missing" in every["deepseek"]
    assert "not available yet" in every["gemini"]
    assert "sk-" not in "".join(every.values())
    assert shell.ok("providers", "delete-key", "anthropic").out == "the key of anthropic is gone\n"
    assert shell.ok("providers", "delete-key", "anthropic").out == "anthropic had no stored key\n"


def test_address_and_proxy_are_set_and_cleared(shell: Shell) -> None:
    told = shell.ok(
        "providers", "configure", "openai", "--base-url", "http://own:9/v1", "--proxy", "http://u:p@proxy:1"
    )
    assert told.out == "openai: base URL http://own:9/v1, proxy http://proxy:1\n"
    told = shell.ok("providers", "configure", "openai", "--base-url", "", "--proxy", "")
    assert told.out == "openai: base URL its own, proxy none\n"


def test_the_models_of_a_provider(shell: Shell) -> None:
    assert shell.ok("providers", "models", "rehearsal").lines[1].split() == ["rehearsal", "Rehearsal"]
    told = shell.ok("providers", "models", "openai")
    assert "gpt-5.5" in told.out
    assert "the list may be old: the provider 'openai' has no key" in told.err


@pytest.mark.parametrize(
    ("words", "stdin", "code", "told"),
    [
        pytest.param(["models", "nobody"], "", 1, "at $.provider", id="unknown"),
        pytest.param(["set-key", "openai"], "", 2, "standard input is empty", id="no key"),
        pytest.param(["set-key", "openai"], "two words", 1, "printable ASCII without spaces", id="no such key"),
        pytest.param(["set-key", "rehearsal"], "k", 1, "rehearsal needs no key", id="rehearsal"),
        pytest.param(["configure", "openai"], "", 2, "give --base-url or --proxy", id="nothing to do"),
        pytest.param(["configure", "openai", "--base-url", "ftp://x"], "", 1, "at $.base_url", id="no such address"),
    ],
)
def test_refused(shell: Shell, words: list[str], stdin: str, code: int, told: str) -> None:
    ran = shell.run("providers", *words, stdin=stdin)
    assert (ran.code, ran.out) == (code, "")
    assert told in ran.err
