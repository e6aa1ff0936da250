"""Reads an Anthropic messages stream: bytes in, model events out, no I/O."""

from dataclasses import dataclass, field
from typing import Any, cast

import msgspec

from portico.gateway.adapters.models import failures
from portico.gateway.adapters.models.coalesce import Coalescer
from portico.gateway.adapters.models.failures import Origin
from portico.gateway.adapters.models.sse import JsonEvents
from portico.gateway.agent.model import (
    Failed,
    FailureClass,
    Finished,
    FinishReason,
    ModelEvent,
    OpaqueBlock,
    ProviderFailure,
    Stage,
    ThinkingBlock,
    ToolCall,
    UsageReport,
)

WIRE = "anthropic_messages"
HEAD = b"event: content_block_delta\ndata: "
_REASONS = {
    "end_turn": FinishReason.STOP,
    "stop_sequence": FinishReason.STOP,
    "tool_use": FinishReason.TOOL_CALLS,
    "max_tokens": FinishReason.LENGTH,
    "model_context_window_exceeded": FinishReason.LENGTH,
    "pause_turn": FinishReason.PAUSE,
    "refusal": FinishReason.REFUSAL,
}
_OURS = frozenset({"text", "thinking", "redacted_thinking", "tool_use"})
"""Kinds of blocks that have a type of ours; all others are the vendor's own."""


class Delta(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    type: str = ""
    text: str | None = None
    thinking: str | None = None
    signature: str | None = None
    partial_json: str | None = None
    citation: Any = None
    content: Any = None
    stop_reason: str | None = None


class Event(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    type: str
    index: int = -1
    delta: Delta | None = None
    content_block: dict[str, Any] | None = None
    message: dict[str, Any] | None = None
    usage: dict[str, Any] | None = None
    error: Any = None


@dataclass(slots=True)
class _Block:
    """A block being written: what it started as, and what its deltas added."""

    start: dict[str, Any]
    text: list[str] = field(default_factory=list[str])
    json: list[str] = field(default_factory=list[str])
    signature: list[str] = field(default_factory=list[str])
    citations: list[Any] = field(default_factory=list[Any])
    content: Any = None

    @property
    def kind(self) -> str:
        return str(self.start.get("type", ""))

    @property
    def input_json(self) -> str:
        """The arguments as they came; a server may give them at the start, or none."""
        return "".join(self.json) or msgspec.json.encode(self.start.get("input") or {}).decode()

    def whole(self) -> dict[str, Any]:
        """The block as it would stand in an answer in one piece."""
        whole = dict(self.start)
        if self.kind == "thinking":
            whole["thinking"] = "".join(self.text)
        elif self.text:
            whole["text"] = "".join(self.text)
        if self.json:
            whole["input"] = _object(self.input_json)
        if self.signature:
            whole["signature"] = "".join(self.signature)
        if self.citations:
            whole["citations"] = self.citations
        if self.content is not None:
            whole["content"] = self.content
        return whole


class AnthropicStream:
    """One answer. `feed` what arrives, then `finish`; after Finished or Failed `is_over` and nothing more comes.

    UsageReport counts what was read from and written to the cache inside the input tokens, as other wires do.
    An answer with blocks of the vendor's own, or with thinking between other blocks, ends with an OpaqueBlock that is
    a JSON list: the whole answer in its order, which stands for all its parts when it is sent back.
    """

    def __init__(self, origin: Origin) -> None:
        self.is_over = False
        self._origin = origin
        self._events = JsonEvents(Event, HEAD)
        self._out = Coalescer()
        self._blocks: dict[int, _Block] = {}
        self._closed: list[dict[str, Any]] = []
        self._usage: dict[str, Any] = {}
        self._reason: str | None = None
        self._has_begun = False
        self._id: str | None = None
        self._model: str | None = None

    @property
    def stage(self) -> Stage:
        return "mid_stream" if self._has_begun else "first_chunk"

    def feed(self, data: bytes) -> list[ModelEvent]:
        """What `data` brought, coalesced."""
        if self.is_over:
            return []
        self._take_all(self._events.feed(data))
        if not self.is_over and self._events.problem is not None:
            self._break(self._events.problem)
        return self._out.take()

    def finish(self, failure: ProviderFailure | None = None) -> list[ModelEvent]:
        """The stream ended, or `failure` broke it. A stream without a stop reason is truncated."""
        if self.is_over:
            return []
        self._take_all(self._events.finish())
        if self.is_over:
            return self._out.take()
        if self._reason is not None:
            self._complete()
        elif failure is not None:
            self._fail(failure)
        else:
            self._break("the stream ended before the answer was finished")
        return self._out.take()

    def _take_all(self, events: list[Event]) -> None:
        out, blocks = self._out, self._blocks
        for event in events:
            delta = event.delta
            block = blocks.get(event.index)
            if delta is not None and delta.text is not None and block is not None:
                block.text.append(delta.text)
                if delta.text:
                    out.text(delta.text)
            else:
                self._take(event, delta, block)
                if self.is_over:
                    return
        self._has_begun = self._has_begun or bool(events)

    def _take(self, event: Event, delta: Delta | None, block: _Block | None) -> None:
        match event.type:
            case "content_block_delta" if delta is not None:
                self._grow(event.index, delta, block)
            case "content_block_start":
                self._open(event.index, event.content_block or {})
            case "content_block_stop" if block is not None:
                self._close(event.index, block)
            case "message_start":
                self._begin(event.message or {})
            case "message_delta":
                self._merge_usage(event.usage)
                self._reason = (delta.stop_reason if delta is not None else None) or self._reason
            case "message_stop":
                self._complete()
            case "error":
                self._has_begun = self._has_begun or bool(self._usage)
                self._fail(failures.of_error(self._origin, event.error, self.stage))
            case _:
                pass  # ping, and whatever the vendor adds

    def _begin(self, message: dict[str, Any]) -> None:
        self._id, self._model = _str(message.get("id")), _str(message.get("model"))
        usage = message.get("usage")
        if isinstance(usage, dict):
            self._merge_usage(cast("dict[str, Any]", usage))
            self._out.add(self._used())

    def _open(self, index: int, start: dict[str, Any]) -> None:
        block = self._blocks[index] = _Block(start)
        text = start.get("thinking" if block.kind == "thinking" else "text")
        if isinstance(text, str) and text and block.kind in _OURS:
            self._show(block, text)
        if block.kind == "tool_use":
            self._out.piece(str(start.get("id", "")), str(start.get("name", "")), "")

    def _grow(self, index: int, delta: Delta, block: _Block | None) -> None:
        if block is None:
            block = self._blocks[index] = _Block({"type": "thinking" if delta.thinking is not None else "text"})
        text = delta.thinking if delta.thinking is not None else delta.text
        if text is not None:
            self._show(block, text)
        if delta.partial_json is not None:
            block.json.append(delta.partial_json)
            if block.kind == "tool_use" and delta.partial_json:
                self._out.piece(str(block.start.get("id", "")), str(block.start.get("name", "")), delta.partial_json)
        if delta.signature is not None:
            block.signature.append(delta.signature)
        if delta.citation is not None:
            block.citations.append(delta.citation)
        if delta.content is not None:
            block.content = delta.content

    def _show(self, block: _Block, text: str) -> None:
        block.text.append(text)
        if text:
            (self._out.thinking if block.kind == "thinking" else self._out.text)(text)

    def _close(self, index: int, block: _Block) -> None:
        del self._blocks[index]
        whole = block.whole()
        self._closed.append(whole)
        match block.kind:
            case "text":
                pass
            case "thinking":
                self._out.add(ThinkingBlock(whole["thinking"], _str(whole.get("signature"))))
            case "redacted_thinking":
                self._out.add(ThinkingBlock("", redacted=_str(whole.get("data"))))
            case "tool_use":
                call = ToolCall(str(whole.get("id", "")), str(whole.get("name", "")), block.input_json)
                self._out.add(call)
            case _:
                self._out.add(OpaqueBlock(WIRE, msgspec.json.encode(whole)))

    def _complete(self) -> None:
        for index, block in list(self._blocks.items()):
            self._close(index, block)
        if _needs_its_order(self._closed):
            self._out.add(OpaqueBlock(WIRE, msgspec.json.encode(self._closed)))
        reason = _REASONS.get(self._reason or "", FinishReason.UNKNOWN)
        self._out.add(self._used(), Finished(reason, self._reason or "", self._id, self._model))
        self.is_over = True

    def _merge_usage(self, usage: dict[str, Any] | None) -> None:
        """Later figures count; null says nothing."""
        self._usage.update({name: value for name, value in (usage or {}).items() if value is not None})

    def _used(self) -> UsageReport:
        usage = self._usage
        cached = _count(usage.get("cache_read_input_tokens"))
        details: Any = usage.get("output_tokens_details")
        return UsageReport(
            input_tokens=_count(usage.get("input_tokens")) + cached + _count(usage.get("cache_creation_input_tokens")),
            output_tokens=_count(usage.get("output_tokens")),
            cached_input_tokens=cached,
            reasoning_tokens=_count(cast("dict[str, Any]", details).get("thinking_tokens"))
            if isinstance(details, dict)
            else 0,
        )

    def _break(self, message: str) -> None:
        self._fail(failures.of_class(self._origin, FailureClass.STREAM_TRUNCATED, message, self.stage))

    def _fail(self, failure: ProviderFailure) -> None:
        if self._usage:
            self._out.add(self._used())
        self._out.add(Failed(failure))
        self.is_over = True


def _needs_its_order(blocks: list[dict[str, Any]]) -> bool:
    """Our message keeps thinking, text and calls apart: enough for an answer that had just them, in that order."""
    kinds = [str(block.get("type", "")) for block in blocks]
    order = {"thinking": 0, "redacted_thinking": 0, "text": 1, "tool_use": 2}
    places = [order.get(kind, -1) for kind in kinds]
    return -1 in places or places != sorted(places)


def _object(text: str) -> dict[str, Any]:
    try:
        value: Any = msgspec.json.decode(text)
    except (ValueError, RecursionError):
        return {}
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _str(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _count(value: Any) -> int:
    return max(0, int(value)) if isinstance(value, (int, float)) else 0
