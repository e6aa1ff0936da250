"""Threads that call a boundary and wait, while its loop runs in a thread of its own."""

import signal
import threading
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
import msgspec
import pytest

from portico.boundary import Means
from portico.boundary.capi import Bridge, bridge
from portico.boundary.ways import LocalWays
from portico.client.errors import ClientError
from portico.client.transport import Opener
from tests.boundary.test_ways import never
from tests.gateway.main.rig import rehearsing
from tests.kit.gateways import gateway

SECONDS = 5.0
WAITS = b'{"wait_ms":60000}'


def means(**environ: str) -> Means:
    return Means(LocalWays(environ, None, never))


@contextmanager
def opened(**environ: str) -> Generator[Bridge]:
    it = Bridge(means(**environ))
    it.open()
    try:
        yield it
    finally:
        it.close()


def told(answer: bytes) -> tuple[str, str | None]:
    """The status, and the code of a refusal."""
    it: dict[str, Any] = msgspec.json.decode(answer)
    return it["status"], it.get("code")


@pytest.mark.parametrize(
    ("method", "params", "code"),
    [
        pytest.param(b"sing", b"{}", "unknown_method", id="no such method"),
        pytest.param(b"", b"{}", "unknown_method", id="no method"),
        pytest.param(b"\xff\xfe", b"{}", "unknown_method", id="a method that is no UTF-8"),
        pytest.param(b"thread_create", b'{"name":"\xff"}', "invalid", id="parameters that are no UTF-8"),
        pytest.param(b"version", b"", "invalid", id="no JSON"),
        pytest.param(b"version", b"[]", "invalid", id="no object"),
        pytest.param(
            b"thread_rename", b'{"thread_id":"t","name":"%s"}' % (b"x" * 10_000_000), "not_connected", id="10 MB"
        ),
        pytest.param(b"gateway_next_events", b'{"wait_ms":60001}', "invalid", id="a wait that is too long"),
    ],
)
def test_a_bad_call_is_answered(method: bytes, params: bytes, code: str) -> None:
    with opened() as it:
        assert told(it.call(method, params)) == ("error", code)
        assert told(it.call(b"version", b"{}")) == ("ok", None)


def test_parameters_have_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bridge, "MAX_PARAMS", 20)
    with opened() as it:
        assert told(it.call(b"version", b"{" + b" " * 18 + b"}")) == ("ok", None)
        assert told(it.call(b"version", b"{" + b" " * 19 + b"}")) == ("error", "invalid")


def test_calls_go_on_while_others_wait() -> None:
    with opened() as it, ThreadPoolExecutor(9) as threads:
        waits = threads.submit(it.call, b"gateway_next_events", WAITS)
        answers = [threads.submit(it.call, b"version", b"{}") for _ in range(200)]
        assert {told(answer.result(SECONDS)) for answer in answers} == {("ok", None)}
        assert not waits.done()
        it.close()
        assert told(waits.result(SECONDS)) == ("error", "closed")


def test_who_calls_while_it_closes_is_answered() -> None:
    with opened() as it, ThreadPoolExecutor(4) as threads:
        busy = threading.Barrier(4)

        def call() -> set[tuple[str, str | None]]:
            seen = {told(it.call(b"version", b"{}"))}
            busy.wait(SECONDS)
            while ("error", "closed") not in seen:
                seen.add(told(it.call(b"version", b"{}")))
            return seen

        calling = [threads.submit(call) for _ in range(3)]
        busy.wait(SECONDS)
        it.close()
        assert [one.result(SECONDS) for one in calling] == 3 * [{("ok", None), ("error", "closed")}]


def test_before_it_is_open_and_after_it_was_it_is_closed() -> None:
    it = Bridge(means())
    assert told(it.call(b"version", b"{}")) == ("error", "closed")
    it.close()
    it.open()
    it.close()
    it.close()
    assert told(it.call(b"version", b"{}")) == ("error", "closed")
    assert "portico" not in {thread.name for thread in threading.enumerate()}


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_loop_that_does_not_start_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    it = Bridge(means())

    def broken(_: Callable[..., Any]) -> None:
        raise OSError("no descriptors left")

    monkeypatch.setattr(bridge.anyio, "run", broken)
    with pytest.raises(ClientError, match="could not be started"):
        it.open()
    assert told(it.call(b"version", b"{}")) == ("error", "closed")
    it.close()


class Ways:
    """Tells which signals wait where gateways are reached."""

    def __init__(self) -> None:
        self.blocked: set[int] = set()

    def home(self) -> tuple[str, Opener]:
        self.blocked = set(signal.pthread_sigmask(signal.SIG_BLOCK, ()))
        raise ClientError("no gateway")

    def remote(self, url: str, token: str | None) -> Opener:
        raise NotImplementedError


def test_a_connection_that_breaks_does_not_end_the_program() -> None:
    ways = Ways()
    it = Bridge(Means(ways))
    it.open()
    assert told(it.call(b"gateway_connect", b"{}")) == ("error", "client_error")
    it.close()
    assert signal.SIGPIPE in ways.blocked
    assert signal.SIGPIPE not in signal.pthread_sigmask(signal.SIG_BLOCK, ())


async def test_a_gateway_is_reached_and_left(tmp_path: Path) -> None:
    async with gateway(tmp_path, rehearsing()) as site:
        hub = site.it.gateway.hub
        with opened(PORTICO_URL=site.url, PORTICO_TOKEN=site.token) as it:
            with anyio.fail_after(SECONDS):
                answer = await anyio.to_thread.run_sync(it.call, b"gateway_connect", b"{}")
                assert told(answer) == ("ok", None)
                assert hub.count == 1
                events = await anyio.to_thread.run_sync(partial(it.call, b"gateway_next_events", WAITS))
                assert b'"event":"connection"' in events
                await anyio.to_thread.run_sync(it.close)
                await hub.empty()
