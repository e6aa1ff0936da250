"""The body of chat completions: what it asks, and what does not fit."""

import base64
from typing import Any

import msgspec
import pytest

from portico.gateway.agent.model import (
    AssistantMessage,
    ImagePart,
    Sampling,
    TextPart,
    ToolCall,
    ToolResultMessage,
    ToolSpec,
    UserMessage,
)
from portico.gateway.edge.openai.asked import Asked, decode
from portico.gateway.edge.openai.chat_body import ChatBody, asked, check_for_turn
from portico.gateway.kernel.errors import Invalid

PNG = b"\x89PNG\r\n\x1a\n"
URL = "data:image/png;base64," + base64.b64encode(PNG).decode()
HELLO: dict[str, Any] = {"role": "user", "content": "hello"}
CALL: dict[str, Any] = {"id": "c", "type": "function", "function": {"name": "weather", "arguments": "{}"}}


def body(*messages: dict[str, Any], **more: Any) -> ChatBody:
    return decode(msgspec.json.encode({"model": "m", "messages": messages or (HELLO,), **more}), ChatBody)


def test_every_role() -> None:
    told = asked(
        body(
            {"role": "system", "content": "be brief"},
            {"role": "developer", "content": [{"type": "text", "text": "be kind"}]},
            {
                "role": "user",
                "content": [{"type": "text", "text": "a"}, {"type": "image_url", "image_url": {"url": URL}}],
            },
            {"role": "assistant", "content": None, "tool_calls": [CALL]},
            {"role": "tool", "tool_call_id": "c", "content": [{"type": "text", "text": "sunny"}]},
            {"role": "assistant", "content": [{"type": "refusal", "refusal": "no"}]},
            HELLO,
        )
    )
    assert told == Asked(
        "be brief\n\nbe kind",
        (
            UserMessage((TextPart("a"), ImagePart("image/png", PNG))),
            AssistantMessage(tool_calls=(ToolCall("c", "weather", "{}"),)),
            ToolResultMessage("c", "weather", "sunny"),
            AssistantMessage("no"),
            UserMessage((TextPart("hello"),)),
        ),
    )


def test_every_wish() -> None:
    function = {"name": "weather", "parameters": {"type": "object"}}
    told = asked(
        body(
            n=1,
            temperature=0.5,
            top_p=0.9,
            stop="END",
            max_tokens=5,
            max_completion_tokens=7,
            tools=[{"type": "function", "function": function}],
            tool_choice="required",
            parallel_tool_calls=False,
            response_format={"type": "json_object"},
            reasoning_effort="high",
            modalities=["text"],
            user="somebody",
            seed=3,
        )
    )
    assert told.tools == (ToolSpec("weather", "", {"type": "object"}),)
    assert (told.effort, told.max_output_tokens) == ("high", 7)
    assert told.sampling == Sampling(
        temperature=0.5, top_p=0.9, stop=("END",), choice="required", one_call=True, is_json=True
    )


def test_usage_is_told_on_request_only() -> None:
    assert not body().has_usage
    assert not body(stream_options={}).has_usage
    assert body(stream_options={"include_usage": True}).has_usage


@pytest.mark.parametrize(
    ("more", "param"),
    [
        pytest.param({"n": 2}, "n", id="several answers"),
        pytest.param({"n": 0}, "n", id="no answer"),
        pytest.param({"logprobs": True}, "logprobs", id="probabilities"),
        pytest.param({"modalities": ["text", "audio"]}, "modalities", id="sound"),
        pytest.param({"audio": {"voice": "x"}}, "modalities", id="a voice"),
        pytest.param({"functions": ["f"]}, "functions", id="functions of old"),
        pytest.param({"tools": [{"type": "custom"}]}, "tools[0].type", id="another kind of tool"),
        pytest.param({"tools": [{"type": "function"}]}, "tools[0].function.name", id="a tool without a function"),
        pytest.param({"reasoning_effort": "enormous"}, "reasoning_effort", id="effort"),
        pytest.param({"response_format": {"type": "json_schema"}}, "response_format", id="no schema"),
    ],
)
def test_wishes_that_cannot_be_kept(more: dict[str, Any], param: str) -> None:
    with pytest.raises(Invalid) as caught:
        asked(body(**more))
    assert caught.value.path == param


MESSAGES: list[tuple[dict[str, Any], str]] = [
    ({"role": "user"}, "messages[0].content"),
    ({"role": "user", "content": []}, "messages[0].content"),
    ({"role": "user", "content": [{"type": "input_audio", "input_audio": {}}]}, "messages[0].content[0]"),
    ({"role": "user", "content": [{"type": "file", "file": {}}]}, "messages[0].content[0]"),
    (
        {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "ftp://x"}}]},
        "messages[0].content[0].image_url.url",
    ),
    ({"role": "assistant", "content": [{"type": "image_url", "image_url": {"url": URL}}]}, "messages[0].content"),
    ({"role": "tool", "content": "x"}, "messages[0].tool_call_id"),
    ({"role": "tool", "content": "x", "tool_call_id": "unknown"}, "messages[0].tool_call_id"),
    ({"role": "system", "content": "alone"}, "messages"),
]


@pytest.mark.parametrize(("message", "param"), MESSAGES)
def test_messages_that_do_not_fit(message: dict[str, Any], param: str) -> None:
    with pytest.raises(Invalid) as caught:
        asked(body(message))
    assert caught.value.path == param


@pytest.mark.parametrize(
    ("more", "param"),
    [
        ({"messages": []}, "$.messages"),
        ({"messages": [{"role": "robot", "content": "x"}]}, "$.messages[0].role"),
        ({"messages": [{"role": "user", "content": [{"type": "smell"}]}]}, "$.messages[0].content[0].type"),
        ({"messages": [{"role": "user", "content": 3}]}, "$.messages[0].content"),
        ({"temperature": 3}, "$.temperature"),
        ({"top_p": -1}, "$.top_p"),
        ({"max_tokens": 0}, "$.max_tokens"),
        ({"stream": "yes"}, "$.stream"),
    ],
)
def test_members_that_do_not_fit(more: dict[str, Any], param: str) -> None:
    with pytest.raises(Invalid) as caught:
        body(**more)
    assert caught.value.path == param


@pytest.mark.parametrize(
    ("more", "param"), [({"stop": ["x"]}, "stop"), ({"response_format": {"type": "json_object"}}, "response_format")]
)
def test_a_turn_keeps_no_stop_and_no_form(more: dict[str, Any], param: str) -> None:
    with pytest.raises(Invalid) as caught:
        check_for_turn(body(**more))
    assert caught.value.path == param
    check_for_turn(body(response_format={"type": "text"}, temperature=1, max_tokens=4, seed=3))
