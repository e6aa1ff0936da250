"""SIGHUP: a configuration that is good is put in force as far as it can be, a bad one changes nothing."""

import signal
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import anyio
import pytest
from anyio.streams.text import TextReceiveStream

from tests.e2e.processes import Up, place

HOST = "portico.lan"


async def status(up: Up) -> int:
    """How the gateway answers to its name in the network."""
    url = urlsplit(str(up.told["url"]))
    async with await anyio.connect_tcp(url.hostname or "", url.port or 0) as stream:
        await stream.send(f"GET /livez HTTP/1.1\r\nhost: {HOST}\r\nconnection: close\r\n\r\n".encode())
        return int((await stream.receive()).split()[1])


async def logged(lines: AsyncIterator[str], *words: str) -> None:
    """Wait for a line of the log with all of `words`."""
    text = ""
    async for part in lines:
        text += part
        if any(all(word in line for word in words) for line in text.splitlines()):
            return
    raise AssertionError(text)


@pytest.mark.promise("faults.start")
async def test_a_running_gateway_takes_what_is_good_and_keeps_the_last_good_one(tmp_path: Path) -> None:
    async with place(tmp_path) as here, here.up(log=subprocess.PIPE) as up:
        assert up.process.stderr is not None
        log = TextReceiveStream(up.process.stderr)
        file = here.home.config_file
        assert await status(up) == 403

        file.write_text("[server]\nhosts = portico\n")
        up.process.send_signal(signal.SIGHUP)
        await logged(log, "the last good one holds", f"{file}, line 2")
        assert await status(up) == 403

        file.write_text(f'[server]\nhosts = ["{HOST}"]\n[tools]\nallow_exec = true\n')
        up.process.send_signal(signal.SIGHUP)
        await logged(log, "restart to apply", "tools.allow_exec")
        assert await status(up) == 204

        file.write_text("[server]\nhosts = []\nprot = 1\n")
        up.process.send_signal(signal.SIGHUP)
        await logged(log, "the last good one holds", f"{file}, line 3", "prot")
        assert await status(up) == 204

        file.write_text("")
        up.process.send_signal(signal.SIGHUP)
        await logged(log, "was reloaded", "server.hosts")
        assert await status(up) == 403
        async with up.peer() as peer:
            await peer.thread()
            assert (await peer.turn("u1", "hello"))["status"] == "Completed"
