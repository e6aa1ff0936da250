"""The gateway as its users start it: a process on a home of its own, with a scripted vendor in this one."""

import os
import signal
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
import anyio.abc
import msgspec
from anyio.streams.text import TextReceiveStream

from portico.client.errors import lone_errors
from portico.gateway.kernel.home import Home
from tests.kit.gateways import KEY, Peer, dialled
from tests.kit.leash import leashed
from tests.kit.vendors import MODEL, Vendor

SECONDS = 30.0
"""A bound of each test, not an expectation."""


@dataclass
class Place:
    """Where a test's gateways run, one after the other."""

    folder: Path
    vendor: Vendor
    more: dict[str, str] = field(default_factory=dict[str, str])
    """Variables of every start beside the usual ones."""
    flags: tuple[str, ...] = ("--port", "0")

    @property
    def home(self) -> Home:
        return Home(self.folder / "home")

    @property
    def root(self) -> Path:
        return self.folder / "root"

    @property
    def environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "OPENAI_BASE_URL": self.vendor.url,
            "OPENAI_API_KEY": KEY,
            "PROVIDER": "openai",
            "MODEL": MODEL,
            "CWD": str(self.root),
            **self.more,
        }

    def command(self, *flags: str) -> list[str]:
        return [sys.executable, "-m", "portico", "up", "--home", str(self.home.path), *self.flags, *flags]

    def refused(self, *flags: str, **environment: str) -> str:
        """The one line that a start which must fail says; nothing else is printed."""
        return self.refused_by(self.command(*flags), **environment)

    def refused_by(self, command: list[str], **environment: str) -> str:
        told = subprocess.run(
            command,
            env=self.environment | environment,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        lines = told.stderr.splitlines()
        assert (told.returncode, told.stdout, len(lines)) == (1, "", 1), told
        assert lines[0].startswith("portico: ")
        return lines[0]

    @asynccontextmanager
    async def up(self, *flags: str, log: int | None = None) -> AsyncGenerator["Up"]:
        """A gateway that answers; killed at the end if it still runs. `log` is where its log goes."""
        command = leashed(*self.command("--json", *flags))
        async with await anyio.open_process(
            command, env=self.environment, stdin=subprocess.DEVNULL, stderr=log, start_new_session=True
        ) as process:
            assert process.stdout is not None
            try:
                line = await TextReceiveStream(process.stdout).receive()
                yield Up(process, msgspec.json.decode(line), self.home)
            finally:
                if process.returncode is None:
                    process.kill()


@dataclass
class Up:
    """A gateway process that has said where it answers."""

    process: anyio.abc.Process
    told: dict[str, Any]
    home: Home

    @asynccontextmanager
    async def peer(self) -> AsyncGenerator[Peer]:
        headers = {"authorization": f"Bearer {self.home.token()}"}
        async with dialled(self.told["ws"], additional_headers=headers) as peer:
            yield peer

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)


@asynccontextmanager
async def place(folder: Path, seconds: float = SECONDS) -> AsyncGenerator[Place]:
    """A vendor, and folders for a home and for tools, for at most so long."""
    with lone_errors(), anyio.fail_after(seconds):
        async with Vendor().answering() as vendor:
            made = Place(folder, vendor)
            made.root.mkdir()
            yield made
