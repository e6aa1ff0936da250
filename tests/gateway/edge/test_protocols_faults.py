"""Requests that lie about their length, queue up or break off, and peers that go or stall, over real sockets."""

import re
import socket as sockets
import struct
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import anyio
import pytest
from anyio.abc import SocketAttribute, SocketStream

from portico.gateway.edge.hub import SWEEP_SECONDS
from portico.gateway.edge.protocols import STALL_SECONDS, BoundedHttpProtocol, Limits
from portico.gateway.edge.server import Listening
from tests.gateway.edge.rig import Rig, exchange, parsed, read_all, served, until

pytestmark = [pytest.mark.promise("http.bounds"), pytest.mark.usefixtures("anyio_backend")]

HEAD = b"host: 127.0.0.1\r\nauthorization: Bearer s3cret\r\n"
LAST = HEAD + b"connection: close\r\n"
BODY = b"POST /test/body HTTP/1.1\r\n" + LAST
KEPT_BODY = b"POST /test/body HTTP/1.1\r\n" + HEAD
LIVEZ = b"GET /livez HTTP/1.1\r\n" + HEAD + b"\r\n"
LAST_LIVEZ = b"GET /livez HTTP/1.1\r\n" + LAST + b"\r\n"
STREAM = b"GET /test/stream HTTP/1.1\r\n" + HEAD + b"\r\n"
UPGRADE = (
    b"GET /rpc HTTP/1.1\r\n" + HEAD + b"upgrade: websocket\r\nconnection: upgrade\r\n"
    b"sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


@pytest.fixture(params=[True, False], ids=["uvloop", "asyncio"])
def anyio_backend(request: pytest.FixtureRequest) -> tuple[str, dict[str, bool]]:
    """The loop of the gateway, and the one of its tests: they tell of an end in their own ways."""
    return "asyncio", {"use_uvloop": request.param}


def statuses(data: bytes) -> list[int]:
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3})", data)]


@asynccontextmanager
async def opened(place: Listening, data: bytes = b"") -> AsyncGenerator[SocketStream]:
    async with await anyio.connect_tcp(place.host, place.port) as stream:
        if data:
            await stream.send(data)
        yield stream


async def received(stream: SocketStream, mark: bytes) -> bytes:
    """What came, up to `mark` at least."""
    data = b""
    while mark not in data:
        data += await stream.receive()
    return data


def nothing_is_left(gateway: Rig) -> bool:
    return gateway.app.streams.count == 0 and gateway.face.begun == gateway.face.ended


async def empty(gateway: Rig) -> None:
    """Whatever was at work has ended."""
    await gateway.app.idle()
    await until(lambda: nothing_is_left(gateway))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param(b"content-length: 2\r\n\r\nab", 200, id="right"),
        pytest.param(b"transfer-encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n", 200, id="chunks"),
        pytest.param(b"transfer-encoding: chunked\r\n\r\n2;a=b\r\nab\r\n0\r\nx: y\r\n\r\n", 200, id="trailer"),
        pytest.param(b"content-length: 2\r\ncontent-length: 2\r\n\r\nab", 400, id="length twice"),
        pytest.param(b"content-length: 2\r\ncontent-length: 3\r\n\r\nabc", 400, id="two lengths"),
        pytest.param(b"content-length: 2, 2\r\n\r\nab", 400, id="a list of lengths"),
        pytest.param(b"content-length: -2\r\n\r\nab", 400, id="negative"),
        pytest.param(b"content-length: +2\r\n\r\nab", 400, id="signed"),
        pytest.param(b"content-length: 0x2\r\n\r\nab", 400, id="hexadecimal"),
        pytest.param(b"content-length: 99999999999999999999\r\n\r\nab", 400, id="beyond 64 bits"),
        pytest.param(b"content-length : 2\r\n\r\nab", 400, id="a space before the colon"),
        pytest.param(b"content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n", 400, id="CL.TE"),
        pytest.param(b"transfer-encoding: chunked\r\ncontent-length: 2\r\n\r\n0\r\n\r\n", 400, id="TE.CL"),
        pytest.param(b"transfer-encoding: xchunked\r\n\r\n0\r\n\r\n", 400, id="an encoding that is none"),
        pytest.param(b"transfer-encoding: chunked, gzip\r\n\r\n0\r\n\r\n", 400, id="chunked is not the last"),
        pytest.param(b"transfer-encoding: chunked\r\n\r\nzz\r\nab\r\n0\r\n\r\n", 400, id="no size of a chunk"),
        pytest.param(b"transfer-encoding: chunked\r\n\r\n-2\r\nab\r\n0\r\n\r\n", 400, id="a negative chunk"),
        pytest.param(b"transfer-encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n", 400, id="a chunk that is too long"),
        pytest.param(b"transfer-encoding: chunked\r\n\r\nffffffffffffffffff\r\n", 400, id="a chunk beyond 64 bits"),
        pytest.param(b"x: a\r\n\x00b: c\r\n\r\n", 400, id="a NUL in a name"),
        pytest.param(b"x: a\x00b\r\n\r\n", 400, id="a NUL in a value"),
        pytest.param(b"x: a\rb: c\r\n\r\n", 400, id="a lone CR"),
        pytest.param(b"content-length: 1048577\r\n\r\n", 413, id="too long by its word"),
        pytest.param(b"transfer-encoding: chunked\r\n\r\n100001\r\n" + b"x" * 0x100001, 413, id="too long in truth"),
    ],
)
async def test_how_a_body_is_framed(tmp_path: Path, data: bytes, expected: int) -> None:
    async with served(tmp_path) as (gateway, place):
        told = await exchange(place, BODY + data)
        assert statuses(told) == [expected]
        if expected == 200:
            assert parsed(told).body.startswith(b'{"size":')
        await empty(gateway)


async def test_a_request_hidden_in_a_body_is_never_answered(tmp_path: Path) -> None:
    hidden = b"0\r\n\r\nGET /readyz HTTP/1.1\r\n" + LAST + b"\r\n"
    length = b"content-length: %d\r\n\r\n" % len(hidden)
    async with served(tmp_path) as (_, place):
        assert statuses(await exchange(place, BODY + length + hidden)) == [200]


async def test_fields_behind_a_body_are_no_headers(tmp_path: Path) -> None:
    line = b"POST /test/body HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n"
    async with served(tmp_path) as (_, place):
        told = await exchange(place, line + b"1\r\na\r\n0\r\nauthorization: Bearer s3cret\r\n\r\n")
        assert statuses(told) == [401]


@pytest.mark.parametrize(
    "endless",
    [
        pytest.param(b"0\r\nx: " + b"y" * 40_000, id="a field behind a body"),
        pytest.param(b"0\r\n" + b"x: y\r\n" * 7_000, id="fields behind a body"),
        pytest.param(b"5;" + b"y" * 40_000, id="the extension of a chunk"),
    ],
)
async def test_what_is_neither_header_nor_body_has_a_bound(tmp_path: Path, endless: bytes) -> None:
    head = BODY + b"transfer-encoding: chunked\r\n\r\n"
    async with served(tmp_path) as (gateway, place), opened(place, head) as stream:
        await until(lambda: gateway.face.begun == ["body"])
        await stream.send(endless)
        assert statuses(await read_all(stream)) == [431]
        await empty(gateway)


async def test_a_body_that_drips_has_its_time_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BoundedHttpProtocol, "limits", Limits(body_total_seconds=0.05))
    async with served(tmp_path) as (gateway, place):
        assert statuses(await exchange(place, BODY + b"content-length: 5\r\n\r\na")) == [408]
        await empty(gateway)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param(LIVEZ + LIVEZ + LAST_LIVEZ, [204, 204, 204], id="three"),
        pytest.param(KEPT_BODY + b"content-length: 2\r\n\r\nab" + LAST_LIVEZ, [200, 204], id="a body first"),
        pytest.param(LIVEZ + BODY + b"content-length: 2\r\n\r\nab", [204, 200], id="a body last"),
        pytest.param(KEPT_BODY + b"content-length: 2\r\n\r\nabNONSENSE\r\n\r\n", [200], id="nonsense behind"),
        pytest.param(
            LIVEZ * 17 + b"GET /readyz HTTP/1.1\r\n" + HEAD + b"\r\n" + LIVEZ * 500, [204] * 17, id="too many"
        ),
        pytest.param(LIVEZ + UPGRADE, [204], id="a socket behind"),
        pytest.param(b"GET /livez HTTP/1.0\r\n" + HEAD + b"\r\n", [204], id="HTTP/1.0"),
        pytest.param(
            b"GET /livez HTTP/1.1\r\n" + HEAD + b"connection: upgrade\r\nupgrade: h2c\r\n\r\n", [204], id="h2c"
        ),
        pytest.param(b"CONNECT 127.0.0.1:80 HTTP/1.1\r\n" + HEAD + b"\r\n", [400], id="a tunnel"),
        pytest.param(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", [400], id="HTTP/2"),
    ],
)
async def test_requests_behind_one_another(tmp_path: Path, data: bytes, expected: list[int]) -> None:
    async with served(tmp_path) as (gateway, place):
        assert statuses(await exchange(place, data)) == expected
        await empty(gateway)


@pytest.mark.parametrize("behind", [LAST_LIVEZ, UPGRADE, b"NONSENSE\r\n\r\n"], ids=["request", "socket", "nonsense"])
async def test_nothing_mixes_with_a_stream(tmp_path: Path, behind: bytes) -> None:
    async with served(tmp_path) as (gateway, place), opened(place, STREAM + behind) as stream:
        told = await received(stream, b"ready")
        await gateway.publish("one")
        told += await received(stream, b"one")
        async with anyio.create_task_group() as group:
            group.start_soon(gateway.app.streams.leave)
            told += await read_all(stream)
        head, *rest = told.split(b"0\r\n\r\n")
        assert statuses(head) == [200]
        assert b"gateway_stopping" in head
        assert statuses(b"".join(rest)) == ([204] if behind == LAST_LIVEZ else [])
        await empty(gateway)


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("GET /test/echo/a%0d%0aset-cookie:%20b=c", 200),
        ("GET /test/echo/%e4", 400),
        ("GET /test/echo/%f0%9f%98%80?q=%f0%9f%98%80", 200),
        ("GET /test/echo/a?q=%ff", 400),
        ("GET /test/echo/a?q=1&q=2", 400),
        ("GET /test/echo/a%2fb", 200),
        ("GET /test/echo/%00", 200),
    ],
)
async def test_values_that_come_back(tmp_path: Path, line: str, status: int) -> None:
    async with served(tmp_path) as (_, place):
        told = await exchange(place, line.encode() + b" HTTP/1.1\r\n" + LAST + b"\r\n")
        answer = parsed(told)
        assert answer.status == status
        assert "set-cookie" not in answer.headers
        if status == 400:
            assert answer.json["error"]["type"] == "invalid_request_error"


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"GET /test/echo/\xff HTTP/1.1\r\n" + LAST + b"\r\n", 400),
        (b"GET /test/echo/a?\xff HTTP/1.1\r\n" + LAST + b"\r\n", 400),
        (b"GET /livez HTTP/1.1\r\n" + LAST + b"x: \xff\xfe\r\n\r\n", 204),
        (b"GET /livez HTTP/1.1\r\n" + LAST + b"cookie: \xff\r\norigin: http://127.0.0.1\xff\r\n\r\n", 403),
        (b"GET /readyz HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\nauthorization: Bearer \xff\r\n\r\n", 401),
        (b"GET /livez HTTP/1.1\r\nhost: \xff\r\nconnection: close\r\n\r\n", 403),
        (b"GET /livez HTTP/1.1\r\nconnection: close\r\n\r\n", 403),
        (b"GET /livez HTTP/1.1\r\nhost: evil\r\n" + LAST + b"\r\n", 400),
        (b"POST /auth/session HTTP/1.1\r\n" + LAST + b"content-length: 1\r\n\r\n\xff", 400),
    ],
)
async def test_bytes_that_are_no_text(tmp_path: Path, data: bytes, status: int) -> None:
    async with served(tmp_path) as (_, place):
        assert statuses(await exchange(place, data)) == [status]


async def test_head_of_a_stream_ends_at_once(tmp_path: Path) -> None:
    async with served(tmp_path) as (gateway, place):
        answer = parsed(await exchange(place, b"HEAD /test/stream HTTP/1.1\r\n" + LAST + b"\r\n"))
        assert (answer.status, answer.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
        assert (answer.headers["x-kind"], answer.body, gateway.face.begun) == ("test", b"", [])
        await empty(gateway)


async def test_what_breaks_in_a_stream_is_told_by_reference_only(tmp_path: Path) -> None:
    async with served(tmp_path) as (_, place):
        told = await exchange(place, b"GET /test/broken HTTP/1.1\r\n" + LAST + b"\r\n")
        assert b'event: error\ndata: {"code":"internal"}' in told
        assert b"secret" not in told
        assert told.endswith(b"0\r\n\r\n")


@pytest.mark.parametrize("way", ["close", "reset", "half"])
@pytest.mark.parametrize(
    ("data", "begun"),
    [
        pytest.param(KEPT_BODY + b"content-length: 5\r\n", [], id="in the header"),
        pytest.param(KEPT_BODY + b"content-length: 5\r\n\r\n", ["body"], id="before the body"),
        pytest.param(KEPT_BODY + b"content-length: 5\r\n\r\nab", ["body"], id="in the body"),
        pytest.param(b"GET /test/held HTTP/1.1\r\n" + HEAD + b"\r\n", ["held"], id="before the answer"),
        pytest.param(STREAM, ["stream"], id="in a stream"),
        pytest.param(STREAM + LIVEZ, ["stream"], id="in a stream with a request behind"),
    ],
)
async def test_a_client_that_goes_takes_its_work_with_it(
    tmp_path: Path, data: bytes, begun: list[str], way: str
) -> None:
    async with served(tmp_path) as (gateway, place), opened(place, data) as stream:
        await until(lambda: gateway.face.begun == begun)
        raw = stream.extra(SocketAttribute.raw_socket)
        if way == "half":
            await stream.send_eof()
            assert statuses(await read_all(stream)) in ([], [200])
        elif way == "reset":
            raw.setsockopt(sockets.SOL_SOCKET, sockets.SO_LINGER, struct.pack("ii", 1, 0))
            await stream.aclose()
        else:
            await stream.aclose()
        await empty(gateway)


async def test_half_a_connection_still_takes_a_whole_answer(tmp_path: Path) -> None:
    for data, expected in ((LIVEZ, [204]), (KEPT_BODY + b"content-length: 2\r\n\r\nab", [200])):
        async with served(tmp_path) as (gateway, place), opened(place, data) as stream:
            await stream.send_eof()
            assert statuses(await read_all(stream)) == expected
            await empty(gateway)


async def test_a_client_that_went_before_its_stream_began_is_known_to_it(tmp_path: Path) -> None:
    async with served(tmp_path) as (gateway, place):
        async with opened(place, b"GET /test/gated HTTP/1.1\r\n" + HEAD + b"\r\n"):
            await until(lambda: gateway.face.begun == ["gate"])
        # what was closed before was seen before
        assert statuses(await exchange(place, LAST_LIVEZ)) == [204]
        gateway.face.gate.set()
        await gateway.app.idle()
        assert gateway.app.streams.count == 0
        assert gateway.face.begun.count("stream") == gateway.face.ended.count("stream")


async def test_who_takes_no_byte_for_ten_minutes_is_closed_and_no_other(tmp_path: Path) -> None:
    async with served(tmp_path) as (gateway, place), opened(place, STREAM) as idle:
        await received(idle, b"ready")
        with stuck(place):
            await until(lambda: gateway.app.streams.count == 2)
            await gateway.publish_many(["x" * 30_000] * 40)
            await received(idle, b"x" * 30_000)
            await sweep_until_one_is_left(gateway, idle)
        assert gateway.clock.monotonic() - 1000.0 >= STALL_SECONDS
        assert (gateway.app.streams.count, gateway.face.ended) == (1, ["stream"])


@contextmanager
def stuck(place: Listening) -> Generator[None]:
    """A client that asks for a stream and reads nothing of it."""
    with sockets.socket() as made:
        made.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4_096)
        made.connect((place.host, place.port))
        made.sendall(STREAM)
        yield


async def sweep_until_one_is_left(gateway: Rig, read: SocketStream) -> None:
    async with anyio.create_task_group() as group:
        group.start_soon(drain, read)
        while gateway.app.streams.count > 1:
            await sweep(gateway)
        group.cancel_scope.cancel()


async def sweep(gateway: Rig) -> None:
    before = gateway.clock.sleepers
    gateway.clock.advance(SWEEP_SECONDS)
    await until(lambda: gateway.clock.sleepers == before)
    await anyio.wait_all_tasks_blocked()


async def drain(stream: SocketStream) -> None:
    while True:
        await stream.receive()
