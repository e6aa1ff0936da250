"""Programs as this shell starts them: a real gateway, and small ones that misbehave."""

import os
import signal
import stat
import sys
from pathlib import Path

import anyio
import pytest

from portico.client.errors import ClientError
from portico.client.registry import find
from portico.shells.desktop.commands import Command, gateway
from portico.shells.desktop.spawning import run, start_gateway


def script(text: str) -> Command:
    return Command((sys.executable, "-c", text), {"GREETING": "hello"})


SAYS = 'print(\'{"url":"http://127.0.0.1:1","ws":"","pid":1,"version":"0"}\', flush=True);'


async def test_a_gateway_starts_and_stops_in_order(tmp_path: Path) -> None:
    log = tmp_path / "gateway.log"
    with anyio.fail_after(30):
        made = await start_gateway(gateway(sys.executable, tmp_path / "home", 0), log)
        url = await made.ready()
        found = find({}, tmp_path / "home")
        assert found is not None
        assert (found.url, found.token is not None) == (url, True)
        await made.stop()
        await made.gone()
    assert find({}, tmp_path / "home") is None
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    assert found.token is not None
    assert found.token not in log.read_text()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param(
            "import sys; print('portico: the port is taken\\n', file=sys.stderr); sys.exit(1)", "the port is", id="it"
        ),
        pytest.param("pass", "did not start", id="nothing"),
        pytest.param("print('hello', flush=True)", "did not start", id="something else"),
        pytest.param("print('x' * 100_000, flush=True)", "did not start", id="too much"),
    ],
)
async def test_one_that_does_not_come_to_listen_says_why(tmp_path: Path, text: str, words: str) -> None:
    made = await start_gateway(script(text), tmp_path / "log")
    with pytest.raises(ClientError, match=words), anyio.fail_after(10):
        await made.ready()


async def test_a_program_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(ClientError, match="No such file"):
        await start_gateway(Command((str(tmp_path / "none"),)), tmp_path / "log")
    with pytest.raises(ClientError, match="did not start"):
        await start_gateway(script(""), tmp_path / "no folder" / "log")


async def test_a_second_wish_hurries_one_that_drains(tmp_path: Path) -> None:
    text = f"""
import signal, sys
asked = []
def ask(*_):
    asked.append(1)
    if len(asked) == 2:
        sys.exit()
signal.signal(signal.SIGTERM, ask)
{SAYS}
while True:
    signal.pause()
"""
    hurry = anyio.Event()
    with anyio.fail_after(10):
        made = await start_gateway(script(text), tmp_path / "log")
        await made.ready()
        async with anyio.create_task_group() as group:
            group.start_soon(made.stop, hurry)
            await anyio.wait_all_tasks_blocked()
            hurry.set()
        await made.gone()


async def test_a_program_answers_fails_or_is_not_there(tmp_path: Path) -> None:
    assert await run(script("import os; print(os.environ['GREETING'])")) == "hello"
    assert await run(script("raise SystemExit(1)")) is None
    assert await run(Command((str(tmp_path / "none"),))) is None


async def test_a_program_that_nobody_waits_for_is_ended(tmp_path: Path) -> None:
    told = tmp_path / "pid"
    os.mkfifo(told)
    text = f"import os, signal; open({str(told)!r}, 'w').write(str(os.getpid())); signal.pause()"
    pid = 0
    with anyio.fail_after(10):
        async with anyio.create_task_group() as group:
            group.start_soon(run, script(text))
            pid = int(await anyio.Path(told).read_text())
            group.cancel_scope.cancel()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
