"""What a messages stream says. The recorded streams are in tests/contract/models."""

import json
from typing import Any

import pytest

from portico.gateway.adapters.models.anthropic_stream import AnthropicStream
from portico.gateway.adapters.models.failures import Origin, of_class
from portico.gateway.agent.model import (
    Failed,
    FailureClass,
    Finished,
    FinishReason,
    ModelEvent,
    TextDelta,
    ThinkingBlock,
    ThinkingDelta,
    ToolCall,
    ToolCallPiece,
    UsageReport,
)
from tests.kit.wire import FIXTURES, read_all, told


def event(value: dict[str, Any]) -> bytes:
    return b"event: " + value["type"].encode() + b"\ndata: " + json.dumps(value).encode() + b"\n\n"


def delta(index: int, **members: Any) -> bytes:
    return event({"type": "content_block_delta", "index": index, "delta": members})


def ended(reason: str) -> bytes:
    return event({"type": "message_delta", "delta": {"stop_reason": reason}, "usage": {"output_tokens": 1}})


STOP = event({"type": "message_stop"})
TEXT = event({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}})


def stream() -> AnthropicStream:
    return AnthropicStream(Origin("vendor", "model"))


def heard(*pieces: bytes) -> list[ModelEvent]:
    return read_all(stream(), list(pieces))


def fixture(shape: str) -> list[ModelEvent]:
    return heard((FIXTURES / f"anthropic_messages--{shape}.sse").read_bytes())


def test_text_and_usage() -> None:
    assert fixture("text") == [
        UsageReport(18, 1, 5),
        TextDelta("Hello 世界"),
        UsageReport(18, 7, 5),
        Finished(FinishReason.STOP, "end_turn", "msg_1", "claude-x"),
    ]


def test_thinking_and_calls() -> None:
    assert fixture("thinking_and_tools")[1:] == [
        ThinkingDelta("Let me look"),
        ThinkingBlock("Let me look", "SIG"),
        ThinkingBlock("", redacted="XYZ"),
        TextDelta("Looking."),
        ToolCallPiece("toolu_1", "read_file", '{"path": "x"}'),
        ToolCall("toolu_1", "read_file", '{"path": "x"}'),
        ToolCallPiece("toolu_2", "list_dir", ""),
        ToolCall("toolu_2", "list_dir", "{}"),
        UsageReport(18, 20, 5, 9),
        Finished(FinishReason.TOOL_CALLS, "tool_use", "msg_1", "claude-x"),
    ]


def test_the_vendor_s_own_blocks_are_kept_and_the_whole_order_with_them() -> None:
    use, result, whole = (json.loads(block.data) for block in told(fixture("server_tools")).opaque)
    assert use == {"type": "server_tool_use", "id": "srv_1", "name": "web_search", "input": {"query": "x"}}
    assert result["content"][0]["encrypted_content"] == "E"
    assert [block["type"] for block in whole] == ["text", "server_tool_use", "web_search_tool_result", "text"]
    assert whole[3]["text"] == "Found."
    assert whole[3]["citations"][0]["encrypted_index"] == "I"
    assert [(e.text) for e in fixture("server_tools") if isinstance(e, TextDelta)] == ["I search.", "Found."]


def test_thinking_between_other_blocks_keeps_its_place() -> None:
    answer = told(fixture("interleaved_thinking"))
    assert [block["type"] for block in json.loads(answer.opaque[-1].data)] == ["text", "thinking", "tool_use"]
    assert answer.text == "First. "
    assert answer.calls == (ToolCall("toolu_9", "list_dir", "{}"),)


@pytest.mark.parametrize("shape", ["text", "thinking_and_tools"])
def test_the_usual_order_needs_no_keeping(shape: str) -> None:
    assert told(fixture(shape)).opaque == ()


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("end_turn", FinishReason.STOP),
        ("stop_sequence", FinishReason.STOP),
        ("tool_use", FinishReason.TOOL_CALLS),
        ("max_tokens", FinishReason.LENGTH),
        ("model_context_window_exceeded", FinishReason.LENGTH),
        ("pause_turn", FinishReason.PAUSE),
        ("refusal", FinishReason.REFUSAL),
        ("something new", FinishReason.UNKNOWN),
    ],
)
def test_stop_reasons(word: str, reason: FinishReason) -> None:
    for pieces in ((ended(word), STOP), (ended(word),)):
        assert heard(*pieces)[-1] == Finished(reason, word)


def test_a_delta_passes_at_once_and_neighbours_join() -> None:
    answer = stream()
    assert answer.feed(TEXT) == []
    assert answer.feed(delta(0, type="text_delta", text="a")) == [TextDelta("a")]
    assert answer.feed(delta(0, text="b") + delta(0, text="c")) == [TextDelta("bc")]
    assert answer.feed(ended("end_turn") + STOP)[-1] == Finished(FinishReason.STOP, "end_turn")
    assert answer.is_over
    assert answer.feed(delta(0, text="late")) == []
    assert answer.finish() == []


def test_deltas_of_a_block_that_never_began_are_shown() -> None:
    answer = told(heard(delta(3, thinking="t"), delta(4, text="a"), ended("end_turn"), STOP))
    assert (answer.thinking, answer.text, answer.blocks) == ("t", "a", (ThinkingBlock("t"),))


def test_arguments_given_at_the_start_count() -> None:
    block: dict[str, Any] = {"type": "tool_use", "id": "t", "name": "x", "input": {"a": 1}}
    start = event({"type": "content_block_start", "index": 0, "content_block": block})
    assert told(heard(start, event({"type": "content_block_stop", "index": 0}), ended("tool_use"))).calls == (
        ToolCall("t", "x", '{"a":1}'),
    )


def test_a_block_of_a_new_kind_keeps_what_its_deltas_say() -> None:
    start = event({"type": "content_block_start", "index": 0, "content_block": {"type": "compaction", "content": None}})
    events = heard(start, delta(0, type="compaction_delta", content="short"), ended("end_turn"), STOP)
    assert json.loads(told(events).opaque[0].data) == {"type": "compaction", "content": "short"}


def test_a_server_tool_with_broken_arguments_keeps_an_empty_input() -> None:
    block: dict[str, Any] = {"type": "server_tool_use", "id": "s", "name": "x", "input": {}}
    start = event({"type": "content_block_start", "index": 0, "content_block": block})
    events = heard(start, delta(0, partial_json="{oops"), ended("max_tokens"), STOP)
    assert json.loads(told(events).opaque[0].data)["input"] == {}


def failed(events: list[ModelEvent]) -> tuple[FailureClass, str, str]:
    last = events[-1]
    assert isinstance(last, Failed)
    return last.failure.failure_class, last.failure.stage, last.failure.message


@pytest.mark.parametrize(
    ("kind", "failure_class"),
    [
        ("overloaded_error", FailureClass.RATE_LIMIT),
        ("rate_limit_error", FailureClass.RATE_LIMIT),
        ("api_error", FailureClass.PROVIDER_5XX),
        ("invalid_request_error", FailureClass.INVALID_REQUEST),
        ("authentication_error", FailureClass.AUTH_EXPIRED),
        ("permission_error", FailureClass.PERMISSION_DENIED),
        ("not_found_error", FailureClass.MODEL_NOT_FOUND),
        ("request_too_large", FailureClass.PROMPT_TOO_LONG),
    ],
)
def test_error_events(kind: str, failure_class: FailureClass) -> None:
    events = heard(event({"type": "error", "error": {"type": kind, "message": "said"}}))
    assert failed(events) == (failure_class, "first_chunk", "said")


def test_an_error_after_text_is_of_mid_stream() -> None:
    assert failed(fixture("error")) == (FailureClass.RATE_LIMIT, "mid_stream", "Overloaded")
    assert told(fixture("error")).text == "So far"


def test_an_end_without_a_reason_is_truncated() -> None:
    assert failed(heard(TEXT, delta(0, text="a")))[:2] == (FailureClass.STREAM_TRUNCATED, "mid_stream")
    assert failed(heard())[:2] == (FailureClass.STREAM_TRUNCATED, "first_chunk")


def test_what_broke_the_stream_is_told() -> None:
    broken = of_class(Origin("vendor", "model"), FailureClass.STREAM_STALL, "x", "mid_stream")
    answer = stream()
    answer.feed(TEXT + delta(0, text="a"))
    assert answer.finish(broken) == [Failed(broken)]


def test_bad_json_is_truncated() -> None:
    assert failed(heard(b"data: {oops\n\n"))[0] is FailureClass.STREAM_TRUNCATED
