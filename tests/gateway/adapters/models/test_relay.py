"""Bytes to and from a provider: what is sent, when it is sent again, and what becomes of the connection."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import anyio
import pytest

from portico.gateway.adapters.http import Http
from portico.gateway.adapters.http_port import Timeouts
from portico.gateway.adapters.models.relay import KNOWN_SERVERS, ByteAnswer, ByteRelay
from portico.gateway.agent.model import FailureClass, ProviderFailure
from tests.kit import FakeClock
from tests.kit.wire import Reply, WireServer, refusal

KEY = "sk-the-vendors-key"
EVENT = b'data: {"choices":[]}\n\n'
OK = Reply(pieces=(EVENT,))
NO_OPTIONS = refusal(400, {"error": {"message": "unknown field stream_options"}})


@dataclass(frozen=True)
class Wish:
    """A provider as it is resolved."""

    base_url: str
    api_key: str | None = KEY
    proxy_url: str | None = None
    provider: str = "openai"
    model: str = "m-1"


@dataclass
class Rig:
    server: WireServer
    relay: ByteRelay
    clock: FakeClock

    async def open(self, plain: bytes | None = None, **changes: Any) -> ByteAnswer | ProviderFailure:
        return await self.relay.open(Wish(self.server.url + "/v1/", **changes), b'{"a":1}', plain)

    async def opened(self, plain: bytes | None = None) -> ByteAnswer:
        answer = await self.open(plain)
        assert isinstance(answer, ByteAnswer)
        return answer

    async def failed(self) -> ProviderFailure:
        """The failure of a call, past all its waits."""
        found: list[ByteAnswer | ProviderFailure] = []

        async def ask() -> None:
            found.append(await self.open())
            group.cancel_scope.cancel()

        async with anyio.create_task_group() as group:
            group.start_soon(ask)
            while True:
                await anyio.wait_all_tasks_blocked()
                self.clock.advance(60)
        assert isinstance(found[0], ProviderFailure)
        return found[0]

    @property
    def bodies(self) -> list[bytes]:
        return [request.body for request in self.server.seen]


@asynccontextmanager
async def rig(*replies: Reply, timeouts: Timeouts | None = None) -> AsyncGenerator[Rig]:
    with anyio.fail_after(5):
        async with WireServer(*replies).serving() as server:
            clock, http = FakeClock(), Http()
            try:
                yield Rig(server, ByteRelay(http, clock, timeouts or Timeouts(), random=lambda: 0.0), clock)
            finally:
                await http.aclose()


async def rest(answer: ByteAnswer) -> bytes | ProviderFailure:
    """What is left of an answer, or how it broke."""
    found = b""
    while True:
        data = await answer.read()
        if isinstance(data, ProviderFailure):
            return data
        if not data:
            return found
        found += data


async def test_only_our_headers_and_the_body_as_it_is_go_out() -> None:
    async with rig(OK) as it:
        answer = await it.opened()
        assert await rest(answer) == EVENT
        await answer.close()
        [request] = it.server.seen
        assert (request.method, request.path, request.body) == ("POST", "/v1/chat/completions", b'{"a":1}')
        assert request.headers["authorization"] == f"Bearer {KEY}"
        known = {"host", "user-agent", "accept-encoding", "accept", "content-type", "content-length", "authorization"}
        assert request.headers.keys() <= known


async def test_without_a_key_no_credential_goes_out() -> None:
    async with rig(OK) as it:
        answer = await it.open(api_key=None)
        assert isinstance(answer, ByteAnswer)
        await answer.close()
        assert "authorization" not in it.server.seen[0].headers


async def test_an_answer_that_was_read_leaves_its_connection_to_the_next() -> None:
    async with rig(OK) as it:
        for _ in range(2):
            answer = await it.opened()
            await rest(answer)
            await answer.close()
        assert [request.connection for request in it.server.seen] == [1, 1]


async def test_an_answer_that_says_itself_that_it_is_whole_leaves_its_connection_to_the_next() -> None:
    async with rig(OK) as it:
        for _ in range(2):
            answer = await it.opened()
            assert await answer.read() == EVENT
            await answer.close(is_whole=True)
        assert [request.connection for request in it.server.seen] == [1, 1]


async def test_closing_in_the_middle_cuts_the_provider_off() -> None:
    async with rig(Reply(pieces=(EVENT,), ending="hang")) as it:
        answer = await it.opened()
        assert await answer.read() == EVENT
        await it.server.hanging.wait()
        await answer.close()
        await it.server.left.wait()


async def test_cancelling_before_the_first_byte_cuts_the_provider_off() -> None:
    async with rig(Reply(ending="hang")) as it, anyio.create_task_group() as group:
        group.start_soon(it.open)
        await it.server.hanging.wait()
        await anyio.wait_all_tasks_blocked()
        group.cancel_scope.cancel()
        with anyio.CancelScope(shield=True):
            await it.server.left.wait()


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(refusal(500, {"error": {"message": "oops"}}), id="500"),
        pytest.param(refusal(503, {}), id="503"),
        pytest.param(refusal(429, {"error": {"message": "slow down"}}, retry_after="7"), id="429"),
        pytest.param(Reply(ending="drop"), id="no head"),
        pytest.param(Reply(ending="close"), id="broken before the first byte"),
    ],
)
async def test_before_the_first_byte_it_is_sent_again(reply: Reply) -> None:
    async with rig(reply, reply, OK) as it:
        found: list[bytes | ProviderFailure] = []

        async def ask() -> None:
            answer = await it.opened()
            found.append(await rest(answer))
            await answer.close()
            group.cancel_scope.cancel()

        async with anyio.create_task_group() as group:
            group.start_soon(ask)
            while True:
                await anyio.wait_all_tasks_blocked()
                it.clock.advance(60)
        assert found == [EVENT]
        assert it.bodies == [b'{"a":1}'] * 3


@pytest.mark.parametrize(
    ("reply", "calls", "status", "failure_class"),
    [
        (refusal(400, {"error": {"message": "bad"}}), 1, 400, FailureClass.INVALID_REQUEST),
        (refusal(401, {"error": {"message": "who"}}), 1, 401, FailureClass.AUTH_EXPIRED),
        (refusal(403, {}), 1, 403, FailureClass.PERMISSION_DENIED),
        (refusal(404, {}), 1, 404, FailureClass.MODEL_NOT_FOUND),
        (refusal(413, {}), 1, 413, FailureClass.PROMPT_TOO_LONG),
        (refusal(422, {}), 1, 422, FailureClass.INVALID_REQUEST),
        (refusal(302, {}), 1, 302, FailureClass.INVALID_REQUEST),
        (refusal(429, {}, retry_after="1000"), 1, 429, FailureClass.RATE_LIMIT),
        (refusal(429, {}), 4, 429, FailureClass.RATE_LIMIT),
        (refusal(502, {}), 4, 502, FailureClass.PROVIDER_5XX),
        (Reply(ending="reset"), 4, None, FailureClass.NETWORK_TRANSIENT),
    ],
)
async def test_a_refusal_is_data(reply: Reply, calls: int, status: int | None, failure_class: FailureClass) -> None:
    async with rig(reply) as it:
        failure = await it.failed()
        assert (failure.http_status, failure.failure_class, failure.provider) == (status, failure_class, "openai")
        assert len(it.server.seen) == calls


async def test_a_refusal_tells_no_key_and_how_long_to_wait() -> None:
    told = {"error": {"message": f"the key {KEY} is over its limit", "code": "rate_limit_exceeded"}}
    async with rig(refusal(429, told, retry_after="1000")) as it:
        failure = await it.failed()
        assert failure.message == "the key [redacted] is over its limit"
        assert (failure.retry_after_seconds, failure.provider_code) == (1_000.0, "rate_limit_exceeded")


async def test_silence_is_a_stall_before_the_first_byte_and_after_it() -> None:
    async with rig(Reply(ending="hang"), timeouts=Timeouts(read=0.05)) as it:
        failure = await it.failed()
        assert (failure.failure_class, failure.stage) == (FailureClass.STREAM_STALL, "first_chunk")
    async with rig(Reply(pieces=(EVENT,), ending="hang"), timeouts=Timeouts(read=0.05)) as it:
        answer = await it.opened()
        broken = await rest(answer)
        await answer.close()
        assert isinstance(broken, ProviderFailure)
        assert (broken.failure_class, broken.stage) == (FailureClass.STREAM_STALL, "mid_stream")


@pytest.mark.parametrize("ending", ["close", "reset"])
async def test_a_break_in_the_middle_is_told_after_what_came(ending: Any) -> None:
    async with rig(Reply(pieces=(EVENT,), ending=ending)) as it:
        answer = await it.opened()
        assert await answer.read() == EVENT
        broken = await answer.read()
        assert isinstance(broken, ProviderFailure)
        assert broken.failure_class is FailureClass.STREAM_TRUNCATED
        assert len(it.server.seen) == 1
        await answer.close()


async def test_a_server_without_stream_options_is_asked_without_them_from_then_on() -> None:
    async with rig(NO_OPTIONS, OK) as it:
        for _ in range(2):
            answer = await it.opened(plain=b"plain")
            await rest(answer)
            await answer.close()
        assert it.bodies == [b'{"a":1}', b"plain", b"plain"]


async def test_without_another_body_that_refusal_stays() -> None:
    async with rig(NO_OPTIONS) as it:
        assert (await it.failed()).http_status == 400
        assert len(it.server.seen) == 1


async def test_when_the_other_body_is_refused_too_that_is_told() -> None:
    async with rig(NO_OPTIONS, refusal(400, {"error": {"message": "bad"}})) as it:
        failure = await it.open(plain=b"plain")
        assert isinstance(failure, ProviderFailure)
        assert failure.message == "bad"


async def test_only_so_many_servers_are_remembered() -> None:
    async with rig(*[NO_OPTIONS, OK] * (KNOWN_SERVERS + 2)) as it:
        for number in range(KNOWN_SERVERS + 1):
            answer = await it.relay.open(Wish(f"{it.server.url}/{number}"), b"a", b"plain")
            assert isinstance(answer, ByteAnswer)
            await rest(answer)
            await answer.close()
        await (await it.opened(plain=b"plain")).close()
        assert it.bodies[-2:] == [b'{"a":1}', b"plain"]


async def test_an_address_that_is_none_is_a_failure() -> None:
    async with rig(OK) as it:
        failure = await it.relay.open(Wish("nowhere"), b"")
        assert isinstance(failure, ProviderFailure)
        assert failure.failure_class is FailureClass.INVALID_REQUEST
