"""`portico secrets`."""

import sys

import pytest

from portico.gateway.features.secrets import rules
from portico.shells.cli.commands.secrets import INTERNAL_KINDS, read_value
from tests.shells.cli.rig import Keyboard, Shell


def test_a_secret_is_set_listed_and_deleted_and_never_shown(shell: Shell) -> None:
    assert shell.ok("secrets", "list").out == "no secrets yet\n"
    assert shell.ok("secrets", "set", "mail/work", "--label", "the post", stdin="hush\n").out == "mail/work is stored\n"
    listed = shell.ok("secrets", "list")
    assert listed.lines[1].startswith("mail/work  mail  the post  ")
    assert len(listed.lines) == 2
    assert "hush" not in listed.out
    every = shell.ok("secrets", "list", "--all")
    assert {line.split()[1] for line in every.lines[1:]} == {"mail", *INTERNAL_KINDS}
    assert shell.ok("secrets", "delete", "mail/work").out == "mail/work is gone\n"
    assert shell.ok("secrets", "delete", "mail/work").out == "there was no mail/work\n"


@pytest.mark.parametrize(
    ("words", "stdin", "code", "told"),
    [
        pytest.param(["set", "a/b"], " \n", 2, "standard input is empty", id="no value"),
        pytest.param(["set", "authority_salt/home"], "x", 1, "this secret is the gateway's own", id="reserved"),
        pytest.param(["delete", "authority_salt/home"], "", 1, "this secret is the gateway's own", id="kept"),
        pytest.param(["set"], "x", 2, "Missing argument 'REF'", id="which"),
    ],
)
def test_refused(shell: Shell, words: list[str], stdin: str, code: int, told: str) -> None:
    ran = shell.run("secrets", *words, stdin=stdin)
    assert (ran.code, ran.out) == (code, "")
    assert told in ran.err


def test_at_a_terminal_the_value_is_asked_for_unseen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", Keyboard(is_terminal=True))
    monkeypatch.setattr("getpass.getpass", lambda prompt, stream=None: "typed")  # pyright: ignore[reportUnknownLambdaType, reportUnknownArgumentType]
    monkeypatch.setattr("click.termui.hidden_prompt_func", lambda prompt: "typed")  # pyright: ignore[reportUnknownLambdaType, reportUnknownArgumentType]
    assert read_value("value") == "typed"


def test_the_shell_hides_what_the_gateway_keeps_for_itself() -> None:
    assert rules.INTERNAL_KINDS == INTERNAL_KINDS
