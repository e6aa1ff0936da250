"""The one place where this shell starts programs: a gateway, and those of the system that show files and notices."""

import os
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import IO

import anyio
import anyio.abc
import msgspec
from anyio.streams.buffered import BufferedByteReceiveStream

from portico.client.errors import ClientError
from portico.shells.desktop.commands import Command
from portico.shells.desktop.words import say

READY_SECONDS = 60.0
"""An upgrade of a large home takes a while."""
DRAIN_SECONDS = 20.0
"""More than the gateway gives the turns that run."""
MAX_LINE = 65_536
LOG_TAIL = 4_096


OURS = frozenset({"PORTICO_TOKEN", "GATEWAY_AUTH_TOKEN"})
"""Credentials, which programs of the system are not given."""


class _Announcement(msgspec.Struct, frozen=True, kw_only=True):
    url: str


class GatewayProcess:
    """A gateway that this shell started, in a session of its own: Ctrl-C at the shell's terminal stops it by us."""

    def __init__(self, process: anyio.abc.Process, log: Path) -> None:
        self._process = process
        self._log = log

    async def ready(self) -> str:
        """Wait until it listens; its URL. Raises ClientError with what it said when it does not come to that."""
        assert self._process.stdout is not None
        lines = BufferedByteReceiveStream(self._process.stdout)
        try:
            with anyio.fail_after(READY_SECONDS):
                return msgspec.json.decode(await lines.receive_until(b"\n", MAX_LINE), type=_Announcement).url
        except (anyio.IncompleteRead, anyio.DelimiterNotFound, TimeoutError, ValueError) as error:
            await self.stop()
            raise ClientError(_last_line(self._log) or say("ui.desktop.did_not_start")) from error

    async def gone(self) -> None:
        """Wait for its end."""
        await self._process.wait()

    async def stop(self, hurry: anyio.Event | None = None) -> None:
        """It finishes what runs, for a bounded time; at `hurry` it interrupts that. Then it is gone."""
        with suppress(ProcessLookupError):
            self._process.terminate()
        with anyio.move_on_after(DRAIN_SECONDS), suppress(ProcessLookupError):
            async with anyio.create_task_group() as group:
                if hurry is not None:
                    group.start_soon(self._hurry, hurry)
                await self._process.wait()
                group.cancel_scope.cancel()
        if self._process.returncode is None:
            with suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()
        await self._process.aclose()

    async def _hurry(self, hurry: anyio.Event) -> None:
        await hurry.wait()
        with suppress(ProcessLookupError):
            self._process.terminate()


async def start_gateway(command: Command, log: Path) -> GatewayProcess:
    """What it says goes to `log`, which it begins anew. Raises ClientError."""
    try:
        with _emptied(log) as file:
            process = await anyio.open_process(
                command.arguments,
                stdin=subprocess.DEVNULL,
                stderr=file,
                env={**os.environ, **command.environ},
                start_new_session=True,
            )
    except OSError as error:
        raise ClientError(f"{say('ui.desktop.did_not_start')}: {error.strerror}") from error
    return GatewayProcess(process, log)


async def run(command: Command) -> str | None:
    """What the program printed, None where it is not there or failed. It is ended when nobody waits any more."""
    environ = {name: value for name, value in os.environ.items() if name not in OURS}
    try:
        done = await anyio.run_process(
            command.arguments,
            stdin=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
            env={**environ, **command.environ},
            start_new_session=True,
        )
    except OSError:
        return None
    return None if done.returncode else done.stdout.decode(errors="replace").strip()


def _emptied(log: Path) -> IO[bytes]:
    return os.fdopen(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600), "wb")


def _last_line(log: Path) -> str:
    try:
        lines = log.read_bytes()[-LOG_TAIL:].decode(errors="replace").split("\n")
    except OSError:
        return ""
    return next((line.strip().removeprefix("portico: ") for line in reversed(lines) if line.strip()), "")
