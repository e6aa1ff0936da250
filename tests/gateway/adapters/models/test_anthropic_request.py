"""What is sent to a messages server."""

import base64
import json
from typing import Any

import pytest

from portico.gateway.adapters.models.anthropic_request import AnthropicRequests
from portico.gateway.agent.model import (
    AssistantMessage,
    ImagePart,
    Message,
    ModelRequest,
    OpaqueBlock,
    Sampling,
    TextPart,
    ThinkingBlock,
    ToolCall,
    ToolResultMessage,
    ToolSpec,
    UserMessage,
)

CACHED = {"cache_control": {"type": "ephemeral"}}
SCHEMA = {"type": "object"}
HELLO = UserMessage((TextPart("hello"),))


def body(request: ModelRequest) -> Any:
    return json.loads(AnthropicRequests().body(request))


def messages(*sent: Message) -> Any:
    return body(ModelRequest(model="claude-sonnet-4-5", messages=sent))["messages"]


def text(words: str, **more: Any) -> dict[str, Any]:
    return {"type": "text", "text": words, **more}


def test_the_least_request() -> None:
    assert body(ModelRequest(model="claude-sonnet-4-5", messages=(HELLO,))) == {
        "model": "claude-sonnet-4-5",
        "stream": True,
        "max_tokens": 16_000,
        "messages": [{"role": "user", "content": [text("hello", **CACHED)]}],
    }


def test_system_tools_and_the_end_are_marked_for_the_cache() -> None:
    tools = (ToolSpec("a", "A", SCHEMA), ToolSpec("b", "B", SCHEMA))
    sent = body(ModelRequest(model="m", messages=(HELLO,), system="be kind", tools=tools, max_output_tokens=9))
    assert sent["system"] == [text("be kind", **CACHED)]
    assert sent["tools"] == [
        {"name": "a", "description": "A", "input_schema": SCHEMA},
        {"name": "b", "description": "B", "input_schema": SCHEMA, **CACHED},
    ]
    assert (sent["tool_choice"], sent["max_tokens"]) == ({"type": "auto"}, 9)


def test_an_answer_without_calls_may_be_asked_for() -> None:
    request = ModelRequest(model="m", messages=(HELLO,), tools=(ToolSpec("a", "A", SCHEMA),), may_call=False)
    sent = body(request)
    assert (sent["tool_choice"], len(sent["tools"])) == ({"type": "none"}, 1)
    assert "tool_choice" not in body(ModelRequest(model="m", messages=(HELLO,), may_call=False))


def test_a_note_stands_below_the_result() -> None:
    sent = messages(ToolResultMessage("a", "x", "one", note="two"))
    assert sent[0]["content"][0]["content"] == "one\n\ntwo"


def test_messages_of_a_role_are_merged_and_empty_ones_vanish() -> None:
    assert messages(
        HELLO,
        UserMessage((TextPart(" \n"),)),
        UserMessage((TextPart("again"), TextPart(""))),
        AssistantMessage(""),
        UserMessage((TextPart("more"),)),
        AssistantMessage("yes"),
        HELLO,
    ) == [
        {"role": "user", "content": [text("hello"), text("again"), text("more")]},
        {"role": "assistant", "content": [text("yes")]},
        {"role": "user", "content": [text("hello", **CACHED)]},
    ]


def test_calls_results_and_thinking() -> None:
    assistant = AssistantMessage(
        "looking",
        thinking=(ThinkingBlock("t", "SIG"), ThinkingBlock("unsigned"), ThinkingBlock("", redacted="R")),
        tool_calls=(ToolCall("a", "x", '{"k": 1}'), ToolCall("b", "y", "{broken"), ToolCall("c", "z", "[1]")),
    )
    results = (ToolResultMessage("a", "x", "one"), ToolResultMessage("b", "y", "bad", is_error=True))
    assert messages(assistant, *results, HELLO) == [
        {
            "role": "assistant",
            "content": [
                {"type": "thinking", "thinking": "t", "signature": "SIG"},
                {"type": "redacted_thinking", "data": "R"},
                text("looking"),
                {"type": "tool_use", "id": "a", "name": "x", "input": {"k": 1}},
                {"type": "tool_use", "id": "b", "name": "y", "input": {}},
                {"type": "tool_use", "id": "c", "name": "z", "input": {}},
            ],
        },
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": "a", "content": "one"},
                {"type": "tool_result", "tool_use_id": "b", "content": "bad", "is_error": True},
                text("hello", **CACHED),
            ],
        },
    ]


def test_the_vendor_s_own_blocks_go_back_as_they_came() -> None:
    mine = OpaqueBlock("anthropic_messages", b'{"type":"server_tool_use","input":{"q": 1.50}}')
    other = OpaqueBlock("chat_completions", b'{"reasoning_content":"x"}')
    sent = AnthropicRequests().body(ModelRequest(model="m", messages=(AssistantMessage("a", opaque=(mine, other)),)))
    assert mine.data in sent
    assert b"reasoning_content" not in sent


def test_a_kept_order_stands_for_the_whole_answer() -> None:
    kept = [text("one"), text(""), {"type": "server_tool_use"}, {"type": "thinking", "thinking": "t", "signature": "S"}]
    answer = AssistantMessage(
        "one",
        thinking=(ThinkingBlock("t", "S"),),
        opaque=(
            OpaqueBlock("anthropic_messages", b'{"type":"server_tool_use"}'),
            OpaqueBlock("anthropic_messages", json.dumps(kept).encode()),
        ),
    )
    assert messages(HELLO, answer)[1]["content"] == [kept[0], *kept[2:]]


def test_pictures() -> None:
    png = b"\x89PNG" + bytes(range(256))
    parts = (ImagePart("image/png", png), ImagePart("image/png", url="https://example.org/x.png"))
    first, second = messages(UserMessage(parts))[0]["content"]
    assert first["source"]["media_type"] == "image/png"
    assert base64.b64decode(first["source"]["data"]) == png
    assert second["source"] == {"type": "url", "url": "https://example.org/x.png"}


ADAPTIVE = {"type": "adaptive"}


@pytest.mark.parametrize(
    ("model", "effort", "expected"),
    [
        ("claude-sonnet-4-5", None, {"max_tokens": 16_000}),
        ("claude-sonnet-4-5", "none", {"max_tokens": 16_000}),
        (
            "claude-opus-4-7",
            "high",
            {"max_tokens": 16_000, "thinking": ADAPTIVE, "output_config": {"effort": "high"}},
        ),
        (
            "claude-sonnet-4-6",
            "minimal",
            {"max_tokens": 16_000, "thinking": ADAPTIVE, "output_config": {"effort": "low"}},
        ),
        (
            "claude-mythos-preview",
            "max",
            {"max_tokens": 16_000, "thinking": ADAPTIVE, "output_config": {"effort": "max"}},
        ),
        (
            "claude-fable-5",
            "low",
            {"max_tokens": 16_000, "thinking": ADAPTIVE, "output_config": {"effort": "low"}},
        ),
        (
            "claude-sonnet-4-20250514",
            "low",
            {"max_tokens": 18_048, "thinking": {"type": "enabled", "budget_tokens": 2_048}},
        ),
        (
            "claude-opus-4-5-20251101",
            "high",
            {"max_tokens": 32_384, "thinking": {"type": "enabled", "budget_tokens": 16_384}},
        ),
        (
            "claude-3-7-sonnet-20250219",
            "medium",
            {"max_tokens": 24_192, "thinking": {"type": "enabled", "budget_tokens": 8_192}},
        ),
        ("glm-5", "low", {"max_tokens": 18_048, "thinking": {"type": "enabled", "budget_tokens": 2_048}}),
        ("claude-3-5-sonnet-20241022", "high", {"max_tokens": 4_096}),
        ("claude-3-haiku-20240307", None, {"max_tokens": 4_096}),
    ],
)
def test_limits_and_efforts(model: str, effort: str | None, expected: dict[str, Any]) -> None:
    sent = body(ModelRequest(model=model, messages=(HELLO,), effort=effort))
    assert {k: v for k, v in sent.items() if k in {"max_tokens", "thinking", "output_config"}} == expected


def test_a_conversation_that_grows_is_sent_whole() -> None:
    requests = AnthropicRequests()
    first = (HELLO,)
    second = (*first, AssistantMessage("hi"), UserMessage((TextPart("more"),)))
    for sent in (first, second, first):
        written = json.loads(requests.body(ModelRequest(model="m", messages=sent, conversation="t")))
        assert len(written["messages"]) == len(sent)
        assert json.dumps(written).count("ephemeral") == 1


ASKED = (UserMessage((TextPart("hello"),)),)
OFFERED = (ToolSpec("read_file", "Read", {"type": "object"}),)


@pytest.mark.parametrize(
    ("sampling", "effort", "expected"),
    [
        (Sampling(), None, {"tool_choice": {"type": "auto"}}),
        (Sampling(temperature=1.5), None, {"tool_choice": {"type": "auto"}, "temperature": 1.0}),
        (Sampling(top_p=0.5), None, {"tool_choice": {"type": "auto"}, "top_p": 0.5}),
        (Sampling(temperature=0.2, top_p=0.5), None, {"tool_choice": {"type": "auto"}, "temperature": 0.2}),
        (Sampling(stop=("END", " ")), None, {"tool_choice": {"type": "auto"}, "stop_sequences": ["END"]}),
        (Sampling(choice="none"), None, {"tool_choice": {"type": "none"}}),
        (
            Sampling(choice="required", one_call=True),
            None,
            {"tool_choice": {"type": "any", "disable_parallel_tool_use": True}},
        ),
        (
            Sampling(choice="required", tool="read_file"),
            None,
            {"tool_choice": {"type": "tool", "name": "read_file"}},
        ),
        (
            Sampling(temperature=0.2, choice="required", schema={"type": "object"}),
            "low",
            {
                "tool_choice": {"type": "auto"},
                "thinking": {"type": "adaptive"},
                "output_config": {"effort": "low", "format": {"type": "json_schema", "schema": {"type": "object"}}},
            },
        ),
    ],
)
def test_what_a_caller_asks_of_one_answer(sampling: Sampling, effort: str | None, expected: dict[str, Any]) -> None:
    request = ModelRequest(model="claude-opus-4-8", messages=ASKED, tools=OFFERED, effort=effort, sampling=sampling)
    sent = body(request)
    told = {name: sent[name] for name in sent.keys() - {"model", "stream", "max_tokens", "messages", "tools"}}
    assert told == expected
