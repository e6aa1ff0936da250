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


class ContextCompressing(EventBase, frozen=True, kw_only=True, tag="contextCompressing"):
    """Flow: the conversation does not fit (`threshold`), or the provider said so (`overflow`) (reference 8.8).

    `message` is the reference's, the other fields are ours.
    """

    reason: Literal["threshold", "overflow"]
    tokens_before: Count
    message: str | None = None


class ContextCompressed(EventBase, frozen=True, kw_only=True, tag="contextCompressed"):
    """Flow: what the compression came to. Without `error` the model is asked (again, if `will_retry`) with the rest.

    `compressed_tokens` is the reference's (with `error` it is absent), the other fields are ours.
    """

    reason: Literal["threshold", "overflow"]
    tokens_before: Count
    tokens_after: Count
    dropped_turns: Count
    will_retry: bool = False
    error: str | None = None
    compressed_tokens: Count | None = None
