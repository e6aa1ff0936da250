"""Writes an answer as a chat completion: chunks of a stream, or one object. Pure (reference interop 9, point 2)."""

from dataclasses import dataclass
from typing import Any, assert_never, cast

import msgspec

from portico.gateway.agent.model import UsageReport
from portico.gateway.edge.errors import openai_body
from portico.gateway.edge.openai.answers import Call, CallPart, Ended, Piece, Text, Thought
from portico.gateway.kernel.errors import GatewayError

DONE = b"data: [DONE]\n\n"


@dataclass(frozen=True, slots=True)
class Head:
    """What stays the same in all chunks; `model` is the name that the caller used."""

    id: str
    created: int
    model: str


class Paragraphs:
    """Messages of one answer that follow each other are set apart: what is to stand before the next piece."""

    def __init__(self, between: str) -> None:
        self._between = between
        self._last: str | None = None

    def before(self, item_id: str) -> str:
        last, self._last = self._last, item_id
        return self._between if last not in {None, item_id} else ""


class ChatChunks:
    """The events of a stream, in order: `feed` every piece; after Ended nothing follows."""

    def __init__(self, head: Head, *, has_usage: bool) -> None:
        self._head: dict[str, Any] = {
            "id": head.id,
            "object": "chat.completion.chunk",
            "created": head.created,
            "model": head.model,
        }
        self._has_usage = has_usage
        self._told = Paragraphs("\n\n")
        self._thought = Paragraphs("\n")
        self._calls: dict[str, int] = {}

    def begin(self) -> bytes:
        """The first delta has the role."""
        return self._delta({"role": "assistant", "content": ""})

    def feed(self, piece: Piece) -> bytes:
        """The events of a piece."""
        match piece:
            case Text(item_id=item_id, text=text):
                return self._delta({"content": self._told.before(item_id) + text})
            case Thought(item_id=item_id, text=text):
                return self._delta({"reasoning_content": self._thought.before(item_id) + text})
            case CallPart():
                return self._call(piece)
            case Call(item_id=item_id, call=call, rest=rest):
                part = CallPart(item_id, call.id, call.name, rest)
                return self._call(part) if rest or item_id not in self._calls else b""
            case Ended():
                return self._end(piece) if piece.error is None else self.failure(piece.error)
            case _:
                assert_never(piece)

    def failure(self, error: GatewayError) -> bytes:
        """The last event of a stream that breaks off: no [DONE] follows."""
        return b"data: " + openai_body(error) + b"\n\n"

    def _call(self, part: CallPart) -> bytes:
        """Id and name stand in the first piece of a call only: clients join what comes twice."""
        place = self._calls.get(part.item_id)
        if place is not None:
            return self._delta({"tool_calls": [{"index": place, "function": {"arguments": part.text}}]})
        place = self._calls[part.item_id] = len(self._calls)
        function = {"name": part.name, "arguments": part.text}
        call = {"index": place, "id": part.call_id, "type": "function", "function": function}
        return self._delta({"tool_calls": [call]})

    def _end(self, ended: Ended) -> bytes:
        told = self._chunk([{"index": 0, "delta": {}, "finish_reason": ended.reason}])
        if self._has_usage:
            told += self._chunk([], chat_usage(ended.usage))
        return told + DONE

    def _delta(self, delta: dict[str, Any]) -> bytes:
        return self._chunk([{"index": 0, "delta": delta, "finish_reason": None}])

    def _chunk(self, choices: list[Any], usage: Any = None) -> bytes:
        chunk = {**self._head, "choices": choices}
        if self._has_usage:
            chunk["usage"] = usage
        return b"data: " + msgspec.json.encode(chunk) + b"\n\n"


class ChatWhole:
    """The same as one object."""

    def __init__(self, head: Head) -> None:
        self._head = head
        self._text: list[str] = []
        self._thoughts: list[str] = []
        self._calls: list[dict[str, Any]] = []
        self._told = Paragraphs("\n\n")
        self._thought = Paragraphs("\n")

    def feed(self, piece: Piece) -> bytes:
        """Take a piece; nothing is sent before the end."""
        match piece:
            case Text(item_id=item_id, text=text):
                self._text += (self._told.before(item_id), text)
            case Thought(item_id=item_id, text=text):
                self._thoughts += (self._thought.before(item_id), text)
            case Call(call=call):
                function = {"name": call.name, "arguments": call.arguments}
                self._calls.append({"id": call.id, "type": "function", "function": function})
            case CallPart() | Ended():
                pass
            case _:
                assert_never(piece)
        return b""

    def whole(self, ended: Ended) -> dict[str, Any]:
        """The answer after its end."""
        text = "".join(self._text)
        message: dict[str, Any] = {"role": "assistant", "content": None if self._calls and not text else text}
        message["refusal"] = None
        if self._thoughts:
            message["reasoning_content"] = "".join(self._thoughts)
        if self._calls:
            message["tool_calls"] = self._calls
        return {
            "id": self._head.id,
            "object": "chat.completion",
            "created": self._head.created,
            "model": self._head.model,
            "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": ended.reason}],
            "usage": chat_usage(ended.usage),
        }


def unstreamed(body: bytes, *, has_usage: bool) -> bytes:
    """A whole completion as the stream that was asked for: servers answer in one piece all the same.

    Raises ValueError, RecursionError for what only looked like one.
    """
    answer = msgspec.json.decode(body, type=dict[str, Any])
    kept = {name: value for name, value in answer.items() if name not in {"choices", "usage"}}
    head = {**kept, "object": "chat.completion.chunk"}
    told: list[dict[str, Any]] = []
    for choice in _objects(answer.get("choices")):
        place: dict[str, Any] = {"index": choice.get("index", len(told) // 2)}
        message = cast("dict[str, Any]", choice.get("message")) if isinstance(choice.get("message"), dict) else {}
        delta = {name: value for name, value in message.items() if value is not None and name != "tool_calls"}
        if calls := [{"index": n, **call} for n, call in enumerate(_objects(message.get("tool_calls")))]:
            delta["tool_calls"] = calls
        more = {"logprobs": choice["logprobs"]} if choice.get("logprobs") else {}
        told.append({**head, "choices": [{**place, "delta": delta, **more, "finish_reason": None}]})
        reason = choice.get("finish_reason") or ("tool_calls" if calls else "stop")
        told.append({**head, "choices": [{**place, "delta": {}, "finish_reason": reason}]})
    if has_usage and answer.get("usage"):
        told.append({**head, "choices": [], "usage": answer["usage"]})
    return b"".join(b"data: " + msgspec.json.encode(chunk) + b"\n\n" for chunk in told) + DONE


def _objects(value: Any) -> list[dict[str, Any]]:
    given = cast("list[Any]", value) if isinstance(value, list) else []
    return [cast("dict[str, Any]", one) for one in given if isinstance(one, dict)]


def chat_usage(usage: UsageReport) -> dict[str, Any]:
    """Tokens as chat completions name them."""
    return {
        "prompt_tokens": usage.input_tokens,
        "completion_tokens": usage.output_tokens,
        "total_tokens": usage.input_tokens + usage.output_tokens,
        "prompt_tokens_details": {"cached_tokens": usage.cached_input_tokens},
        "completion_tokens_details": {"reasoning_tokens": usage.reasoning_tokens},
    }
