"""The retry controller of tools, bound to one turn (the loop's RetryPort)."""

from collections.abc import Sequence

from portico.gateway.agent.ports import DoneCall, RetryDecision
from portico.gateway.features.tools import CallResult, Episode, after_round
from portico.gateway.kernel.ids import Ids


class Retries:
    """Keeps the open episode between the rounds of a turn."""

    def __init__(self, ids: Ids) -> None:
        self._ids = ids
        self._episode: Episode | None = None

    def after_round(self, calls: Sequence[DoneCall]) -> RetryDecision:
        """Count what failed in the round."""
        decision = after_round(self._episode, list(map(result_of, calls)), self._ids.new())
        self._episode = decision.episode
        return RetryDecision(decision.events, decision.notice, decision.is_exhausted)


def result_of(done: DoneCall) -> CallResult:
    """A call as the controller counts it. Arguments that could not be read count as they came."""
    call, outcome = done.prepared, done.outcome
    told = outcome.item.outcome
    return CallResult(
        item_id=call.item.id,
        tool_name=call.item.tool_name,
        arguments=call.arguments or call.call.arguments,
        error_class=(outcome.error_class or "unknown") if outcome.is_error else None,
        should_retry=told is not None and told.should_retry,
        hint=told.retry_hint if told is not None else None,
    )
