"""A second, plain reading of recorded streams: what a decoder's answer is compared with."""

import json
import re
from dataclasses import dataclass, field
from typing import Any

from tests.kit.wire import Recording

Json = Any


@dataclass(slots=True)
class Plain:
    """What a stream says. `calls`: id, name, arguments as text; `usage`: input, output, cached, reasoning."""

    text: str = ""
    thinking: str = ""
    calls: list[tuple[str, str, str]] = field(default_factory=list[tuple[str, str, str]])
    opaque_kinds: list[str] = field(default_factory=list[str])
    signatures: list[str] = field(default_factory=list[str])
    usage: tuple[int, int, int, int] | None = None
    reason: str = ""
    error: str = ""
    is_done: bool = False


def _list(value: Json) -> list[Json]:
    return value or []


def _object(value: Json) -> dict[str, Json]:
    return value or {}


def ends_of_events(body: bytes) -> list[int]:
    """Where each event ends: after its blank line."""
    return [found.end() for found in re.finditer(rb"(\r\n\r\n|\n\n|\r\r)", body)]


def read(recording: Recording, length: int | None = None) -> Plain:
    """The first `length` bytes of a recording, which end with an event."""
    text = recording.body[:length].decode("utf-8-sig", "strict")
    events: list[Json] = []
    is_done = False
    for raw in re.split(r"\n\n", re.sub(r"\r\n|\r", "\n", text)):
        data = "\n".join(line[5:].removeprefix(" ") for line in raw.split("\n") if line.startswith("data:"))
        if data == "[DONE]":
            is_done = True
        elif data:
            events.append(json.loads(data))
    plain = _chat(events) if recording.wire == "chat_completions" else _messages(events)
    plain.is_done = plain.is_done or is_done
    return plain


def _chat(events: list[Json]) -> Plain:
    plain = Plain()
    drafts: dict[Any, list[str]] = {}
    for event in events:
        usage = _object(event.get("usage") or _object(event.get("x_groq")).get("usage"))
        if usage:
            prompt, completion = usage.get("prompt_tokens_details"), usage.get("completion_tokens_details")
            cached = _object(prompt).get("cached_tokens", usage.get("prompt_cache_hit_tokens", 0))
            reasoning = _object(completion).get("reasoning_tokens", 0)
            plain.usage = (usage["prompt_tokens"], usage["completion_tokens"], cached, reasoning)
        if event.get("error"):
            plain.error = event["error"]["message"]
            break
        for choice in _list(event.get("choices")):
            if choice.get("index", 0) == 0:
                plain.reason = choice.get("finish_reason") or plain.reason
                _chat_delta(plain, drafts, choice["delta"])
    plain.calls = [(d[0], d[1], d[2] or "{}") for d in drafts.values()]
    return plain


def _chat_delta(plain: Plain, drafts: dict[Any, list[str]], delta: Json) -> None:
    details = "".join(d.get("text") or d.get("summary") or "" for d in _list(delta.get("reasoning_details")))
    plain.thinking += delta.get("reasoning_content") or delta.get("reasoning") or details
    content: Json = delta.get("content") or ""
    for part in _list([{"text": content}] if isinstance(content, str) else content):
        if part.get("type") == "thinking":
            inner = part["thinking"]
            plain.thinking += inner if isinstance(inner, str) else "".join(p["text"] for p in _list(inner))
        else:
            plain.text += part["text"]
    plain.text += delta.get("refusal") or ""
    for piece in _list(delta.get("tool_calls")):
        draft = drafts.setdefault(piece.get("index", piece.get("id")), ["", "", ""])
        function = _object(piece["function"])
        draft[0] = draft[0] or piece.get("id", "")
        draft[1] = draft[1] or function.get("name", "")
        arguments: Json = function.get("arguments") or ""
        draft[2] += arguments if isinstance(arguments, str) else json.dumps(arguments)


def _messages(events: list[Json]) -> Plain:
    plain = Plain()
    usage: dict[str, Json] = {}
    blocks: dict[int, Json] = {}
    for event in events:
        match event["type"]:
            case "message_start":
                usage.update(event["message"]["usage"])
            case "content_block_start":
                blocks[event["index"]] = {**event["content_block"], "json": ""}
                plain.text += event["content_block"].get("text") or ""
            case "content_block_delta":
                _messages_delta(plain, blocks[event["index"]], event["delta"])
            case "content_block_stop":
                _messages_stop(plain, blocks[event["index"]])
            case "message_delta":
                usage.update({name: n for name, n in _object(event["usage"]).items() if n is not None})
                plain.reason = event["delta"]["stop_reason"]
            case "message_stop":
                plain.is_done = True
            case "error":
                plain.error = event["error"]["message"]
            case _:
                pass
    cached = usage.get("cache_read_input_tokens", 0)
    plain.usage = (
        usage.get("input_tokens", 0) + cached + usage.get("cache_creation_input_tokens", 0),
        usage.get("output_tokens", 0),
        cached,
        _object(usage.get("output_tokens_details")).get("thinking_tokens", 0),
    )
    return plain


def _messages_delta(plain: Plain, block: Json, delta: Json) -> None:
    plain.text += delta.get("text", "")
    plain.thinking += delta.get("thinking", "")
    block["json"] += delta.get("partial_json", "")
    block["signature"] = block.get("signature", "") + delta.get("signature", "")


def _messages_stop(plain: Plain, block: Json) -> None:
    match block["type"]:
        case "text":
            pass
        case "thinking" | "redacted_thinking":
            plain.signatures.append(block.get("signature") or block["data"])
        case "tool_use":
            plain.calls.append((block["id"], block["name"], block["json"] or "{}"))
        case kind:
            plain.opaque_kinds.append(kind)
