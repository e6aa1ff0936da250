"""Terminal sessions: their output, their limits, their end."""

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import pytest

from portico.gateway.adapters.shell import sessions as module
from portico.gateway.adapters.shell.marks import Marks
from portico.gateway.adapters.shell.sessions import BUFFER_BYTES, IDLE_SECONDS, REAP_SECONDS, Sessions
from portico.gateway.features.tools import Command, SessionOutput, ToolFault
from tests.kit import FakeClock, FakeIds


class Plain:
    """A reader that shows all."""

    def feed(self, data: bytes) -> str:
        return data.decode("utf-8", "replace")

    def flush(self) -> str:
        return "|"


@asynccontextmanager
async def serving(clock: FakeClock) -> AsyncGenerator[Sessions]:
    sessions = Sessions(os.environ, clock, FakeIds(), Marks(Path.cwd()))
    with anyio.fail_after(20):
        async with sessions.serving():
            yield sessions


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def sessions(clock: FakeClock) -> AsyncGenerator[Sessions]:
    async with serving(clock) as made:
        yield made


async def start(
    sessions: Sessions, folder: Path, script: str, yield_seconds: float = 0, owner: str = "me"
) -> SessionOutput:
    return await sessions.open(owner, Command(("sh", "-c", script), folder), Plain(), yield_seconds)


async def read_until(sessions: Sessions, opened: SessionOutput, wanted: str) -> None:
    text = opened.text
    while wanted not in text:
        text += (await sessions.talk("me", opened.session_id, "", 0.005)).text


async def test_a_program_that_ends_at_once_leaves_no_session(sessions: Sessions, tmp_path: Path) -> None:
    output = await start(sessions, tmp_path, "echo hello; exit 4", 10)
    assert (output.text, output.is_running, output.exit_code) == ("hello\n|", False, 4)
    assert sessions.argv_of("me", output.session_id) == ()


async def test_the_program_controls_a_real_terminal(sessions: Sessions, tmp_path: Path) -> None:
    script = "test -t 0 && test -t 1 && test -t 2 && stty size && (: >/dev/tty) && echo mine"
    assert (await start(sessions, tmp_path, script, 10)).text == "40 120\nmine\n|"


async def test_ctrl_c_reaches_the_program(sessions: Sessions, tmp_path: Path) -> None:
    output = await start(sessions, tmp_path, "trap 'echo caught; exit 9' INT; echo ready; while :; do sleep 0.01; done")
    await read_until(sessions, output, "ready")
    ended = await sessions.talk("me", output.session_id, "\x03", 10)
    assert ("caught" in ended.text, ended.exit_code) == (True, 9)


async def test_old_output_is_lost_when_nobody_reads(sessions: Sessions, tmp_path: Path) -> None:
    size = BUFFER_BYTES * 2
    output = await start(sessions, tmp_path, f"head -c {size} /dev/zero | tr '\\0' x; printf end", 15)
    assert (len(output.text), output.text[-4:], output.lost_bytes) == (
        BUFFER_BYTES + 1,
        "end|",
        size + 3 - BUFFER_BYTES,
    )


async def test_an_idle_session_is_ended(sessions: Sessions, clock: FakeClock, tmp_path: Path) -> None:
    idle = await start(sessions, tmp_path, "cat")
    clock.advance(IDLE_SECONDS - 10)
    used = await start(sessions, tmp_path, "cat")
    await anyio.wait_all_tasks_blocked()
    clock.advance(REAP_SECONDS)
    while sessions.argv_of("me", idle.session_id):
        await anyio.wait_all_tasks_blocked()
    assert sessions.argv_of("me", used.session_id) == ("sh", "-c", "cat")
    with pytest.raises(ToolFault) as fault:
        await sessions.talk("me", idle.session_id, "", 0)
    assert fault.value.error_class == "not_found"


async def test_there_is_a_limit_and_ended_sessions_make_room(
    sessions: Sessions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_SESSIONS", 2)
    first = await start(sessions, tmp_path, "read line")
    await start(sessions, tmp_path, "cat")
    with pytest.raises(ToolFault) as fault:
        await start(sessions, tmp_path, "cat")
    assert (fault.value.error_class, "limit" in fault.value.message) == ("execution_failed", True)
    await sessions.talk("me", first.session_id, "go\n", 0)
    while True:
        try:
            await start(sessions, tmp_path, "cat")
        except ToolFault:
            await anyio.wait_all_tasks_blocked()
        else:
            break


async def test_sessions_end_with_the_gateway(clock: FakeClock, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "held")
    ended = anyio.Event()

    async def read() -> None:
        await anyio.to_thread.run_sync((tmp_path / "held").read_bytes)
        ended.set()

    async with anyio.create_task_group() as group:
        group.start_soon(read)
        async with serving(clock) as sessions:
            output = await start(sessions, tmp_path, "exec 5>held; echo on; cat")
            await read_until(sessions, output, "on")
        await ended.wait()
        with pytest.raises(ToolFault):
            await start(sessions, tmp_path, "cat")


async def test_a_cancelled_start_leaves_no_session(sessions: Sessions, tmp_path: Path) -> None:
    async with anyio.create_task_group() as group:
        group.start_soon(start, sessions, tmp_path, "cat", 60)
        await anyio.wait_all_tasks_blocked()
        group.cancel_scope.cancel()
    assert sessions.argv_of("me", "00000001") == ()


async def test_an_owner_s_sessions_are_ended_together(sessions: Sessions, tmp_path: Path) -> None:
    mine = await start(sessions, tmp_path, "cat")
    other = await start(sessions, tmp_path, "cat", owner="other")
    await sessions.end("me")
    assert (sessions.argv_of("me", mine.session_id), sessions.argv_of("other", other.session_id)) == (
        (),
        ("sh", "-c", "cat"),
    )


async def test_a_missing_program_opens_nothing(sessions: Sessions, tmp_path: Path) -> None:
    with pytest.raises(ToolFault) as fault:
        await sessions.open("me", Command(("no-such-program-here",), tmp_path), Plain(), 0)
    assert fault.value.error_class == "command_not_found"


async def test_a_missing_folder_opens_nothing(sessions: Sessions, tmp_path: Path) -> None:
    with pytest.raises(ToolFault) as fault:
        await sessions.open("me", Command(("/bin/sh",), tmp_path / "none"), Plain(), 0)
    assert fault.value.error_class == "not_found"


async def test_without_terminals_the_model_is_told(
    sessions: Sessions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> tuple[int, int]:
        raise OSError(28, "out of pty devices")

    monkeypatch.setattr(module.pty, "openpty", refuse)
    with pytest.raises(ToolFault) as fault:
        await start(sessions, tmp_path, "cat")
    assert "out of pty devices" in fault.value.message


async def test_typing_to_a_program_that_does_not_read_ends(
    sessions: Sessions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "WRITE_SECONDS", 0.05)
    output = await start(sessions, tmp_path, "stty -icanon -echo; echo ready; sleep 60")
    await read_until(sessions, output, "ready")
    with pytest.raises(ToolFault) as fault:
        await sessions.talk("me", output.session_id, "x" * 1_000_000, 0)
    assert fault.value.error_class == "timeout"
