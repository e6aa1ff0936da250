"""What is sent to a chat completions server."""

import base64
import json
from typing import Any

import pytest

from portico.gateway.adapters.models.chat_request import ChatRequests, Dialect, Limits, dialect_of, mistral_id
from portico.gateway.agent.model import (
    AssistantMessage,
    ImagePart,
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

HELLO = UserMessage((TextPart("hello"),))
CALL = ToolCall("toolu_1", "read_file", '{"path": "x"}')
RESULT = ToolResultMessage("toolu_1", "read_file", "text", is_error=True)
SCHEMA = {"type": "object", "properties": {"path": {"type": "string"}}}


def body(request: ModelRequest, dialect: Dialect = Dialect()) -> Any:  # noqa: B008 # a frozen value
    return json.loads(ChatRequests(dialect).body(request))


def messages(*sent: Any, dialect: Dialect = Dialect()) -> Any:  # noqa: B008 # a frozen value
    return body(ModelRequest(model="m", messages=sent), dialect)["messages"]


def test_the_least_request() -> None:
    assert body(ModelRequest(model="m", messages=(HELLO,))) == {
        "model": "m",
        "stream": True,
        "stream_options": {"include_usage": True},
        "messages": [{"role": "user", "content": "hello"}],
    }


@pytest.mark.parametrize(
    ("limits", "asked", "sent"),
    [
        pytest.param(Limits(), None, {}, id="none"),
        pytest.param(Limits(8_192), None, {"options": {"num_ctx": 8_192}}, id="a context window"),
        pytest.param(Limits(None, 70), None, {"max_tokens": 70}, id="a limit of every answer"),
        pytest.param(Limits(None, 70), 50, {"max_tokens": 50}, id="the request's own limit is first"),
        pytest.param(Limits(8_192, 70), 90, {"options": {"num_ctx": 8_192}, "max_tokens": 90}, id="both"),
    ],
)
def test_limits(limits: Limits, asked: int | None, sent: dict[str, Any]) -> None:
    request = ModelRequest(model="m", messages=(HELLO,), max_output_tokens=asked)
    told = json.loads(ChatRequests(Dialect(), limits).body(request))
    assert {name: value for name, value in told.items() if name in {"options", "max_tokens"}} == sent


def test_a_whole_request() -> None:
    request = ModelRequest(
        model="m",
        messages=(HELLO,),
        system="be kind",
        tools=(ToolSpec("read_file", "Read", SCHEMA),),
        effort="low",
        max_output_tokens=50,
        conversation="thread",
    )
    function = {"name": "read_file", "description": "Read", "parameters": SCHEMA}
    assert body(request, Dialect(has_usage_option=False)) == {
        "model": "m",
        "stream": True,
        "tools": [{"type": "function", "function": function}],
        "tool_choice": "auto",
        "max_tokens": 50,
        "reasoning_effort": "low",
        "messages": [{"role": "system", "content": "be kind"}, {"role": "user", "content": "hello"}],
    }


def test_an_answer_without_calls_may_be_asked_for() -> None:
    request = ModelRequest(model="m", messages=(HELLO,), tools=(ToolSpec("read_file", "Read", SCHEMA),), may_call=False)
    sent = body(request)
    assert (sent["tool_choice"], len(sent["tools"])) == ("none", 1)
    assert "tool_choice" not in body(ModelRequest(model="m", messages=(HELLO,), may_call=False))


def test_a_note_stands_below_the_result() -> None:
    assert messages(ToolResultMessage("a", "x", "one", note="two"))[0]["content"] == "one\n\ntwo"


def test_calls_and_results() -> None:
    assert messages(AssistantMessage("I look", tool_calls=(CALL,)), RESULT, AssistantMessage(tool_calls=(CALL,))) == [
        {
            "role": "assistant",
            "content": "I look",
            "tool_calls": [
                {"id": "toolu_1", "type": "function", "function": {"name": "read_file", "arguments": '{"path": "x"}'}}
            ],
        },
        {"role": "tool", "tool_call_id": "toolu_1", "content": "text"},
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {"id": "toolu_1", "type": "function", "function": {"name": "read_file", "arguments": '{"path": "x"}'}}
            ],
        },
    ]


def test_an_empty_answer_has_empty_content() -> None:
    assert messages(AssistantMessage()) == [{"role": "assistant", "content": ""}]


def test_pictures() -> None:
    png = b"\x89PNG" + bytes(range(256))
    parts = (TextPart("see"), ImagePart("image/png", png), ImagePart("image/png", url="https://example.org/x.png"))
    sent = messages(UserMessage(parts))[0]["content"]
    assert sent[0] == {"type": "text", "text": "see"}
    assert base64.b64decode(sent[1]["image_url"]["url"].removeprefix("data:image/png;base64,")) == png
    assert sent[2] == {"type": "image_url", "image_url": {"url": "https://example.org/x.png"}}


def test_reasoning_goes_back_in_its_own_spelling_and_no_other_wire_s() -> None:
    opaque = (
        OpaqueBlock("chat_completions", b'{"reasoning_content":"hm"}'),
        OpaqueBlock("anthropic_messages", b'{"type":"server_tool_use"}'),
        OpaqueBlock("chat_completions", b"[1]"),
    )
    sent = messages(AssistantMessage("a", thinking=(ThinkingBlock("t", "S"),), opaque=opaque))
    assert sent == [{"role": "assistant", "content": "a", "reasoning_content": "hm"}]


def test_mistral_ids_are_nine_letters_on_both_sides() -> None:
    sent = messages(AssistantMessage(tool_calls=(CALL,)), RESULT, dialect=Dialect(has_short_ids=True))
    short = mistral_id("toolu_1")
    assert sent[0]["tool_calls"][0]["id"] == short
    assert sent[1] == {"role": "tool", "tool_call_id": short, "content": "text", "name": "read_file"}


@pytest.mark.parametrize("call_id", ["toolu_1", "", "x" * 200, "é", "\ud800"])
def test_a_mistral_id(call_id: str) -> None:
    made = mistral_id(call_id)
    assert made == mistral_id(call_id)
    assert len(made) == 9
    assert made.isascii()
    assert made.isalnum()


def test_a_mistral_id_that_fits_stays() -> None:
    assert mistral_id("aB3456789") == "aB3456789"


@pytest.mark.parametrize(
    ("provider", "base_url", "dialect"),
    [
        (
            "openai",
            "https://api.openai.com/v1",
            Dialect(limit_name="max_completion_tokens", has_cache_key=True),
        ),
        ("openai", "http://localhost:8000/v1", Dialect()),
        ("mistral", "https://api.mistral.ai/v1", Dialect(has_short_ids=True)),
        ("custom", "https://api.mistral.ai/v1", Dialect(has_short_ids=True)),
        ("openrouter", "https://openrouter.ai/api/v1", Dialect(effort_style="reasoning")),
        ("ollama", "http://localhost:11434/v1", Dialect()),
    ],
)
def test_dialects(provider: str, base_url: str, dialect: Dialect) -> None:
    assert dialect_of(provider, base_url) == dialect


@pytest.mark.parametrize(
    ("effort", "dialect", "expected"),
    [
        ("high", Dialect(), {"reasoning_effort": "high"}),
        ("none", Dialect(), {"reasoning_effort": "none"}),
        ("high", Dialect(effort_style="reasoning"), {"reasoning": {"effort": "high"}}),
        ("none", Dialect(effort_style="reasoning"), {"reasoning": {"enabled": False}}),
        (None, Dialect(effort_style="reasoning"), {}),
    ],
)
def test_efforts(effort: str | None, dialect: Dialect, expected: dict[str, Any]) -> None:
    sent = body(ModelRequest(model="m", messages=(HELLO,), effort=effort), dialect)
    assert {k: v for k, v in sent.items() if k.startswith("reasoning")} == expected


def test_openai_gets_a_key_for_its_cache_and_its_name_for_the_limit() -> None:
    request = ModelRequest(model="m", messages=(HELLO,), conversation="t", max_output_tokens=9)
    sent = body(request, dialect_of("openai", "https://api.openai.com/v1"))
    assert (sent["prompt_cache_key"], sent["max_completion_tokens"]) == ("t", 9)


def test_a_conversation_that_grows_is_sent_whole() -> None:
    requests = ChatRequests(Dialect())
    first = (HELLO,)
    second = (*first, AssistantMessage("hi"), UserMessage((TextPart("more"),)))
    for sent in (first, second, first):
        written = json.loads(requests.body(ModelRequest(model="m", messages=sent, conversation="t")))
        assert len(written["messages"]) == len(sent)


def test_text_that_is_no_unicode_is_refused() -> None:
    with pytest.raises(ValueError):  # noqa: PT011 # any: the caller says only that it cannot be written
        body(ModelRequest(model="m", messages=(UserMessage((TextPart("\ud800"),)),)))


TOOLS = (ToolSpec("read_file", "Read", SCHEMA), ToolSpec("write_file", "Write", SCHEMA))


@pytest.mark.parametrize(
    ("sampling", "expected"),
    [
        (Sampling(), {"tool_choice": "auto"}),
        (Sampling(temperature=0.0, top_p=0.5), {"tool_choice": "auto", "temperature": 0.0, "top_p": 0.5}),
        (Sampling(stop=("END",)), {"tool_choice": "auto", "stop": ["END"]}),
        (Sampling(choice="required", one_call=True), {"tool_choice": "required", "parallel_tool_calls": False}),
        (
            Sampling(choice="required", tool="read_file"),
            {"tool_choice": {"type": "function", "function": {"name": "read_file"}}},
        ),
        (Sampling(is_json=True), {"tool_choice": "auto", "response_format": {"type": "json_object"}}),
        (
            Sampling(schema=SCHEMA, schema_name="n", is_strict=True),
            {
                "tool_choice": "auto",
                "response_format": {
                    "type": "json_schema",
                    "json_schema": {"name": "n", "schema": SCHEMA, "strict": True},
                },
            },
        ),
    ],
)
def test_what_a_caller_asks_of_one_answer(sampling: Sampling, expected: dict[str, Any]) -> None:
    sent = body(ModelRequest(model="m", messages=(HELLO,), tools=TOOLS, sampling=sampling))
    told = {name: sent[name] for name in sent.keys() - {"model", "stream", "stream_options", "messages", "tools"}}
    assert told == expected


def test_an_answer_without_calls_beats_what_the_caller_asks() -> None:
    asked = Sampling(choice="required", tool="read_file")
    sent = body(ModelRequest(model="m", messages=(HELLO,), tools=TOOLS, may_call=False, sampling=asked))
    assert sent["tool_choice"] == "none"
    assert "parallel_tool_calls" not in body(
        ModelRequest(model="m", messages=(HELLO,), sampling=Sampling(one_call=True))
    )
