"""The body of `POST /v1/chat/completions`, and what it asks."""

from typing import Annotated, Any, Literal, assert_never

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
    effort_of,
    image,
    refuse,
    tool_spec,
    with_choice,
    with_form,
)
from portico.gateway.kernel.errors import Invalid

Limit = Annotated[int, msgspec.Meta(ge=1, le=10_000_000)]
Temperature = Annotated[float, msgspec.Meta(ge=0, le=2)]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]


class TextContent(Body, frozen=True, kw_only=True, tag_field="type", tag="text"):
    text: str


class RefusalContent(Body, frozen=True, kw_only=True, tag_field="type", tag="refusal"):
    refusal: str


class ImageUrl(Body, frozen=True, kw_only=True):
    url: str


class ImageContent(Body, frozen=True, kw_only=True, tag_field="type", tag="image_url"):
    image_url: ImageUrl


class AudioContent(Body, frozen=True, kw_only=True, tag_field="type", tag="input_audio"):
    """Known, and refused: no wire of ours carries it."""


class FileContent(Body, frozen=True, kw_only=True, tag_field="type", tag="file"):
    """Known, and refused: no wire of ours carries it."""


Content = TextContent | RefusalContent | ImageContent | AudioContent | FileContent


class CalledFunction(Body, frozen=True, kw_only=True):
    name: str
    arguments: str = ""


class CalledTool(Body, frozen=True, kw_only=True):
    id: str
    function: CalledFunction


class ChatMessage(Body, frozen=True, kw_only=True):
    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: str | list[Content] | None = None
    tool_calls: list[CalledTool] | None = None
    tool_call_id: str | None = None


class ChatTool(Body, frozen=True, kw_only=True):
    type: str = "function"
    function: Any = None


class StreamOptions(Body, frozen=True, kw_only=True):
    include_usage: bool | None = None


class ChatBody(Body, frozen=True, kw_only=True):
    """Members that are not named here are read and ignored, as OpenAI's own servers of old models do."""

    model: str
    messages: Annotated[list[ChatMessage], msgspec.Meta(min_length=1)]
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    temperature: Temperature | None = None
    top_p: Share | None = None
    n: int | None = None
    stop: str | list[str] | None = None
    max_tokens: Limit | None = None
    max_completion_tokens: Limit | None = None
    tools: list[ChatTool] | None = None
    functions: list[Any] | None = None
    tool_choice: Any = None
    parallel_tool_calls: bool | None = None
    response_format: Form | None = None
    reasoning_effort: str | None = None
    logprobs: bool | None = None
    modalities: list[str] | None = None
    audio: Any = None
    metadata: dict[str, Any] | None = None

    @property
    def has_usage(self) -> bool:
        """A stream tells the usage in a chunk of its own."""
        return self.stream_options is not None and bool(self.stream_options.include_usage)


def asked(body: ChatBody) -> Asked:
    """What the body asks of a model that is not reached by OpenAI's own wire. Raises Invalid with `param`."""
    refuse(body.n not in {None, 1}, "n", "one answer is given at a time: n must be 1")
    refuse(body.logprobs, "logprobs", "this model tells no log probabilities")
    refuse(body.audio or set(body.modalities or ()) - {"text"}, "modalities", "this model answers in text only")
    refuse(body.functions, "functions", "functions are tools now: use tools")
    tools = tuple(_tool(tool, f"tools[{n}]") for n, tool in enumerate(body.tools or ()))
    stop = (body.stop,) if isinstance(body.stop, str) else tuple(body.stop or ())
    sampling = Sampling(
        temperature=body.temperature, top_p=body.top_p, stop=stop, one_call=body.parallel_tool_calls is False
    )
    sampling = with_choice(with_form(sampling, body.response_format, "response_format"), body.tool_choice, tools)
    system = [_text(m.content, f"messages[{n}].content") for n, m in enumerate(body.messages) if _is_system(m)]
    messages = _messages(body.messages)
    if not messages:
        raise Invalid("there is no message besides the system's", path="messages")
    return Asked(
        system="\n\n".join(text for text in system if text),
        messages=messages,
        tools=tools,
        sampling=sampling,
        effort=effort_of(body.reasoning_effort, "reasoning_effort"),
        max_output_tokens=body.max_completion_tokens or body.max_tokens,
    )


def check_for_turn(body: ChatBody) -> None:
    """Raises Invalid for what an Agent turn of several model calls cannot keep."""
    refuse(body.stop, "stop", "this model runs turns of the gateway, which know no stop sequences")
    form = body.response_format
    refuse(
        form is not None and form.type != "text",
        "response_format",
        "this model runs turns of the gateway, which cannot be held to a form of answer; use provider/model",
    )


def _is_system(message: ChatMessage) -> bool:
    return message.role in {"system", "developer"}


def _messages(given: list[ChatMessage]) -> tuple[Message, ...]:
    names: dict[str, str] = {}
    messages: list[Message] = []
    for n, message in enumerate(given):
        place = f"messages[{n}]"
        match message.role:
            case "system" | "developer":
                continue
            case "user":
                messages.append(UserMessage(_parts(message.content, f"{place}.content")))
            case "assistant":
                calls = tuple(_call(call) for call in message.tool_calls or ())
                names |= {call.id: call.name for call in calls}
                messages.append(AssistantMessage(_text(message.content, f"{place}.content"), tool_calls=calls))
            case "tool":
                call_id = message.tool_call_id
                if not call_id or call_id not in names:
                    raise Invalid("a tool's message answers a call before it", path=f"{place}.tool_call_id")
                content = _text(message.content, f"{place}.content")
                messages.append(ToolResultMessage(call_id, names[call_id], content))
            case _:
                assert_never(message.role)
    return tuple(messages)


def _call(call: CalledTool) -> ToolCall:
    return ToolCall(call.id, call.function.name, call.function.arguments)


def _parts(content: str | list[Content] | None, place: str) -> tuple[TextPart | ImagePart, ...]:
    if isinstance(content, str):
        return (TextPart(content),)
    if not content:
        raise Invalid("a user's message needs content", path=place)
    return tuple(_part(part, f"{place}[{n}]") for n, part in enumerate(content))


def _part(part: Content, place: str) -> TextPart | ImagePart:
    match part:
        case TextContent(text=text) | RefusalContent(refusal=text):
            return TextPart(text)
        case ImageContent(image_url=told):
            return image(told.url, f"{place}.image_url.url")
        case AudioContent() | FileContent():
            kind = part.__struct_config__.tag
            raise Invalid(f"this model takes no content of the type {kind}", code="unsupported_content", path=place)
        case _:
            assert_never(part)


def _text(content: str | list[Content] | None, place: str) -> str:
    if content is None or isinstance(content, str):
        return content or ""
    parts = [_part(part, f"{place}[{n}]") for n, part in enumerate(content)]
    if any(not isinstance(part, TextPart) for part in parts):
        raise Invalid("only a user's message may hold images", path=place)
    return "".join(part.text for part in parts if isinstance(part, TextPart))


def _tool(tool: ChatTool, place: str) -> ToolSpec:
    if tool.type != "function":
        raise Invalid(f"tools of the type {tool.type[:40]!r} are not known here", path=f"{place}.type")
    return tool_spec(tool.function, f"{place}.function")
