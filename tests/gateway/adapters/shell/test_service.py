"""Running a command to its end."""

import os
from collections.abc import AsyncGenerator
from pathlib import Path

import anyio
import pytest

from portico.gateway.adapters.shell import Shell, open_shell
from portico.gateway.features.tools import Command, Exit, Stream
from portico.gateway.kernel.clock import SystemClock
from tests.kit.ids import FakeIds


class Output:
    """What a command wrote, by stream."""

    def __init__(self) -> None:
        self.stdout = b""
        self.stderr = b""
        self.first = anyio.Event()

    def take(self, stream: Stream, data: bytes) -> None:
        if stream == "stdout":
            self.stdout += data
        else:
            self.stderr += data
        self.first.set()


@pytest.fixture
async def shell(tmp_path: Path) -> AsyncGenerator[Shell]:
    async with open_shell(os.environ, SystemClock(), FakeIds(), tmp_path) as opened:
        with anyio.fail_after(20):
            yield opened


def command(folder: Path, script: str, timeout_seconds: float | None = 10, output_limit: int | None = None) -> Command:
    return Command(("sh", "-c", script), folder, timeout_seconds, output_limit)


async def test_both_streams_are_read_to_their_end(shell: Shell, tmp_path: Path) -> None:
    output = Output()
    ended = await shell.run(command(tmp_path, "head -c 300000 /dev/zero; echo err >&2; exit 2"), output.take)
    assert (ended.code, len(output.stdout), output.stderr) == (2, 300_000, b"err\n")


async def test_there_is_no_input(shell: Shell, tmp_path: Path) -> None:
    output = Output()
    assert (await shell.run(command(tmp_path, "cat; echo done"), output.take)).code == 0
    assert output.stdout == b"done\n"


async def test_output_of_a_late_helper_is_still_read(shell: Shell, tmp_path: Path) -> None:
    output = Output()
    script = "mkfifo gate; (cat gate; echo late) & exec 5>gate; echo early"
    ended = await shell.run(command(tmp_path, script), output.take)
    assert (ended.code, output.stdout) == (0, b"early\nlate\n")


async def test_a_limit_of_time(shell: Shell, tmp_path: Path) -> None:
    ended = await shell.run(command(tmp_path, "sleep 60", timeout_seconds=0.05), Output().take)
    assert (ended.code, ended.timed_out, ended.limited) == (None, True, False)


async def test_a_limit_of_output(shell: Shell, tmp_path: Path) -> None:
    output = Output()
    ended = await shell.run(command(tmp_path, "while :; do echo yes; done", output_limit=1000), output.take)
    assert (ended.code, ended.timed_out, ended.limited) == (None, False, True)
    assert len(output.stdout) > 1000


async def test_a_cancelled_command_is_gone_when_the_call_returns(shell: Shell, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "held")
    output, ended = Output(), anyio.Event()

    async def read() -> None:
        await anyio.to_thread.run_sync((tmp_path / "held").read_bytes)
        ended.set()

    async with anyio.create_task_group() as readers:
        readers.start_soon(read)
        async with anyio.create_task_group() as group:
            group.start_soon(shell.run, command(tmp_path, "exec 5>held; echo on; sleep 60"), output.take)
            await output.first.wait()
            group.cancel_scope.cancel()
        await ended.wait()


async def test_a_sink_that_breaks_ends_the_command(shell: Shell, tmp_path: Path) -> None:
    def broken(_: Stream, __: bytes) -> None:
        raise ValueError("no room")

    with pytest.raises(ExceptionGroup):
        await shell.run(command(tmp_path, "echo on; sleep 60"), broken)


async def test_many_commands_run_side_by_side(shell: Shell, tmp_path: Path) -> None:
    results: list[Exit] = []

    async def run(number: int) -> None:
        results.append(await shell.run(command(tmp_path, f"exit {number}"), Output().take))

    async with anyio.create_task_group() as group:
        for number in range(20):
            group.start_soon(run, number)
    assert sorted(ended.code or 0 for ended in results) == list(range(20))
