"""Writes the body of an Anthropic messages request."""

import base64
import re
from itertools import groupby
from typing import Any, assert_never

import msgspec

from portico.gateway.adapters.models.anthropic_stream import WIRE
from portico.gateway.adapters.models.memo import Memo, Spelled
from portico.gateway.agent.model import (
    AssistantMessage,
    ImagePart,
    Message,
    ModelRequest,
    TextPart,
    ThinkingBlock,
    ToolCall,
    ToolResultMessage,
    UserMessage,
)

MAX_TOKENS = 16_000
"""The wire wants a limit: the reserve for an answer (reference 8.8)."""
OLD_MAX_TOKENS = 4_096
"""What the oldest models still on offer take."""
THINKING_TOKENS = {"minimal": 1_024, "low": 2_048, "medium": 8_192, "high": 16_384, "xhigh": 24_576, "max": 32_000}
_CACHED = {"cache_control": {"type": "ephemeral"}}
_VERSION = re.compile(r"claude-(?:[a-z]+-)?(\d{1,2})(?:[-.](\d{1,2}))?(?!\d)")
_EFFORT_FAMILIES = ("claude-fable", "claude-mythos")
_FIRST_WITH_EFFORT = (4, 6)
_FIRST_WITH_BUDGET = (3, 7)


class AnthropicRequests:
    """Writes requests, and remembers the conversations it wrote."""

    def __init__(self) -> None:
        self._memo = Memo(lambda message: spell(message, is_last=False))

    def body(self, request: ModelRequest) -> bytes:
        """The JSON body. System prompt, tools and the end of the conversation are marked for the vendor's cache.

        Raises ValueError for text that is not Unicode.
        """
        head: dict[str, Any] = {"model": request.model, "stream": True, **_sampled(request, _limits(request))}
        if request.system:
            head["system"] = [{"type": "text", "text": request.system, **_CACHED}]
        if request.tools:
            tools: list[dict[str, Any]] = [
                {"name": t.name, "description": t.description, "input_schema": t.parameters} for t in request.tools
            ]
            tools[-1].update(_CACHED)
            head["tools"] = tools
            head["tool_choice"] = _choice(request)
        spelled = self._memo.spelled(request.conversation, request.messages[:-1])
        spelled += [spell(message, is_last=True) for message in request.messages[-1:]]
        return msgspec.json.encode(head)[:-1] + b',"messages":[' + _merged(spelled) + b"]}"


def spell(message: Message, *, is_last: bool) -> Spelled:
    """The blocks of a message. Empty text, which the vendor refuses, is dropped."""
    match message:
        case UserMessage(parts=parts):
            role, blocks = "user", [_part(p) for p in parts if not isinstance(p, TextPart) or p.text.strip()]
        case AssistantMessage():
            role, blocks = "assistant", _assistant(message)
        case ToolResultMessage(call_id=call_id, told=content, is_error=is_error):
            result: dict[str, Any] = {"type": "tool_result", "tool_use_id": call_id, "content": content}
            role, blocks = "user", [{**result, "is_error": True} if is_error else result]
        case _:
            assert_never(message)
    if is_last and blocks and role == "user":
        blocks[-1] = {**blocks[-1], **_CACHED}
    return Spelled(role, b",".join(msgspec.json.encode(block) for block in blocks))


def _assistant(message: AssistantMessage) -> list[Any]:
    """As it came if the answer kept its own order (a JSON list), else thinking, the vendor's blocks, text, calls."""
    opaque = [block.data for block in message.opaque if block.wire == WIRE]
    for data in opaque:
        if data.startswith(b"["):
            return [block for block in msgspec.json.decode(data) if block.get("type") != "text" or block.get("text")]
    blocks: list[Any] = [spelled for block in message.thinking if (spelled := _thinking(block)) is not None]
    blocks += [msgspec.Raw(data) for data in opaque]
    if message.text.strip():
        blocks.append({"type": "text", "text": message.text})
    return blocks + [_call(call) for call in message.tool_calls]


def _thinking(block: ThinkingBlock) -> dict[str, Any] | None:
    """Only what the vendor signed may be sent back."""
    if block.redacted is not None:
        return {"type": "redacted_thinking", "data": block.redacted}
    if block.signature:
        return {"type": "thinking", "thinking": block.text, "signature": block.signature}
    return None


def _call(call: ToolCall) -> dict[str, Any]:
    """Arguments that are no JSON object (the tool's answer says so) become an empty one, which the wire takes."""
    try:
        value: Any = msgspec.json.decode(call.arguments)
    except (ValueError, RecursionError):
        value = None
    return {"type": "tool_use", "id": call.id, "name": call.name, "input": value if isinstance(value, dict) else {}}


def _part(part: TextPart | ImagePart) -> dict[str, Any]:
    match part:
        case TextPart(text=text):
            return {"type": "text", "text": text}
        case ImagePart(url=url) if url is not None:
            return {"type": "image", "source": {"type": "url", "url": url}}
        case ImagePart(media_type=media_type, data=data):
            encoded = base64.b64encode(data).decode()
            return {"type": "image", "source": {"type": "base64", "media_type": media_type, "data": encoded}}
        case _:
            assert_never(part)


def _merged(spelled: list[Spelled]) -> bytes:
    """Messages of a role that follow each other become one; those without a block vanish."""
    written = [s for s in spelled if s.body]
    return b",".join(
        b'{"role":"' + role.encode() + b'","content":[' + b",".join(s.body for s in group) + b"]}"
        for role, group in groupby(written, key=lambda s: s.role)
    )


def _limits(request: ModelRequest) -> dict[str, Any]:
    """`max_tokens`, and the effort: adaptive thinking with `output_config.effort` from 4.6 on, before it a budget of
    thinking tokens on top of the answer's. Models without thinking get neither."""
    version = _version(request.model)
    most = request.max_output_tokens or (OLD_MAX_TOKENS if version < _FIRST_WITH_BUDGET else MAX_TOKENS)
    effort = request.effort
    if effort is None or effort == "none":
        return {"max_tokens": most}
    if version >= _FIRST_WITH_EFFORT:
        wanted = "low" if effort == "minimal" else effort
        return {"max_tokens": most, "thinking": {"type": "adaptive"}, "output_config": {"effort": wanted}}
    if version < _FIRST_WITH_BUDGET:
        return {"max_tokens": most}
    budget = THINKING_TOKENS.get(effort, THINKING_TOKENS["medium"])
    return {"max_tokens": most + budget, "thinking": {"type": "enabled", "budget_tokens": budget}}


def _sampled(request: ModelRequest, limits: dict[str, Any]) -> dict[str, Any]:
    """`limits` with what the caller asked of this answer. While a model thinks the vendor takes no temperature."""
    sampling = request.sampling
    head = dict(limits)
    if sampling.temperature is not None and "thinking" not in head:
        head["temperature"] = min(sampling.temperature, 1.0)
    if sampling.top_p is not None and sampling.temperature is None and "thinking" not in head:
        head["top_p"] = sampling.top_p
    if stop := [text for text in sampling.stop if text.strip()]:
        head["stop_sequences"] = stop
    if sampling.schema is not None:
        form = {"type": "json_schema", "schema": sampling.schema}
        head["output_config"] = {**head.get("output_config", {}), "format": form}
    return head


def _choice(request: ModelRequest) -> dict[str, Any]:
    """Calls cannot be forced while the model thinks: the vendor refuses that, so it is only asked."""
    sampling = request.sampling
    if not request.may_call or sampling.choice == "none":
        return {"type": "none"}
    one_call = {"disable_parallel_tool_use": True} if sampling.one_call else {}
    if "thinking" in _limits(request):
        return {"type": "auto", **one_call}
    if sampling.tool:
        return {"type": "tool", "name": sampling.tool, **one_call}
    return {"type": "any" if sampling.choice == "required" else "auto", **one_call}


def _version(model: str) -> tuple[int, int]:
    """(4, 5) of `claude-sonnet-4-5-20250929`. A Claude without a number is taken as new, any other model as (4, 5):
    servers that speak this wire with models of their own know budgets."""
    if not model.startswith("claude"):
        return (4, 5)
    found = None if model.startswith(_EFFORT_FAMILIES) else _VERSION.search(model)
    if found is None:
        return (99, 0)
    return int(found[1]), int(found[2] or 0)
