"""The shared client: loaded once, whole answers within a limit."""

from collections.abc import Mapping

import anyio
import pytest

from portico.gateway.adapters.http import Http, load_aiohttp, read_up_to
from portico.gateway.adapters.http_aiohttp import AiohttpBackend
from portico.gateway.adapters.http_port import HttpBackend, HttpFailure, HttpRequest, HttpStream

REQUEST = HttpRequest("http://host/x", "GET")


class FakeStream:
    status = 200

    def __init__(self, *pieces: bytes) -> None:
        self.headers: Mapping[str, str] = {"a": "b"}
        self.pieces = list(pieces)
        self.is_settled = False

    async def read(self) -> bytes:
        return self.pieces.pop(0) if self.pieces else b""

    async def settle(self) -> None:
        self.is_settled = True

    def close(self) -> None: ...


class FakeBackend:
    def __init__(self, stream: HttpStream) -> None:
        self.stream = stream
        self.is_closed = False

    async def open(self, request: HttpRequest) -> HttpStream:
        return self.stream

    async def aclose(self) -> None:
        self.is_closed = True


def http_with(stream: FakeStream) -> tuple[Http, FakeBackend, list[str]]:
    backend, loads = FakeBackend(stream), list[str]()

    def load() -> "type[HttpBackend] | object":
        loads.append("load")
        return lambda: backend

    return Http(load), backend, loads  # pyright: ignore[reportArgumentType] # a fake loader


async def test_the_library_is_loaded_once_whoever_comes_first() -> None:
    http, _, loads = http_with(FakeStream())
    async with anyio.create_task_group() as group:
        group.start_soon(http.warm)
        group.start_soon(http.open, REQUEST)
        group.start_soon(http.open, REQUEST)
    await http.warm()
    assert loads == ["load"]


async def test_a_whole_answer() -> None:
    stream = FakeStream(b"ab", b"cd")
    http, backend, _ = http_with(stream)
    answer = await http.fetch(REQUEST, limit=4)
    assert (answer.status, answer.headers, answer.body) == (200, {"a": "b"}, b"abcd")
    assert stream.is_settled
    await http.aclose()
    assert backend.is_closed
    await http.aclose()


async def test_an_answer_above_the_limit_is_refused() -> None:
    stream = FakeStream(b"ab", b"cd")
    http, _, _ = http_with(stream)
    with pytest.raises(HttpFailure) as caught:
        await http.fetch(REQUEST, limit=3)
    assert caught.value.kind == "too_large"
    assert stream.is_settled


async def test_reading_stops_at_the_limit() -> None:
    stream = FakeStream(b"ab", b"cd", b"ef")
    assert await read_up_to(stream, 3) == b"abc"
    assert stream.pieces == [b"ef"]


def test_the_real_backend_is_aiohttp() -> None:
    assert load_aiohttp() is AiohttpBackend
