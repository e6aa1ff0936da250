"""Reads a chat completions stream: bytes in, model events out, no I/O."""

from collections.abc import Callable
from typing import Any, cast

import msgspec

from portico.gateway.adapters.models import failures
from portico.gateway.adapters.models.calls import CallAssembler
from portico.gateway.adapters.models.coalesce import Coalescer
from portico.gateway.adapters.models.failures import Origin
from portico.gateway.adapters.models.reasoning import ReasoningDetails, thinking_of, thought_and_said
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
    UsageReport,
)

WIRE = "chat_completions"
HEAD = b"data: "
_REASONS = {
    "stop": FinishReason.STOP,
    "eos": FinishReason.STOP,
    "end_turn": FinishReason.STOP,
    "tool_calls": FinishReason.TOOL_CALLS,
    "function_call": FinishReason.TOOL_CALLS,
    "length": FinishReason.LENGTH,
    "max_tokens": FinishReason.LENGTH,
    "model_length": FinishReason.LENGTH,
    "content_filter": FinishReason.CONTENT_FILTER,
    "refusal": FinishReason.REFUSAL,
}


class Delta(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Vendors disagree about the types; what is not text in common use is checked where it is read."""

    content: Any = None
    reasoning_content: Any = None
    reasoning: Any = None
    reasoning_details: Any = None
    refusal: Any = None
    tool_calls: Any = None


class Choice(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """`message` stands for `delta` where a server answers in one piece."""

    index: int | None = None
    delta: Delta | None = None
    message: Delta | None = None
    finish_reason: str | None = None
    usage: Any = None


class Chunk(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    id: Any = None
    model: Any = None
    choices: list[Choice] | None = None
    usage: Any = None
    x_groq: Any = None
    error: Any = None


class ChatStream:
    """One answer. `feed` what arrives, then `finish`; after Finished or Failed `is_over` and nothing more comes.

    UsageReport counts cached and reasoning tokens inside input and output tokens, as this wire does.
    """

    def __init__(self, origin: Origin, new_id: Callable[[], str]) -> None:
        self.is_over = False
        self._origin = origin
        self._events = JsonEvents(Chunk, HEAD)
        self._out = Coalescer()
        self._calls = CallAssembler(new_id)
        self._details = ReasoningDetails()
        self._reasoning_content: list[str] = []
        self._usage: dict[str, Any] | None = None
        self._reason: str | None = None
        self._has_refused = False
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
        elif not self.is_over and self._events.is_done:
            self._complete()
        return self._out.take()

    def finish(self, failure: ProviderFailure | None = None) -> list[ModelEvent]:
        """The stream ended, or `failure` broke it. A stream without a finish reason is truncated."""
        if self.is_over:
            return []
        self._take_all(self._events.finish())
        if self.is_over:
            return self._out.take()
        if self._reason is not None or self._events.is_done:
            self._complete()
        elif failure is not None:
            self._fail(failure)
        else:
            self._break("the stream ended before the answer was finished")
        return self._out.take()

    def _take_all(self, chunks: list[Chunk]) -> None:
        for chunk in chunks:
            if chunk.error is not None:
                self._has_begun = self._has_begun or chunk is not chunks[0]
                self._read_about(chunk)
                self._fail(failures.of_error(self._origin, chunk.error, self.stage))
                return
            if chunk.usage is not None or chunk.x_groq is not None or self._id is None:
                self._read_about(chunk)
            for choice in chunk.choices or ():
                if not choice.index:
                    self._take(choice)
        self._has_begun = self._has_begun or bool(chunks)

    def _read_about(self, chunk: Chunk) -> None:
        self._id = self._id or (chunk.id if isinstance(chunk.id, str) else None)
        self._model = self._model or (chunk.model if isinstance(chunk.model, str) else None)
        x_groq = cast("dict[str, Any]", chunk.x_groq) if isinstance(chunk.x_groq, dict) else {}
        self._read_usage(chunk.usage or x_groq.get("usage"))

    def _read_usage(self, usage: Any) -> None:
        if isinstance(usage, dict):
            self._usage = cast("dict[str, Any]", usage)

    def _take(self, choice: Choice) -> None:
        delta = choice.delta or choice.message
        if choice.finish_reason:
            self._reason = choice.finish_reason
        if choice.usage is not None:
            self._read_usage(choice.usage)
        if delta is None:
            return
        if delta.reasoning_content is not None or delta.reasoning is not None or delta.reasoning_details is not None:
            self._take_reasoning(delta)
        content = delta.content
        if content.__class__ is str:
            if content:
                self._out.text(content)
        elif content is not None:
            self._take_parts(content)
        if delta.tool_calls is not None or delta.refusal is not None:
            self._take_rare(delta)

    def _take_parts(self, content: Any) -> None:
        for is_thought, text in thought_and_said(content):
            (self._out.thinking if is_thought else self._out.text)(text)

    def _take_reasoning(self, delta: Delta) -> None:
        if isinstance(delta.reasoning_content, str):
            self._reasoning_content.append(delta.reasoning_content)
        if delta.reasoning_details:
            self._details.add(delta.reasoning_details)
        text = thinking_of(delta.reasoning_content, delta.reasoning, delta.reasoning_details)
        if text:
            self._out.thinking(text)

    def _take_rare(self, delta: Delta) -> None:
        if isinstance(delta.refusal, str) and delta.refusal:
            self._has_refused = True
            self._out.text(delta.refusal)
        if isinstance(delta.tool_calls, list):
            for piece in cast("list[Any]", delta.tool_calls):
                if isinstance(piece, dict):
                    made = self._calls.add(cast("dict[str, Any]", piece))
                    self._out.piece(made.id, made.name, made.piece)

    def _complete(self) -> None:
        if self._reason == "error":
            self._fail(self._failure(FailureClass.PROVIDER_5XX, "the provider ended its answer with an error"))
            return
        calls = self._calls.calls()
        self._out.add(*calls, *self._kept(has_calls=bool(calls)), *self._used())
        reason = _REASONS.get(self._reason or "", FinishReason.UNKNOWN)
        if calls and reason in {FinishReason.STOP, FinishReason.UNKNOWN}:
            reason = FinishReason.TOOL_CALLS
        if self._has_refused and reason in {FinishReason.STOP, FinishReason.UNKNOWN}:
            reason = FinishReason.REFUSAL
        self._out.add(Finished(reason, self._reason or "", self._id, self._model))
        self.is_over = True

    def _kept(self, *, has_calls: bool) -> tuple[OpaqueBlock, ...]:
        """What the vendor wants back with the results of its calls: reasoning in its own spelling."""
        if not has_calls:
            return ()
        details = self._details.all()
        if details:
            return (OpaqueBlock(WIRE, msgspec.json.encode({"reasoning_details": details})),)
        if any(self._reasoning_content):
            return (OpaqueBlock(WIRE, msgspec.json.encode({"reasoning_content": "".join(self._reasoning_content)})),)
        return ()

    def _used(self) -> tuple[UsageReport, ...]:
        return () if self._usage is None else (usage_report(self._usage),)

    def _break(self, message: str) -> None:
        self._fail(self._failure(FailureClass.STREAM_TRUNCATED, message))

    def _failure(self, failure_class: FailureClass, message: str) -> ProviderFailure:
        return failures.of_class(self._origin, failure_class, message, self.stage)

    def _fail(self, failure: ProviderFailure) -> None:
        self._out.add(*self._used(), Failed(failure))
        self.is_over = True


def usage_report(usage: dict[str, Any]) -> UsageReport:
    """Tokens from the places where vendors put them."""
    prompt = _members(usage.get("prompt_tokens_details"))
    completion = _members(usage.get("completion_tokens_details"))
    return UsageReport(
        input_tokens=_count(usage.get("prompt_tokens")),
        output_tokens=_count(usage.get("completion_tokens")),
        cached_input_tokens=_count(
            prompt.get("cached_tokens"), usage.get("prompt_cache_hit_tokens"), usage.get("cached_tokens")
        ),
        reasoning_tokens=_count(completion.get("reasoning_tokens"), usage.get("reasoning_tokens")),
    )


def _members(value: Any) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _count(*values: Any) -> int:
    """The first of `values` that is a number."""
    for value in values:
        if isinstance(value, (int, float)):
            return max(0, int(value))
    return 0
