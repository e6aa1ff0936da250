"""The WebSocket transport against a real socket."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from http import HTTPStatus

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response

from portico.client.errors import NotReachable, SignInRefused, TransportClosed
from portico.client.transport.websocket import rpc_url, websocket


@asynccontextmanager
async def echo(status: HTTPStatus | None = None) -> AsyncGenerator[str]:
    def answer(socket: ServerConnection, request: Request) -> Response | None:
        if status is not None:
            return socket.respond(status, "")
        granted = request.headers.get("Authorization") == "Bearer right" and request.path == "/rpc"
        return None if granted else socket.respond(HTTPStatus.UNAUTHORIZED, "")

    async def handle(socket: ServerConnection) -> None:
        text = await socket.recv()
        await socket.send(text)
        await socket.close(1012, "restarting")

    async with serve(handle, "127.0.0.1", 0, process_request=answer) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        yield f"http://127.0.0.1:{port}"


async def test_frames_come_back_and_the_end_says_why() -> None:
    async with echo() as url, websocket(url, "right") as transport:
        await transport.send("ping")
        assert await transport.receive() == "ping"
        with pytest.raises(TransportClosed, match="1012 restarting"):
            await transport.receive()
        with pytest.raises(TransportClosed):
            await transport.send("late")


async def test_a_wrong_credential_is_told_apart() -> None:
    async with echo() as url:
        with pytest.raises(SignInRefused):
            async with websocket(url, None):
                pass


@pytest.mark.parametrize("status", [HTTPStatus.NOT_FOUND, HTTPStatus.SERVICE_UNAVAILABLE])
async def test_another_answer_is_no_gateway(status: HTTPStatus) -> None:
    async with echo(status) as url:
        with pytest.raises(NotReachable, match=str(status.value)):
            async with websocket(url, "right"):
                pass


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "ftp://nowhere"])
async def test_nobody_there(url: str) -> None:
    with pytest.raises(NotReachable):
        async with websocket(url, None):
            pass


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://h:1", "ws://h:1/rpc"),
        ("https://h/base/", "wss://h/base/rpc"),
        ("ws://h:1/", "ws://h:1/rpc"),
    ],
)
def test_the_address_of_a_gateway(url: str, expected: str) -> None:
    assert rpc_url(url) == expected
