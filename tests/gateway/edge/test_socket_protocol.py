"""Frames as RFC 6455 writes them, and how much of them is held."""

import zlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import msgspec
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from portico.gateway.edge import socket_protocol
from portico.gateway.edge.boundary import BoundarySockets
from portico.gateway.edge.request import MAX_BODY
from portico.gateway.edge.server import Listening
from portico.gateway.edge.socket_protocol import MAX_HEAVY, MAX_SHELL_FRAME, SocketProtocol
from tests.gateway.edge.rig import TOKEN, Rig, answered, call, served, socket
from tests.kit.gateways import until

BEARER = {"authorization": f"Bearer {TOKEN}"}


@pytest.mark.parametrize("size", [1, 125, 126, 127, 65_535, 65_536, 200_000])
async def test_frames_of_every_length_are_read_by_another_library(tmp_path: Path, size: int) -> None:
    text = "ü" * (size // 2) + "x" * (size % 2)
    async with served(tmp_path) as (_, place), socket(place) as ws:
        await ws.send(call(1, "test/echo", text=text))
        assert msgspec.json.decode(await ws.recv()) == answered(1, text)


async def test_pings_are_answered_between_frames(tmp_path: Path) -> None:
    async with served(tmp_path) as (_, place), socket(place) as ws:
        await (await ws.ping())


async def test_a_message_in_many_fragments_is_one_message(tmp_path: Path) -> None:
    async with served(tmp_path) as (_, place), socket(place) as ws:
        await ws.send(iter(['{"jsonrpc":"2.0","id":1,', '"method":"test/echo"', "}"]))
        assert '"id":1' in str(await ws.recv())


async def test_many_messages_at_once_are_all_answered(tmp_path: Path) -> None:
    async with served(tmp_path) as (_, place), socket(place) as ws:
        for number in range(200):
            await ws.send(call(number, "none"))
        ids = [msgspec.json.decode(await ws.recv())["id"] for _ in range(200)]
        assert sorted(ids) == list(range(200))


class Counting:
    """A shell that tells the size of each frame, large ones when the gate is open."""

    gate = anyio.Event()

    def __init__(self, ends: Any) -> None:
        self._ends = ends

    async def take(self, frame: bytes) -> None:
        if len(frame) > MAX_BODY:
            await Counting.gate.wait()
        await self._ends.tell(str(len(frame)).encode())

    async def push(self) -> None:
        await anyio.sleep_forever()


@asynccontextmanager
async def counting(ends: Any) -> AsyncGenerator[Counting]:
    yield Counting(ends)


def shells_of(gateway: Rig) -> None:
    gateway.app.boundary = BoundarySockets(gateway.hub, counting)
    Counting.gate = anyio.Event()


def shell(place: Listening, *, compression: Any = None) -> connect:
    url = place.ws.removesuffix("/rpc") + "/boundary"
    return connect(url, additional_headers=BEARER, compression=compression, close_timeout=1.0)


def shell_of(gateway: Rig, place: Listening, *, compression: Any = None) -> connect:
    shells_of(gateway)
    return shell(place, compression=compression)


async def ended(one: ClientConnection) -> int | None:
    with anyio.fail_after(5):
        await one.wait_closed()
    return one.close_code


async def test_a_message_that_is_too_large_ends_the_socket(tmp_path: Path) -> None:
    async with served(tmp_path) as (gateway, place):
        shells_of(gateway)
        Counting.gate.set()
        async with shell(place) as one:
            await one.send("x" * MAX_SHELL_FRAME)
            assert await one.recv() == str(MAX_SHELL_FRAME)
            with pytest.raises(ConnectionClosed):
                await one.send("x" * (MAX_SHELL_FRAME + 1))
                await one.recv()
            assert await ended(one) == 1009
        async with socket(place) as other:
            with pytest.raises(ConnectionClosed):
                await other.send("x" * (MAX_BODY + 1))
                await other.recv()
            assert await ended(other) == 1009
        await until(lambda: not SocketProtocol.heavy)


async def test_few_large_messages_are_held_at_once(tmp_path: Path) -> None:
    async with served(tmp_path) as (gateway, place), anyio.create_task_group() as group:
        shells_of(gateway)

        async def hold() -> None:
            async with shell(place) as one:
                await one.send("x" * (MAX_BODY + 1))
                assert await one.recv() == str(MAX_BODY + 1)
                # who asks for the next message has laid the large one down
                await one.send("small")
                assert await one.recv() == "5"

        async with shell(place) as before:
            for _ in range(MAX_HEAVY):
                group.start_soon(hold)
            await until(lambda: len(SocketProtocol.heavy) == MAX_HEAVY)
            await before.send("x" * MAX_BODY)
            assert await before.recv() == str(MAX_BODY)
            with pytest.raises(ConnectionClosed):
                await before.send("x" * (MAX_BODY + 1))
                await before.recv()
            assert await ended(before) == 1013
        Counting.gate.set()
        await until(lambda: not SocketProtocol.heavy)


async def endless() -> AsyncGenerator[str]:
    yield "x" * (MAX_BODY + 1)
    await anyio.sleep_forever()


async def test_a_large_message_has_its_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket_protocol, "HEAVY_SECONDS", 0.05)
    async with served(tmp_path) as (gateway, place), shell_of(gateway, place) as one:
        async with anyio.create_task_group() as group:
            group.start_soon(one.send, endless())
            assert await ended(one) == 1008
            group.cancel_scope.cancel()
        await until(lambda: not SocketProtocol.heavy)


async def test_parts_without_content_are_not_kept(tmp_path: Path) -> None:
    async with served(tmp_path) as (gateway, place), shell_of(gateway, place) as one:
        await one.send(iter(["", *[""] * 5_000, "abc", *[""] * 100]))
        assert await one.recv() == "3"


async def test_little_that_unpacks_to_much_ends_the_socket(tmp_path: Path) -> None:
    async with served(tmp_path, host="0.0.0.0") as (gateway, place):
        async with shell_of(gateway, place, compression="deflate") as one:
            one.transport.write(bombs(64))
            assert await ended(one) == 1008
        assert not SocketProtocol.heavy


def bombs(count: int) -> bytes:
    """Compressed frames of a mebibyte each, as a client writes them, with a mask of zeros."""
    deflated = b""
    packer = zlib.compressobj(wbits=-12)
    for _ in range(count):
        data = packer.compress(b"x" * MAX_BODY) + packer.flush(zlib.Z_SYNC_FLUSH)
        data = data.removesuffix(b"\x00\x00\xff\xff")
        deflated += bytes((0xC1, 0x80 | 126)) + len(data).to_bytes(2, "big") + bytes(4) + data
    return deflated
