"""What becomes of work that was cut short: one rule for turns, one for their open items."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from msgspec.structs import replace

from portico.protocol.events.item import DeltaStream
from portico.protocol.types.item import (
    AgentMessage,
    Outcome,
    ReasoningItem,
    ShellDisplay,
    SystemEvent,
    TaskItem,
    ToolStatus,
    TurnItem,
    UserMessage,
)
from portico.protocol.types.turn import Turn, TurnStatus

Phase = Literal["final_answer", "commentary"]
Shown = Mapping[DeltaStream, str]
"""What the deltas of one item built, by their stream."""


@dataclass(frozen=True, slots=True)
class Interrupted:
    """A turn ends here; `error` is for people, `error_class` for programs."""

    error: str
    error_class: str
    status: TurnStatus = TurnStatus.INTERRUPTED


def decide(turn: Turn) -> Interrupted | None:
    """A turn that a crash left open is interrupted; one that has ended stays as it is (None)."""
    if turn.status is not TurnStatus.IN_PROGRESS:
        return None
    return Interrupted("the gateway stopped while this turn was running", "gateway_restart")


def cut_short(item: TurnItem, shown: Shown, reason: str, phase: Phase | None = None) -> TurnItem:
    """The last form of an open item: the text that was shown, a tool as failed because of `reason`."""
    match item:
        case AgentMessage():
            return replace(item, text=shown.get("agent_message", item.text), phase=phase or item.phase)
        case ReasoningItem():
            text = shown.get("reasoning")
            return replace(item, content=[text] if text else item.content)
        case UserMessage() | SystemEvent() | TaskItem():
            return item
        case _:
            display = item.display
            if isinstance(display, ShellDisplay):
                display = replace(display, stdout=shown.get("stdout"), stderr=shown.get("stderr"), truncated=True)
            outcome = Outcome(
                status="recoverable_error", error_class="cancelled", incomplete=True, incomplete_reason=reason
            )
            return replace(item, status=ToolStatus.FAILED, success=False, outcome=outcome, display=display)
