"""Writes an answer as a response: the events of a stream, and the object they build. Pure (reference interop 1)."""

from dataclasses import dataclass, field
from typing import Any, Literal, assert_never

import msgspec

from portico.gateway.agent.model import UsageReport
from portico.gateway.edge.errors import http_status
from portico.gateway.edge.openai.answers import Call, CallPart, Ended, Piece, Text, Thought
from portico.gateway.kernel.errors import GatewayError

Kind = Literal["message", "reasoning"]
_CUT: dict[str, str] = {"length": "max_output_tokens", "content_filter": "content_filter"}


@dataclass(frozen=True, slots=True)
class ResponseHead:
    """What is known of a response before its answer; `told` are members that repeat the request."""

    id: str
    created_at: int
    model: str
    told: dict[str, Any] = field(default_factory=dict[str, Any])


class _Open:
    """The item that is being written."""

    def __init__(self, kind: Kind, item_id: str, source_id: str, place: int) -> None:
        self.kind: Kind = kind
        self.id = item_id
        self.source_id = source_id
        self.place = place
        self.parts: list[str] = []


class ResponseEvents:
    """`begin`, then `feed` every piece; `whole` is the response as it stands."""

    def __init__(self, head: ResponseHead) -> None:
        self._head = head
        self._sequence = 0
        self._output: list[dict[str, Any]] = []
        self._open: _Open | None = None
        self._status = "in_progress"
        self._error: dict[str, Any] | None = None
        self._ended: Ended | None = None
        self._ids: set[str] = set()
        self._calls: dict[str, int] = {}

    def begin(self) -> bytes:
        """The events that open every stream."""
        response = {"response": self.whole()}
        return self._event("response.created", response) + self._event("response.in_progress", response)

    def feed(self, piece: Piece) -> bytes:
        """The events of a piece."""
        match piece:
            case Text(item_id=item_id, text=text):
                return self._write("message", item_id, text)
            case Thought(item_id=item_id, text=text):
                return self._write("reasoning", item_id, text)
            case CallPart():
                return self._called(piece)
            case Call():
                return self._call(piece)
            case Ended():
                return self._close() + self._end(piece)
            case _:
                assert_never(piece)

    def failure(self, error: GatewayError) -> bytes:
        """The last events of a stream that breaks off: SDKs yield `error` and take `response.failed` as the end."""
        return self.feed(Ended(error=error))

    def whole(self) -> dict[str, Any]:
        """The response object."""
        ended = self._ended
        cut = _CUT.get(ended.reason) if ended is not None and self._status == "incomplete" else None
        return {
            "id": self._head.id,
            "object": "response",
            "created_at": self._head.created_at,
            "status": self._status,
            "background": False,
            "error": self._error,
            "incomplete_details": {"reason": cut} if cut else None,
            "instructions": None,
            "max_output_tokens": None,
            "model": self._head.model,
            "output": list(self._output),
            "parallel_tool_calls": True,
            "previous_response_id": None,
            "store": True,
            "temperature": None,
            "text": {"format": {"type": "text"}},
            "tool_choice": "auto",
            "tools": [],
            "top_p": None,
            "truncation": "disabled",
            "usage": response_usage(ended.usage) if ended is not None else None,
            "metadata": {},
            **self._head.told,
        }

    def _write(self, kind: Kind, source_id: str, text: str) -> bytes:
        told = b""
        item = self._open
        if item is None or item.source_id != source_id or item.kind != kind:
            told = self._close()
            item = self._open = self._opened(kind, source_id)
            told += self._added(item)
        item.parts.append(text)
        if kind == "message":
            return told + self._event("response.output_text.delta", {**_place(item), "delta": text, "logprobs": []})
        return told + self._event("response.reasoning_summary_text.delta", {**_summary_place(item), "delta": text})

    def _opened(self, kind: Kind, source_id: str) -> _Open:
        """Ids are the turn's own, so that a response that is read later has the same; a second look at an item is
        another item."""
        prefix = "msg_" if kind == "message" else "rs_"
        item_id, count = prefix + source_id, 1
        while item_id in self._ids:
            count += 1
            item_id = f"{prefix}{source_id}_{count}"
        self._ids.add(item_id)
        return _Open(kind, item_id, source_id, len(self._output))

    def _added(self, item: _Open) -> bytes:
        part: dict[str, Any]
        if item.kind == "message":
            shown = _message(item.id, "in_progress", [])
            part = {**_place(item), "part": _text_part("")}
            name = "response.content_part.added"
        else:
            shown = _reasoning(item.id, [])
            part = {**_summary_place(item), "part": _summary_part("")}
            name = "response.reasoning_summary_part.added"
        added = self._event("response.output_item.added", {"output_index": item.place, "item": shown})
        return added + self._event(name, part)

    def _close(self) -> bytes:
        item, self._open = self._open, None
        if item is None:
            return b""
        text = "".join(item.parts)
        if item.kind == "message":
            part, done, place = _text_part(text), _message(item.id, "completed", [_text_part(text)]), _place(item)
            names = "response.output_text.done", "response.content_part.done"
            last: dict[str, Any] = {"text": text, "logprobs": []}
        else:
            part, done, place = _summary_part(text), _reasoning(item.id, [_summary_part(text)]), _summary_place(item)
            names = "response.reasoning_summary_text.done", "response.reasoning_summary_part.done"
            last = {"text": text}
        self._output.append(done)
        return (
            self._event(names[0], {**place, **last})
            + self._event(names[1], {**place, "part": part})
            + self._event("response.output_item.done", {"output_index": item.place, "item": done})
        )

    def _called(self, part: CallPart) -> bytes:
        """A piece of a call; the first one takes the next place of the output."""
        told = b""
        place = self._calls.get(part.item_id)
        if place is None:
            told = self._close()
            place = self._calls[part.item_id] = len(self._output)
            begun = _function_call(part, "", "in_progress")
            self._output.append(begun)
            told += self._event("response.output_item.added", {"output_index": place, "item": begun})
        at = {"item_id": f"fc_{part.item_id}", "output_index": place}
        return told + self._event("response.function_call_arguments.delta", {**at, "delta": part.text})

    def _call(self, piece: Call) -> bytes:
        call, told = piece.call, b""
        part = CallPart(piece.item_id, call.id, call.name, piece.rest)
        if piece.rest or piece.item_id not in self._calls:
            told = self._called(part)
        place = self._calls[piece.item_id]
        done = self._output[place] = _function_call(part, call.arguments, "completed")
        last = {"item_id": done["id"], "output_index": place, "name": call.name, "arguments": call.arguments}
        return (
            told
            + self._event("response.function_call_arguments.done", last)
            + self._event("response.output_item.done", {"output_index": place, "item": done})
        )

    def _end(self, ended: Ended) -> bytes:
        self._ended = ended
        error = ended.error
        if error is None:
            self._status = "incomplete" if ended.reason in _CUT else "completed"
            return self._event(f"response.{self._status}", {"response": self.whole()})
        self._status = "cancelled" if error.code == "turn_interrupted" else "failed"
        code = "rate_limit_exceeded" if http_status(error) == 429 else error.code
        self._error = {"code": code, "message": error.message}
        told = self._event("error", {"code": code, "message": error.message, "param": error.path})
        return told + self._event("response.failed", {"response": self.whole()})

    def _event(self, name: str, members: dict[str, Any]) -> bytes:
        event = {"type": name, "sequence_number": self._sequence, **members}
        self._sequence += 1
        return f"event: {name}\ndata: ".encode() + msgspec.json.encode(event) + b"\n\n"


def response_usage(usage: UsageReport) -> dict[str, Any]:
    """Tokens as responses name them."""
    return {
        "input_tokens": usage.input_tokens,
        "input_tokens_details": {"cached_tokens": usage.cached_input_tokens, "cache_write_tokens": 0},
        "output_tokens": usage.output_tokens,
        "output_tokens_details": {"reasoning_tokens": usage.reasoning_tokens},
        "total_tokens": usage.input_tokens + usage.output_tokens,
    }


def _place(item: _Open) -> dict[str, Any]:
    return {"item_id": item.id, "output_index": item.place, "content_index": 0}


def _summary_place(item: _Open) -> dict[str, Any]:
    return {"item_id": item.id, "output_index": item.place, "summary_index": 0}


def _text_part(text: str) -> dict[str, Any]:
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}


def _summary_part(text: str) -> dict[str, Any]:
    return {"type": "summary_text", "text": text}


def _message(item_id: str, status: str, content: list[Any]) -> dict[str, Any]:
    return {"type": "message", "id": item_id, "status": status, "role": "assistant", "content": content}


def _reasoning(item_id: str, summary: list[Any]) -> dict[str, Any]:
    return {"type": "reasoning", "id": item_id, "summary": summary}


def _function_call(part: CallPart, arguments: str, status: str) -> dict[str, Any]:
    item = {"type": "function_call", "id": f"fc_{part.item_id}", "call_id": part.call_id, "name": part.name}
    return {**item, "arguments": arguments, "status": status}
