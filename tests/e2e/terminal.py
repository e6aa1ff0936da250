"""A terminal with a program in it, and a person who types."""

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

SECONDS = 10.0
"""A bound of each wait, not an expectation."""
CTRL_C, CTRL_D, UP = "\x03", "\x04", "\x1b[A"
FOREIGN = ("PORTICO_", "GATEWAY_", "OPENAI_", "ANTHROPIC_", "OLLAMA_", "MODEL", "TOOLS", "CWD")
SEAT = "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"
"""Makes the terminal the program's own, so that Ctrl-C reaches it."""
STEERING = re.compile(r"\x1b(\[[0-9;?]*[A-Za-z]|[()][A-Z0-9]|[=>])")


def environment(folder: Path) -> dict[str, str]:
    """Nothing of this machine's own that a gateway or a shell would heed; the home is in `folder`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    return {**kept, "PORTICO_HOME": str(folder / "home"), "PROVIDER": "rehearsal", "TERM": "xterm", "COLUMNS": "120"}


class Terminal:
    """`wait_for` takes what is shown in order: each wait begins after the one before."""

    def __init__(self, *words: str, environ: Mapping[str, str], folder: Path) -> None:
        self._end, seat = pty.openpty()
        command = [sys.executable, "-c", SEAT, sys.executable, "-m", "portico", *words]
        self.program = subprocess.Popen(
            command, stdin=seat, stdout=seat, stderr=seat, cwd=folder, env=dict(environ), start_new_session=True
        )
        os.close(seat)
        self._raw = b""
        self._read_to = 0

    @property
    def shown(self) -> str:
        """All so far, without what steers the terminal."""
        return STEERING.sub("", self._raw.decode(errors="replace")).replace("\r", "")

    def type(self, text: str) -> None:
        os.write(self._end, text.encode())

    def wait_for(self, text: str) -> None:
        """Read until `text` is shown. Raises AssertionError at the program's end."""
        deadline = time.monotonic() + SECONDS
        while text not in self.shown[self._read_to :]:
            assert self._read(deadline), f"{text!r} was not shown in:\n{self.shown}"
        self._read_to = self.shown.index(text, self._read_to) + len(text)

    def leave(self) -> int:
        """Read to the end; the exit code."""
        deadline = time.monotonic() + SECONDS
        while self._read(deadline):
            pass
        try:
            return self.program.wait(SECONDS)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"it does not leave:\n{self.shown}") from None

    def close(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.program.pid, signal.SIGKILL)
        self.program.wait(SECONDS)
        os.close(self._end)

    def _read(self, deadline: float) -> bool:
        """More to read; False at the end, or when nothing came until the deadline."""
        ready, _, _ = select.select([self._end], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            return False
        try:
            piece = os.read(self._end, 65_536)
        except OSError:
            return False
        self._raw += piece
        return bool(piece)


class Desk:
    """Terminals on one home."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environ = environment(folder)
        self._open: list[Terminal] = []

    def open(self, *words: str) -> Terminal:
        terminal = Terminal(*words, environ=self.environ, folder=self.folder)
        self._open.append(terminal)
        return terminal

    def close(self) -> None:
        for terminal in self._open:
            terminal.close()


@contextmanager
def desk(folder: Path) -> Generator[Desk]:
    """Whatever was opened is gone at the end."""
    it = Desk(folder)
    try:
        yield it
    finally:
        it.close()
