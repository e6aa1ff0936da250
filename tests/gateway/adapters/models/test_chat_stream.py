"""What a chat completions stream says. The recorded streams are in tests/contract/models."""

import json
from typing import Any

import pytest

from portico.gateway.adapters.models.chat_stream import ChatStream, usage_report
from portico.gateway.adapters.models.failures import Origin, of_class
from portico.gateway.agent.model import (
    Failed,
    FailureClass,
    Finished,
    FinishReason,
    ModelEvent,
    OpaqueBlock,
    TextDelta,
    ThinkingDelta,
    ToolCall,
    ToolCallPiece,
    UsageReport,
)
from tests.kit import FakeIds
from tests.kit.wire import FIXTURES, read_all, told

DONE = b"data: [DONE]\n\n"


def chunk(finish: str | None = None, **delta: Any) -> bytes:
    return event({"id": "c", "model": "m", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})


def event(value: Any) -> bytes:
    return b"data: " + json.dumps(value).encode() + b"\n\n"


def stream() -> ChatStream:
    return ChatStream(Origin("vendor", "model"), FakeIds("call_").new)


def heard(*pieces: bytes) -> list[ModelEvent]:
    return read_all(stream(), list(pieces))


def fixture(shape: str) -> list[ModelEvent]:
    return heard((FIXTURES / f"chat_completions--{shape}.sse").read_bytes())


def test_text_and_usage() -> None:
    assert fixture("text") == [
        TextDelta("Hello – 世界"),
        UsageReport(12, 5, 4, 2),
        Finished(FinishReason.STOP, "stop", "c-1", "m-1"),
    ]


def test_what_one_read_brought_is_told_at_once_and_joined() -> None:
    answer = stream()
    assert answer.feed(chunk(content="a") + chunk(content="b")) == [TextDelta("ab")]
    assert answer.feed(chunk(content="c")[:-1]) == []
    assert answer.feed(b"\n") == [TextDelta("c")]
    assert answer.feed(chunk("stop")) == []
    assert answer.feed(DONE) == [Finished(FinishReason.STOP, "stop", "c", "m")]
    assert answer.is_over
    assert answer.feed(chunk(content="late")) == []
    assert answer.finish() == []


def test_reasoning_is_kept_for_the_vendor_when_tools_were_called() -> None:
    detail = {"type": "reasoning.text", "text": "Look here", "format": "x", "index": 0, "signature": "SIG"}
    events = fixture("reasoning_details_and_tool")
    assert events[:2] == [ThinkingDelta("Look here"), ToolCallPiece("t-1", "list_dir", '{"path":"."}')]
    assert events[2] == ToolCall("t-1", "list_dir", '{"path":"."}')
    assert isinstance(events[3], OpaqueBlock)
    assert json.loads(events[3].data) == {"reasoning_details": [detail]}
    assert events[-1] == Finished(FinishReason.TOOL_CALLS, "tool_calls", "c-1", "m-1")
    calls = [{"index": 0, "id": "t", "function": {"name": "x", "arguments": "{}"}}]
    spelled = told(heard(chunk(reasoning_content="hm"), chunk("tool_calls", tool_calls=calls), DONE))
    assert [json.loads(block.data) for block in spelled.opaque] == [{"reasoning_content": "hm"}]


def test_reasoning_is_not_kept_without_calls() -> None:
    assert told(fixture("reasoning_content")).opaque == ()
    assert told(fixture("reasoning_content")).thinking == "I think so"


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("stop", FinishReason.STOP),
        ("eos", FinishReason.STOP),
        ("length", FinishReason.LENGTH),
        ("model_length", FinishReason.LENGTH),
        ("content_filter", FinishReason.CONTENT_FILTER),
        ("tool_calls", FinishReason.TOOL_CALLS),
        ("function_call", FinishReason.TOOL_CALLS),
        ("something new", FinishReason.UNKNOWN),
    ],
)
def test_finish_reasons(word: str, reason: FinishReason) -> None:
    assert heard(chunk(word, content="a"), DONE)[-1] == Finished(reason, word, "c", "m")


def test_a_refusal_is_shown_and_named() -> None:
    answer = told(fixture("refusal"))
    assert answer.text == "I will not."
    assert answer.end == Finished(FinishReason.REFUSAL, "stop", "c-1", "m-1")


def test_calls_that_end_with_stop_are_calls() -> None:
    answer = told(fixture("calls_without_index"))
    assert answer.calls == (ToolCall("b1", "read_file", '{"path":"x"}'), ToolCall("b2", "list_dir", '{"path":"."}'))
    assert answer.end == Finished(FinishReason.TOOL_CALLS, "stop", "c-1", "m-1")


def test_other_choices_are_ignored() -> None:
    answer = told(fixture("second_choice"))
    assert (answer.text, answer.end) == ("first", Finished(FinishReason.STOP, "stop", "c-1", "m-1"))


def test_done_without_a_reason_is_an_end() -> None:
    assert heard(chunk(content="a"), DONE)[-1] == Finished(FinishReason.UNKNOWN, "", "c", "m")


def failed(events: list[ModelEvent]) -> tuple[FailureClass, str, str]:
    last = events[-1]
    assert isinstance(last, Failed)
    return last.failure.failure_class, last.failure.stage, last.failure.message


def test_an_error_in_a_chunk_fails_with_what_it_says() -> None:
    events = fixture("error_in_chunk")
    assert failed(events) == (FailureClass.RATE_LIMIT, "mid_stream", "Too many requests upstream")
    assert told(events).text == "So far"
    assert told(events).usage == UsageReport(1, 2)


def test_an_error_event_fails_with_what_it_says() -> None:
    events = fixture("error_event")
    assert failed(events) == (FailureClass.INVALID_REQUEST, "mid_stream", "Tool call validation failed")
    assert isinstance(events[-1], Failed)
    assert events[-1].failure.provider_code == "tool_use_failed"


def test_an_error_first_is_of_the_first_chunk() -> None:
    assert failed(heard(event({"error": {"message": "no"}})))[1] == "first_chunk"


def test_the_reason_error_is_a_failure() -> None:
    assert failed(heard(chunk(content="a"), chunk("error"), DONE))[0] is FailureClass.PROVIDER_5XX


def test_an_end_without_a_reason_is_truncated() -> None:
    events = heard(chunk(content="a"), chunk(tool_calls=[{"index": 0, "id": "t", "function": {"name": "x"}}]))
    assert failed(events)[:2] == (FailureClass.STREAM_TRUNCATED, "mid_stream")
    assert told(events).calls == ()
    assert failed(heard())[:2] == (FailureClass.STREAM_TRUNCATED, "first_chunk")


def test_a_break_after_the_reason_is_an_end() -> None:
    broken = of_class(Origin("vendor", "model"), FailureClass.STREAM_STALL, "x", "mid_stream")
    answer = stream()
    answer.feed(chunk("stop", content="a"))
    assert answer.finish(broken) == [Finished(FinishReason.STOP, "stop", "c", "m")]
    answer = stream()
    answer.feed(chunk(content="a"))
    assert answer.finish(broken) == [Failed(broken)]


def test_odd_members_do_no_harm() -> None:
    odd: dict[str, Any] = {"content": 7, "reasoning": [], "reasoning_details": "x", "refusal": 1, "tool_calls": "x"}
    events = heard(
        event({"id": 5, "model": None, "choices": None, "usage": "x", "x_groq": 1}),
        event({"choices": [{"delta": None, "usage": {"prompt_tokens": 3}}]}),
        chunk(None, **odd),
        chunk(tool_calls=[7]),
        chunk("stop", content="ok"),
        DONE,
    )
    assert told(events).text == "ok"
    assert told(events).usage == UsageReport(3)


@pytest.mark.parametrize(
    ("usage", "report"),
    [
        ({"prompt_tokens": 1, "completion_tokens": 2}, UsageReport(1, 2)),
        ({"prompt_tokens": 9, "prompt_tokens_details": {"cached_tokens": 4}}, UsageReport(9, 0, 4)),
        ({"prompt_tokens": 9, "prompt_cache_hit_tokens": 3}, UsageReport(9, 0, 3)),
        ({"prompt_tokens": 9, "cached_tokens": 2}, UsageReport(9, 0, 2)),
        ({"completion_tokens": 5, "completion_tokens_details": {"reasoning_tokens": 4}}, UsageReport(0, 5, 0, 4)),
        ({"prompt_tokens": None, "completion_tokens": "x", "prompt_tokens_details": None}, UsageReport()),
        ({"prompt_tokens": 3.0, "completion_tokens": -1}, UsageReport(3)),
    ],
)
def test_usage(usage: dict[str, Any], report: UsageReport) -> None:
    assert usage_report(usage) == report
