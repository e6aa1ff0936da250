"""What a pass-through changes in bytes that it leaves alone otherwise: the model's name, and usage nobody asked for.

Pure. Events of a stream go through whole: nothing is held back but the beginning of an event.
"""

import math
import re
from dataclasses import dataclass
from typing import Any, cast

import msgspec

from portico.gateway.agent.context import CHARS_PER_TOKEN
from portico.gateway.agent.model import UsageReport
from portico.gateway.edge.openai.asked import check_depth
from portico.gateway.kernel.errors import Invalid
from portico.protocol.base import SAFE_INT

MAX_EVENT_BYTES = 8 * 1024 * 1024
DONE = b"[DONE]"
KEPT_BYTES = 16 * 1024
LAST_EVENTS = 8
"""How much of the end of a stream is read for usage and the finish reason, once it is over."""

_TOLD = 1_000
_MODEL = re.compile(rb'"model"\s*:\s*"[^"\\]*(?:\\.[^"\\]*)*"')
"""Inside a JSON string the quotes have backslashes, so this is never part of a text."""
_IMAGE = re.compile(rb'"data:[^"]*"')
_BLANK = re.compile(rb"(?>\r\n|\n|\r){2}")
"""Atomic: CR LF is one line end, never two."""
_NO_CHOICES = re.compile(rb'"choices"\s*:\s*\[\s*\]')
_LINE = re.compile(rb"\r\n|\n|\r")
_DONE_LINE = re.compile(rb"(?:\A|[\r\n])data: ?\[DONE\]")

_Members = dict[str, msgspec.Raw]
_members = msgspec.json.Decoder(_Members)


class OversizedEvent(ValueError):
    """One event is larger than MAX_EVENT_BYTES."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A request as the provider gets it; `plain` is the same for a server that does not take `stream_options`."""

    name: str
    """The caller's name for the model."""
    body: bytes
    plain: bytes | None
    is_stream: bool
    has_usage: bool
    """The caller asked for usage in the stream."""


def outgoing(body: bytes, model: str) -> Outgoing:
    """The caller's body with the provider's name of the model; every other value stays as it is spelled.

    Raises Invalid for what is no JSON object, for a model that is no text, a `stream` that is no boolean.
    """
    members = _object(body)
    try:
        name, stream, options = (_value(members, member) for member in ("model", "stream", "stream_options"))
        check_depth(options, "stream_options")
    except (ValueError, RecursionError) as error:
        raise Invalid("model, stream or stream_options holds what no JSON can", path="$") from error
    if not isinstance(name, str):
        raise Invalid("model names the model, as text", path="model")
    if not isinstance(stream, bool | None):
        raise Invalid("stream is true or false", path="stream")
    members["model"] = msgspec.Raw(msgspec.json.encode(model))
    plain = msgspec.json.encode(members)
    if not stream or not isinstance(options, dict | None):
        return Outgoing(name, plain, None, bool(stream), has_usage=True)
    told = cast("dict[str, Any]", options or {})
    if told.get("include_usage") is True:
        return Outgoing(name, plain, None, is_stream=True, has_usage=True)
    members["stream_options"] = msgspec.Raw(msgspec.json.encode({**told, "include_usage": True}))
    return Outgoing(name, msgspec.json.encode(members), plain, is_stream=True, has_usage=False)


@dataclass(frozen=True, slots=True)
class Whole:
    """An answer in one piece, under the caller's name of the model."""

    body: bytes
    usage: UsageReport | None


def failure_told(body: bytes) -> str | None:
    """What went wrong, by an answer whose status says that it went well."""
    answer = _decoded(body)
    error = cast("dict[str, Any]", answer).get("error") if isinstance(answer, dict) else None
    told = cast("dict[str, Any]", error).get("message") if isinstance(error, dict) else error
    return str(told)[:_TOLD] if told else None


def whole(body: bytes, name: str) -> Whole | None:
    """The answer of a call that does not stream; None when it is none."""
    try:
        members = _members.decode(body)
        usage = _value(members, "usage")
    except (ValueError, RecursionError):
        return None
    if "choices" not in members:
        return None
    members["model"] = msgspec.Raw(msgspec.json.encode(name))
    return Whole(msgspec.json.encode(members), _report(usage))


class WholeEvents:
    """Cuts what arrives at blank lines, whatever the line ends; joined, the cuts are exactly what came."""

    def __init__(self) -> None:
        self._tail = bytearray()

    def feed(self, data: bytes) -> bytes:
        """The events that `data` completed, with their blank lines; b"" if none. Raises OversizedEvent."""
        tail = self._tail
        if not tail:
            end = _end(data, 0)
            if end == len(data):
                return data
            self._keep(data[end:])
            return data[:end]
        start = max(0, len(tail) - 3)
        tail += data
        end = _end(tail, start)
        ready = bytes(tail[:end])
        del tail[:end]
        self._keep(b"")
        return ready

    def rest(self) -> bytes:
        """What the stream ended with: an event that lacks its blank line, or a piece of one."""
        return bytes(self._tail)

    def _keep(self, data: bytes) -> None:
        self._tail += data
        if len(self._tail) > MAX_EVENT_BYTES:
            raise OversizedEvent


class Names:
    """Puts the caller's name of the model into events."""

    def __init__(self, name: str) -> None:
        # doubled: a backslash means something in a replacement
        self._spelled = b'"model":' + msgspec.json.encode(name).replace(b"\\", rb"\\")

    def put(self, events: bytes) -> bytes:
        return _MODEL.sub(self._spelled, events)


def without_usage(events: bytes) -> bytes:
    """`events` without those that hold nothing but usage: the answer to an option that the caller did not give."""
    if b"[]" not in events:
        return events
    found = _NO_CHOICES.search(events)
    while found is not None:
        start, end = _around(events, found.start())
        if _is_usage_only(events[start:end]):
            events, end = events[:start] + events[end:], start
        found = _NO_CHOICES.search(events, end)
    return events


class Ending:
    """The end of a stream as it goes by; read once it is over."""

    def __init__(self) -> None:
        self._kept = b""
        self._read: tuple[dict[str, Any], ...] | None = None

    def keep(self, events: bytes) -> None:
        self._kept = events[-KEPT_BYTES:] if len(events) >= KEPT_BYTES else (self._kept + events)[-KEPT_BYTES:]
        self._read = None

    @property
    def is_done(self) -> bool:
        """`[DONE]` came last."""
        return self._kept[-32:].rstrip().endswith(DONE) and _DONE_LINE.search(self._kept[-32:]) is not None

    def usage(self) -> UsageReport | None:
        """The last one that was told."""
        for chunk in self._chunks():
            report = _report(chunk.get("usage")) or _report(_part(chunk, "x_groq").get("usage"))
            if report is not None:
                return report
        return None

    def has_failed(self) -> bool:
        """The provider told of an error in the stream."""
        return any(chunk.get("error") for chunk in self._chunks())

    def is_finished(self) -> bool:
        """A choice was told to be complete: servers forget `[DONE]`."""
        return any(
            isinstance(choice, dict) and cast("dict[str, Any]", choice).get("finish_reason")
            for chunk in self._chunks()
            for choice in _list(chunk.get("choices"))
        )

    def _chunks(self) -> tuple[dict[str, Any], ...]:
        """The newest first; the first event may be cut, and is then none."""
        if self._read is None:
            text = _LINE.sub(b"\n", self._kept) if b"\r" in self._kept else self._kept
            decoded = (_decoded(_data(event)) for event in reversed(text.rsplit(b"\n\n", LAST_EVENTS)[-LAST_EVENTS:]))
            self._read = tuple(cast("dict[str, Any]", chunk) for chunk in decoded if isinstance(chunk, dict))
        return self._read


def estimated(sent: bytes, events: int) -> UsageReport:
    """What a call used whose provider told nothing: four bytes of the request a token, and a token an event."""
    texts = len(sent) - sum(len(image) for image in _IMAGE.findall(sent))
    return UsageReport(input_tokens=texts // CHARS_PER_TOKEN, output_tokens=events)


def _object(body: bytes) -> _Members:
    try:
        body.decode()
        return _members.decode(body)
    except msgspec.ValidationError as error:
        raise Invalid("the body is not a JSON object", path="$") from error
    except (ValueError, RecursionError) as error:
        raise Invalid("the body is not valid JSON", path="$") from error


def _value(members: _Members, name: str) -> Any:
    """Raises ValueError, RecursionError for what only looked like JSON."""
    raw = members.get(name)
    return None if raw is None else msgspec.json.decode(raw)


def _end(data: bytes | bytearray, start: int) -> int:
    """Where the last whole event from `start` on ends; 0 when none does."""
    if data.find(b"\r", start) < 0:
        return _behind(data.rfind(b"\n\n", start), 0)
    end = 0
    for blank in _BLANK.finditer(data, start):
        end = blank.end()
    return end


def _around(events: bytes, place: int) -> tuple[int, int]:
    """Where the event around `place` begins and ends."""
    if b"\r" not in events:
        return _behind(events.rfind(b"\n\n", 0, place), 0), _behind(events.find(b"\n\n", place), len(events))
    blanks = [blank.end() for blank in _BLANK.finditer(events)]
    return max((end for end in blanks if end <= place), default=0), min(
        (end for end in blanks if end > place), default=len(events)
    )


def _behind(blank: int, default: int) -> int:
    return default if blank < 0 else blank + 2


def _is_usage_only(event: bytes) -> bool:
    chunk = _decoded(_data(event))
    if not isinstance(chunk, dict):
        return False
    members = cast("dict[str, Any]", chunk)
    return members.get("choices") == [] and isinstance(members.get("usage"), dict)


def _data(event: bytes) -> bytes:
    lines = [line[5:].removeprefix(b" ") for line in event.splitlines() if line.startswith(b"data:")]
    return b"\n".join(lines)


def _decoded(data: bytes) -> Any:
    try:
        return msgspec.json.decode(data)
    except (ValueError, RecursionError):
        return None


def _report(usage: Any) -> UsageReport | None:
    """Tokens from the places where vendors put them; None where nothing is told."""
    if not isinstance(usage, dict):
        return None
    told = cast("dict[str, Any]", usage)
    prompt, completion = _part(told, "prompt_tokens_details"), _part(told, "completion_tokens_details")
    return UsageReport(
        input_tokens=_count(told.get("prompt_tokens")),
        output_tokens=_count(told.get("completion_tokens")),
        cached_input_tokens=_count(
            prompt.get("cached_tokens"), told.get("prompt_cache_hit_tokens"), told.get("cached_tokens")
        ),
        reasoning_tokens=_count(completion.get("reasoning_tokens"), told.get("reasoning_tokens")),
    )


def _part(members: dict[str, Any], name: str) -> dict[str, Any]:
    value = members.get(name)
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else []


def _count(*values: Any) -> int:
    """The first of `values` that is a number."""
    for value in values:
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
            return max(0, min(int(value), SAFE_INT))
    return 0
