"""Trouble becomes notices: one for all that happens to an item, where it happened."""

import pytest

from portico.client.state import Notice, Phase, TurnState
from portico.client.state.trouble import Trouble, noted
from portico.protocol import events as ev
from portico.protocol.types.turn import Turn, TurnStatus

TURN = TurnState(Turn(id="u", status=TurnStatus.IN_PROGRESS))
ITEM = {"item_id": "i", "item_type": "x"}


def scheduled(**more: object) -> ev.ItemRetryScheduled:
    fields = {**ITEM, "recovery_job_id": "r", "attempt_number": 2, "next_run_at_unix": 1, **more}
    return ev.ItemRetryScheduled(**fields)  # pyright: ignore[reportArgumentType] - of a test's fields


RETRY = ev.ItemToolRetryScheduled(
    item_id="i",
    tool_retry_episode_id="e",
    tool_name="x",
    attempt_number=3,
    error_class="timeout",
    budgets=[],
    failure_signature_fingerprint="f",
    reason="timed out",
)
GAVE_UP = ev.ItemToolRetryExhausted(
    item_id="i",
    tool_retry_episode_id="e",
    tool_name="x",
    attempt_number=3,
    error_class="timeout",
    exhaustion_kind="tool_name",
    budgets=[],
    failure_signature_fingerprint="f",
    reason="too often",
)


def resolved(resolution: str) -> ev.ItemToolRetryResolved:
    return ev.ItemToolRetryResolved(
        item_id="i",
        tool_retry_episode_id="e",
        tool_name="x",
        attempt_number=3,
        resolution=resolution,  # pyright: ignore[reportArgumentType] - one of two words
        budgets=[],
        reason="no",
    )


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        pytest.param(
            ev.ToolLoopBudgetExceeded(limit_kind="tool_calls", limit=1, observed=2, action="stop", reason="used up"),
            Notice("u:budget:0", 0, "used up", "budget", "warning"),
            id="budget",
        ),
        pytest.param(
            ev.ItemTimeoutDetected(item_id="i", item_type="x", attempt_number=1, reason="lease_expired"),
            Notice("u:retry:i", 0, "timed out: lease expired", "timeout", "warning", Phase.RUNNING),
            id="timeout",
        ),
        pytest.param(
            ev.ItemRecoveryOpened(
                item_id="i", item_type="x", recovery_job_id="r", trigger="timeout", action="retry", attempt_number=1
            ),
            Notice("u:retry:i", 0, "recovering", "recovering", "warning", Phase.RUNNING),
            id="recovery",
        ),
        pytest.param(
            scheduled(),
            Notice("u:retry:i", 0, "attempt 2", "retry", "warning", Phase.RUNNING),
            id="retry",
        ),
        pytest.param(
            scheduled(max_attempts=3, delay_ms=4_000, reason="overloaded"),
            Notice("u:retry:i", 0, "attempt 2 of 3 in 4 s: overloaded", "retry", "warning", Phase.RUNNING),
            id="retry with all it knows",
        ),
        pytest.param(
            ev.ItemRetryAttemptStarted(item_id="i", item_type="x", recovery_job_id="r", attempt_number=2),
            Notice("u:retry:i", 0, "attempt 2", "retry", "warning", Phase.RUNNING),
            id="attempt",
        ),
        pytest.param(
            RETRY,
            Notice("u:retry:i", 0, "attempt 3: timed out", "retry", "warning", Phase.RUNNING),
            id="tool retry",
        ),
        pytest.param(
            ev.ItemRecoverySucceeded(item_id="i", item_type="x", recovery_job_id="r", attempt_number=2),
            Notice("u:retry:i", 0, "recovered at attempt 2", "recovered"),
            id="recovered",
        ),
        pytest.param(
            resolved("succeeded"), Notice("u:retry:i", 0, "recovered at attempt 3", "recovered"), id="tool recovered"
        ),
        pytest.param(
            resolved("non_retryable"),
            Notice("u:retry:i", 0, "not tried again: no", "gave_up", "warning"),
            id="not tried again",
        ),
        pytest.param(
            ev.ItemRecoveryExhausted(
                item_id="i", item_type="x", recovery_job_id="r", attempt_number=2, status="failed", error_message="no"
            ),
            Notice("u:retry:i", 0, "gave up: no", "gave_up", "error", Phase.FAILED),
            id="recovery exhausted",
        ),
        pytest.param(
            GAVE_UP,
            Notice("u:retry:i", 0, "gave up: too often", "gave_up", "error", Phase.FAILED),
            id="retries used up",
        ),
        pytest.param(
            ev.ContextCompressing(reason="threshold", tokens_before=9),
            Notice("u:compress:0", 0, "making room in the conversation", "compressing", "info", Phase.RUNNING),
            id="compressing",
        ),
    ],
)
def test_trouble_becomes_a_notice(event: Trouble, expected: Notice) -> None:
    assert noted(TURN, event).notices == (expected,)


def test_the_newest_of_an_item_replaces_what_was_told() -> None:
    turn = noted(noted(noted(TURN, scheduled()), RETRY), GAVE_UP)
    assert [notice.code for notice in turn.notices] == ["gave_up"]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"dropped_turns": 3}, ("the 3 oldest turns were left out to make room", "compressed", "info", Phase.DONE)),
        ({"dropped_turns": 1}, ("the oldest turn was left out to make room", "compressed", "info", Phase.DONE)),
        ({"dropped_turns": 0, "error": "no room"}, ("no room", "compress_failed", "warning", Phase.FAILED)),
    ],
)
def test_a_compression_is_one_notice(fields: dict[str, object], expected: tuple[object, ...]) -> None:
    begun = noted(TURN, ev.ContextCompressing(reason="overflow", tokens_before=9, message="m"))
    ended = ev.ContextCompressed(reason="overflow", tokens_before=9, tokens_after=5, **fields)  # pyright: ignore[reportArgumentType] - of a test's fields
    assert noted(begun, ended).notices == (Notice("u:compress:0", 0, *expected),)  # pyright: ignore[reportArgumentType] - as above
    twice = noted(noted(begun, ended), ended)
    assert [notice.key for notice in twice.notices] == ["u:compress:0", "u:compress:1"]
