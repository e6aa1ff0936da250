"""Answers written as chat completions."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portico.gateway.agent.model import ToolCall, UsageReport
from portico.gateway.edge.openai.answers import Call, CallPart, Ended, Piece, Text, Thought
from portico.gateway.edge.openai.chat_chunks import DONE, ChatChunks, ChatWhole, Head, unstreamed
from portico.gateway.kernel.errors import Unavailable

HEAD = Head("chatcmpl-1", 7, "portico")
USAGE = {
    "prompt_tokens": 1,
    "completion_tokens": 2,
    "total_tokens": 3,
    "prompt_tokens_details": {"cached_tokens": 0},
    "completion_tokens_details": {"reasoning_tokens": 0},
}
PIECES: list[Piece] = [
    Thought("t1", "hm"),
    Thought("t2", "read_file …\n"),
    Text("m1", "a"),
    Text("m1", "b"),
    Text("m2", "c"),
    CallPart("x", "c1", "weather", "{"),
    CallPart("y", "c2", "time", "{}"),
    Call("x", ToolCall("c1", "weather", "{}"), "}"),
    Call("y", ToolCall("c2", "time", "{}"), ""),
    Call("z", ToolCall("c3", "date", "{}"), "{}"),
    Ended("tool_calls", UsageReport(1, 2)),
]


def chunks(*pieces: Piece, has_usage: bool = False) -> tuple[list[Any], bytes]:
    """Every event as JSON, and what follows them."""
    writer = ChatChunks(HEAD, has_usage=has_usage)
    data = writer.begin() + b"".join(writer.feed(piece) for piece in pieces)
    *events, rest = data.split(b"\n\n")
    assert rest == b""
    last = DONE if events[-1] == b"data: [DONE]" else b""
    return [json.loads(event.removeprefix(b"data: ")) for event in events if event != b"data: [DONE]"], last


def test_a_stream() -> None:
    told, last = chunks(*PIECES)
    assert last == DONE
    assert all(
        (chunk["id"], chunk["object"], chunk["created"], chunk["model"])
        == ("chatcmpl-1", "chat.completion.chunk", 7, "portico")
        for chunk in told
    )
    assert [chunk["choices"][0]["delta"] for chunk in told] == [
        {"role": "assistant", "content": ""},
        {"reasoning_content": "hm"},
        {"reasoning_content": "\nread_file …\n"},
        {"content": "a"},
        {"content": "b"},
        {"content": "\n\nc"},
        {
            "tool_calls": [
                {"index": 0, "id": "c1", "type": "function", "function": {"name": "weather", "arguments": "{"}}
            ]
        },
        {"tool_calls": [{"index": 1, "id": "c2", "type": "function", "function": {"name": "time", "arguments": "{}"}}]},
        {"tool_calls": [{"index": 0, "function": {"arguments": "}"}}]},
        {"tool_calls": [{"index": 2, "id": "c3", "type": "function", "function": {"name": "date", "arguments": "{}"}}]},
        {},
    ]
    assert [chunk["choices"][0]["finish_reason"] for chunk in told] == [None] * 10 + ["tool_calls"]
    assert not any("usage" in chunk for chunk in told)


def test_usage_has_a_chunk_of_its_own_on_request() -> None:
    told, _ = chunks(Text("m", "a"), Ended("stop", UsageReport(1, 2)), has_usage=True)
    assert [chunk["usage"] for chunk in told] == [None, None, None, USAGE]
    assert told[-1]["choices"] == []


def test_a_stream_that_breaks_off_ends_with_an_error_and_nothing_else() -> None:
    told, last = chunks(Text("m", "a"), Ended(error=Unavailable("it broke", code="provider_failed")))
    assert last == b""
    assert told[-1] == {"error": {"message": "it broke", "type": "api_error", "param": None, "code": "provider_failed"}}


def whole(*pieces: Piece) -> Any:
    writer = ChatWhole(HEAD)
    for piece in pieces:
        assert writer.feed(piece) == b""
    last = pieces[-1]
    assert isinstance(last, Ended)
    return writer.whole(last)


def test_one_object() -> None:
    calls = [
        {"id": "c1", "type": "function", "function": {"name": "weather", "arguments": "{}"}},
        {"id": "c2", "type": "function", "function": {"name": "time", "arguments": "{}"}},
        {"id": "c3", "type": "function", "function": {"name": "date", "arguments": "{}"}},
    ]
    message = {"role": "assistant", "content": "ab\n\nc", "refusal": None}
    message |= {"reasoning_content": "hm\nread_file …\n", "tool_calls": calls}
    assert whole(*PIECES) == {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 7,
        "model": "portico",
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": "tool_calls"}],
        "usage": USAGE,
    }


def test_calls_alone_have_no_content_and_an_empty_answer_has_some() -> None:
    called = whole(Call("x", ToolCall("c1", "weather", "{}"), "{}"), Ended("tool_calls"))
    assert called["choices"][0]["message"]["content"] is None
    assert whole(Ended("length"))["choices"][0]["message"] == {"role": "assistant", "content": "", "refusal": None}


said = st.builds(Text, st.sampled_from(["m1", "m2"]), st.text(min_size=1))
thought = st.builds(Thought, st.sampled_from(["t1", "t2"]), st.text(min_size=1))
written = st.builds(CallPart, st.sampled_from(["x", "y"]), st.just("c"), st.just("f"), st.text())


@given(st.lists(said | thought | written))
def test_a_stream_put_together_is_the_one_object(pieces: list[Piece]) -> None:
    ended = [*pieces, *whole_calls(pieces), Ended()]
    told, _ = chunks(*ended)
    deltas = [chunk["choices"][0]["delta"] for chunk in told]
    message = whole(*ended)["choices"][0]["message"]
    assert "".join(delta.get("content", "") for delta in deltas) == (message["content"] or "")
    assert "".join(delta.get("reasoning_content", "") for delta in deltas) == message.get("reasoning_content", "")
    calls: dict[int, Any] = {}
    for call in (call for delta in deltas for call in delta.get("tool_calls", [])):
        place = call.pop("index")
        if place in calls:
            assert call.keys() == {"function"}
            calls[place]["function"]["arguments"] += call["function"]["arguments"]
        else:
            calls[place] = call
    assert list(calls.values()) == message.get("tool_calls", [])
    assert list(calls) == list(range(len(calls)))


def whole_calls(pieces: list[Piece]) -> list[Piece]:
    """The ends of the calls that were written, each with a rest that no part told."""
    parts = [piece for piece in pieces if isinstance(piece, CallPart)]
    told = {
        item_id: "".join(p.text for p in parts if p.item_id == item_id) for item_id in {p.item_id: 0 for p in parts}
    }
    return [Call(item_id, ToolCall("c", "f", text + "}"), "}") for item_id, text in told.items()]


ANSWER: dict[str, Any] = {
    "id": "r",
    "object": "chat.completion",
    "created": 5,
    "model": "m",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "hi"}, "finish_reason": "length"}],
    "usage": USAGE,
}


def parted(answer: Any, *, has_usage: bool = True) -> list[Any]:
    data = unstreamed(json.dumps(answer).encode(), has_usage=has_usage)
    assert data.endswith(DONE)
    return [json.loads(event.removeprefix(b"data: ")) for event in data.removesuffix(DONE).split(b"\n\n")[:-1]]


def test_an_answer_in_one_piece_as_a_stream() -> None:
    head = {"id": "r", "object": "chat.completion.chunk", "created": 5, "model": "m"}
    told: list[Any] = [
        {**head, "choices": [{"index": 0, "delta": {"role": "assistant", "content": "hi"}, "finish_reason": None}]},
        {**head, "choices": [{"index": 0, "delta": {}, "finish_reason": "length"}]},
        {**head, "choices": [], "usage": USAGE},
    ]
    assert parted(ANSWER) == told
    assert parted(ANSWER, has_usage=False) == told[:2]


def test_calls_in_one_piece_have_their_places_in_the_stream() -> None:
    calls = [{"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}}, {"id": "b"}]
    message = {"role": "assistant", "content": None, "tool_calls": calls}
    choices: list[Any] = [
        {"message": message, "logprobs": {"content": []}},
        {"message": "nonsense", "finish_reason": "stop"},
        3,
    ]
    told = [choice for chunk in parted({**ANSWER, "choices": choices}, has_usage=False) for choice in chunk["choices"]]
    assert told[0]["delta"] == {"role": "assistant", "tool_calls": [{"index": 0} | calls[0], {"index": 1} | calls[1]]}
    assert told[0]["logprobs"] == {"content": []}
    assert [(choice["index"], choice["finish_reason"]) for choice in told] == [
        (0, None),
        (0, "tool_calls"),
        (1, None),
        (1, "stop"),
    ]


@pytest.mark.parametrize("body", [b"[]", b'{"choices":[1e999]}', b'{"choices":' + b"[" * 100_000, b"\xff"])
def test_what_is_no_answer_in_one_piece(body: bytes) -> None:
    with pytest.raises((ValueError, RecursionError)):
        unstreamed(body, has_usage=True)
