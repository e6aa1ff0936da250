"""Writes the body of a chat completions request."""

import base64
import hashlib
import re
import string
from dataclasses import dataclass
from typing import Any, assert_never, cast

import msgspec

from portico.gateway.adapters.models.chat_stream import WIRE
from portico.gateway.adapters.models.memo import Memo, Spelled
from portico.gateway.agent.model import (
    AssistantMessage,
    ImagePart,
    Message,
    ModelRequest,
    TextPart,
    ToolResultMessage,
    UserMessage,
)

MISTRAL_ID_LENGTH = 9
_MISTRAL_ID = re.compile(r"[A-Za-z0-9]{9}")
_ALPHABET = string.ascii_letters + string.digits


@dataclass(frozen=True, slots=True)
class Dialect:
    """What one server wants otherwise than the others; the first call that is refused may correct it."""

    has_usage_option: bool = True
    limit_name: str = "max_tokens"
    effort_style: str = "reasoning_effort"
    has_short_ids: bool = False
    has_cache_key: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """What a server is told with every request: the context window to give the model, as Ollama spells it, and how
    long an answer may be where the request does not say."""

    context_tokens: int | None = None
    max_output_tokens: int | None = None


NO_LIMITS = Limits()


def dialect_of(provider: str, base_url: str) -> Dialect:
    """By the provider's name or its host."""
    if "api.openai.com" in base_url:
        return Dialect(limit_name="max_completion_tokens", has_cache_key=True)
    if provider == "mistral" or "mistral.ai" in base_url:
        return Dialect(has_short_ids=True)
    if provider == "openrouter" or "openrouter.ai" in base_url:
        return Dialect(effort_style="reasoning")
    return Dialect()


class ChatRequests:
    """Writes requests of one server, whose conversations it remembers."""

    def __init__(self, dialect: Dialect, limits: Limits = NO_LIMITS) -> None:
        self.dialect = dialect
        self._limits = limits
        self._memo = Memo(self._spell)

    def body(self, request: ModelRequest) -> bytes:
        """The JSON body. Raises ValueError for text that is not Unicode."""
        head = msgspec.json.encode(self._head(request))
        messages = [s.body for s in self._memo.spelled(request.conversation, request.messages)]
        if request.system:
            messages.insert(0, msgspec.json.encode({"role": "system", "content": request.system}))
        return head[:-1] + b',"messages":[' + b",".join(messages) + b"]}"

    def _head(self, request: ModelRequest) -> dict[str, Any]:
        dialect = self.dialect
        head: dict[str, Any] = {"model": request.model, "stream": True}
        if dialect.has_usage_option:
            head["stream_options"] = {"include_usage": True}
        if request.tools:
            head["tools"] = [
                {
                    "type": "function",
                    "function": {"name": t.name, "description": t.description, "parameters": t.parameters},
                }
                for t in request.tools
            ]
            head["tool_choice"] = _choice(request)
        head.update(self._limited(request))
        if dialect.has_cache_key and request.conversation:
            head["prompt_cache_key"] = request.conversation
        if request.effort is not None and dialect.effort_style == "reasoning":
            head["reasoning"] = {"enabled": False} if request.effort == "none" else {"effort": request.effort}
        elif request.effort is not None:
            head["reasoning_effort"] = request.effort
        return head | _sampled(request)

    def _limited(self, request: ModelRequest) -> dict[str, Any]:
        limited: dict[str, Any] = {}
        most = request.max_output_tokens or self._limits.max_output_tokens
        if most is not None:
            limited[self.dialect.limit_name] = most
        if self._limits.context_tokens is not None:
            limited["options"] = {"num_ctx": self._limits.context_tokens}
        return limited

    def _spell(self, message: Message) -> Spelled:
        match message:
            case UserMessage(parts=parts):
                spelled: dict[str, Any] = {"role": "user", "content": _content(parts)}
            case AssistantMessage():
                spelled = self._assistant(message)
            case ToolResultMessage(call_id=call_id, name=name, told=content):
                spelled = {"role": "tool", "tool_call_id": self._id(call_id), "content": content}
                if self.dialect.has_short_ids:
                    spelled["name"] = name
            case _:
                assert_never(message)
        return Spelled(spelled["role"], msgspec.json.encode(spelled))

    def _assistant(self, message: AssistantMessage) -> dict[str, Any]:
        spelled: dict[str, Any] = {"role": "assistant", "content": message.text or None}
        for block in message.opaque:
            kept: Any = msgspec.json.decode(block.data) if block.wire == WIRE else None
            if isinstance(kept, dict):
                spelled.update(cast("dict[str, Any]", kept))
        if message.tool_calls:
            spelled["tool_calls"] = [
                {"id": self._id(c.id), "type": "function", "function": {"name": c.name, "arguments": c.arguments}}
                for c in message.tool_calls
            ]
        elif not message.text:
            spelled["content"] = ""
        return spelled

    def _id(self, call_id: str) -> str:
        return mistral_id(call_id) if self.dialect.has_short_ids else call_id


def _choice(request: ModelRequest) -> str | dict[str, Any]:
    sampling = request.sampling
    if not request.may_call:
        return "none"
    if sampling.tool:
        return {"type": "function", "function": {"name": sampling.tool}}
    return sampling.choice or "auto"


def _sampled(request: ModelRequest) -> dict[str, Any]:
    """What the caller asked of this answer."""
    sampling = request.sampling
    head: dict[str, Any] = {"temperature": sampling.temperature, "top_p": sampling.top_p}
    head["stop"] = list(sampling.stop) or None
    if sampling.one_call and request.tools:
        head["parallel_tool_calls"] = False
    if sampling.schema is not None:
        form = {"name": sampling.schema_name, "schema": sampling.schema, "strict": sampling.is_strict}
        head["response_format"] = {"type": "json_schema", "json_schema": form}
    elif sampling.is_json:
        head["response_format"] = {"type": "json_object"}
    return {name: value for name, value in head.items() if value is not None}


def mistral_id(call_id: str) -> str:
    """Nine alphanumerics, the same for the same id (reference 13.6)."""
    if _MISTRAL_ID.fullmatch(call_id):
        return call_id
    number = int.from_bytes(hashlib.sha256(call_id.encode("utf-8", "replace")).digest(), "big")
    letters: list[str] = []
    for _ in range(MISTRAL_ID_LENGTH):
        number, rest = divmod(number, len(_ALPHABET))
        letters.append(_ALPHABET[rest])
    return "".join(letters)


def _content(parts: tuple[TextPart | ImagePart, ...]) -> str | list[dict[str, Any]]:
    if len(parts) == 1 and isinstance(parts[0], TextPart):
        return parts[0].text
    return [_part(part) for part in parts]


def _part(part: TextPart | ImagePart) -> dict[str, Any]:
    match part:
        case TextPart(text=text):
            return {"type": "text", "text": text}
        case ImagePart(url=url) if url is not None:
            return {"type": "image_url", "image_url": {"url": url}}
        case ImagePart(media_type=media_type, data=data):
            encoded = base64.b64encode(data).decode()
            return {"type": "image_url", "image_url": {"url": f"data:{media_type};base64,{encoded}"}}
        case _:
            assert_never(part)
