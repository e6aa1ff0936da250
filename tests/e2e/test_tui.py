"""`portico tui` in tmux, on a gateway in its own process."""

import shutil
import subprocess
import sys
import time
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.e2e.terminal import environment

SECONDS = 20.0
"""A bound of each wait, not an expectation."""

pytestmark = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")


class Tmux:
    """One window with the program in it."""

    def __init__(self, folder: Path) -> None:
        self._socket = folder / "tmux"
        variables = [f"{name}={value}" for name, value in environment(folder).items() if name != "COLUMNS"]
        program = [
            "env",
            "-i",
            *variables,
            "TERM=tmux-256color",
            "LANG=C.UTF-8",
            sys.executable,
            "-m",
            "portico",
            "tui",
        ]
        self._run("-f", "/dev/null", "new-session", "-d", "-x", "110", "-y", "30", "-c", str(folder), *program)
        self._run("set-option", "-g", "escape-time", "10")

    @property
    def shown(self) -> str:
        return self._run("capture-pane", "-p")

    def type(self, text: str) -> None:
        self._run("send-keys", "-l", text)

    def press(self, *keys: str) -> None:
        self._run("send-keys", *keys)

    def wait_for(self, *texts: str) -> None:
        deadline = time.monotonic() + SECONDS
        while not all(text in self.shown for text in texts):
            assert time.monotonic() < deadline, f"{texts} not shown in:\n{self.shown}"

    def wait_for_the_end(self) -> None:
        deadline = time.monotonic() + SECONDS
        while self._is_running():
            assert time.monotonic() < deadline, f"it does not leave:\n{self.shown}"

    def close(self) -> None:
        subprocess.run(["tmux", "-S", self._socket, "kill-server"], check=False, capture_output=True)

    def _is_running(self) -> bool:
        command = ["tmux", "-S", self._socket, "has-session"]
        return subprocess.run(command, check=False, capture_output=True).returncode == 0

    def _run(self, *words: str) -> str:
        return subprocess.run(
            ["tmux", "-S", self._socket, *words], check=True, capture_output=True, encoding="utf-8"
        ).stdout


@pytest.fixture
def tmux(tmp_path: Path) -> Generator[Tmux]:
    it = Tmux(tmp_path)
    yield it
    it.close()


def test_type_see_a_tool_stop_and_quit(tmux: Tmux) -> None:
    tmux.wait_for("Portico", "Connected to", "rehearsal")
    tmux.type('/tool exec_command {"command": ["sleep", "60"]}')
    tmux.press("Enter")
    tmux.wait_for("Working", "exec_command sleep 60", "esc stops")
    tmux.press("Escape")
    tmux.wait_for("Connected to", "✗")
    tmux.type("/say still here")
    tmux.press("Enter")
    tmux.wait_for("\n", "still here", "tokens in")
    tmux.press("C-p")
    tmux.wait_for("Commands", "New thread")
    tmux.press("Escape")
    tmux.press("C-c")
    tmux.wait_for("Press Ctrl+C again to quit")
    tmux.press("C-c")
    tmux.wait_for_the_end()
