"""What both of OpenAI's bodies come to: for a provider's model, and for a turn."""

import base64
from typing import Any

import pytest

from portico.gateway.agent.model import (
    AS_USUAL,
    AssistantMessage,
    ImagePart,
    Message,
    Sampling,
    TextPart,
    ToolCall,
    ToolResultMessage,
    ToolSpec,
    UserMessage,
)
from portico.gateway.edge.openai import asked as module
from portico.gateway.edge.openai.asked import Asked, Form, Spoken
from portico.gateway.kernel.errors import Invalid
from portico.protocol.methods.turn import ContextMessage
from portico.protocol.types.input import ImageInput, TextInput

PNG = b"\x89PNG\r\n\x1a\n"
URL = "data:image/png;base64," + base64.b64encode(PNG).decode()
HELLO = UserMessage((TextPart("hello"),))
TOOL = ToolSpec("weather", "", {"type": "object"})
CALLED = AssistantMessage(tool_calls=(ToolCall("c", "weather", "{}"),))
RESULT = ToolResultMessage("c", "weather", "sunny")


def asked(*messages: Message, **more: Any) -> Asked:
    return Asked(more.pop("system", ""), messages or (HELLO,), **more)


@pytest.mark.parametrize(
    ("body", "param", "code"),
    [
        pytest.param(b"{", None, "invalid_json", id="no JSON"),
        pytest.param(b"\xff", None, "invalid_json", id="no UTF-8"),
        pytest.param(b'{"type":"text","schema":' + b'{"a":' * 50_000, None, "invalid_json", id="nested too deeply"),
        pytest.param(b"{}", None, "invalid", id="a member is missing"),
        pytest.param(b'{"type": "yaml"}', "$.type", "invalid", id="another value"),
        pytest.param(b'{"type": "text", "strict": 3}', "$.strict", "invalid", id="another type"),
    ],
)
def test_bodies_that_do_not_fit(body: bytes, param: str | None, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        module.decode(body, Form)
    assert (caught.value.path, caught.value.code) == (param, code)


def test_unknown_members_are_ignored() -> None:
    assert module.decode(b'{"type": "text", "future": [1]}', Form) == Form(type="text")


def test_a_provider_is_asked_with_every_wish() -> None:
    sampling = Sampling(temperature=0.5, choice="none")
    request = module.model_request(
        asked(system="s", tools=(TOOL,), sampling=sampling, effort="low", max_output_tokens=5), "m", "gemini", "p"
    )
    assert (request.model, request.messages, request.system, request.tools) == ("m", (HELLO,), "s", (TOOL,))
    assert (request.effort, request.max_output_tokens, request.may_call) == ("low", 5, False)
    assert request.sampling == sampling


@pytest.mark.parametrize(
    ("kind", "sampling", "is_refused"),
    [
        ("rehearsal", Sampling(is_json=True), True),
        ("rehearsal", Sampling(schema={}), True),
        ("anthropic_messages", Sampling(is_json=True), True),
        ("anthropic_messages", Sampling(schema={}), False),
        ("chat_completions", Sampling(is_json=True), False),
        ("rehearsal", AS_USUAL, False),
    ],
)
def test_a_form_that_the_wire_cannot_promise_is_refused(kind: str, sampling: Sampling, is_refused: bool) -> None:
    if not is_refused:
        assert module.model_request(asked(sampling=sampling), "m", kind, "form").sampling == sampling
        return
    with pytest.raises(Invalid) as caught:
        module.model_request(asked(sampling=sampling), "m", kind, "form")
    assert (caught.value.path, caught.value.code) == ("form", "unsupported_value")


def test_thinking_is_not_gone_on_with_after_a_tool_where_it_is_signed() -> None:
    said = asked(HELLO, CALLED, RESULT, effort="high")
    assert module.model_request(said, "m", "anthropic_messages", "").effort is None
    assert module.model_request(said, "m", "chat_completions", "").effort == "high"


def test_a_turn_takes_the_last_message_and_what_was_said_before() -> None:
    said = asked(
        UserMessage((TextPart("one"), ImagePart("image/png", PNG))),
        AssistantMessage("first"),
        AssistantMessage(" "),
        UserMessage((TextPart(" "),)),
        UserMessage((TextPart("two"), ImagePart("", url="https://x.example/a.png"))),
        system="be brief",
        effort="low",
    )
    assert module.spoken(said, "messages") == Spoken(
        input=[TextInput(text="two"), ImageInput(url="https://x.example/a.png")],
        context=[
            ContextMessage(role="user", content=[TextInput(text="one"), ImageInput(url=URL)]),
            ContextMessage(role="assistant", content=[TextInput(text="first")]),
        ],
        instructions="be brief",
        effort="low",
    )


@pytest.mark.parametrize(
    ("said", "param"),
    [
        pytest.param(asked(tools=(TOOL,)), "tools", id="the caller's tools"),
        pytest.param(asked(HELLO, CALLED, RESULT, HELLO), "messages", id="the caller's results"),
        pytest.param(asked(HELLO, CALLED), "messages", id="calls"),
        pytest.param(asked(HELLO, AssistantMessage("so")), "messages", id="the assistant spoke last"),
        pytest.param(asked(system="x" * (module.MAX_INSTRUCTIONS + 1)), "messages", id="instructions without end"),
    ],
)
def test_what_a_turn_cannot_take(said: Asked, param: str) -> None:
    with pytest.raises(Invalid) as caught:
        module.spoken(said, "messages")
    assert caught.value.path == param


def test_new_messages_of_a_kept_conversation_are_one() -> None:
    other = UserMessage((TextPart("more"),))
    assert module.together(asked(HELLO, other), "input").messages == (UserMessage((*HELLO.parts, *other.parts)),)
    with pytest.raises(Invalid) as caught:
        module.together(asked(HELLO, AssistantMessage("so"), other), "input")
    assert caught.value.path == "input"


@pytest.mark.parametrize(
    ("word", "effort"), [(None, None), ("", None), ("high", "high"), ("Minimal", "minimal"), ("off", "none")]
)
def test_efforts(word: str | None, effort: str | None) -> None:
    assert module.effort_of(word, "p") == effort


def test_an_unknown_effort_is_refused() -> None:
    with pytest.raises(Invalid) as caught:
        module.effort_of("enormous", "reasoning_effort")
    assert caught.value.path == "reasoning_effort"


def test_images() -> None:
    assert module.image(URL, "p") == ImagePart("image/png", PNG)
    assert module.image("https://x.example/a.png", "p") == ImagePart("", url="https://x.example/a.png")


@pytest.mark.parametrize(
    "url",
    ["http://x.example/a.png", "file:///etc/passwd", "data:text/html;base64,AA==", "data:image/png,AA", "data:", ""]
    + ["data:image/png;base64,", "data:image/png;base64,###"],
)
def test_what_is_no_image_is_refused_with_its_place(url: str) -> None:
    with pytest.raises(Invalid) as caught:
        module.image(url, "messages[0].content[1].image_url.url")
    assert caught.value.path == "messages[0].content[1].image_url.url"


FUNCTIONS: list[tuple[Any, str]] = [
    (None, "f.name"),
    ({}, "f.name"),
    ({"name": ""}, "f.name"),
    ({"name": "x" * 129}, "f.name"),
    ({"name": "x", "parameters": [1]}, "f.parameters"),
]


@pytest.mark.parametrize(("function", "param"), FUNCTIONS)
def test_functions_that_do_not_fit(function: Any, param: str) -> None:
    with pytest.raises(Invalid) as caught:
        module.tool_spec(function, "f")
    assert caught.value.path == param


def test_a_function_needs_no_description_and_no_parameters() -> None:
    assert module.tool_spec({"name": "weather", "description": None}, "f") == TOOL


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        (None, AS_USUAL),
        ("auto", Sampling(choice="auto")),
        ("none", Sampling(choice="none")),
        ("required", Sampling(choice="required")),
        ({"type": "function", "function": {"name": "weather"}}, Sampling(choice="required", tool="weather")),
        ({"type": "function", "name": "weather"}, Sampling(choice="required", tool="weather")),
    ],
)
def test_choices(choice: Any, expected: Sampling) -> None:
    assert module.with_choice(AS_USUAL, choice, (TOOL,)) == expected
    assert module.with_choice(AS_USUAL, choice, ()) == AS_USUAL


@pytest.mark.parametrize(
    "choice", ["often", 3, {"type": "function", "name": "other"}, {"type": "allowed_tools"}, {"function": 3}]
)
def test_choices_that_do_not_fit(choice: Any) -> None:
    with pytest.raises(Invalid) as caught:
        module.with_choice(AS_USUAL, choice, (TOOL,))
    assert caught.value.path == "tool_choice"


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        (None, AS_USUAL),
        ({"type": "text"}, AS_USUAL),
        ({"type": "json_object"}, Sampling(is_json=True)),
        (
            {"type": "json_schema", "json_schema": {"name": "n", "schema": {"type": "object"}, "strict": True}},
            Sampling(schema={"type": "object"}, schema_name="n", is_strict=True),
        ),
        (
            {"type": "json_schema", "name": "n", "schema": {"type": "object"}},
            Sampling(schema={"type": "object"}, schema_name="n"),
        ),
    ],
)
def test_forms(form: Any, expected: Sampling) -> None:
    told = None if form is None else module.msgspec.convert(form, Form)
    assert module.with_form(AS_USUAL, told, "p") == expected


def test_a_schema_must_be_told() -> None:
    with pytest.raises(Invalid) as caught:
        module.with_form(AS_USUAL, Form(type="json_schema"), "text.format")
    assert caught.value.path == "text.format"


@pytest.mark.parametrize(
    ("path", "expected"),
    [("$.input[0].url", "messages"), ("$.context[1].content", "messages"), ("$.model_provider", "model")]
    + [("$.reasoning.effort", "reasoning_effort"), ("$.cwd", "$.cwd"), (None, None)],
)
def test_refusals_name_the_callers_parameter(path: str | None, expected: str | None) -> None:
    with pytest.raises(Invalid) as caught, module.told_as("messages"):
        raise Invalid("no", path=path)
    assert caught.value.path == expected
