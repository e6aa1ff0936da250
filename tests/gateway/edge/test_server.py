"""The listener: its address, a port that is taken, what closes first and what closes last."""

import errno
import resource
import socket as sockets
import ssl
from pathlib import Path

import anyio
import msgspec
import pytest
import trustme
from anyio.abc import TaskStatus
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from portico.gateway.edge.connection import GOING_AWAY
from portico.gateway.edge.server import (
    OTHER_FILES,
    SEND_BUFFER_BYTES,
    Listening,
    bind,
    connections,
    raise_file_limit,
    room,
)
from portico.gateway.kernel.config import Config
from portico.gateway.kernel.errors import GatewayError, Invalid, Unavailable
from tests.gateway.edge.rig import Rig, answered, ask, call, exchange, parsed, rig, served, socket, until

LIVEZ = b"GET /livez HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n"
HOME_TOKEN = {"authorization": "Bearer home-token-1"}


pytestmark = pytest.mark.usefixtures("anyio_backend")


@pytest.fixture(params=[False, True], ids=["asyncio", "uvloop"])
def anyio_backend(request: pytest.FixtureRequest) -> tuple[str, dict[str, bool]]:
    return "asyncio", {"use_uvloop": request.param}


async def test_the_place_is_where_it_answers(tmp_path: Path) -> None:
    async with served(tmp_path) as (_, place):
        assert place.url == f"http://127.0.0.1:{place.port}"
        assert place.ws == f"ws://127.0.0.1:{place.port}/rpc"
        assert (await ask(place, "GET /livez")).status == 204


async def test_a_wildcard_is_dialled_as_loopback_and_compresses(tmp_path: Path) -> None:
    async with served(tmp_path, host="0.0.0.0") as (_, place):
        assert place.url == f"http://127.0.0.1:{place.port}"
        for compression, length in (("deflate", 1), (None, 0)):
            async with socket(place, compression=compression) as ws:
                assert len(ws.protocol.extensions) == length
                await ws.send(call("a", "test/echo", text="x" * 1_000))
                assert msgspec.json.decode(await ws.recv()) == answered("a", "x" * 1_000)


def test_the_same_place_by_another_address() -> None:
    place = Listening("127.0.0.1", 17878, "https://127.0.0.1:17878", "")
    assert [place.at(address) for address in ("192.168.1.20", "fd00::20")] == [
        "https://192.168.1.20:17878",
        "https://[fd00::20]:17878",
    ]


async def test_loopback_does_not_compress(tmp_path: Path) -> None:
    async with served(tmp_path) as (_, place), socket(place, compression="deflate") as ws:
        assert ws.protocol.extensions == []


async def test_tls(tmp_path: Path) -> None:
    authority = trustme.CA()
    certificate = authority.issue_cert("localhost", "127.0.0.1")
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    cert.write_bytes(b"".join(blob.bytes() for blob in certificate.cert_chain_pems))
    key.write_bytes(certificate.private_key_pem.bytes())
    context = ssl.create_default_context()
    context.load_verify_locations(cadata=authority.cert_pem.bytes().decode())
    async with served(tmp_path, tls_cert=cert, tls_key=key) as (_, place):
        assert place.url.startswith("https://")
        async with socket(place, ssl=context) as ws:
            await ws.send(call("a", "test/echo", text="x"))
            assert msgspec.json.decode(await ws.recv()) == answered("a", "x")


def test_the_soft_file_limit_becomes_the_hard_one() -> None:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    assert raise_file_limit() == hard
    assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == hard


def test_a_file_limit_that_cannot_be_raised_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError

    monkeypatch.setattr(resource, "setrlimit", refuse)
    assert raise_file_limit() == resource.getrlimit(resource.RLIMIT_NOFILE)[0]


async def test_answers_have_a_date(tmp_path: Path) -> None:
    async with served(tmp_path) as (_, place):
        answer = await ask(place, "GET /livez")
        assert answer.headers["date"].endswith("GMT")
        assert "server" not in answer.headers


def test_a_port_that_is_taken_is_told_with_its_holder_and_a_way_out() -> None:
    with bind("127.0.0.1", 0) as first, pytest.raises(Unavailable) as refused:
        bind("127.0.0.1", first.getsockname()[1])
    assert refused.value.code == "port_in_use"
    assert refused.value.details["host"] == "127.0.0.1"
    for part in ("pid", "--port", "stop it"):
        assert part in refused.value.message


def test_an_address_that_is_not_ours() -> None:
    with pytest.raises(Invalid) as refused:
        bind("192.0.2.1", 0)
    assert refused.value.path == "server.host"


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (OSError(sockets.EAI_NONAME, "Name or service not known"), "invalid"),
        (OSError(errno.EACCES, "Permission denied"), "port_denied"),
        (OSError(errno.ENFILE, "Too many open files"), "cannot_listen"),
    ],
)
def test_what_else_the_system_may_say(monkeypatch: pytest.MonkeyPatch, fault: OSError, code: str) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise fault

    monkeypatch.setattr(sockets, "create_server", refuse)
    with pytest.raises(GatewayError) as refused:
        bind("gateway.example.com", 80)
    assert refused.value.code == code


def test_accepted_sockets_have_a_small_send_buffer_and_no_delay() -> None:
    with bind("127.0.0.1", 0) as listener:
        listener.setblocking(True)
        with sockets.create_connection(listener.getsockname()):
            accepted, _ = listener.accept()
            with accepted:
                # Linux reports twice what was asked for
                size = accepted.getsockopt(sockets.SOL_SOCKET, sockets.SO_SNDBUF)
                assert size in {SEND_BUFFER_BYTES, 2 * SEND_BUFFER_BYTES}
                # else the second write of an answer waits 40 ms for the first one's acknowledgement
                assert accepted.getsockopt(sockets.IPPROTO_TCP, sockets.TCP_NODELAY)


async def test_the_listener_closes_first_and_calls_at_work_are_answered(tmp_path: Path) -> None:
    config = Config(home=tmp_path, port=0)
    stop = anyio.Event()

    async def serve(gateway: Rig, *, task_status: TaskStatus[int]) -> None:
        async with connections(gateway.app, gateway.hub, config, gateway.clock) as clients:
            async with clients.listening(config) as place:
                task_status.started(place.port)
                await stop.wait()
            with pytest.raises(OSError):
                await anyio.connect_tcp("127.0.0.1", place.port)
            gateway.methods.gates["h"].set()

    with anyio.fail_after(10):
        async with rig(tmp_path) as gateway, anyio.create_task_group() as group:
            await talk_until_closed(await group.start(serve, gateway), stop)
    assert gateway.hub.count == 0


async def talk_until_closed(port: int, stop: anyio.Event) -> None:
    """Start a call, stop the gateway, get the answer, then the close."""
    url = f"ws://127.0.0.1:{port}/"
    async with connect(url, compression=None, additional_headers=HOME_TOKEN) as ws:
        await ws.send(call("held", "test/hold", text="h"))
        await ws.send(call("seen", "test/echo"))
        assert '"id":"seen"' in str(await ws.recv())
        stop.set()
        assert '"id":"held"' in str(await ws.recv())
        with pytest.raises(ConnectionClosed) as closed:
            await ws.recv()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == GOING_AWAY


async def test_a_peer_that_does_not_close_is_dropped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portico.gateway.edge.server.FAREWELL_SECONDS", 0.05)
    with anyio.fail_after(10):
        async with served(tmp_path) as (gateway, place):
            stream = await anyio.connect_tcp(place.host, place.port)
            await stream.send(
                b"GET /rpc HTTP/1.1\r\nhost: 127.0.0.1\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
                b"authorization: Bearer s3cret\r\nsec-websocket-version: 13\r\n"
                b"sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
            )
            assert (await stream.receive()).startswith(b"HTTP/1.1 101")
            await stream.send(masked(call(1, "test/hold", text="never")))
            await until(lambda: gateway.methods.started == ["never"])
        assert gateway.hub.count == 0
        await stream.aclose()


def masked(text: str) -> bytes:
    """A short client frame whose mask is zero."""
    payload = text.encode()
    assert len(payload) < 126
    return bytes((0x81, 0x80 | len(payload))) + bytes(4) + payload


async def test_a_slow_reader_gets_every_byte_and_does_not_slow_others(tmp_path: Path) -> None:
    async with served(tmp_path) as (gateway, place), socket(place) as quick:
        slow = sockets.socket()
        slow.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)
        slow.connect((place.host, place.port))
        async with socket(place, sock=slow) as reader:
            for ws in (quick, reader):
                await ws.send(call(1, "test/follow"))
                await ws.recv()
            reader.transport.pause_reading()
            texts = [f"{number:06}" * 100 for number in range(5_000)]
            for start in range(0, len(texts), 500):
                await gateway.publish_many(texts[start : start + 500])
            fast = [await quick.recv() for _ in texts]
            assert gateway.hub.lag > 0
            reader.transport.resume_reading()
            assert [await reader.recv() for _ in texts] == fast


@pytest.mark.parametrize(
    ("files", "expected"), [(1_024, 768), (8_448, 8_192), (20_000, 8_192), (1_048_576, 8_192), (256, 1), (64, 1)]
)
def test_how_many_connections_fit(files: int, expected: int) -> None:
    assert room(files) == expected


async def test_above_the_bound_a_connection_is_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portico.gateway.edge.server.raise_file_limit", lambda: OTHER_FILES + 2)
    async with served(tmp_path) as (_, place), socket(place) as ws:
        async with await anyio.connect_tcp(place.host, place.port) as idle:
            answer = parsed(await exchange(place, b""))
            assert (answer.status, answer.headers["retry-after"], answer.json["code"]) == (503, "1", "overloaded")
            assert int(answer.headers["content-length"]) == len(answer.body)
            await ws.send(call("a", "test/echo", text="x"))
            assert msgspec.json.decode(await ws.recv()) == answered("a", "x")
            await idle.aclose()
        # what is closed makes room
        while (await exchange(place, LIVEZ)).startswith(b"HTTP/1.1 503"):
            pass
