"""HTTP over real sockets: what arrives, what breaks, which connections live on."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import anyio
import pytest

from portico.gateway.adapters import http_aiohttp
from portico.gateway.adapters.http_aiohttp import AiohttpBackend
from portico.gateway.adapters.http_port import HttpFailure, HttpRequest, Timeouts
from tests.kit.wire import Ending, Reply, WireServer


@asynccontextmanager
async def talking(*replies: Reply) -> AsyncGenerator[tuple[WireServer, AiohttpBackend]]:
    backend = AiohttpBackend()
    async with WireServer(*replies).serving() as server:
        try:
            with anyio.fail_after(5):
                yield server, backend
        finally:
            await backend.aclose()


def get(url: str, read_seconds: float = 5.0, proxy_url: str | None = None) -> HttpRequest:
    return HttpRequest(url, "GET", proxy_url=proxy_url, timeouts=Timeouts(5.0, read_seconds))


async def failure_of(backend: AiohttpBackend, request: HttpRequest) -> HttpFailure:
    with pytest.raises(HttpFailure) as caught:
        await backend.open(request)
    return caught.value


async def test_an_answer_is_read_to_its_end_and_its_connection_used_again() -> None:
    async with talking(Reply(201, {"X-Thing": "1"}, (b"a", b"b"))) as (server, backend):
        for _ in range(2):
            stream = await backend.open(HttpRequest(server.url + "/x", headers={"h": "v"}, body=b"sent"))
            assert (stream.status, stream.headers["x-thing"]) == (201, "1")
            body = b""
            while data := await stream.read():
                body += data
            assert body == b"ab"
            await stream.settle()
        assert [(s.method, s.path, s.body, s.headers["h"], s.connection) for s in server.seen] == [
            ("POST", "/x", b"sent", "v", 1),
            ("POST", "/x", b"sent", "v", 1),
        ]


async def test_settling_takes_the_end_that_is_on_its_way() -> None:
    async with talking(Reply(pieces=(b"a",))) as (server, backend):
        for _ in range(2):
            stream = await backend.open(get(server.url))
            assert await stream.read() == b"a"
            await stream.settle()
        assert [s.connection for s in server.seen] == [1, 1]


async def test_settling_does_not_wait_for_a_server_that_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_aiohttp, "SETTLE_SECONDS", 0.01)
    async with talking(Reply(pieces=(b"a",), ending="hang")) as (server, backend):
        stream = await backend.open(get(server.url))
        await stream.read()
        await stream.settle()
        await server.left.wait()


async def test_closing_ends_the_connection_at_once() -> None:
    async with talking(Reply(pieces=(b"a",), ending="hang")) as (server, backend):
        stream = await backend.open(get(server.url))
        stream.close()
        await server.left.wait()


@pytest.mark.parametrize("ending", ["close", "reset"])
async def test_what_came_before_a_break_is_given_first(ending: Ending) -> None:
    async with talking(Reply(pieces=(b"a", b"b"), ending=ending)) as (server, backend):
        stream = await backend.open(get(server.url))
        body = b""
        with pytest.raises(HttpFailure) as caught:
            while data := await stream.read():
                body += data
        assert caught.value.kind == "reset"
        assert body == b"ab" or ending == "reset"
        with pytest.raises(HttpFailure):
            await stream.read()
        await stream.settle()


async def test_a_break_does_not_lose_what_is_buffered() -> None:
    async with talking(Reply(pieces=(b"a",), ending="hang")) as (server, backend):
        stream = await backend.open(get(server.url))
        content: Any = stream._content  # pyright: ignore[reportPrivateUsage] # the break must come after the bytes
        while not content.total_bytes:
            await anyio.lowlevel.checkpoint()
        content.set_exception(aiohttp.ClientPayloadError("broken"))
        assert await stream.read() == b"a"
        with pytest.raises(HttpFailure) as caught:
            await stream.read()
        assert caught.value.kind == "reset"
        stream.close()


async def test_silence_is_a_stall() -> None:
    async with talking(Reply(pieces=(b"a",), ending="hang")) as (server, backend):
        stream = await backend.open(get(server.url, read_seconds=0.05))
        assert await stream.read() == b"a"
        with pytest.raises(HttpFailure) as caught:
            await stream.read()
        assert caught.value.kind == "stall"
        stream.close()


async def test_no_head_is_a_reset() -> None:
    async with talking(Reply(ending="drop")) as (server, backend):
        assert (await failure_of(backend, get(server.url))).kind == "reset"


async def test_redirects_and_cookies_are_not_followed() -> None:
    reply = Reply(302, {"location": "http://elsewhere.test/", "set-cookie": "a=b"})
    async with talking(reply) as (server, backend):
        for _ in range(2):
            stream = await backend.open(get(server.url))
            assert stream.status == 302
            await stream.settle()
        assert all("cookie" not in seen.headers for seen in server.seen)


async def test_a_body_that_is_no_http_is_a_reset() -> None:
    async with await anyio.create_tcp_listener(local_host="127.0.0.1") as listener, anyio.create_task_group() as group:

        async def babble(stream: anyio.abc.SocketStream) -> None:
            async with stream:
                await stream.receive()
                await stream.send(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nnot a size\r\n")

        group.start_soon(listener.serve, babble)
        backend = AiohttpBackend()
        port = listener.extra(anyio.abc.SocketAttribute.local_port)
        with anyio.fail_after(5), pytest.raises(HttpFailure) as caught:
            stream = await backend.open(get(f"http://127.0.0.1:{port}"))
            try:
                await stream.read()
            finally:
                stream.close()
        assert caught.value.kind == "reset"
        await backend.aclose()
        group.cancel_scope.cancel()


@pytest.mark.parametrize(
    ("url", "kind"),
    [("ftp://host", "invalid"), ("nothing", "invalid"), ("http://[::1", "invalid"), ("http://127.0.0.1:1", "connect")],
)
async def test_addresses_that_do_not_work(url: str, kind: str) -> None:
    backend = AiohttpBackend()
    assert (await failure_of(backend, get(url))).kind == kind
    await backend.aclose()


async def test_a_header_that_cannot_be_sent_is_invalid() -> None:
    async with talking(Reply()) as (server, backend):
        failure = await failure_of(backend, HttpRequest(server.url, headers={"x": "a\r\nb: c"}))
        assert failure.kind == "invalid"
        assert server.seen == []


@pytest.mark.parametrize("proxy_url", ["socks5://127.0.0.1:1", "no proxy"])
async def test_a_proxy_that_cannot_be_used_is_invalid(proxy_url: str) -> None:
    async with talking(Reply()) as (server, backend):
        assert (await failure_of(backend, get("http://vendor.test", proxy_url=proxy_url))).kind == "invalid"
        assert server.seen == []


async def test_an_explicit_proxy_is_used_and_its_password_not_told() -> None:
    async with talking(Reply(pieces=(b"a",))) as (server, backend):
        stream = await backend.open(get("http://vendor.test/x", proxy_url=server.url))
        assert server.seen[0].path == "http://vendor.test/x"
        await stream.settle()
        failure = await failure_of(backend, get("http://vendor.test/x", proxy_url="http://me:password@127.0.0.1:1"))
        assert failure.kind == "connect"
        assert "password" not in failure.message


async def test_a_proxy_that_refuses_a_tunnel() -> None:
    async with talking(Reply(407)) as (server, backend):
        failure = await failure_of(backend, get("https://vendor.test/x", proxy_url=server.url))
        assert (failure.kind, "407" in failure.message) == ("connect", True)


async def test_the_environment_s_proxy_is_used_but_for_its_exceptions(monkeypatch: pytest.MonkeyPatch) -> None:
    async with talking(Reply(pieces=(b"a",))) as (server, backend):
        monkeypatch.setenv("http_proxy", server.url)
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        await (await backend.open(get("http://vendor.test/x"))).settle()
        await (await backend.open(get(server.url + "/direct"))).settle()
        assert [seen.path for seen in server.seen] == ["http://vendor.test/x", "/direct"]


async def test_an_untrusted_certificate_is_named() -> None:
    error = aiohttp.ClientConnectorSSLError.__new__(aiohttp.ClientConnectorSSLError)
    made = http_aiohttp._failure(error, "host:443")  # pyright: ignore[reportPrivateUsage] # no TLS server for one line
    assert (made.kind, "TLS" in made.message) == ("connect", True)
    timeout = http_aiohttp._failure(aiohttp.ConnectionTimeoutError(), "host:443")  # pyright: ignore[reportPrivateUsage]
    assert timeout.kind == "connect_timeout"
    url = http_aiohttp._failure(aiohttp.InvalidURL("x"), "host:443")  # pyright: ignore[reportPrivateUsage]
    assert url.kind == "invalid"
