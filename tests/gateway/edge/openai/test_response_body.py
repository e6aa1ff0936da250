"""The body of responses: what it asks, and what does not fit."""

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
from portico.gateway.edge.openai.response_body import ResponseBody, asked, check_for_provider, check_for_turn
from portico.gateway.kernel.errors import Invalid

PNG = b"\x89PNG\r\n\x1a\n"
URL = "data:image/png;base64," + base64.b64encode(PNG).decode()
CALL: dict[str, Any] = {"type": "function_call", "call_id": "c", "name": "weather", "arguments": "{}"}
OUTPUT: dict[str, Any] = {"type": "function_call_output", "call_id": "c", "output": "sunny"}


def body(input: Any = "hello", **more: Any) -> ResponseBody:
    return decode(msgspec.json.encode({"model": "m", "input": input, **more}), ResponseBody)


def test_a_text_is_the_users_message() -> None:
    assert asked(body(instructions="be brief")) == Asked("be brief", (UserMessage((TextPart("hello"),)),))


def test_every_item() -> None:
    told = asked(
        body(
            [
                {"role": "developer", "content": "be kind"},
                {
                    "role": "user",
                    "content": [{"type": "input_text", "text": "a"}, {"type": "input_image", "image_url": URL}],
                },
                {"type": "reasoning", "id": "rs_1", "summary": []},
                {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "look"}]},
                CALL,
                {**CALL, "call_id": "d", "name": "time"},
                OUTPUT,
                {"type": "function_call_output", "call_id": "d", "output": [{"type": "input_text", "text": "noon"}]},
                {"role": "assistant", "content": [{"type": "refusal", "refusal": "no"}]},
                {"role": "user", "content": "b"},
            ],
            instructions="be brief",
        )
    )
    assert told.system == "be brief\n\nbe kind"
    assert told.messages == (
        UserMessage((TextPart("a"), ImagePart("image/png", PNG))),
        AssistantMessage("look", tool_calls=(ToolCall("c", "weather", "{}"), ToolCall("d", "time", "{}"))),
        ToolResultMessage("c", "weather", "sunny"),
        ToolResultMessage("d", "time", "noon"),
        AssistantMessage("no"),
        UserMessage((TextPart("b"),)),
    )


def test_every_wish() -> None:
    told = asked(
        body(
            temperature=0.5,
            top_p=0.9,
            max_output_tokens=7,
            tools=[{"type": "function", "name": "weather", "parameters": {"type": "object"}}],
            tool_choice={"type": "function", "name": "weather"},
            parallel_tool_calls=False,
            text={"format": {"type": "json_schema", "name": "n", "schema": {"type": "object"}, "strict": True}},
            reasoning={"effort": "low", "summary": "auto"},
            include=["reasoning.encrypted_content"],
        )
    )
    assert told.tools == (ToolSpec("weather", "", {"type": "object"}),)
    assert (told.effort, told.max_output_tokens) == ("low", 7)
    assert told.sampling == Sampling(
        temperature=0.5,
        top_p=0.9,
        choice="required",
        tool="weather",
        one_call=True,
        schema={"type": "object"},
        schema_name="n",
        is_strict=True,
    )


UNFIT: list[tuple[dict[str, Any], str]] = [
    ({"background": True}, "background"),
    ({"prompt": {"id": "p"}}, "prompt"),
    ({"tools": [{"type": "web_search"}]}, "tools[0].type"),
    ({"tools": [{"type": "function"}]}, "tools[0].name"),
    ({"reasoning": {"effort": "enormous"}}, "reasoning.effort"),
    ({"text": {"format": {"type": "json_schema"}}}, "text.format"),
    ({"input": []}, "input"),
    ({"input": [{"role": "system", "content": "alone"}]}, "input"),
    ({"input": [{"content": "x"}]}, "input[0].role"),
    ({"input": [{"role": "user", "content": []}]}, "input[0].content"),
    ({"input": [{"type": "item_reference", "id": "x"}]}, "input[0].type"),
    ({"input": [{"type": "function_call", "call_id": "c"}]}, "input[0]"),
    ({"input": [OUTPUT]}, "input[0].call_id"),
    ({"input": [{"role": "user", "content": [{"type": "input_file", "file_id": "x"}]}]}, "input[0].content[0]"),
    ({"input": [{"role": "user", "content": [{"type": "input_image", "file_id": "x"}]}]}, "input[0].content[0]"),
    ({"input": [{"role": "user", "content": [{"type": "input_text"}]}]}, "input[0].content[0].text"),
    (
        {"input": [{"role": "user", "content": [{"type": "input_image", "image_url": "x"}]}]},
        "input[0].content[0].image_url",
    ),
    (
        {"input": [{"role": "assistant", "content": [{"type": "input_image", "image_url": URL}]}]},
        "input[0].content",
    ),
]


@pytest.mark.parametrize(("more", "param"), UNFIT)
def test_what_does_not_fit(more: dict[str, Any], param: str) -> None:
    with pytest.raises(Invalid) as caught:
        asked(body(**more))
    assert caught.value.path == param


@pytest.mark.parametrize(
    ("more", "param"),
    [
        ({"text": {"format": {"type": "json_object"}}}, "text.format"),
        ({"previous_response_id": "resp_a.b", "conversation": "c"}, "conversation"),
        ({"previous_response_id": "resp_a.b", "store": False}, "store"),
        ({"conversation": {"id": "c"}, "store": False}, "store"),
    ],
)
def test_what_a_turn_cannot_keep(more: dict[str, Any], param: str) -> None:
    with pytest.raises(Invalid) as caught:
        check_for_turn(body(**more))
    assert caught.value.path == param


@pytest.mark.parametrize("more", [{}, {"store": False}, {"conversation": "c"}, {"previous_response_id": "resp_a.b"}])
def test_what_a_turn_can_keep(more: dict[str, Any]) -> None:
    check_for_turn(body(**more))


@pytest.mark.parametrize("name", ["previous_response_id", "conversation"])
def test_a_providers_model_has_no_memory(name: str) -> None:
    with pytest.raises(Invalid) as caught:
        check_for_provider(body(**{name: "x"}))
    assert caught.value.path == name
    check_for_provider(body(store=True))


def test_a_conversation_is_named_in_two_ways() -> None:
    assert body(conversation="c").conversation_id == body(conversation={"id": "c"}).conversation_id == "c"
    assert body().conversation_id is None
    assert (body().is_stored, body(store=False).is_stored) == (True, False)
