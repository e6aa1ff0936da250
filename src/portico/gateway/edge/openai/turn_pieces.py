"""Folds the events of one turn into the pieces of an answer. Pure: replayed events give the same pieces."""

from portico.gateway.edge.openai.answers import Ended, Piece, Reason, Text, Thought, turn_ended
from portico.protocol.events import (
    Event,
    ItemCompleted,
    ItemDelta,
    ItemStarted,
    TurnBlocked,
    TurnCompleted,
    TurnFailed,
)
from portico.protocol.types.item import AgentMessage, ReasoningItem, SystemEvent, ToolFields, ToolStatus, TurnItem

_REASONS: dict[str, Reason] = {"length": "length", "content_filter": "content_filter", "refusal": "content_filter"}
"""Codes of the notices that say why a model's answer was cut."""


class TurnFold:
    """The state of one turn's answer. The gateway's own tools are told in a line, never as calls."""

    def __init__(self) -> None:
        self._shown: dict[str, int] = {}
        self._reason: Reason = "stop"
        self.had_effects = False

    def feed(self, event: Event) -> list[Piece]:
        """The pieces of the turn's next event."""
        match event:
            case ItemDelta(stream="agent_message"):
                self._count(event.item_id, event.delta)
                return [Text(event.item_id, event.delta)]
            case ItemDelta(stream="reasoning"):
                self._count(event.item_id, event.delta)
                return [Thought(event.item_id, event.delta)]
            case ItemStarted(item=ToolFields() as item):
                self.had_effects = True
                return [Thought(item.id, f"{item.tool_name} …\n")]
            case ItemCompleted(item=item):
                return self._completed(item)
            case TurnCompleted(turn=turn) | TurnFailed(turn=turn) | TurnBlocked(turn=turn):
                return [turn_ended(turn, self._reason, had_effects=self.had_effects)]
            case _:
                return []

    def _count(self, item_id: str, text: str) -> None:
        self._shown[item_id] = self._shown.get(item_id, 0) + len(text)

    def _completed(self, item: TurnItem) -> list[Piece]:
        """What no delta has told of the item: its deltas may have been folded into it."""
        match item:
            case AgentMessage(id=item_id, text=text):
                rest = text[self._shown.get(item_id, 0) :]
                return [Text(item_id, rest)] if rest else []
            case ReasoningItem(id=item_id, content=content):
                rest = "".join(content)[self._shown.get(item_id, 0) :]
                return [Thought(item_id, rest)] if rest else []
            case SystemEvent(code=code):
                self._reason = _REASONS.get(code or "", self._reason)
                return []
            case ToolFields(status=ToolStatus.FAILED):
                return [Thought(item.id, f"{item.tool_name} failed\n")]
            case _:
                return []


def ended_in(pieces: list[Piece]) -> Ended | None:
    """The end, if it is among `pieces`."""
    last = pieces[-1] if pieces else None
    return last if isinstance(last, Ended) else None
