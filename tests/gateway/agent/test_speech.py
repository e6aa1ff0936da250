"""One provider call as items of the timeline, and its stream closed whatever happens."""

from collections.abc import AsyncGenerator

import anyio
import pytest

from portico.gateway.agent.model import (
    AssistantMessage,
    FailureClass,
    FinishReason,
    ModelEvent,
    ModelRequest,
    TextDelta,
    ThinkingBlock,
    ToolCallPiece,
)
from portico.gateway.agent.speech import CLOSE_SECONDS, EVENTS_BETWEEN_ROOM, Heard, Speech
from portico.gateway.kernel.metrics import NoMetrics
from tests.gateway.agent.dialogue import MemoryRecord, story
from tests.kit.clock import FakeClock
from tests.kit.ids import FakeIds
from tests.kit.models import Cut, ScriptedModel, Step, call, end, fail, think, usage

REQUEST = ModelRequest(model="m", messages=())


async def listen(*steps: Step) -> tuple[Heard, Speech, MemoryRecord]:
    record = MemoryRecord()
    speech = Speech(record, FakeIds(), FakeClock(), NoMetrics())
    with anyio.fail_after(5):
        heard = await speech.listen(ScriptedModel(list(steps)), REQUEST)
    return heard, speech, record


async def test_what_was_heard_is_the_next_calls_message() -> None:
    signed = ThinkingBlock("hm", "sig")
    heard, _, _ = await listen(
        think("hm"), signed, "so ", "be it", ToolCallPiece("c", "echo", "{"), call("echo"), usage(1, 2), usage(3, 4)
    )
    assert heard.message() == AssistantMessage("so be it", (signed,), (call("echo"),))
    assert (heard.usage.input_tokens, heard.usage.output_tokens) == (3, 4)
    assert (heard.reason, heard.failure, heard.has_shown) == (FinishReason.TOOL_CALLS, None, True)


async def test_thinking_after_text_is_an_item_beside_it() -> None:
    _, speech, record = await listen(think("a"), "b", think("c"), "d")
    record.events += speech.closing("commentary")
    assert story(record.events) == [
        "+ ReasoningItem",
        "reasoning: a",
        "- ReasoningItem a",
        "+ AgentMessage",
        "agent_message: b",
        "+ ReasoningItem",
        "reasoning: c",
        "agent_message: d",
        "- ReasoningItem c",
        "- AgentMessage commentary: bd",
    ]
    assert speech.closing("final_answer") == []


@pytest.mark.parametrize(
    ("steps", "kind"),
    [
        pytest.param([Cut()], FailureClass.STREAM_TRUNCATED, id="nothing and no end"),
        pytest.param(["a", Cut()], FailureClass.STREAM_TRUNCATED, id="text and no end"),
        pytest.param([], FailureClass.EMPTY_RESPONSE, id="an end and nothing else"),
        pytest.param([end(FinishReason.UNKNOWN)], FailureClass.EMPTY_RESPONSE, id="an unknown end and nothing else"),
        pytest.param([fail(FailureClass.RATE_LIMIT)], FailureClass.RATE_LIMIT, id="the provider's own failure"),
        pytest.param([end(FinishReason.LENGTH)], None, id="cut at the limit is told elsewhere"),
        pytest.param([think("a")], None, id="thinking alone"),
        pytest.param([call("echo")], None, id="a call alone"),
    ],
)
async def test_streams_that_bring_nothing_have_failed(steps: list[Step], kind: FailureClass | None) -> None:
    heard, _, _ = await listen(*steps)
    assert (heard.failure.failure_class if heard.failure else None) == kind


class Stubborn:
    """A model whose stream tells when it is closed, and hangs in closing if it is told to."""

    provider = "stubborn"

    def __init__(self, *, hangs: bool) -> None:
        self.closed = anyio.Event()
        self._hangs = hangs

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent]:
        del request
        try:
            for _ in range(EVENTS_BETWEEN_ROOM):
                yield TextDelta("x")
        finally:
            self.closed.set()
            if self._hangs:
                await anyio.sleep_forever()


class Full(MemoryRecord):
    """There is never room."""

    async def room(self) -> None:
        await anyio.sleep_forever()


@pytest.mark.parametrize("hangs", [False, True])
async def test_a_stream_that_is_left_behind_is_closed(hangs: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    assert CLOSE_SECONDS < 0.3
    monkeypatch.setattr("portico.gateway.agent.speech.CLOSE_SECONDS", 0.0)
    model, speech = Stubborn(hangs=hangs), Speech(Full(), FakeIds(), FakeClock(), NoMetrics())
    with anyio.fail_after(5):
        async with anyio.create_task_group() as group:
            group.start_soon(speech.listen, model, REQUEST)
            await anyio.wait_all_tasks_blocked()
            assert not model.closed.is_set()
            group.cancel_scope.cancel()
    assert model.closed.is_set()
    assert story(list(speech.closing("final_answer"))) == [f"- AgentMessage final_answer: {'x' * EVENTS_BETWEEN_ROOM}"]
