"""The bounds that uvicorn lacks, over real sockets with short limits."""

import re
from pathlib import Path

import anyio
import pytest
from anyio.abc import SocketStream

from portico.gateway.edge.protocols import BoundedHttpProtocol, Limits
from portico.gateway.edge.server import Listening
from tests.gateway.edge.rig import exchange, parsed, read_all, served, socket

HOST = b"host: 127.0.0.1\r\n"
GET = b"GET /livez HTTP/1.1\r\n" + HOST
POST = b"POST /auth/session HTTP/1.1\r\n" + HOST
QUICK = 0.05


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits of a twentieth of a second; what is waited for is the close."""
    monkeypatch.setattr(BoundedHttpProtocol, "limits", Limits(header_seconds=QUICK, body_seconds=QUICK))


async def opened(place: Listening) -> SocketStream:
    return await anyio.connect_tcp(place.host, place.port)


@pytest.mark.parametrize(
    ("data", "status"),
    [
        pytest.param(GET, 408, id="a header that does not end"),
        pytest.param(b"G", 408, id="one byte"),
        pytest.param(POST + b"content-length: 5\r\n\r\nab", 408, id="a body that stops"),
        pytest.param(POST + b"transfer-encoding: chunked\r\n\r\n2\r\nab\r\n", 408, id="chunks that stop"),
    ],
)
@pytest.mark.usefixtures("quick")
async def test_slow_peers(tmp_path: Path, data: bytes, status: int) -> None:
    async with served(tmp_path) as (_, place):
        answer = parsed(await exchange(place, data))
        assert (answer.status, answer.headers["connection"]) == (status, "close")


@pytest.mark.usefixtures("quick")
async def test_a_peer_that_says_nothing_is_closed_without_an_answer(tmp_path: Path) -> None:
    async with served(tmp_path) as (_, place):
        assert await exchange(place, b"") == b""


@pytest.mark.usefixtures("quick")
async def test_after_a_request_the_next_header_has_its_time_too(tmp_path: Path) -> None:
    async with served(tmp_path) as (_, place), await opened(place) as stream:
        await stream.send(GET + b"\r\n")
        assert (await stream.receive()).startswith(b"HTTP/1.1 204")
        await stream.send(b"GET /li")
        assert (await read_all(stream)).startswith(b"HTTP/1.1 408")


@pytest.mark.usefixtures("quick")
async def test_an_upgrade_drops_the_timers(tmp_path: Path) -> None:
    async with served(tmp_path) as (_, place), socket(place) as ws:
        # a second connection lives through the same limit: when it is over, so is the first one's
        assert await exchange(place, b"") == b""
        await ws.send("[]")
        assert '"code":-32600' in str(await ws.recv())


@pytest.mark.parametrize(
    ("data", "status"),
    [
        pytest.param(GET + b"x: y\r\n" * 99 + b"\r\n", 204, id="100 fields"),
        pytest.param(GET + b"x: y\r\n" * 100 + b"\r\n", 431, id="101 fields"),
        pytest.param(GET + b"x: " + b"y" * 32_000 + b"\r\n\r\n", 204, id="32 kB"),
        pytest.param(GET + b"x: " + b"y" * 33_000 + b"\r\n\r\n", 431, id="33 kB"),
        pytest.param(GET + b"x: " + b"y" * 40_000, 431, id="one field that never ends"),
        pytest.param(b"GET /" + b"y" * 40_000, 431, id="a URL that never ends"),
        pytest.param(b"GET /" + b"y" * 33_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n", 431, id="a URL of 33 kB"),
        pytest.param(b"NONSENSE\r\n\r\n", 400, id="no HTTP"),
        pytest.param(GET + b"content-length: x\r\n\r\n", 400, id="bad length"),
    ],
)
async def test_headers_that_are_too_large_or_no_headers(tmp_path: Path, data: bytes, status: int) -> None:
    async with served(tmp_path) as (_, place):
        assert parsed(await first_answer(place, data)).status == status


async def first_answer(place: Listening, data: bytes) -> bytes:
    async with await opened(place) as stream:
        await stream.send(data)
        return await stream.receive()


async def test_a_refused_header_does_not_cut_the_answer_before_it(tmp_path: Path) -> None:
    async with served(tmp_path) as (_, place), await opened(place) as stream:
        await stream.send(GET + b"\r\n")
        received = await stream.receive()
        await stream.send(GET + b"x: " + b"y" * 40_000)
        received += await read_all(stream)
        assert re.findall(rb"HTTP/1.1 (\d+)", received) == [b"204", b"431"]


def test_the_limits_are_the_designs() -> None:
    assert BoundedHttpProtocol.limits == Limits(10.0, 30.0, 300.0, 32_768, 100, 16)
