"""Answers written as responses."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portico.gateway.agent.model import ToolCall, UsageReport
from portico.gateway.edge.openai.answers import Call, CallPart, Ended, Piece, Text, Thought
from portico.gateway.edge.openai.response_events import ResponseEvents, ResponseHead
from portico.gateway.kernel.errors import Conflict, GatewayError, Internal, Unavailable

HEAD = ResponseHead("resp_t.u", 7, "portico", {"store": False, "metadata": {"a": "b"}})
MESSAGE = {"type": "message", "id": "msg_m", "status": "completed", "role": "assistant"}
PART: dict[str, Any] = {"type": "output_text", "text": "ab", "annotations": [], "logprobs": []}


def events(*pieces: Piece) -> tuple[list[Any], dict[str, Any]]:
    """Every event, and the response at the end."""
    writer = ResponseEvents(HEAD)
    data = writer.begin() + b"".join(writer.feed(piece) for piece in pieces)
    told: list[Any] = []
    for block in data.decode().removesuffix("\n\n").split("\n\n"):
        name, _, line = block.partition("\n")
        told.append(json.loads(line.removeprefix("data: ")))
        assert name == f"event: {told[-1]['type']}"
    assert [event["sequence_number"] for event in told] == list(range(len(told)))
    return told, writer.whole()


def test_a_message() -> None:
    told, whole = events(Text("m", "a"), Text("m", "b"), Ended("stop", UsageReport(1, 2, 3, 4)))
    assert [event["type"].removeprefix("response.") for event in told] == [
        "created",
        "in_progress",
        "output_item.added",
        "content_part.added",
        "output_text.delta",
        "output_text.delta",
        "output_text.done",
        "content_part.done",
        "output_item.done",
        "completed",
    ]
    assert [event["delta"] for event in told if "delta" in event] == ["a", "b"]
    assert (told[6]["text"], told[7]["part"], told[8]["item"]) == ("ab", PART, {**MESSAGE, "content": [PART]})
    assert told[-1]["response"] == whole
    assert (whole["id"], whole["created_at"], whole["model"]) == ("resp_t.u", 7, "portico")
    assert (whole["status"], whole["store"], whole["metadata"]) == ("completed", False, {"a": "b"})
    assert whole["output"] == [{**MESSAGE, "content": [PART]}]
    assert whole["usage"] == {
        "input_tokens": 1,
        "input_tokens_details": {"cached_tokens": 3, "cache_write_tokens": 0},
        "output_tokens": 2,
        "output_tokens_details": {"reasoning_tokens": 4},
        "total_tokens": 3,
    }


def test_reasoning_calls_and_messages_are_items_of_their_own() -> None:
    told, whole = events(
        Thought("r", "hm"),
        Text("m", "ab"),
        Thought("r", "again"),
        Call("x", ToolCall("c1", "weather", "{}"), "{}"),
        Ended(),
    )
    call = {"type": "function_call", "id": "fc_x", "call_id": "c1", "name": "weather"}
    assert whole["output"] == [
        {"type": "reasoning", "id": "rs_r", "summary": [{"type": "summary_text", "text": "hm"}]},
        {**MESSAGE, "content": [PART]},
        {"type": "reasoning", "id": "rs_r_2", "summary": [{"type": "summary_text", "text": "again"}]},
        {**call, "arguments": "{}", "status": "completed"},
    ]
    names = [event["type"].removeprefix("response.") for event in told if event.get("output_index") == 0]
    assert names == [
        "output_item.added",
        "reasoning_summary_part.added",
        "reasoning_summary_text.delta",
        "reasoning_summary_text.done",
        "reasoning_summary_part.done",
        "output_item.done",
    ]
    at_call = [event for event in told if event.get("output_index") == 3]
    assert [event["type"].removeprefix("response.") for event in at_call] == [
        "output_item.added",
        "function_call_arguments.delta",
        "function_call_arguments.done",
        "output_item.done",
    ]
    assert at_call[0]["item"] == {**call, "arguments": "", "status": "in_progress"}


@pytest.mark.parametrize(
    ("ended", "reason"),
    [(Ended("length"), "max_output_tokens"), (Ended("content_filter"), "content_filter")],
)
def test_an_answer_that_was_cut_is_incomplete(ended: Ended, reason: str) -> None:
    told, whole = events(Text("m", "ab"), ended)
    assert told[-1]["type"] == "response.incomplete"
    assert (whole["status"], whole["incomplete_details"]) == ("incomplete", {"reason": reason})


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (Unavailable("no", code="provider_failed"), "failed", "provider_failed"),
        (Unavailable("no", code="provider_rate_limited"), "failed", "rate_limit_exceeded"),
        (Conflict("no", code="turn_interrupted"), "cancelled", "turn_interrupted"),
        (Internal("no"), "failed", "internal"),
    ],
)
def test_a_failure_is_an_error_event_and_a_failed_response(error: GatewayError, status: str, code: str) -> None:
    told, whole = events(Text("m", "ab"), Ended(error=error))
    assert [event["type"] for event in told[-3:]] == ["response.output_item.done", "error", "response.failed"]
    assert {k: told[-2][k] for k in ("code", "message", "param")} == {"code": code, "message": "no", "param": None}
    assert told[-1]["response"] == whole
    assert (whole["status"], whole["error"]) == (status, {"code": code, "message": "no"})
    assert whole["output"] == [{**MESSAGE, "content": [PART]}]


def test_a_stream_that_must_stop_ends_in_the_same_way() -> None:
    writer = ResponseEvents(HEAD)
    writer.begin()
    writer.feed(Text("m", "ab"))
    assert b"event: response.failed\n" in writer.failure(Unavailable("the gateway is stopping"))
    assert writer.whole()["status"] == "failed"


said = st.builds(Text, st.sampled_from(["m1", "m2"]), st.text(min_size=1))
thought = st.builds(Thought, st.sampled_from(["m1", "t2"]), st.text(min_size=1))
called = st.builds(Call, st.uuids().map(str), st.builds(ToolCall, st.text(), st.text(), st.text()), st.text(min_size=1))


@given(st.lists(said | thought | called))
def test_the_items_of_a_stream_are_those_of_the_response(pieces: list[Piece]) -> None:
    told, whole = events(*pieces, Ended())
    done = [event["item"] for event in told if event["type"] == "response.output_item.done"]
    assert done == whole["output"] == told[-1]["response"]["output"]
    assert len({item["id"] for item in done}) == len(done)
    begun = [event for event in told if event["type"] == "response.output_item.added"]
    assert [event["output_index"] for event in begun] == list(range(len(done)))
    assert [event["item"]["id"] for event in begun] == [item["id"] for item in done]


def test_calls_that_are_written_at_the_same_time() -> None:
    weather, time = ToolCall("c1", "weather", '{"a":1}'), ToolCall("c2", "time", "{}")
    told, whole = events(
        Text("m", "ab"),
        CallPart("x", "c1", "weather", ""),
        CallPart("y", "c2", "time", "{}"),
        CallPart("x", "c1", "weather", '{"a"'),
        Text("n", "so"),
        Call("x", weather, ":1}"),
        Call("y", time, ""),
        Ended("tool_calls"),
    )
    calls = [event for event in told if event["type"].startswith("response.function_call_arguments")]
    assert [(event["output_index"], event["type"].rpartition(".")[2], event.get("delta")) for event in calls] == [
        (1, "delta", ""),
        (2, "delta", "{}"),
        (1, "delta", '{"a"'),
        (1, "delta", ":1}"),
        (1, "done", None),
        (2, "done", None),
    ]
    done = {event["output_index"]: event["item"] for event in told if event["type"] == "response.output_item.done"}
    assert [done[place] for place in sorted(done)] == whole["output"]
    assert [item.get("arguments") for item in whole["output"]] == [None, weather.arguments, time.arguments, None]
