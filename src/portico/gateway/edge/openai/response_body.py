"""The body of `POST /v1/responses`, and what it asks."""

from typing import Annotated, Any, Literal

import msgspec

from portico.gateway.agent.model import (
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
from portico.gateway.edge.openai.asked import (
    Asked,
    Body,
    Form,
    check_depth,
    effort_of,
    image,
    refuse,
    tool_spec,
    with_choice,
    with_form,
)
from portico.gateway.edge.openai.chat_body import Limit, Share, Temperature
from portico.gateway.kernel.errors import Invalid

TEXTS = {"input_text": "text", "output_text": "text", "text": "text", "summary_text": "text", "refusal": "refusal"}
"""Content in words, and the member that holds them."""


class InputItem(Body, frozen=True, kw_only=True):
    """An item of any type: `message` is the one without a `type`."""

    type: str = "message"
    role: Literal["system", "developer", "user", "assistant"] | None = None
    content: str | list[dict[str, Any]] | None = None
    call_id: str | None = None
    name: str | None = None
    arguments: str | None = None
    output: str | list[dict[str, Any]] | None = None


class ReasoningWish(Body, frozen=True, kw_only=True):
    effort: str | None = None
    summary: str | None = None


class TextWish(Body, frozen=True, kw_only=True):
    format: Form | None = None


class ConversationRef(Body, frozen=True, kw_only=True):
    id: str


class ResponseBody(Body, frozen=True, kw_only=True):
    """Members that are not named here are read and ignored."""

    model: str
    input: str | list[InputItem]
    stream: bool | None = None
    store: bool | None = None
    background: bool | None = None
    instructions: str | None = None
    previous_response_id: str | None = None
    conversation: str | ConversationRef | None = None
    prompt: Any = None
    temperature: Temperature | None = None
    top_p: Share | None = None
    max_output_tokens: Limit | None = None
    tools: list[dict[str, Any]] | None = None
    tool_choice: Any = None
    parallel_tool_calls: bool | None = None
    text: TextWish | None = None
    reasoning: ReasoningWish | None = None
    metadata: Annotated[dict[str, Any], msgspec.Meta(max_length=64)] | None = None

    @property
    def is_stored(self) -> bool:
        return self.store is not False

    @property
    def conversation_id(self) -> str | None:
        told = self.conversation
        return told.id if isinstance(told, ConversationRef) else told


def asked(body: ResponseBody) -> Asked:
    """What the body asks. Raises Invalid with `param`."""
    refuse(body.background, "background", "responses in the background are not made here: stream, or wait")
    check_depth(body.metadata, "metadata")
    check_depth(body.tool_choice, "tool_choice")
    refuse(body.prompt, "prompt", "prompt templates are not kept here: send instructions and input")
    tools = tuple(_tool(tool, f"tools[{n}]") for n, tool in enumerate(body.tools or ()))
    sampling = Sampling(temperature=body.temperature, top_p=body.top_p, one_call=body.parallel_tool_calls is False)
    form = body.text.format if body.text is not None else None
    sampling = with_choice(with_form(sampling, form, "text.format"), body.tool_choice, tools)
    items = [InputItem(role="user", content=body.input)] if isinstance(body.input, str) else body.input
    system = [body.instructions or ""]
    system += [_text(item.content, f"input[{n}].content") for n, item in enumerate(items) if _is_system(item)]
    messages = _messages(items)
    if not messages:
        raise Invalid("there is no message for the model", path="input")
    return Asked(
        system="\n\n".join(text for text in system if text),
        messages=messages,
        tools=tools,
        sampling=sampling,
        effort=effort_of(body.reasoning.effort if body.reasoning else None, "reasoning.effort"),
        max_output_tokens=body.max_output_tokens,
    )


def check_for_turn(body: ResponseBody) -> None:
    """Raises Invalid for what an Agent turn cannot keep, and for places that exclude each other."""
    form = body.text.format if body.text is not None else None
    refuse(
        form is not None and form.type != "text",
        "text.format",
        "this model runs turns of the gateway, which cannot be held to a form of answer; use provider/model",
    )
    places = body.previous_response_id is not None, body.conversation is not None
    refuse(all(places), "conversation", "previous_response_id and conversation exclude each other")
    refuse(any(places) and not body.is_stored, "store", "what goes on with a kept response is kept too: store is true")


def check_for_provider(body: ResponseBody) -> None:
    """Raises Invalid for what needs a memory: a provider's model is asked without one."""
    words = "provider/model keeps nothing: send the whole input, or use the model portico"
    refuse(body.previous_response_id, "previous_response_id", words)
    refuse(body.conversation, "conversation", words)


def _is_system(item: InputItem) -> bool:
    return item.type == "message" and item.role in {"system", "developer"}


def _messages(items: list[InputItem]) -> tuple[Message, ...]:
    """Calls that follow each other are one message of the assistant's, as the wires want them."""
    names: dict[str, str] = {}
    messages: list[Message] = []
    for n, item in enumerate(items):
        if _is_system(item) or item.type == "reasoning":
            continue
        message = _message(item, f"input[{n}]", names)
        last = messages[-1] if messages else None
        if isinstance(message, AssistantMessage) and message.tool_calls and isinstance(last, AssistantMessage):
            messages[-1] = AssistantMessage(last.text, tool_calls=(*last.tool_calls, *message.tool_calls))
        else:
            messages.append(message)
    return tuple(messages)


def _message(item: InputItem, place: str, names: dict[str, str]) -> Message:
    match item.type:
        case "message" if item.role == "assistant":
            return AssistantMessage(_text(item.content, f"{place}.content"))
        case "message" if item.role == "user":
            return UserMessage(_parts(item.content, f"{place}.content"))
        case "message":
            raise Invalid("a message needs a role", path=f"{place}.role")
        case "function_call":
            if not item.call_id or not item.name:
                raise Invalid("a function_call needs call_id and name", path=place)
            names[item.call_id] = item.name
            return AssistantMessage(tool_calls=(ToolCall(item.call_id, item.name, item.arguments or ""),))
        case "function_call_output":
            if not item.call_id or item.call_id not in names:
                raise Invalid("an output answers a call before it", path=f"{place}.call_id")
            return ToolResultMessage(item.call_id, names[item.call_id], _text(item.output, f"{place}.output"))
        case kind:
            raise Invalid(f"items of the type {kind[:40]!r} are not taken here", path=f"{place}.type")


def _parts(content: str | list[dict[str, Any]] | None, place: str) -> tuple[TextPart | ImagePart, ...]:
    if isinstance(content, str):
        return (TextPart(content),)
    if not content:
        raise Invalid("a user's message needs content", path=place)
    return tuple(_part(part, f"{place}[{n}]") for n, part in enumerate(content))


def _part(part: dict[str, Any], place: str) -> TextPart | ImagePart:
    kind = str(part.get("type"))
    if kind in TEXTS:
        text = part.get(TEXTS[kind])
        if not isinstance(text, str):
            raise Invalid(f"{TEXTS[kind]} is missing", path=f"{place}.{TEXTS[kind]}")
        return TextPart(text)
    url = part.get("image_url")
    if kind == "input_image" and isinstance(url, str):
        return image(url, f"{place}.image_url")
    raise Invalid(f"content of the type {kind[:40]!r} is not taken here", code="unsupported_content", path=place)


def _text(content: str | list[dict[str, Any]] | None, place: str) -> str:
    if content is None or isinstance(content, str):
        return content or ""
    parts = [_part(part, f"{place}[{n}]") for n, part in enumerate(content)]
    if any(not isinstance(part, TextPart) for part in parts):
        raise Invalid("only a user's message may hold images", path=place)
    return "".join(part.text for part in parts if isinstance(part, TextPart))


def _tool(tool: dict[str, Any], place: str) -> ToolSpec:
    kind = tool.get("type")
    if kind != "function":
        raise Invalid(f"tools of the type {str(kind)[:40]!r} are not run here", path=f"{place}.type")
    return tool_spec(tool, place)
