"""The desktop shell as its users start it, on a screen of the test's own (`desktop_shell` is what runs)."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
import anyio.abc
import psutil
import pytest
from anyio.streams.buffered import BufferedByteReceiveStream

PAUSE = 0.05
"""Between two looks at a window, which tells nobody of its changes."""
SIGNED_IN = 'document.querySelector("textarea") && !document.querySelector("input[type=password]") && location.origin'
MAX_LINE = 1_000_000


@contextmanager
def screen() -> Generator[str]:
    """A display without a monitor; where there is none the test is skipped, in CI it fails."""
    if shutil.which("Xvfb") is None:
        said = "there is no Xvfb here: `make tools` installs it for root on Debian"
        pytest.fail(said) if os.environ.get("CI") == "true" else pytest.skip(said)
    ours, theirs = os.pipe()
    command = ["Xvfb", "-displayfd", str(theirs), "-screen", "0", "1400x900x24", "-nolisten", "tcp"]
    with subprocess.Popen(command, pass_fds=[theirs], stderr=subprocess.DEVNULL) as server:
        os.close(theirs)
        with os.fdopen(ours) as told:
            number = told.readline().strip()
        try:
            yield f":{number}"
        finally:
            server.terminate()


@dataclass
class Shell:
    """A desktop shell that runs."""

    process: anyio.abc.Process
    lines: BufferedByteReceiveStream

    async def ask(self, **what: Any) -> Any:
        assert self.process.stdin is not None
        await self.process.stdin.send(json.dumps(what).encode() + b"\n")
        return json.loads(await self.lines.receive_until(b"\n", MAX_LINE))["said"]

    async def script(self, code: str, window: str = "gateway") -> Any:
        """The value of a script in a window's page."""
        return await self.ask(window=window, script=code)

    async def is_signed_in(self, besides: str = "") -> str:
        """Wait until the gateway's page is one to write in, not one that asks for a token; where it is from."""
        while True:
            found = await self.script(besides + SIGNED_IN)
            if found:
                return str(found)
            await anyio.sleep(PAUSE)

    async def shows(self, words: str, window: str = "gateway") -> str:
        """Wait until a window's page has these words; where the page is from."""
        while True:
            found = await self.script("[location.origin, document.body && document.body.innerText].join('\\n')", window)
            if words in str(found).partition("\n")[2]:
                return str(found).partition("\n")[0]
            await anyio.sleep(PAUSE)


@asynccontextmanager
async def desktop(home: Path, environ: dict[str, str], *words: str) -> AsyncGenerator[Shell]:
    """A shell on a home; killed at the end if it still runs, with the gateway that it started."""
    command = [sys.executable, "-m", "tests.e2e.desktop_shell", str(home), *words]
    # the engine's sandbox does not start for root, as whom tests may run
    environ = {**environ, "QTWEBENGINE_CHROMIUM_FLAGS": "--no-sandbox --disable-gpu"}
    async with await anyio.open_process(command, env=environ, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        try:
            yield Shell(process, BufferedByteReceiveStream(process.stdout))
        finally:
            if process.returncode is None:
                _kill(psutil.Process(process.pid))


def _kill(shell: psutil.Process) -> None:
    """The gateway is in a session of its own: whoever kills the shell alone leaves it behind."""
    for one in [*shell.children(recursive=True), shell]:
        with suppress(psutil.NoSuchProcess):
            one.kill()
