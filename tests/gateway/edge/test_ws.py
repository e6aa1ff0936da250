"""The socket's door and its bad frames, seen by another library."""

from pathlib import Path

import pytest
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed, InvalidStatus

from portico.gateway.edge.auth import cookie_name
from portico.gateway.edge.connection import REVOKED
from portico.gateway.features.access import PROCESS, AccessOptions
from portico.gateway.rpc import CallContext
from portico.protocol.base import NoParams
from tests.gateway.edge.rig import TOKEN, call, served, socket

BEARER = {"authorization": f"Bearer {TOKEN}"}


async def close_code(ws: ClientConnection) -> int | None:
    with pytest.raises(ConnectionClosed) as closed:
        while True:
            await ws.recv()
    return closed.value.rcvd.code if closed.value.rcvd else None


@pytest.mark.parametrize("path", ["/", "/rpc"])
async def test_both_paths_are_served(tmp_path: Path, path: str) -> None:
    async with served(tmp_path) as (_, place), socket(place, url=place.ws.removesuffix("/rpc") + path) as ws:
        await ws.send(call("a", "test/echo", text="x"))
        assert await ws.recv() == '{"jsonrpc":"2.0","id":"a","result":{"text":"x"}}'


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/rpc", {}, 401),
        ("/rpc", {"authorization": "Bearer wrong"}, 401),
        ("/rpc?token=s3cret", {}, 401),
        ("/rpc", {"cookie": "portico_session_1=x"}, 401),
        ("/other", BEARER, 404),
        ("/rpc", BEARER | {"origin": "https://evil.example.com"}, 403),
    ],
)
async def test_who_is_not_let_in_gets_a_status(
    tmp_path: Path, path: str, headers: dict[str, str], status: int, caplog: pytest.LogCaptureFixture
) -> None:
    async with served(tmp_path) as (_, place):
        url = place.ws.removesuffix("/rpc") + path
        with pytest.raises(InvalidStatus) as refused:
            async with socket(place, url=url, additional_headers=headers):
                pass
        assert refused.value.response.status_code == status
    assert caplog.messages == []


async def test_a_page_of_ours_comes_in_by_its_cookie(tmp_path: Path) -> None:
    async with served(tmp_path, AccessOptions()) as (gateway, place):
        cookie = {"cookie": f"{cookie_name(place.port)}={await gateway.access.open_session()}"}
        async with socket(place, additional_headers=cookie, origin=place.url) as ws:
            await ws.send(call("a", "test/echo"))
            assert '"id":"a"' in str(await ws.recv())
            await gateway.access.rotate(CallContext(PROCESS), NoParams())
            assert await close_code(ws) == REVOKED


async def test_a_stopping_gateway_lets_nobody_in(tmp_path: Path) -> None:
    async with served(tmp_path) as (gateway, place):
        gateway.app.stop_listening()
        with pytest.raises(InvalidStatus) as refused:
            async with socket(place):
                pass
        assert refused.value.response.status_code == 503


async def test_binary_frames_are_dropped_and_the_socket_goes_on(tmp_path: Path) -> None:
    async with served(tmp_path) as (_, place), socket(place) as ws:
        await ws.send(b"\x00\x01unknown")
        await ws.send(b"")
        await ws.send(call("a", "test/echo"))
        assert '"id":"a"' in str(await ws.recv())


@pytest.mark.parametrize("text", [b"\xff\xfe", b'{"jsonrpc":"2.0","id":"\xff"}', b"[" * 100_000, b"{", b""])
async def test_unreadable_text_is_answered_and_the_socket_goes_on(tmp_path: Path, text: bytes) -> None:
    async with served(tmp_path) as (_, place), socket(place) as ws:
        await ws.send(text, text=True)
        assert '"code":-32700' in str(await ws.recv())
        await ws.send(call("a", "test/echo"))
        assert '"id":"a"' in str(await ws.recv())


async def test_a_frame_of_a_mebibyte_is_read_and_one_byte_more_closes_with_1009(tmp_path: Path) -> None:
    async with served(tmp_path) as (_, place), socket(place) as ws:
        frame = call("a", "test/echo", text="")
        padded = frame + " " * (1_048_576 - len(frame))
        await ws.send(padded)
        assert '"id":"a"' in str(await ws.recv())
        await ws.send(padded + " ")
        assert await close_code(ws) == 1009
