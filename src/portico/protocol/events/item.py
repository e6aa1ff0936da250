"""Facts about the items of a running turn (reference 4.3, 5.5). All of them are flow (design 4)."""

from typing import Literal

from portico.protocol.base import Count, Seconds, WireCamel
from portico.protocol.events.base import EventBase
from portico.protocol.types.item import TurnItem

DeltaStream = Literal["agent_message", "reasoning", "stdout", "stderr", "file_change", "tool_progress"]
"""`reasoning` is ours: thinking text is streamed like the answer."""


class ItemStarted(EventBase, frozen=True, kw_only=True, tag="itemStarted"):
    item: TurnItem


class ItemDelta(EventBase, frozen=True, kw_only=True, tag="itemDelta"):
    """A piece of an item's text; under load neighbours of one item and stream are merged."""

    item_id: str
    delta: str
    stream: DeltaStream = "agent_message"


class ItemCompleted(EventBase, frozen=True, kw_only=True, tag="itemCompleted"):
    item: TurnItem


class ItemUpdated(EventBase, frozen=True, kw_only=True, tag="itemUpdated"):
    item: TurnItem


class ItemTimeoutDetected(EventBase, frozen=True, kw_only=True, tag="itemTimeoutDetected"):
    item_id: str
    item_type: str
    attempt_number: Count
    reason: Literal["start_deadline_exceeded", "idle_deadline_exceeded", "hard_deadline_exceeded", "lease_expired"]
    recovery_job_id: str | None = None


class ItemRecoveryOpened(EventBase, frozen=True, kw_only=True, tag="itemRecoveryOpened"):
    item_id: str
    item_type: str
    recovery_job_id: str
    trigger: Literal["timeout", "provider_error", "unknown"]
    action: str
    attempt_number: Count


class ItemRecoveryAttached(EventBase, frozen=True, kw_only=True, tag="itemRecoveryAttached"):
    item_id: str
    item_type: str
    recovery_job_id: str
    trigger: Literal["timeout", "provider_error", "unknown"]
    action: str
    attempt_number: Count
    recovery_item_id: str
    recovery_item_type: str
    existing_status: str
    next_attempt_number: Count


class ItemRetryScheduled(EventBase, frozen=True, kw_only=True, tag="itemRetryScheduled"):
    """`max_attempts` and `delay_ms` are ours."""

    item_id: str
    item_type: str
    recovery_job_id: str
    attempt_number: Count
    next_run_at_unix: Seconds
    reason: str | None = None
    max_attempts: Count | None = None
    delay_ms: Count | None = None


class ItemRetryAttemptStarted(EventBase, frozen=True, kw_only=True, tag="itemRetryAttemptStarted"):
    item_id: str
    item_type: str
    recovery_job_id: str
    attempt_number: Count


class ItemRecoverySucceeded(EventBase, frozen=True, kw_only=True, tag="itemRecoverySucceeded"):
    item_id: str
    item_type: str
    recovery_job_id: str
    attempt_number: Count


class ItemRecoveryExhausted(EventBase, frozen=True, kw_only=True, tag="itemRecoveryExhausted"):
    item_id: str
    item_type: str
    recovery_job_id: str
    attempt_number: Count
    status: str
    error_message: str


class RetryBudget(WireCamel, frozen=True, kw_only=True):
    kind: str
    used: Count
    limit: Count


class ItemToolRetryScheduled(EventBase, frozen=True, kw_only=True, tag="itemToolRetryScheduled"):
    item_id: str
    tool_retry_episode_id: str
    tool_name: str
    attempt_number: Count
    error_class: str
    retry_hint: str | None = None
    budgets: list[RetryBudget]
    failure_signature_fingerprint: str
    reason: str


class ItemToolRetryResolved(EventBase, frozen=True, kw_only=True, tag="itemToolRetryResolved"):
    item_id: str
    tool_retry_episode_id: str
    tool_name: str
    attempt_number: Count
    resolution: Literal["succeeded", "non_retryable"]
    budgets: list[RetryBudget]
    reason: str


class ItemToolRetryExhausted(EventBase, frozen=True, kw_only=True, tag="itemToolRetryExhausted"):
    item_id: str
    tool_retry_episode_id: str
    tool_name: str
    attempt_number: Count
    error_class: str
    exhaustion_kind: Literal["total_retry_rounds", "error_class", "tool_name", "failure_signature"]
    budgets: list[RetryBudget]
    failure_signature_fingerprint: str
    reason: str
