"""What a turn may use, and when a failed provider call may be made again (reference 8.5, 8.7)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from portico.gateway.agent.model import FailureClass, ToolCall, UsageReport
from portico.gateway.agent.ports import Budget
from portico.protocol.events import ToolLoopBudgetExceeded
from portico.protocol.types.turn import TurnResume, Usage

LimitKind = Literal["agent_rounds", "tool_calls", "wall_clock"]

_RETRIES: dict[FailureClass, int] = {
    FailureClass.STREAM_STALL: 2,
    FailureClass.STREAM_TRUNCATED: 2,
    FailureClass.EMPTY_RESPONSE: 2,
}
"""Calls beside the first, where nothing was shown. Other classes are retried by the adapter, or not at all."""
_RETRY_BASE_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Exceeded:
    """A total is used up: `observed` is what the turn wanted."""

    kind: LimitKind
    limit: int
    observed: int

    def event(self) -> ToolLoopBudgetExceeded | None:
        """The fact for the timeline; the reference has none for the wall clock."""
        if self.kind == "wall_clock":
            return None
        return ToolLoopBudgetExceeded(
            limit_kind=self.kind, limit=self.limit, observed=self.observed, action="blocked", reason=self.sentence()
        )

    def sentence(self) -> str:
        match self.kind:
            case "agent_rounds":
                return f"the turn used all of its {self.limit} model calls"
            case "tool_calls":
                return f"the turn used all of its {self.limit} tool calls"
            case "wall_clock":
                return f"the turn used all of its {self.limit} seconds"

    def resume(self) -> TurnResume:
        """How to go on: a new turn has new totals."""
        return TurnResume(
            reason_class=f"budget_{self.kind}",
            human_message=f"{self.sentence()}; start another turn to go on",
            resume_requirements=["a new turn"],
            resume_command="turn/start",
            can_resume_same_turn=False,
        )


class Meter:
    """Counts what the turn has used since `started` (monotonic seconds)."""

    def __init__(self, budget: Budget, started: float) -> None:
        self._budget = budget
        self._started = started
        self._rounds = 0
        self._tool_calls = 0

    def model_call(self, now: float) -> Exceeded | None:
        """Count one more model call, or say what is used up."""
        budget = self._budget
        if self._rounds >= budget.rounds:
            return Exceeded("agent_rounds", budget.rounds, self._rounds + 1)
        if now - self._started >= budget.wall_clock_seconds:
            return Exceeded("wall_clock", int(budget.wall_clock_seconds), int(now - self._started))
        self._rounds += 1
        return None

    def tool_calls(self, calls: Sequence[ToolCall]) -> tuple[Sequence[ToolCall], Exceeded | None]:
        """The calls that may run, and what is used up when some may not."""
        limit, used = self._budget.tool_calls, self._tool_calls
        granted = calls[: max(0, limit - used)]
        self._tool_calls += len(granted)
        if len(granted) == len(calls):
            return granted, None
        return granted, Exceeded("tool_calls", limit, used + len(calls))


def retries_of(failure: FailureClass) -> int:
    """How many calls beside the first a failure of this class is worth, where nothing was shown."""
    return _RETRIES.get(failure, 0)


def retry_delay(failure: FailureClass, attempt: int) -> float | None:
    """Seconds before call `attempt + 1` of a call that showed nothing, or None when it is not made again."""
    if attempt > retries_of(failure):
        return None
    return _RETRY_BASE_SECONDS * 2 ** (attempt - 1)


def add_usage(total: Usage, report: UsageReport) -> Usage:
    """The turn's tokens with those of one more provider call."""
    return Usage(
        input_tokens=total.input_tokens + report.input_tokens,
        output_tokens=total.output_tokens + report.output_tokens,
        cached_input_tokens=total.cached_input_tokens + report.cached_input_tokens,
        reasoning_tokens=total.reasoning_tokens + report.reasoning_tokens,
        provider_calls=total.provider_calls + 1,
    )
