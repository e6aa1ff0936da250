"""One process of a tool: started in a session of its own, and ended with everything it started."""

import os
import signal
import subprocess
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import anyio
import anyio.to_thread

from portico.gateway.adapters.shell.environment import MARK
from portico.gateway.adapters.shell.marks import PROC, marked, runs, stat_fields
from portico.gateway.features.tools import ToolFault

GRACE_SECONDS = 0.2
"""Between the polite signal and the last one; with what follows it stays below 300 ms."""
LAST_SECONDS = 0.08
FIRST_PAUSE = 0.001
LONGEST_PAUSE = 0.02


@dataclass(frozen=True, slots=True)
class Streams:
    """What a process gets as standard input, output and error, as `subprocess` takes them."""

    stdin: int
    stdout: int
    stderr: int


class Child:
    """A started process. Its owner must `end` it, whatever happens; that reaps it."""

    def __init__(self, process: "subprocess.Popen[bytes]", mark: str) -> None:
        self._process = process
        self._mark = mark
        self._pidfd = _pidfd(process.pid)

    @property
    def stdout(self) -> int:
        return _descriptor(self._process.stdout)

    @property
    def stderr(self) -> int:
        return _descriptor(self._process.stderr)

    @property
    def code(self) -> int | None:
        """The exit code as a shell tells it (128 + n for a signal); None while it was not reaped."""
        code = self._process.returncode
        return 128 - code if code is not None and code < 0 else code

    async def exited(self) -> None:
        """Wait until the process itself has ended; it is not reaped yet, so its group's number stays taken."""
        if self._pidfd is not None:
            await anyio.wait_readable(self._pidfd)
        else:
            await anyio.to_thread.run_sync(_wait_for, self._process.pid, abandon_on_cancel=True)

    async def end(self, *, is_over: bool) -> None:
        """End what is left of it: politely, then by force. `is_over`: the process has ended of itself.

        Those that left the group are looked for only when it was cut short: that reads all of /proc.
        """
        with anyio.CancelScope(shield=True):
            strays = set[int]() if is_over else self._strays()
            self._signal(signal.SIGTERM, strays)
            if not await self._gone(GRACE_SECONDS, strays):
                strays |= self._strays()
                self._signal(signal.SIGKILL, strays)
                await self._gone(LAST_SECONDS, strays)
        self._close()

    def _signal(self, number: signal.Signals, strays: Iterable[int]) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, number)
        for pid in strays:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, number)

    async def _gone(self, seconds: float, strays: Iterable[int]) -> bool:
        pause, waited = FIRST_PAUSE, 0.0
        while not self._is_gone(strays):
            if waited >= seconds:
                return False
            await anyio.sleep(pause)
            waited += pause
            pause = min(pause * 2, LONGEST_PAUSE)
        return True

    def _is_gone(self, strays: Iterable[int]) -> bool:
        if self._process.poll() is None:
            return False
        return not _group_lives(self._process.pid) and not any(_is_alive(pid) for pid in strays)

    def _strays(self) -> set[int]:
        """Processes that carry our mark, by whatever way they left the group."""
        return {pid for pid, mark in marked() if mark == self._mark} - {self._process.pid}

    def _close(self) -> None:
        for stream in (self._process.stdout, self._process.stderr):
            if stream is not None:
                stream.close()
        if self._pidfd is not None:
            os.close(self._pidfd)
            self._pidfd = None


def spawn(argv: Sequence[str], cwd: Path, environment: dict[str, str], streams: Streams) -> Child:
    """Start `argv` as the leader of a new session. Raises ToolFault.

    Not through the loop's own subprocess support: that costs a thread or a signal handler per process, and takes
    several times as long.
    """
    try:
        process = subprocess.Popen(
            list(argv),
            bufsize=0,
            cwd=cwd,
            env=environment,
            stdin=streams.stdin,
            stdout=streams.stdout,
            stderr=streams.stderr,
            start_new_session=True,
        )
    except FileNotFoundError as error:
        if not cwd.is_dir():
            raise ToolFault("not_found", f"the folder {cwd} does not exist") from error
        raise ToolFault("command_not_found", f"the program {argv[0]!r} was not found") from error
    except PermissionError as error:
        raise ToolFault("permission_denied", f"{argv[0]!r} may not be run") from error
    except ValueError as error:
        raise ToolFault("invalid_arguments", f"the command cannot be run: {error}") from error
    except OSError as error:
        raise ToolFault("execution_failed", f"{argv[0]!r} cannot be run: {error.strerror}") from error
    child = Child(process, environment[MARK])
    for stream in (process.stdout, process.stderr):
        if stream is not None:
            os.set_blocking(stream.fileno(), False)
    return child


def _descriptor(stream: object) -> int:
    fileno = getattr(stream, "fileno", None)
    if fileno is None:
        raise ValueError("the process has no such pipe")
    return int(fileno())


def _pidfd(pid: int) -> int | None:
    opened = getattr(os, "pidfd_open", None)
    if opened is None:
        return None
    try:
        return int(opened(pid))
    except OSError:
        return None


def _wait_for(pid: int) -> None:
    """Without pidfd: a thread waits, and leaves the process to be reaped."""
    with suppress(ChildProcessError):
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)


def _group_lives(group: int) -> bool:
    """Somebody in it still runs. Ended orphans do not count: in a container nobody may ever reap them."""
    try:
        os.killpg(group, 0)
    except (ProcessLookupError, PermissionError):
        return False
    if not PROC.is_dir():
        return True
    wanted = str(group).encode()
    return any(fields[2] == wanted and runs(fields) for fields in map(stat_fields, PROC.glob("[0-9]*/stat")) if fields)


def _is_alive(pid: int) -> bool:
    return runs(stat_fields(PROC / str(pid) / "stat"))
