"""`portico desktop`: the extra is named where it is missing, options are handed on."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from portico.__main__ import run
from portico.shells.cli.commands import desktop
from tests.shells.cli.rig import Shell

Call = tuple[Path | None, str | None]


def test_a_missing_extra_is_said(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    load = desktop.importlib.import_module

    def missing(name: str) -> object:
        if name == "portico.shells.desktop.program":
            raise ImportError("No module named 'webview'")
        return load(name)

    monkeypatch.setattr(desktop.importlib, "import_module", missing)
    assert run(["--home", str(shell.home), "desktop"]) == 1
    assert "pip install 'portico[desktop]'" in capsys.readouterr().err


def test_options_are_handed_on(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    calls: list[Call] = []

    def program(_: object, home: Path | None, gateway: str | None) -> str | None:
        calls.append((home, gateway))
        return None if gateway is None else "it is open already"

    load = desktop.importlib.import_module

    def loaded(name: str) -> object:
        return SimpleNamespace(run=program) if name == "portico.shells.desktop.program" else load(name)

    monkeypatch.setattr(desktop.importlib, "import_module", loaded)
    assert run(["--home", str(shell.home), "desktop"]) == 0
    assert run(["desktop", "--home", str(shell.home), "--gateway", "office"]) == 0
    assert calls == [(shell.home, None), (shell.home, "office")]
    assert "it is open already" in capsys.readouterr().err
