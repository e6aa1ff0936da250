"""Both wires against a server on a real socket that misbehaves in every way a vendor can."""

import base64
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import anyio
import pytest

from portico.gateway.adapters.http import Http
from portico.gateway.adapters.http_port import Timeouts
from portico.gateway.adapters.models import ModelOpener
from portico.gateway.agent.model import (
    Failed,
    FailureClass,
    Finished,
    FinishReason,
    ImagePart,
    ModelEvent,
    ModelRequest,
    Retrying,
    TextDelta,
    TextPart,
    UserMessage,
)
from portico.gateway.agent.ports import ModelPort
from tests.kit import FakeClock, FakeIds
from tests.kit.wire import FIXTURES, Ending, Reply, WireServer, refusal, told

KEY = "sk-secret-key-0123456789"
HELLO = ModelRequest(model="m", messages=(UserMessage((TextPart("hello"),)),))
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40
WIRES = ("chat_completions", "anthropic_messages")
TEXT = {wire: (FIXTURES / f"{wire}--text.sse").read_bytes() for wire in WIRES}

every_wire = pytest.mark.parametrize("wire", WIRES)


@dataclass(frozen=True, slots=True)
class Opened:
    kind: str
    base_url: str
    provider: str = "vendor"
    api_key: str | None = KEY
    proxy_url: str | None = None
    context_tokens: int | None = None
    max_output_tokens: int | None = None


class Clock(FakeClock):
    """Sleeping is over at once, and remembered."""

    def __init__(self) -> None:
        super().__init__()
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


@dataclass(frozen=True, slots=True)
class Bench:
    server: WireServer
    model: ModelPort
    clock: Clock


@asynccontextmanager
async def bench(wire: str, *replies: Reply, read_seconds: float = 5.0) -> AsyncGenerator[Bench]:
    http, clock = Http(), Clock()
    async with WireServer(*replies).serving() as server:
        opener = ModelOpener(http, clock, FakeIds(), random=lambda: 0.0, timeouts=Timeouts(5.0, read_seconds))
        try:
            with anyio.fail_after(5):
                yield Bench(server, opener(Opened(wire, server.url)), clock)
        finally:
            await http.aclose()


async def said(model: ModelPort, request: ModelRequest = HELLO) -> list[ModelEvent]:
    return [event async for event in model.stream(request)]


def streamed(*pieces: bytes, ending: Ending = "end") -> Reply:
    return Reply(pieces=pieces, ending=ending)


def failure_of(events: list[ModelEvent]) -> tuple[FailureClass, str, int | None]:
    last = events[-1]
    assert isinstance(last, Failed)
    assert sum(isinstance(e, (Failed, Finished)) for e in events) == 1
    assert KEY not in repr(events)
    return last.failure.failure_class, last.failure.stage, last.failure.http_status


@every_wire
async def test_a_good_answer_and_the_next_one_share_a_connection(wire: str) -> None:
    async with bench(wire, streamed(TEXT[wire])) as b:
        for _ in range(3):
            events = await said(b.model)
            assert told(events).text.startswith("Hel")
            assert isinstance(events[-1], Finished)
        assert [seen.connection for seen in b.server.seen] == [1, 1, 1]


@every_wire
async def test_each_read_is_told_at_once(wire: str) -> None:
    half = TEXT[wire].index(b"\n\n", TEXT[wire].index(b"Hel")) + 2
    async with bench(wire, streamed(TEXT[wire][:half], ending="hang")) as b:
        stream = b.model.stream(HELLO)
        async for event in stream:
            if isinstance(event, TextDelta):
                break
        await stream.aclose()
        await b.server.left.wait()


@every_wire
async def test_the_key_goes_where_the_wire_wants_it(wire: str) -> None:
    async with bench(wire, streamed(TEXT[wire])) as b:
        await said(b.model)
        headers, path = b.server.seen[0].headers, b.server.seen[0].path
    if wire == "chat_completions":
        assert (path, headers["authorization"]) == ("/chat/completions", f"Bearer {KEY}")
    else:
        assert (path, headers["x-api-key"]) == ("/v1/messages", KEY)
        assert headers["anthropic-version"] == "2023-06-01"
    assert headers["accept-encoding"] == "identity"


@every_wire
async def test_a_picture_reaches_the_wire_byte_for_byte(wire: str) -> None:
    request = ModelRequest(model="m", messages=(UserMessage((TextPart("see"), ImagePart("image/png", PNG))),))
    async with bench(wire, streamed(TEXT[wire])) as b:
        await said(b.model, request)
        part = b.server.seen[0].json["messages"][0]["content"][1]
    if wire == "chat_completions":
        kind, _, encoded = part["image_url"]["url"].partition(";base64,")
        assert kind == "data:image/png"
    else:
        assert part["source"]["media_type"] == "image/png"
        encoded = part["source"]["data"]
    assert base64.b64decode(encoded, validate=True) == PNG


@every_wire
@pytest.mark.parametrize(
    ("status", "failure_class"),
    [
        (401, FailureClass.AUTH_EXPIRED),
        (402, FailureClass.PERMISSION_DENIED),
        (403, FailureClass.PERMISSION_DENIED),
        (404, FailureClass.MODEL_NOT_FOUND),
        (400, FailureClass.INVALID_REQUEST),
        (413, FailureClass.PROMPT_TOO_LONG),
        (422, FailureClass.INVALID_REQUEST),
    ],
)
async def test_a_refusal_is_not_repeated(wire: str, status: int, failure_class: FailureClass) -> None:
    async with bench(wire, refusal(status, {"error": {"message": f"no, not with {KEY}"}})) as b:
        events = await said(b.model)
        assert failure_of(events) == (failure_class, "connect", status)
        assert (len(events), len(b.server.seen), b.clock.slept) == (1, 1, [])


@every_wire
@pytest.mark.parametrize(
    ("status", "failure_class"),
    [
        (429, FailureClass.RATE_LIMIT),
        (529, FailureClass.RATE_LIMIT),
        (500, FailureClass.PROVIDER_5XX),
        (502, FailureClass.PROVIDER_5XX),
        (503, FailureClass.PROVIDER_5XX),
        (408, FailureClass.NETWORK_TRANSIENT),
    ],
)
async def test_trouble_that_passes_is_waited_for(wire: str, status: int, failure_class: FailureClass) -> None:
    trouble = refusal(status, {"error": {"message": "wait"}})
    async with bench(wire, trouble, trouble, streamed(TEXT[wire])) as b:
        events = await said(b.model)
        again = [e for e in events if isinstance(e, Retrying)]
        assert [(e.attempt, e.delay_seconds, e.failure.failure_class) for e in again] == [
            (1, 0.25, failure_class),
            (2, 0.5, failure_class),
        ]
        assert b.clock.slept == [0.25, 0.5]
        assert isinstance(events[-1], Finished)


@every_wire
async def test_trouble_that_stays_fails_after_three_retries(wire: str) -> None:
    async with bench(wire, refusal(500, {"error": {"message": "broken"}})) as b:
        events = await said(b.model)
        assert failure_of(events) == (FailureClass.PROVIDER_5XX, "connect", 500)
        assert len(b.server.seen) == 4
        assert len(events) == 4


@every_wire
async def test_a_wait_that_the_server_asks_for_is_kept(wire: str) -> None:
    busy = refusal(429, {"error": {"message": "busy"}}, retry_after="7")
    async with bench(wire, busy, streamed(TEXT[wire])) as b:
        assert isinstance((await said(b.model))[-1], Finished)
        assert b.clock.slept == [7.0]


@every_wire
async def test_a_wait_that_is_too_long_is_reported_instead(wire: str) -> None:
    async with bench(wire, refusal(429, {"error": {"message": "busy"}}, retry_after="3600")) as b:
        events = await said(b.model)
        assert failure_of(events) == (FailureClass.RATE_LIMIT, "connect", 429)
        assert isinstance(events[-1], Failed)
        assert events[-1].failure.retry_after_seconds == 3600
        assert b.clock.slept == []


@every_wire
@pytest.mark.parametrize("ending", ["drop", "reset", "close"])
async def test_a_connection_lost_before_the_first_byte_is_made_again(wire: str, ending: Ending) -> None:
    async with bench(wire, streamed(ending=ending), streamed(TEXT[wire])) as b:
        events = await said(b.model)
        assert isinstance(events[0], Retrying)
        assert events[0].failure.failure_class is FailureClass.NETWORK_TRANSIENT
        assert isinstance(events[-1], Finished)


@every_wire
@pytest.mark.parametrize("ending", ["end", "reset", "close"])
async def test_a_stream_that_breaks_after_text_fails_and_is_not_repeated(wire: str, ending: Ending) -> None:
    half = TEXT[wire].index(b"\n\n", TEXT[wire].index(b"Hel")) + 9
    async with bench(wire, streamed(TEXT[wire][:half], ending=ending)) as b:
        events = await said(b.model)
        failure_class, stage, _ = failure_of(events)
        assert (failure_class, stage) == (FailureClass.STREAM_TRUNCATED, "mid_stream")
        assert told(events).text == "Hel"
        assert len(b.server.seen) == 1


@every_wire
async def test_silence_in_mid_stream_is_a_stall(wire: str) -> None:
    half = TEXT[wire].index(b"\n\n", TEXT[wire].index(b"Hel")) + 2
    async with bench(wire, streamed(TEXT[wire][:half], ending="hang"), read_seconds=0.05) as b:
        events = await said(b.model)
        assert failure_of(events)[:2] == (FailureClass.STREAM_STALL, "mid_stream")
        assert told(events).text == "Hel"
        await b.server.left.wait()


@every_wire
async def test_silence_before_the_first_event_is_a_stall_of_the_first_chunk(wire: str) -> None:
    async with bench(wire, streamed(ending="hang"), read_seconds=0.05) as b:
        assert failure_of(await said(b.model))[:2] == (FailureClass.STREAM_STALL, "first_chunk")


@every_wire
@pytest.mark.parametrize(
    "body",
    [
        b"<html>gateway</html>",
        b"data: {bad json\n\n",
        b'data: {"type": 5, "choices": 7}\n\n',
        b"data: \xff\xfe\n\n",
        b"",
    ],
)
async def test_what_is_no_event_stream_fails(wire: str, body: bytes) -> None:
    async with bench(wire, streamed(*([body] if body else []))) as b:
        events = await said(b.model)
        assert failure_of(events)[0] is FailureClass.STREAM_TRUNCATED


@every_wire
async def test_bad_json_after_text_keeps_the_text(wire: str) -> None:
    half = TEXT[wire].index(b"\n\n", TEXT[wire].index(b"Hel")) + 2
    async with bench(wire, streamed(TEXT[wire][:half] + b"data: {]\n\n" + TEXT[wire][half:])) as b:
        events = await said(b.model)
        assert told(events).text == "Hel"
        assert failure_of(events)[:2] == (FailureClass.STREAM_TRUNCATED, "mid_stream")


@every_wire
async def test_deeply_nested_json_is_bad_json(wire: str) -> None:
    async with bench(wire, streamed(b'data: {"error":' + b"[" * 100_000 + b"\n\n")) as b:
        assert failure_of(await said(b.model))[0] is FailureClass.STREAM_TRUNCATED


@every_wire
async def test_an_event_without_end_is_not_kept(wire: str) -> None:
    megabyte = b"x" * 1024 * 1024
    async with bench(wire, streamed(b"data: {", *([megabyte] * 9), ending="hang")) as b:
        assert failure_of(await said(b.model))[0] is FailureClass.STREAM_TRUNCATED
        await b.server.left.wait()


@every_wire
@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_redirect_is_not_followed(wire: str, status: int) -> None:
    async with WireServer(streamed(TEXT[wire])).serving() as other:
        async with bench(wire, Reply(status, {"location": f"{other.url}/v1/messages?key={KEY}"})) as b:
            assert failure_of(await said(b.model)) == (FailureClass.INVALID_REQUEST, "connect", status)
        assert other.seen == []


@every_wire
async def test_nobody_listens(wire: str) -> None:
    opener = ModelOpener(Http(), Clock(), FakeIds(), random=lambda: 0.0)
    events = await said(opener(Opened(wire, "http://127.0.0.1:1")))
    assert failure_of(events)[:2] == (FailureClass.NETWORK_TRANSIENT, "connect")
    assert len(events) == 4
    await opener.http.aclose()


@every_wire
@pytest.mark.parametrize("base_url", ["ftp://host/v1", "no url at all", "http://", "http://[::1"])
async def test_a_base_url_that_is_none_fails(wire: str, base_url: str) -> None:
    opener = ModelOpener(Http(), Clock(), FakeIds())
    events = await said(opener(Opened(wire, base_url)))
    assert failure_of(events) == (FailureClass.INVALID_REQUEST, "connect", None)
    await opener.http.aclose()


@every_wire
async def test_cancelling_closes_the_connection(wire: str) -> None:
    async with bench(wire, streamed(ending="hang")) as b, anyio.create_task_group() as group:
        group.start_soon(said, b.model)
        await b.server.hanging.wait()
        group.cancel_scope.cancel()
        with anyio.CancelScope(shield=True), anyio.fail_after(5):
            await b.server.left.wait()


@every_wire
async def test_a_proxy_is_asked_for_the_vendor(wire: str) -> None:
    async with WireServer(streamed(TEXT[wire])).serving() as proxy:
        opener = ModelOpener(Http(), Clock(), FakeIds())
        model = opener(Opened(wire, "http://vendor.test/v1", proxy_url=proxy.url))
        assert isinstance((await said(model))[-1], Finished)
        assert proxy.seen[0].path.startswith("http://vendor.test/v1/")
        await opener.http.aclose()


@every_wire
async def test_an_error_as_the_first_event_is_tried_again(wire: str) -> None:
    error = json.dumps({"type": "error", "error": {"type": "overloaded_error", "message": "busy"}}).encode()
    async with bench(wire, streamed(b"event: error\ndata: " + error + b"\n\n"), streamed(TEXT[wire])) as b:
        events = await said(b.model)
        assert isinstance(events[0], Retrying)
        assert events[0].failure.failure_class is FailureClass.RATE_LIMIT
        assert isinstance(events[-1], Finished)


async def test_an_option_that_the_server_refuses_is_dropped_for_good() -> None:
    no_option = refusal(400, {"error": {"message": "unknown field stream_options"}})
    async with bench("chat_completions", no_option, streamed(TEXT["chat_completions"])) as b:
        assert isinstance((await said(b.model))[-1], Finished)
        assert isinstance((await said(b.model))[-1], Finished)
        assert ["stream_options" in seen.json for seen in b.server.seen] == [True, False, False]
        assert b.clock.slept == []


async def test_the_other_name_of_the_limit_is_learned() -> None:
    other = refusal(400, {"error": {"message": "use 'max_completion_tokens' instead", "code": "unsupported_parameter"}})
    request = ModelRequest(model="m", messages=HELLO.messages, max_output_tokens=77)
    async with bench("chat_completions", other, streamed(TEXT["chat_completions"])) as b:
        assert isinstance((await said(b.model, request))[-1], Finished)
        assert [seen.json.get("max_completion_tokens") for seen in b.server.seen] == [None, 77]


async def test_a_server_that_keeps_refusing_an_option_fails() -> None:
    async with bench("chat_completions", refusal(400, {"error": {"message": "stream_options? no"}})) as b:
        assert failure_of(await said(b.model)) == (FailureClass.INVALID_REQUEST, "connect", 400)
        assert len(b.server.seen) == 2


async def test_an_answer_in_one_piece_is_read_too() -> None:
    answer = {"id": "x", "choices": [{"index": 0, "message": {"content": "whole"}, "finish_reason": "stop"}]}
    body = json.dumps(answer, indent=2).encode()
    reply = Reply(200, {"content-type": "application/json"}, (body[:9], body[9:]))
    async with bench("chat_completions", reply) as b:
        events = await said(b.model)
    assert told(events).text == "whole"
    assert events[-1] == Finished(FinishReason.STOP, "stop", "x", None)


async def test_text_that_is_no_unicode_is_refused_before_it_is_sent() -> None:
    request = ModelRequest(model="m", messages=(UserMessage((TextPart("\ud800"),)),))
    async with bench("chat_completions", streamed(TEXT["chat_completions"])) as b:
        assert failure_of(await said(b.model, request)) == (FailureClass.INVALID_REQUEST, "connect", None)
        assert b.server.seen == []
