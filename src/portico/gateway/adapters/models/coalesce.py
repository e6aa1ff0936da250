"""What one network read brought, with neighbouring deltas of a kind made one."""

from portico.gateway.agent.model import ModelEvent, TextDelta, ThinkingDelta, ToolCallPiece

LARGEST_DELTA_BYTES = 16 * 1024
_LARGEST_WIDE = LARGEST_DELTA_BYTES // 4
"""Characters of a text that is not plain ASCII: none takes more than four bytes."""


class Coalescer:
    """Collects events in order; `take` gives them and starts anew. Nothing stays behind between reads."""

    def __init__(self) -> None:
        self._events: list[ModelEvent] = []
        self._kind: type[TextDelta | ThinkingDelta] | None = None
        self._parts: list[str] = []

    def text(self, text: str) -> None:
        if self._kind is not TextDelta:
            self._flush()
            self._kind = TextDelta
        self._parts.append(text)

    def thinking(self, text: str) -> None:
        if self._kind is not ThinkingDelta:
            self._flush()
            self._kind = ThinkingDelta
        self._parts.append(text)

    def piece(self, call_id: str, name: str, piece: str) -> None:
        """A piece of a call's arguments; joined to the one before it if that is of the same call."""
        self._flush()
        last = self._events[-1] if self._events else None
        if isinstance(last, ToolCallPiece) and last.id == call_id and len(last.piece) < _LARGEST_WIDE:
            self._events[-1] = ToolCallPiece(call_id, name, last.piece + piece)
        else:
            self._events.append(ToolCallPiece(call_id, name, piece))

    def add(self, *events: ModelEvent) -> None:
        self._flush()
        self._events.extend(events)

    def take(self) -> list[ModelEvent]:
        self._flush()
        events, self._events = self._events, []
        return events

    def _flush(self) -> None:
        kind = self._kind
        if kind is None:
            return
        text = "".join(self._parts) if len(self._parts) > 1 else self._parts[0]
        self._parts.clear()
        self._kind = None
        size = LARGEST_DELTA_BYTES if text.isascii() else _LARGEST_WIDE
        if len(text) <= size:
            self._events.append(kind(text))
        else:
            self._events.extend(kind(text[at : at + size]) for at in range(0, len(text), size))
