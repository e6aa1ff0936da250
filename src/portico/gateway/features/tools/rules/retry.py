"""The tool retry controller (reference 8.6): how often the model may try again what failed."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, cast

import msgspec

from portico.gateway.agent.ports import ErrorClass
from portico.gateway.features.tools.rules.output import fingerprint
from portico.gateway.features.tools.rules.policy import RETRY_LIMITS
from portico.protocol.events.item import (
    ItemToolRetryExhausted,
    ItemToolRetryResolved,
    ItemToolRetryScheduled,
    RetryBudget,
)

TOTAL_ROUNDS = 32
PER_SIGNATURE = 3
PER_TOOL = 16
MOST_TOLD = 4

Exhaustion = Literal["total_retry_rounds", "error_class", "tool_name", "failure_signature"]
RetryEvent = ItemToolRetryScheduled | ItemToolRetryResolved | ItemToolRetryExhausted


@dataclass(frozen=True, slots=True)
class CallResult:
    """One call of a round. `error_class` None means that it succeeded."""

    item_id: str
    tool_name: str
    arguments: Any
    error_class: ErrorClass | None = None
    should_retry: bool = False
    hint: str | None = None

    @property
    def signature(self) -> str:
        """The same tool, the same arguments, the same failure."""
        return fingerprint(f"{self.tool_name}\n{_normal(self.arguments)}\n{self.error_class}")


@dataclass(frozen=True, slots=True)
class Episode:
    """What has been used up since the first failure."""

    id: str
    rounds: int = 0
    signatures: dict[str, int] = field(default_factory=dict[str, int])
    tools: dict[str, int] = field(default_factory=dict[str, int])
    classes: dict[str, int] = field(default_factory=dict[str, int])
    failed: tuple[CallResult, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """What follows from a round: the episode that stays open, its events, and what the model is told.

    `is_exhausted`: the next provider call gets no tools and explains the failure.
    """

    episode: Episode | None
    events: tuple[RetryEvent, ...] = ()
    notice: str = ""
    is_exhausted: bool = False


def after_round(episode: Episode | None, results: Sequence[CallResult], new_id: str) -> Decision:
    """Open, go on with, close or exhaust the episode. `new_id` names one that opens now."""
    failed = tuple(result for result in results if result.error_class is not None)
    again = tuple(result for result in failed if result.should_retry)
    if not again:
        return _closed(episode, results, failed)
    return _again(episode or Episode(new_id), again)


def _closed(episode: Episode | None, results: Sequence[CallResult], failed: Sequence[CallResult]) -> Decision:
    if episode is None:
        return Decision(None)
    if not failed and not results:
        return Decision(episode)
    resolution: Literal["succeeded", "non_retryable"] = "non_retryable" if failed else "succeeded"
    last = (failed or results)[-1]
    event = ItemToolRetryResolved(
        item_id=last.item_id,
        tool_retry_episode_id=episode.id,
        tool_name=last.tool_name,
        attempt_number=episode.rounds,
        resolution=resolution,
        budgets=_budgets(episode, last),
        reason="the call succeeded" if resolution == "succeeded" else "the failure cannot be tried again",
    )
    return Decision(None, (event,))


def _again(episode: Episode, failed: Sequence[CallResult]) -> Decision:
    episode = replace(episode, rounds=episode.rounds + 1, failed=tuple(failed))
    for result in failed:
        kind = _exhausted(episode, result)
        if kind is not None:
            return Decision(
                None, (_exhausted_event(episode, result, kind),), _farewell(result, kind), is_exhausted=True
            )
    episode = _count(episode, failed)
    return Decision(episode, tuple(_scheduled_event(episode, result) for result in failed), _notice(episode))


def _exhausted(episode: Episode, result: CallResult) -> Exhaustion | None:
    if episode.rounds > TOTAL_ROUNDS:
        return "total_retry_rounds"
    if episode.signatures.get(result.signature, 0) >= PER_SIGNATURE:
        return "failure_signature"
    if episode.tools.get(result.tool_name, 0) >= PER_TOOL:
        return "tool_name"
    error = result.error_class or "unknown"
    return "error_class" if episode.classes.get(error, 0) >= RETRY_LIMITS[error] else None


def _count(episode: Episode, failed: Sequence[CallResult]) -> Episode:
    """Calls that failed side by side are one attempt: the model had no answer to any of them when it made them."""
    return replace(
        episode,
        signatures=_plus(episode.signatures, {result.signature for result in failed}),
        tools=_plus(episode.tools, {result.tool_name for result in failed}),
        classes=_plus(episode.classes, {result.error_class or "unknown" for result in failed}),
    )


def _plus(counts: dict[str, int], keys: set[str]) -> dict[str, int]:
    return counts | {key: counts.get(key, 0) + 1 for key in keys}


def _budgets(episode: Episode, result: CallResult) -> list[RetryBudget]:
    error = result.error_class or "unknown"
    return [
        RetryBudget(kind="total_retry_rounds", used=episode.rounds, limit=TOTAL_ROUNDS),
        RetryBudget(kind="error_class", used=episode.classes.get(error, 0), limit=RETRY_LIMITS[error]),
        RetryBudget(kind="tool_name", used=episode.tools.get(result.tool_name, 0), limit=PER_TOOL),
        RetryBudget(kind="failure_signature", used=episode.signatures.get(result.signature, 0), limit=PER_SIGNATURE),
    ]


def _scheduled_event(episode: Episode, result: CallResult) -> ItemToolRetryScheduled:
    return ItemToolRetryScheduled(
        item_id=result.item_id,
        tool_retry_episode_id=episode.id,
        tool_name=result.tool_name,
        attempt_number=episode.rounds,
        error_class=result.error_class or "unknown",
        retry_hint=result.hint,
        budgets=_budgets(episode, result),
        failure_signature_fingerprint=result.signature,
        reason="the call failed and may be tried again",
    )


def _exhausted_event(episode: Episode, result: CallResult, kind: Exhaustion) -> ItemToolRetryExhausted:
    return ItemToolRetryExhausted(
        item_id=result.item_id,
        tool_retry_episode_id=episode.id,
        tool_name=result.tool_name,
        attempt_number=episode.rounds,
        error_class=result.error_class or "unknown",
        exhaustion_kind=kind,
        budgets=_budgets(episode, result),
        failure_signature_fingerprint=result.signature,
        reason="no attempts are left",
    )


def _notice(episode: Episode) -> str:
    """What failed and what is left, at most four entries."""
    lines = [
        f"- {result.tool_name}: {result.error_class}"
        + (f" ({result.hint})" if result.hint else "")
        + "; left: "
        + ", ".join(f"{budget.kind} {budget.limit - budget.used}" for budget in _budgets(episode, result))
        for result in episode.failed[:MOST_TOLD]
    ]
    more = len(episode.failed) - MOST_TOLD
    return "\n".join(["These tool calls failed:", *lines, *([f"- and {more} more"] if more > 0 else [])])


def _farewell(result: CallResult, kind: Exhaustion) -> str:
    return (
        f"{result.tool_name} keeps failing with {result.error_class} and no attempts are left ({kind}). "
        "Do not call tools any more; explain what failed and what could be done."
    )


def _normal(arguments: Any) -> str:
    """Arguments in one spelling: keys sorted, spaces in texts folded."""
    return msgspec.json.encode(_folded(arguments), order="deterministic").decode()


def _folded(value: Any) -> Any:
    if isinstance(value, str):
        return " ".join(value.split()).encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [_folded(item) for item in cast("list[Any]", value)]
    if isinstance(value, dict):
        return {key: _folded(inner) for key, inner in cast("dict[str, Any]", value).items()}
    return value
