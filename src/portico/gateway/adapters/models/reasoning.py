"""The spellings of reasoning on the chat completions wire."""

from collections.abc import Iterator
from typing import Any, cast

_GROWING = ("text", "summary", "data", "signature")
"""Members of a reasoning detail that arrive in pieces."""


def thinking_of(reasoning_content: Any, reasoning: Any, details: Any) -> str:
    """The text to show. Servers repeat it in several members: the first that has any counts."""
    for text in (reasoning_content, reasoning):
        if isinstance(text, str) and text:
            return text
    return "".join(_detail_text(detail) for detail in _objects(details))


def thought_and_said(content: Any) -> Iterator[tuple[bool, str]]:
    """Content in parts (Mistral): (is it thinking, text), in order."""
    for part in _objects(content):
        if part.get("type") == "thinking":
            inner: Any = part.get("thinking")
            text = inner if isinstance(inner, str) else "".join(_str(p.get("text")) for p in _objects(inner))
            if text:
                yield True, text
        elif _str(part.get("text")):
            yield False, _str(part.get("text"))


class ReasoningDetails:
    """`reasoning_details` (OpenRouter), put together so that they can be sent back: pieces of one detail are joined."""

    def __init__(self) -> None:
        self._details: list[dict[str, Any]] = []

    def add(self, details: Any) -> None:
        for detail in _objects(details):
            last = self._details[-1] if self._details else None
            if last is not None and _is_same(last, detail):
                _grow(last, detail)
            else:
                self._details.append(dict(detail))

    def all(self) -> list[dict[str, Any]]:
        return self._details


def _is_same(last: dict[str, Any], detail: dict[str, Any]) -> bool:
    return all(last.get(name) == detail.get(name) for name in ("type", "index")) and detail.get("id") in {
        None,
        last.get("id"),
    }


def _grow(last: dict[str, Any], detail: dict[str, Any]) -> None:
    for name, value in detail.items():
        known = last.get(name)
        if name in _GROWING and isinstance(known, str) and isinstance(value, str):
            last[name] = known + value
        elif value is not None:
            last[name] = value


def _detail_text(detail: dict[str, Any]) -> str:
    return _str(detail.get("text")) or _str(detail.get("summary"))


def _objects(value: Any) -> list[dict[str, Any]]:
    if not isinstance(value, list):
        return []
    return [cast("dict[str, Any]", v) for v in cast("list[Any]", value) if isinstance(v, dict)]


def _str(value: Any) -> str:
    return value if isinstance(value, str) else ""
