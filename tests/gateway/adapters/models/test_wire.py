"""One call over a wire: when it is repeated, what is told, what becomes of the connection. No socket here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import anyio
import pytest

from portico.gateway.adapters.http import Http
from portico.gateway.adapters.http_port import HttpFailure, HttpRequest, HttpStream
from portico.gateway.adapters.models.chat_stream import ChatStream
from portico.gateway.adapters.models.failures import Origin
from portico.gateway.adapters.models.retry import RetryPolicy
from portico.gateway.adapters.models.wire import Endpoint, WireModel
from portico.gateway.agent.model import (
    Failed,
    FailureClass,
    Finished,
    ModelEvent,
    ModelRequest,
    Retrying,
    TextDelta,
    TextPart,
    UserMessage,
)
from tests.kit import FakeClock, FakeIds
from tests.kit.wire import told

REQUEST = ModelRequest(model="m", messages=(UserMessage((TextPart("hi"),)),))
TEXT = b'data: {"choices":[{"index":0,"delta":{"content":"a"}}]}\n\n'
END = b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'
RESET = HttpFailure("reset", "broken off")

Script = bytes | HttpFailure


@dataclass
class FakeStream:
    script: list[Script]
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    fate: str = "open"

    async def read(self) -> bytes:
        await anyio.lowlevel.checkpoint()
        step: Script = self.script.pop(0) if self.script else b""
        if isinstance(step, HttpFailure):
            raise step
        return step

    async def settle(self) -> None:
        self.fate = "settled"

    def close(self) -> None:
        self.fate = "closed"


class FakeHttp(Http):
    """Answers with streams or failures, the last one repeated."""

    def __init__(self, *answers: FakeStream | HttpFailure) -> None:
        super().__init__()
        self.answers = list(answers)
        self.requests: list[HttpRequest] = []

    async def open(self, request: HttpRequest) -> HttpStream:
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, HttpFailure):
            raise answer
        return answer


class FakeWire:
    url = "http://host/v1"

    def __init__(self) -> None:
        self.headers: Mapping[str, str] = {"x": "y"}
        self.option = b"with"

    def body(self, request: ModelRequest) -> bytes:
        if request.model == "bad":
            raise ValueError("no")
        return self.option

    def answer(self, origin: Origin) -> ChatStream:
        return ChatStream(origin, FakeIds().new)

    def relent(self, status: int, body: bytes) -> None:
        if body == b"not with":
            self.option = b"without"


def model(http: Http, clock: FakeClock | None = None) -> WireModel:
    retry = RetryPolicy(lambda: 0.0)
    return WireModel(Endpoint(provider="vendor", http=http, clock=clock or FakeClock(), retry=retry), FakeWire())


async def heard(http: Http, request: ModelRequest = REQUEST) -> list[ModelEvent]:
    """With a clock that goes on whenever somebody sleeps."""
    clock, events = FakeClock(), list[ModelEvent]()

    async def listen() -> None:
        events.extend([event async for event in model(http, clock).stream(request)])
        group.cancel_scope.cancel()

    with anyio.fail_after(5):
        async with anyio.create_task_group() as group:
            group.start_soon(listen)
            while True:
                await anyio.wait_all_tasks_blocked()
                clock.advance(100)
    return events


def failure_of(events: list[ModelEvent]) -> Any:
    assert isinstance(events[-1], Failed)
    return events[-1].failure


async def test_a_good_answer_gives_its_connection_back() -> None:
    stream = FakeStream([TEXT, END])
    http = FakeHttp(stream)
    events = await heard(http)
    assert [type(event) for event in events] == [TextDelta, Finished]
    assert stream.fate == "settled"
    assert (http.requests[0].body, http.requests[0].headers, http.requests[0].url) == (
        b"with",
        {"x": "y"},
        "http://host/v1",
    )


async def test_an_answer_left_alone_is_cut_off() -> None:
    stream = FakeStream([TEXT, END])
    events = model(FakeHttp(stream)).stream(REQUEST)
    assert await anext(events) == TextDelta("a")
    await events.aclose()
    assert stream.fate == "closed"


async def test_a_break_before_anything_was_shown_is_repeated_and_told() -> None:
    broken = FakeStream([RESET])
    events = await heard(FakeHttp(RESET, broken, FakeStream([TEXT, END])))
    assert [type(event) for event in events] == [Retrying, Retrying, TextDelta, Finished]
    assert [e.failure.stage for e in events if isinstance(e, Retrying)] == ["connect", "first_chunk"]
    assert broken.fate != "open"


async def test_a_break_after_text_is_the_end() -> None:
    http = FakeHttp(FakeStream([TEXT, RESET]))
    failure = failure_of(await heard(http))
    assert (failure.failure_class, failure.stage) == (FailureClass.STREAM_TRUNCATED, "mid_stream")
    assert len(http.requests) == 1


@pytest.mark.parametrize(("kind", "stage"), [("stall", "first_chunk"), ("invalid", "connect")])
async def test_what_does_not_pass_is_not_repeated(kind: Any, stage: str) -> None:
    http = FakeHttp(HttpFailure(kind, "x"))
    assert failure_of(await heard(http)).stage == stage
    assert len(http.requests) == 1


async def test_two_refusals_and_an_answer_are_two_retries_that_say_how_many_there_may_be() -> None:
    busy = [FakeStream([b"{}"], status=529) for _ in range(2)]
    events = await heard(FakeHttp(*busy, FakeStream([TEXT, END])))
    told_retries = [(e.attempt, e.max_attempts, e.failure.failure_class) for e in events if isinstance(e, Retrying)]
    assert told_retries == [(1, 3, FailureClass.RATE_LIMIT), (2, 3, FailureClass.RATE_LIMIT)]
    assert isinstance(events[-1], Finished)


async def test_retries_end() -> None:
    http = FakeHttp(RESET)
    events = await heard(http)
    assert [e.attempt for e in events if isinstance(e, Retrying)] == [1, 2, 3]
    assert failure_of(events).failure_class is FailureClass.NETWORK_TRANSIENT
    assert len(http.requests) == 4


async def test_waiting_ends_with_cancellation() -> None:
    clock, http = FakeClock(), FakeHttp(RESET)
    with anyio.fail_after(5):
        async with anyio.create_task_group() as group:

            async def listen() -> None:
                async for _ in model(http, clock).stream(REQUEST):
                    pass

            group.start_soon(listen)
            await anyio.wait_all_tasks_blocked()
            assert clock.sleepers == 1
            group.cancel_scope.cancel()
    assert len(http.requests) == 1


async def test_what_the_wire_learned_is_tried_at_once() -> None:
    refused = FakeStream([b"not with"], status=400)
    http = FakeHttp(refused, FakeStream([TEXT, END]))
    events = await heard(http)
    assert isinstance(events[-1], Finished)
    assert [r.body for r in http.requests] == [b"with", b"without"]
    assert refused.fate == "closed"


async def test_a_refusal_that_teaches_nothing_is_told() -> None:
    http = FakeHttp(FakeStream([b'{"error":{"message":"said"}}'], status=400))
    failure = failure_of(await heard(http))
    assert (failure.failure_class, failure.http_status, failure.message) == (
        FailureClass.INVALID_REQUEST,
        400,
        "said",
    )


async def test_a_refusal_whose_body_breaks_is_still_told() -> None:
    assert failure_of(await heard(FakeHttp(FakeStream([RESET], status=401)))).http_status == 401


async def test_a_request_that_cannot_be_written_is_not_sent() -> None:
    http = FakeHttp(FakeStream([]))
    failure = failure_of(await heard(http, ModelRequest(model="bad", messages=())))
    assert (failure.failure_class, failure.stage) == (FailureClass.INVALID_REQUEST, "connect")
    assert http.requests == []


async def test_json_in_one_piece_is_an_answer() -> None:
    whole = b'{"choices": [{"message": {"content":\r\n"all"}, "finish_reason": "stop"}]}\n'
    assert told(await heard(FakeHttp(FakeStream([whole[:10], whole[10:]])))).text == "all"


def test_the_provider_is_named() -> None:
    assert model(FakeHttp(RESET)).provider == "vendor"
