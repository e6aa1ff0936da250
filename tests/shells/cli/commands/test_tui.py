"""`portico tui`: refused in words where it cannot be drawn."""

import importlib
from typing import Any

import pytest

from portico.shells.cli.commands.tui import MISSING
from tests.shells.cli.rig import Shell


def test_without_a_terminal_it_says_so(shell: Shell) -> None:
    ran = shell.run("tui")
    assert ran.code == 1
    assert "needs a terminal" in ran.err


def test_without_textual_it_says_what_to_install(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    real = importlib.import_module

    def without(name: str, package: str | None = None) -> Any:
        if name == "portico.shells.tui.main":
            raise ModuleNotFoundError("No module named 'textual'", name="textual.app")
        return real(name, package)

    monkeypatch.setattr(importlib, "import_module", without)
    ran = shell.run("tui")
    assert ran.code == 1
    assert MISSING in ran.err


def test_an_unknown_language_is_a_wrong_use(shell: Shell) -> None:
    assert shell.run("tui", "--lang", "xx").code == 2
