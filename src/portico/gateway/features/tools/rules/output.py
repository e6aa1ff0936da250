"""How much of an output goes where, and what is never kept of it (reference 9.2)."""

import codecs
import hashlib
from collections import deque
from collections.abc import Mapping
from typing import Any, Protocol, cast

import msgspec

KIB, MIB = 1024, 1024 * 1024
MODEL_LIMIT = 2 * MIB
KEPT_LIMIT = 4 * MIB
DELTA_CHUNK = 64 * KIB
DELTA_LIMIT = 4 * MIB
INLINE_LIMIT = 64 * KIB
"""Above this an output goes to the blob store; its event carries digest, size, and this much of it."""
SUMMARY_LIMIT = 2_000
DIAGNOSTIC_LIMIT = 4_000
ARGUMENT_LIMIT = 64 * KIB
BYTES_PER_TOKEN = 4
MOST_NESTED = 16

RAW_KEYS = frozenset(
    {
        "content",
        "body",
        "blob",
        "base64",
        "bytes",
        "data",
        "dataurl",
        "html",
        "image",
        "output",
        "screenshot",
        "stdout",
        "stderr",
        "text",
    }
)


class Redacts(Protocol):
    def feed(self, text: str) -> str: ...

    def flush(self) -> str: ...


class TextReader:
    """Bytes of UTF-8 that come in pieces, as redacted text."""

    def __init__(self, redacting: Redacts) -> None:
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._redacting = redacting

    def feed(self, data: bytes) -> str:
        return self._redacting.feed(self._decode(data))

    def flush(self) -> str:
        return self._redacting.feed(self._decode(b"", True)) + self._redacting.flush()


class HeadTail:
    """Keeps the beginning and the end of a text, at most `limit` bytes of it."""

    def __init__(self, limit: int) -> None:
        self._half = limit // 2
        self._head = bytearray()
        self._tail = deque[bytes]()
        self._tail_size = 0
        self.total = 0

    def feed(self, text: str) -> None:
        data = text.encode("utf-8", "replace")
        self.total += len(data)
        room = self._half - len(self._head)
        if room > 0:
            self._head += data[:room]
            data = data[room:]
        if not data:
            return
        self._tail.append(data)
        self._tail_size += len(data)
        while self._tail_size - len(self._tail[0]) >= self._half:
            self._tail_size -= len(self._tail.popleft())

    @property
    def left_out(self) -> int:
        return self.total - len(self._head) - min(self._tail_size, self._half)

    def text(self) -> str:
        """The whole, or its ends with a line between them that says how much is missing."""
        tail = b"".join(self._tail)[-self._half :]
        if not self.left_out:
            return (self._head + tail).decode("utf-8", "ignore")
        return _joined(bytes(self._head), tail, self.left_out)


def shorten(text: str, limit: int, left_out: int = 0) -> tuple[str, bool]:
    """At most `limit` bytes of `text` (its head and its tail), and whether anything is missing.

    `left_out` is what an earlier cut took away already.
    """
    if len(text) * 4 <= limit:
        return text, left_out > 0
    data = text.encode("utf-8", "replace")
    if len(data) <= limit:
        return text, left_out > 0
    half = limit // 2
    return _joined(data[:half], data[-half:] if half else b"", left_out + len(data) - 2 * half), True


def _joined(head: bytes, tail: bytes, left_out: int) -> str:
    first, last = head.decode("utf-8", "ignore"), tail.decode("utf-8", "ignore")
    return f"{first}\n[... {left_out} bytes left out ...]\n{last}"


def clean(text: str) -> str:
    """`text` without what JSON and databases cannot hold: lone surrogates become question marks."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def fingerprint(text: str) -> str:
    """sha256 of the text, in hex."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def model_limit(max_output_tokens: int | None) -> int:
    """Bytes that the model may get."""
    return MODEL_LIMIT if max_output_tokens is None else min(MODEL_LIMIT, max_output_tokens * BYTES_PER_TOKEN)


def excerpt_lines(text: str) -> tuple[list[str], bool]:
    """The first lines of `text`, at most 2,000 characters, and whether more was there."""
    return text[:SUMMARY_LIMIT].splitlines(), len(text) > SUMMARY_LIMIT


def without_raw(metadata: Mapping[str, Any], depth: int = 0) -> dict[str, Any]:
    """Metadata with everything under a raw-like key replaced by what identifies it."""
    return {
        key: redacted_raw(key, value) if _is_raw(key) else _inner_without_raw(value, depth + 1)
        for key, value in metadata.items()
    }


def _inner_without_raw(value: Any, depth: int) -> Any:
    if depth > MOST_NESTED:
        return None
    if isinstance(value, dict):
        return without_raw(cast("dict[str, Any]", value), depth)
    if isinstance(value, list | tuple):
        return [_inner_without_raw(item, depth + 1) for item in cast("list[Any]", value)]
    return value


def _is_raw(key: str) -> bool:
    return key.replace("_", "").replace("-", "").casefold() in RAW_KEYS


def redacted_raw(key: str, value: Any) -> dict[str, Any]:
    """What is kept of a raw value: its digest and size (reference 5.4)."""
    data = value.encode("utf-8", "replace") if isinstance(value, str) else msgspec.json.encode(value)
    kinds: dict[type, str] = {
        str: "string",
        bool: "boolean",
        int: "number",
        float: "number",
        list: "array",
        dict: "object",
    }
    return {
        "kind": "redacted_raw",
        "raw_kind": key,
        "sha256": hashlib.sha256(data).hexdigest(),
        "bytes": len(data),
        "value_kind": kinds.get(cast(type, type(value)), "null"),
    }


def recorded(value: Any, redact: "Redact", key: str = "", longest: int = ARGUMENT_LIMIT) -> Any:
    """Arguments as they are recorded: redacted, and texts above `longest` characters as their digest."""
    if isinstance(value, str):
        shown = clean(redact(value))
        return shown if len(shown) <= longest else redacted_raw(key, shown)
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        return {clean(redact(name)): recorded(inner, redact, name, longest) for name, inner in fields.items()}
    if isinstance(value, list):
        return [recorded(item, redact, key, longest) for item in cast("list[Any]", value)]
    return value


class Redact(Protocol):
    def __call__(self, text: str, /) -> str: ...
