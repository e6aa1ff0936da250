"""Ten thousand connects at once: a bound, a refusal that says so, and an answer again right after."""

import resource
import subprocess
import sys
from pathlib import Path

import anyio
import anyio.lowlevel
import msgspec
import pytest
from anyio.streams.text import TextReceiveStream

from portico.gateway.edge.server import OTHER_FILES, room
from tests.e2e.processes import Up, place
from tests.kit.wire import CHECKOUT

WANTED = 10_000
FILES = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
COUNT = min(WANTED, FILES - OTHER_FILES)
"""The client's own files are bounded too; so are those of the gateway, by the same limit."""


async def answers(up: Up, path: str = "/livez") -> bytes:
    """The first line of an answer, as long as it takes."""
    port = int(up.told["url"].rpartition(":")[2])
    async with await anyio.connect_tcp("127.0.0.1", port) as stream:
        await stream.send(f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n".encode())
        return (await stream.receive()).partition(b"\r\n")[0]


@pytest.mark.promise("http.flood")
@pytest.mark.skipif(room(FILES) >= COUNT, reason="the limit of open files is too low for more connects than the bound")
async def test_ten_thousand_connects_are_bounded_and_the_gateway_answers_again(tmp_path: Path) -> None:
    async with place(tmp_path) as here, here.up() as up:
        port = up.told["url"].rpartition(":")[2]
        command = [sys.executable, "-m", "tests.interaction.faults.flood", port, str(COUNT), str(COUNT - room(FILES))]
        async with await anyio.open_process(command, cwd=CHECKOUT, stdin=subprocess.PIPE, stderr=None) as client:
            assert client.stdout is not None
            assert client.stdin is not None
            told = msgspec.json.decode(await TextReceiveStream(client.stdout).receive())
            assert sum(told.values()) == COUNT
            assert told["open"] <= room(FILES)
            assert told["refused"] >= (COUNT - room(FILES)) // 2, "most were told to come back"
            await client.stdin.aclose()
            await client.wait()
        with anyio.fail_after(5):
            while await answers(up) != b"HTTP/1.1 204 No Content":
                await anyio.lowlevel.checkpoint()
