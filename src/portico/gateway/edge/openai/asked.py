"""What a caller asks of a model, whichever of OpenAI's two bodies it came in."""

import base64
import binascii
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeVar, cast

import msgspec

from portico.gateway.agent.model import (
    AS_USUAL,
    AssistantMessage,
    ImagePart,
    Message,
    ModelRequest,
    Sampling,
    TextPart,
    ToolResultMessage,
    ToolSpec,
    UserMessage,
)
from portico.gateway.kernel.errors import Conflict, GatewayError, Invalid, misfit
from portico.protocol.efforts import normalise_effort
from portico.protocol.methods.turn import ContextMessage
from portico.protocol.types.input import ImageInput, TextInput, UserInput

MAX_BODY = 20 * 1024 * 1024
MAX_DEPTH = 200
MAX_INSTRUCTIONS = 1_000_000
"""As `turn/start` takes them."""
_NOT_SET_UP = frozenset({"api_key_missing", "base_url_missing", "provider_unavailable"})
"""A provider that nobody has set up stays so until somebody does."""
T = TypeVar("T")


class Body(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a request; members that are not named are read and ignored."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The conversation and the wishes. `effort` is canonical."""

    system: str
    messages: tuple[Message, ...]
    tools: tuple[ToolSpec, ...] = ()
    sampling: Sampling = AS_USUAL
    effort: str | None = None
    max_output_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class Spoken:
    """The same as a turn takes it: what the user says now, and what was said before."""

    input: list[UserInput]
    context: list[ContextMessage] = field(default_factory=list[ContextMessage])
    instructions: str | None = None
    effort: str | None = None


def decode(body: bytes, type: type[T]) -> T:
    """The body as `type`. Raises Invalid with the place of what does not fit."""
    try:
        return msgspec.json.decode(body, type=type)
    except msgspec.ValidationError as error:
        message, path = misfit(error)
        raise Invalid(message, path=path or None) from error
    except (ValueError, RecursionError) as error:
        raise Invalid("the body is not valid JSON", code="invalid_json") from error


def model_request(asked: Asked, model: str, kind: str, param: str) -> ModelRequest:
    """What the provider is asked. Raises Invalid for a form of answer that its wire cannot promise."""
    sampling = asked.sampling
    has_form = sampling.is_json or sampling.schema is not None
    if kind == "rehearsal" and has_form or kind == "anthropic_messages" and sampling.is_json:
        raise Invalid("this model cannot be held to that form of answer", code="unsupported_value", path=param)
    effort = asked.effort
    if kind == "anthropic_messages" and isinstance(asked.messages[-1], ToolResultMessage):
        # thinking that goes on after a tool needs the vendor's signatures, which this face does not carry
        effort = None
    return ModelRequest(
        model=model,
        messages=asked.messages,
        system=asked.system,
        tools=asked.tools,
        effort=effort,
        max_output_tokens=asked.max_output_tokens,
        may_call=sampling.choice != "none",
        sampling=sampling,
    )


def spoken(asked: Asked, param: str) -> Spoken:
    """For a turn of the gateway. Raises Invalid (`param`) for what a turn cannot keep.

    Temperature and limits are hints of the caller's to one model call; a turn makes its own calls and ignores them.
    """
    if asked.tools:
        raise Invalid(
            "this model runs the gateway's own tools and takes none of the caller's: leave tools out, or use "
            "provider/model, which passes them through",
            code="unsupported_parameter",
            path="tools",
        )
    if any(isinstance(message, ToolResultMessage) or _calls(message) for message in asked.messages):
        raise Invalid("this model takes no tool calls and no tool results of the caller's", path=param)
    if len(asked.system) > MAX_INSTRUCTIONS:
        raise Invalid(f"the instructions are longer than {MAX_INSTRUCTIONS} characters", path=param)
    last = asked.messages[-1]
    if not isinstance(last, UserMessage):
        raise Invalid("the last message must be the user's", path=param)
    before = [_context(message) for message in asked.messages[:-1]]
    return Spoken(_input(last), [told for told in before if told.content], asked.system or None, asked.effort)


def together(asked: Asked, param: str) -> Asked:
    """What is added to a conversation that is kept already: the user's messages, as one. Raises Invalid."""
    parts: list[TextPart | ImagePart] = []
    for message in asked.messages:
        if not isinstance(message, UserMessage):
            raise Invalid("what was said before is kept: send the user's new messages only", path=param)
        parts += message.parts
    return replace(asked, messages=(UserMessage(tuple(parts)),))


def refuse(wanted: object, param: str, message: str) -> None:
    """Raise Invalid when `wanted` is anything but unset."""
    if wanted:
        raise Invalid(message, code="unsupported_parameter", path=param)


def effort_of(word: str | None, param: str) -> str | None:
    """The canonical effort. Raises Invalid for an unknown word."""
    if not word:
        return None
    effort = normalise_effort(word)
    if effort is None:
        raise Invalid(f"there is no effort {word[:40]!r}", path=param)
    return effort


def image(url: str, param: str) -> ImagePart:
    """An image of a `data:` URL or an https address. Raises Invalid."""
    if url.startswith("https://"):
        return ImagePart("", url=url)
    head, _, body = url.partition(",")
    kind, *options = head.removeprefix("data:").split(";")
    if not url.startswith("data:") or not kind.startswith("image/") or options[-1:] != ["base64"]:
        raise Invalid("an image is an https URL or a data URL in base64", path=param)
    try:
        data = base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Invalid("the image is no valid base64", path=param) from error
    if not data:
        raise Invalid("the image is empty", path=param)
    return ImagePart(kind, data)


def check_depth(value: object, param: str) -> None:
    """Raise Invalid for what is nested so deeply that it can be read and not be written again."""
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [child for node in level for child in _children(node)]
        if not level:
            return
    raise Invalid(f"this is nested more than {MAX_DEPTH} levels deep", path=param)


def _children(node: object) -> list[object]:
    if isinstance(node, dict):
        return list(cast("dict[str, object]", node).values())
    return cast("list[object]", node) if isinstance(node, list) else []


def tool_spec(function: Any, param: str) -> ToolSpec:
    """A function that the caller offers. Raises Invalid."""
    members = cast("dict[str, Any]", function) if isinstance(function, dict) else {}
    name, told = members.get("name"), members.get("description")
    schema: Any = members.get("parameters") or {"type": "object"}
    if not isinstance(name, str) or not 0 < len(name) <= 128:
        raise Invalid("a function needs a name of 1 to 128 characters", path=f"{param}.name")
    if not isinstance(schema, dict):
        raise Invalid("the parameters of a function are a JSON Schema", path=f"{param}.parameters")
    check_depth(members, param)
    return ToolSpec(name, told if isinstance(told, str) else "", cast("dict[str, Any]", schema))


def with_choice(sampling: Sampling, choice: Any, tools: tuple[ToolSpec, ...]) -> Sampling:
    """`tool_choice` of either body. Raises Invalid."""
    if choice is None or not tools:
        return sampling
    if choice in ("auto", "none", "required"):
        return replace(sampling, choice=choice)
    members = cast("dict[str, Any]", choice) if isinstance(choice, dict) else {}
    function = members.get("function", members)
    name = cast("dict[str, Any]", function).get("name") if isinstance(function, dict) else None
    if members.get("type") != "function" or name not in {tool.name for tool in tools}:
        raise Invalid("tool_choice is auto, none, required or one of the functions offered", path="tool_choice")
    return replace(sampling, choice="required", tool=str(name))


class Form(Body, frozen=True, kw_only=True):
    """`json_schema` nests its members in a chat completion and has them flat in a response."""

    type: Literal["text", "json_object", "json_schema"]
    json_schema: "SchemaForm | None" = None
    name: str = "answer"
    schema: dict[str, Any] | None = None
    strict: bool | None = None


class SchemaForm(Body, frozen=True, kw_only=True):
    name: str = "answer"
    schema: dict[str, Any] | None = None
    strict: bool | None = None


def with_form(sampling: Sampling, form: Form | None, param: str) -> Sampling:
    """The form that the answer must have. Raises Invalid."""
    match form:
        case None | Form(type="text"):
            return sampling
        case Form(type="json_object"):
            return replace(sampling, is_json=True)
        case _:
            told = form.json_schema or form
            if told.schema is None:
                raise Invalid("json_schema needs a schema", path=param)
            check_depth(told.schema, param)
            return replace(sampling, schema=told.schema, schema_name=told.name, is_strict=bool(told.strict))


@contextmanager
def told_as(param: str) -> Generator[None]:
    """Refusals name the caller's own parameter, and SDKs do not ask again by themselves where that is of no use."""
    try:
        yield
    except GatewayError as error:
        if error.code in _NOT_SET_UP:
            raise Invalid(error.message, code=error.code, path="model") from error
        if isinstance(error, Conflict):
            error.details["may_retry"] = False
        path = error.path or ""
        if path.startswith(("$.input", "$.context", "$.conversation_id")):
            error.path = param
        elif path.startswith("$.model"):
            error.path = "model"
        elif path.startswith("$.reasoning") and param == "messages":
            error.path = "reasoning_effort"
        raise


def _calls(message: Message) -> bool:
    return isinstance(message, AssistantMessage) and bool(message.tool_calls)


def _context(message: Message) -> ContextMessage:
    if isinstance(message, UserMessage):
        is_blank = all(isinstance(part, TextPart) and not part.text.strip() for part in message.parts)
        return ContextMessage(role="user", content=[] if is_blank else _input(message))
    text = message.text if isinstance(message, AssistantMessage) else ""
    return ContextMessage(role="assistant", content=[TextInput(text=text)] if text.strip() else [])


def _input(message: UserMessage) -> list[UserInput]:
    return [_part(part) for part in message.parts]


def _part(part: TextPart | ImagePart) -> UserInput:
    return TextInput(text=part.text) if isinstance(part, TextPart) else ImageInput(url=_url(part))


def _url(part: ImagePart) -> str:
    return part.url or f"data:{part.media_type};base64,{base64.b64encode(part.data).decode()}"
