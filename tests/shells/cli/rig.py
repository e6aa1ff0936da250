"""The command line in this process, on a home and an environment of its own."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import cast

import pytest

from portico.__main__ import Local, run
from portico.shells.cli import app
from portico.shells.cli.host import Host

FOREIGN = ("PORTICO_", "GATEWAY_", "OPENAI_", "ANTHROPIC_", "OLLAMA_", "OPENROUTER_", "MODEL", "TOOLS", "CWD")


def host_of(it: object) -> Host:
    """A host that answers only what its test asks, or one that finds its answers by name."""
    return cast(Host, it)


HOST = host_of(Local())


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return [line.rstrip() for line in self.out.splitlines()]


class Keyboard(StringIO):
    """Standard input with a person behind it, or without."""

    def __init__(self, text: str = "", *, is_terminal: bool = False) -> None:
        super().__init__(text)
        self._is_terminal = is_terminal

    def isatty(self) -> bool:
        return self._is_terminal


@dataclass
class Shell:
    """Runs commands; each without a running gateway has one embedded, on the same home."""

    folder: Path
    monkeypatch: pytest.MonkeyPatch
    capture: pytest.CaptureFixture[str]
    environ: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def home(self) -> Path:
        return self.folder / "home"

    def run(
        self, *words: str, stdin: str = "", environ: Mapping[str, str] | None = None, host: Host | None = None
    ) -> Ran:
        with self.monkeypatch.context() as patch:
            patch.setattr(sys, "stdin", Keyboard(stdin))
            for name, value in (environ or {}).items():
                patch.setenv(name, value)
            self.capture.readouterr()
            code = run(list(words)) if host is None else app.run(list(words), host)
            out, err = self.capture.readouterr()
        return Ran(code, out, err)

    def ok(self, *words: str, stdin: str = "") -> Ran:
        """Run it; it must succeed."""
        ran = self.run(*words, stdin=stdin)
        assert ran.code == 0, ran.err
        return ran


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    """A shell in an empty folder `work` beside the home."""
    clean(monkeypatch)
    monkeypatch.setenv("PORTICO_HOME", str(tmp_path / "home"))
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    return Shell(tmp_path, monkeypatch, capsys)


def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable of the machine's own; logs are left to pytest."""
    for name in [name for name in os.environ if name.startswith(FOREIGN)]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PROVIDER", "rehearsal")
    for place in ("portico.gateway.admin.local.configure", "portico.gateway.admin.up.configure"):
        monkeypatch.setattr(place, _no_logs)


def _no_logs(*_: object, **__: object) -> None:
    """The process's logging belongs to the test run."""
