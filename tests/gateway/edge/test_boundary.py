"""The socket of a browser's shell lives as long as its own connection to the gateway."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from portico.gateway.edge.boundary import BoundarySockets, ShellEnds
from tests.gateway.edge.rig import TOKEN, served

BEARER = {"authorization": f"Bearer {TOKEN}"}
INFO = '{"jsonrpc":"2.0","id":1,"method":"test/echo","params":{"text":"x"}}'


class Echo:
    """A shell that hands its frames to the gateway, and the answers back."""

    def __init__(self, ends: ShellEnds) -> None:
        self._ends = ends

    async def take(self, frame: bytes) -> None:
        await self._ends.send_text(frame.decode())

    async def push(self) -> None:
        try:
            while True:
                await self._ends.tell((await self._ends.receive_text()).encode())
        except (anyio.EndOfStream, anyio.ClosedResourceError):
            await anyio.sleep_forever()


@asynccontextmanager
async def echo(ends: ShellEnds) -> AsyncGenerator[Echo]:
    assert ends.principal.scopes
    yield Echo(ends)


async def test_a_shell_speaks_over_a_connection_of_its_own(tmp_path: Path) -> None:
    async with served(tmp_path) as (gateway, place):
        gateway.app.boundary = BoundarySockets(gateway.hub, echo)
        url = place.ws.removesuffix("/rpc") + "/boundary"
        async with connect(url, additional_headers=BEARER) as socket:
            await socket.send(INFO)
            assert await socket.recv() == '{"jsonrpc":"2.0","id":1,"result":{"text":"x"}}'
            gateway.hub.abort()
            with pytest.raises(ConnectionClosed), anyio.fail_after(5):
                await socket.recv()
            assert socket.close_code == 1012


async def test_without_a_boundary_there_is_no_such_socket(tmp_path: Path) -> None:
    async with served(tmp_path) as (_, place):
        with pytest.raises(InvalidStatus) as refused:
            async with connect(place.ws.removesuffix("/rpc") + "/boundary", additional_headers=BEARER):
                pass
        assert refused.value.response.status_code == 404
