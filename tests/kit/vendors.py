"""A scripted vendor for whole gateways: both wires in few words, and a server that answers by what it is asked."""

import json
from collections import defaultdict, deque
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, Literal

import anyio

from tests.kit.wire import Ending, Reply, Seen, WireServer, refusal

WireName = Literal["chat_completions", "anthropic_messages"]
WIRES: tuple[WireName, ...] = ("chat_completions", "anthropic_messages")
MODEL = "m-1"
Piece = str | bytes | anyio.Event
"""Text of a delta, raw bytes, or an event that is waited for."""


class Vendor(WireServer):
    """Answers each request by the newest word of its body that a script was given for; without one it says "ok".

    A script is used up reply by reply. `asked` are the requests for answers; lists of models are answered beside them.
    """

    def __init__(self, wire: WireName = "chat_completions") -> None:
        super().__init__()
        self.wire: WireName = wire
        self.asked: list[Seen] = []
        self.models: tuple[str, ...] = (MODEL,)
        self.lists_when = anyio.Event()
        """Lists of models are answered once this is set; it is, unless a test puts another one here."""
        self.lists_when.set()
        self._scripts: dict[str, deque[Reply]] = defaultdict(deque)

    @asynccontextmanager
    async def answering(self) -> AsyncGenerator["Vendor"]:
        async with self.serving():
            yield self

    def script(self, word: str, *replies: Reply) -> None:
        """What requests get whose newest known word is `word`."""
        self._scripts[word].extend(replies)

    def reply_to(self, request: Seen) -> Reply:
        self.seen.append(request)
        if request.method == "GET":
            listed = refusal(200, {"data": [{"id": model, "object": "model"} for model in self.models]})
            return replace(listed, pieces=(self.lists_when, *listed.pieces))
        self.asked.append(request)
        places = {word: request.body.rfind(word.encode()) for word in self._scripts}
        word = max(places, key=lambda word: places[word], default="")
        if places.get(word, -1) < 0 or not self._scripts[word]:
            return self.says("ok")
        return self._scripts[word].popleft()

    def says(self, *pieces: Piece, ending: Ending = "end") -> Reply:
        """An answer in text; `pieces` may pause it. Whole, whatever becomes of the connection after it."""
        return Reply(pieces=(*self._opening(), *map(self._piece, pieces), self._closing("stop")), ending=ending)

    def breaks(self, *pieces: Piece, ending: Ending) -> Reply:
        """An answer in text that never comes to its end."""
        return Reply(pieces=(*self._opening(), *map(self._piece, pieces)), ending=ending)

    def streams(self, count: int, text: str, per_write: int = 200) -> Reply:
        """An answer of `count` equal deltas."""
        delta = self._delta(text)
        writes = [delta * min(per_write, count - done) for done in range(0, count, per_write)]
        return Reply(pieces=(*self._opening(), *writes, self._closing("stop")))

    def calls(self, *calls: tuple[str, dict[str, Any]], text: str = "") -> Reply:
        """Calls of tools at once, each with its name and arguments."""
        pieces = [self._opening(), (self._delta(text),) if text else ()]
        if self.wire == "chat_completions":
            pieces += [(_chunk({"tool_calls": [_function(n, *call)]}),) for n, call in enumerate(calls)]
        else:
            pieces += [_block(n + 1, *call) for n, call in enumerate(calls)]
        flat = [piece for part in pieces for piece in part]
        return Reply(pieces=(*flat, self._closing("tool_calls")))

    def _piece(self, piece: Piece) -> bytes | anyio.Event:
        return self._delta(piece) if isinstance(piece, str) else piece

    def _opening(self) -> tuple[bytes, ...]:
        if self.wire == "chat_completions":
            return (_chunk({"role": "assistant", "content": ""}),)
        message: dict[str, Any] = {
            "id": "r",
            "type": "message",
            "role": "assistant",
            "model": MODEL,
            "content": [],
            "usage": _USAGE,
        }
        block = {"type": "text", "text": ""}
        return (
            _event("message_start", message=message),
            _event("content_block_start", index=0, content_block=block),
        )

    def _delta(self, text: str) -> bytes:
        if self.wire == "chat_completions":
            return _chunk({"content": text})
        return _event("content_block_delta", index=0, delta={"type": "text_delta", "text": text})

    def _closing(self, reason: Literal["stop", "tool_calls"]) -> bytes:
        if self.wire == "chat_completions":
            return _chunk({}, reason) + b"data: [DONE]\n\n"
        told = {"stop": "end_turn", "tool_calls": "tool_use"}[reason]
        delta = {"stop_reason": told, "stop_sequence": None}
        return (
            _event("content_block_stop", index=0)
            + _event("message_delta", delta=delta, usage=_USAGE)
            + _event("message_stop")
        )


_USAGE = {"input_tokens": 1, "output_tokens": 1}


def user_texts(request: Seen) -> list[str]:
    """What the user said in a request of either wire."""
    return [
        text for message in request.json["messages"] if message["role"] == "user" for text in _texts(message["content"])
    ]


def tool_results(request: Seen) -> list[str]:
    """What tools gave, as the model reads it."""
    found: list[str] = []
    for message in request.json["messages"]:
        content = message["content"]
        if message["role"] == "tool":
            found += _texts(content)
        elif message["role"] == "user" and not isinstance(content, str):
            found += [text for part in content if part["type"] == "tool_result" for text in _texts(part["content"])]
    return found


def _texts(content: Any) -> list[str]:
    if isinstance(content, str):
        return [content]
    return [part["text"] for part in content if part["type"] == "text"]


def _data(value: object) -> bytes:
    return b"data: " + json.dumps(value).encode() + b"\n\n"


def _chunk(delta: dict[str, Any], reason: str | None = None) -> bytes:
    choices = [{"index": 0, "delta": delta, "finish_reason": reason}]
    return _data({"id": "r", "object": "chat.completion.chunk", "created": 1, "model": MODEL, "choices": choices})


def _event(kind: str, **more: Any) -> bytes:
    return f"event: {kind}\n".encode() + _data({"type": kind, **more})


def _function(place: int, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    function = {"name": name, "arguments": json.dumps(arguments)}
    return {"index": place, "id": f"call_{place}", "type": "function", "function": function}


def _block(place: int, name: str, arguments: dict[str, Any]) -> tuple[bytes, ...]:
    block: dict[str, Any] = {"type": "tool_use", "id": f"call_{place}", "name": name, "input": {}}
    delta = {"type": "input_json_delta", "partial_json": json.dumps(arguments)}
    return (
        _event("content_block_start", index=place, content_block=block),
        _event("content_block_delta", index=place, delta=delta),
        _event("content_block_stop", index=place),
    )
