"""Tool calls of the chat completions wire, put together from the pieces that servers send."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

import msgspec

from portico.gateway.agent.model import ToolCall, ToolCallPiece


@dataclass(slots=True)
class _Draft:
    id: str
    is_own_id: bool
    index: int | None
    name: str = ""
    arguments: list[str] = field(default_factory=list[str])


class CallAssembler:
    """Servers differ: ids only in the first piece or never, no index, index 0 for every call, arguments whole or as an
    object. `new_id` makes the ids that are missing."""

    def __init__(self, new_id: Callable[[], str]) -> None:
        self._new_id = new_id
        self._drafts: list[_Draft] = []

    def add(self, piece: dict[str, Any]) -> ToolCallPiece:
        """Take one element of `tool_calls`."""
        function: Any = piece.get("function")
        members = cast("dict[str, Any]", function) if isinstance(function, dict) else {}
        name = _text(members.get("name"))
        draft = self._draft(_text(piece.get("id")), _index(piece.get("index")), name)
        draft.name = draft.name or name
        arguments = _arguments(members.get("arguments"))
        draft.arguments.append(arguments)
        return ToolCallPiece(draft.id, draft.name, arguments)

    def calls(self) -> tuple[ToolCall, ...]:
        """The whole calls, in their order."""
        return tuple(ToolCall(d.id, d.name, "".join(d.arguments) or "{}") for d in self._drafts)

    def _draft(self, call_id: str, index: int | None, name: str) -> _Draft:
        known = self._known(call_id, index, name)
        if known is None:
            known = _Draft(call_id or self._new_id(), not call_id, index)
            self._drafts.append(known)
        return known

    def _known(self, call_id: str, index: int | None, name: str) -> _Draft | None:
        """The call that a piece belongs to; None begins a new one."""
        for draft in reversed(self._drafts):
            if call_id and draft.id == call_id and draft.index == index:
                return draft
        for draft in reversed(self._drafts):
            if index is not None and draft.index == index:
                is_another = bool(call_id and name and not draft.is_own_id)
                return None if is_another else draft
        if index is not None or call_id or (name and self._drafts and self._drafts[-1].name):
            return None
        return self._drafts[-1] if self._drafts else None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _index(value: Any) -> int | None:
    return value if isinstance(value, int) else None


def _arguments(value: Any) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None else msgspec.json.encode(value).decode()
