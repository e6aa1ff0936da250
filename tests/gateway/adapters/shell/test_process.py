"""One process and its end. Which processes live is told by pipes: the last holder's end closes them."""

import os
import signal
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import pytest

from portico.gateway.adapters.shell import process as module
from portico.gateway.adapters.shell.environment import child_environment
from portico.gateway.adapters.shell.marks import Marks
from portico.gateway.adapters.shell.process import Child, Streams, spawn

PIPES = Streams(subprocess.DEVNULL, subprocess.PIPE, subprocess.PIPE)


def start(folder: Path, *argv: str) -> Child:
    return spawn(argv, folder, child_environment(os.environ, Marks(Path.cwd()).new(), "dumb"), PIPES)


@asynccontextmanager
async def held(folder: Path) -> AsyncGenerator[anyio.Event]:
    """A named pipe `held`; the event is set when nobody holds it any more. It must be set before the block ends."""
    os.mkfifo(folder / "held")
    ended = anyio.Event()

    async def read() -> None:
        await anyio.to_thread.run_sync((folder / "held").read_bytes)
        ended.set()

    with anyio.fail_after(10):
        async with anyio.create_task_group() as group:
            group.start_soon(read)
            yield ended


async def first_output(child: Child) -> bytes:
    await anyio.wait_readable(child.stdout)
    return os.read(child.stdout, 100)


@pytest.mark.parametrize(
    ("argv", "code"),
    [
        pytest.param(("true",), 0, id="well"),
        pytest.param(("sh", "-c", "exit 7"), 7, id="with a code"),
        pytest.param(("sh", "-c", "kill -9 $$"), 137, id="by a signal"),
    ],
)
async def test_the_code_is_known_at_the_end(tmp_path: Path, argv: tuple[str, ...], code: int) -> None:
    child = start(tmp_path, *argv)
    with anyio.fail_after(5):
        await child.exited()
        assert child.code is None
        await child.end(is_over=True)
    assert child.code == code


async def test_without_pidfd_a_thread_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "pidfd_open", raising=False)
    child = start(tmp_path, "sh", "-c", "exit 3")
    with anyio.fail_after(5):
        await child.exited()
        await child.end(is_over=True)
    assert child.code == 3


async def test_a_refused_pidfd_is_done_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: int) -> int:
        raise OSError

    monkeypatch.setattr(os, "pidfd_open", refuse, raising=False)
    child = start(tmp_path, "true")
    with anyio.fail_after(5):
        await child.exited()
        await child.end(is_over=True)
    assert child.code == 0


async def test_a_polite_process_ends_by_the_first_signal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "GRACE_SECONDS", 4)
    child = start(tmp_path, "sh", "-c", "trap 'exit 5' TERM; echo ready; while :; do sleep 0.01; done")
    with anyio.fail_after(5):
        assert await first_output(child) == b"ready\n"
        await child.end(is_over=False)
    assert child.code == 5


async def test_a_deaf_process_and_its_children_are_killed(tmp_path: Path) -> None:
    async with held(tmp_path) as ended:
        child = start(tmp_path, "sh", "-c", "trap '' TERM; exec 5>held; sleep 60 & echo ready; sleep 60; sleep 60")
        assert await first_output(child) == b"ready\n"
        await child.end(is_over=False)
        await ended.wait()
    assert child.code == 128 + signal.SIGKILL


LEAVES = """
import os, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.closerange(0, 3)
        holder = os.open("held", os.O_WRONLY)
        time.sleep(60)
    os._exit(0)
os.wait()
holder = os.open("held", os.O_WRONLY)
print("ready", flush=True)
time.sleep(60)
"""


async def test_a_daemon_that_left_the_group_is_found_when_a_call_is_cut_short(tmp_path: Path) -> None:
    async with held(tmp_path) as ended:
        child = start(tmp_path, sys.executable, "-I", "-S", "-c", LEAVES)
        assert await first_output(child) == b"ready\n"
        await child.end(is_over=False)
        await ended.wait()


async def test_what_it_leaves_behind_is_ended_too(tmp_path: Path) -> None:
    async with held(tmp_path) as ended:
        child = start(tmp_path, "sh", "-c", "exec 5>held; sleep 60 >&- 2>&- & exit 0")
        await child.exited()
        await child.end(is_over=True)
        await ended.wait()
    assert child.code == 0


async def test_its_end_is_not_cut_short_by_a_cancellation(tmp_path: Path) -> None:
    child = start(tmp_path, "sleep", "60")
    with anyio.fail_after(5):
        with anyio.CancelScope() as scope:
            scope.cancel()
            await child.end(is_over=False)
    assert child.code == 128 + signal.SIGTERM


def test_a_process_without_pipes_has_none(tmp_path: Path) -> None:
    async def main() -> None:
        null = Streams(subprocess.DEVNULL, subprocess.DEVNULL, subprocess.DEVNULL)
        child = spawn(("true",), tmp_path, child_environment(os.environ, Marks(Path.cwd()).new(), "dumb"), null)
        with pytest.raises(ValueError, match="pipe"):
            _ = child.stdout
        await child.exited()
        await child.end(is_over=True)

    anyio.run(main)
