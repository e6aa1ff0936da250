"""Facts about turns (reference 4.2, 5.5)."""

from typing import Literal

from portico.protocol.base import Count
from portico.protocol.events.base import EventBase
from portico.protocol.types.input import UserInput
from portico.protocol.types.turn import Turn, TurnResume


class TurnStarted(EventBase, frozen=True, kw_only=True, tag="turnStarted"):
    workspace_id: str
    thread_id: str
    turn: Turn
    input: list[UserInput]


class TurnCompleted(EventBase, frozen=True, kw_only=True, tag="turnCompleted"):
    """Announces Completed and Interrupted; the status inside decides."""

    turn: Turn


class TurnFailed(EventBase, frozen=True, kw_only=True, tag="turnFailed"):
    turn: Turn


class TurnBlocked(EventBase, frozen=True, kw_only=True, tag="turnBlocked"):
    turn: Turn
    resume: TurnResume | None = None


class ToolLoopBudgetExceeded(EventBase, frozen=True, kw_only=True, tag="turnToolLoopBudgetExceeded"):
    """Flow: a total of the running turn is used up."""

    limit_kind: Literal["agent_rounds", "tool_calls", "provider_returned_tools_after_tools_disabled"]
    limit: Count
    observed: Count
    action: str
    reason: str


class TurnQueueChanged(EventBase, frozen=True, kw_only=True, tag="turnQueueChanged"):
    """The queued starts of the thread changed (ours); `depth` is how many wait now."""

    depth: Count
    change: Literal["queued", "removed", "started"]
    queued_turn_id: str
