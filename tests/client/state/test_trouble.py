"""Trouble becomes notices: one for all that happens to an item, where it happened."""

from typing import get_args, get_type_hints

import pytest

from portico.client.state import Notice, Phase, TurnState
from portico.client.state.trouble import Trouble, noted
from portico.client.state.types import Level
from portico.client.words import Phrase, say, say_count
from portico.protocol import events as ev
from portico.protocol.types.turn import Turn, TurnStatus

TURN = TurnState(Turn(id="u", status=TurnStatus.IN_PROGRESS))
ITEM = {"item_id": "i", "item_type": "x"}


def told(words: Phrase, text: str, code: str, level: Level, phase: Phase = Phase.DONE) -> Notice:
    """The notice about the item with a sentence of ours."""
    return Notice("u:retry:i", 0, text, code, level, phase, words)


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
            told(say("trouble.lease_expired"), "timed out: lease expired", "timeout", "warning", Phase.RUNNING),
            id="timeout",
        ),
        pytest.param(
            ev.ItemRecoveryOpened(
                item_id="i", item_type="x", recovery_job_id="r", trigger="timeout", action="retry", attempt_number=1
            ),
            told(say("trouble.recovering"), "recovering", "recovering", "warning", Phase.RUNNING),
            id="recovery",
        ),
        pytest.param(
            scheduled(),
            told(say("trouble.attempt", number=2), "attempt 2", "retry", "warning", Phase.RUNNING),
            id="retry",
        ),
        pytest.param(
            scheduled(max_attempts=3, delay_ms=4_000, reason="overloaded"),
            told(
                say("trouble.attempt_of_in_why", number=2, most=3, seconds=4, why="overloaded"),
                "attempt 2 of 3 in 4 s: overloaded",
                "retry",
                "warning",
                Phase.RUNNING,
            ),
            id="retry with all it knows",
        ),
        pytest.param(
            ev.ItemRetryAttemptStarted(item_id="i", item_type="x", recovery_job_id="r", attempt_number=2),
            told(say("trouble.attempt", number=2), "attempt 2", "retry", "warning", Phase.RUNNING),
            id="attempt",
        ),
        pytest.param(
            RETRY,
            told(
                say("trouble.attempt_why", number=3, why="timed out"),
                "attempt 3: timed out",
                "retry",
                "warning",
                Phase.RUNNING,
            ),
            id="tool retry",
        ),
        pytest.param(
            ev.ItemRecoverySucceeded(item_id="i", item_type="x", recovery_job_id="r", attempt_number=2),
            told(say("trouble.recovered", number=2), "recovered at attempt 2", "recovered", "info"),
            id="recovered",
        ),
        pytest.param(
            resolved("succeeded"),
            told(say("trouble.recovered", number=3), "recovered at attempt 3", "recovered", "info"),
            id="tool recovered",
        ),
        pytest.param(
            resolved("non_retryable"),
            told(say("trouble.not_again", why="no"), "not tried again: no", "gave_up", "warning"),
            id="not tried again",
        ),
        pytest.param(
            ev.ItemRecoveryExhausted(
                item_id="i", item_type="x", recovery_job_id="r", attempt_number=2, status="failed", error_message="no"
            ),
            told(say("trouble.gave_up", why="no"), "gave up: no", "gave_up", "error", Phase.FAILED),
            id="recovery exhausted",
        ),
        pytest.param(
            GAVE_UP,
            told(say("trouble.gave_up", why="too often"), "gave up: too often", "gave_up", "error", Phase.FAILED),
            id="retries used up",
        ),
        pytest.param(
            ev.ContextCompressing(reason="threshold", tokens_before=9),
            Notice(
                "u:compress:0",
                0,
                "making room in the conversation",
                "compressing",
                "info",
                Phase.RUNNING,
                say("trouble.compressing"),
            ),
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
        (
            {"dropped_turns": 3},
            (
                "the 3 oldest turns were left out to make room",
                "compressed",
                "info",
                Phase.DONE,
                say_count("trouble.compressed", 3),
            ),
        ),
        (
            {"dropped_turns": 1},
            (
                "the oldest turn was left out to make room",
                "compressed",
                "info",
                Phase.DONE,
                say_count("trouble.compressed", 1),
            ),
        ),
        ({"dropped_turns": 0, "error": "no room"}, ("no room", "compress_failed", "warning", Phase.FAILED)),
    ],
)
def test_a_compression_is_one_notice(fields: dict[str, object], expected: tuple[object, ...]) -> None:
    begun = noted(TURN, ev.ContextCompressing(reason="overflow", tokens_before=9, message="m"))
    ended = ev.ContextCompressed(reason="overflow", tokens_before=9, tokens_after=5, **fields)  # pyright: ignore[reportArgumentType] - of a test's fields
    assert noted(begun, ended).notices == (Notice("u:compress:0", 0, *expected),)  # pyright: ignore[reportArgumentType] - as above
    twice = noted(noted(begun, ended), ended)
    assert [notice.key for notice in twice.notices] == ["u:compress:0", "u:compress:1"]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"max_attempts": 3}, "attempt 2 of 3"),
        ({"max_attempts": 3, "reason": "full"}, "attempt 2 of 3: full"),
        ({"max_attempts": 3, "delay_ms": 1_000}, "attempt 2 of 3 in 1 s"),
        ({"delay_ms": 999}, "attempt 2"),
        ({"delay_ms": 2_400}, "attempt 2 in 2 s"),
        ({"delay_ms": 2_400, "reason": "full"}, "attempt 2 in 2 s: full"),
        ({"reason": "full {most}"}, "attempt 2: full {most}"),
    ],
)
def test_a_retry_tells_what_is_known_of_it(fields: dict[str, object], expected: str) -> None:
    (notice,) = noted(TURN, scheduled(**fields)).notices
    assert notice.words is not None
    assert (notice.text, str(notice.words)) == (expected, expected)


def test_what_the_gateway_says_itself_is_content() -> None:
    (notice,) = noted(TURN, ev.ContextCompressing(reason="overflow", tokens_before=9, message="m")).notices
    assert (notice.text, notice.words) == ("m", None)


def test_every_deadline_has_a_sentence() -> None:
    for reason in get_args(get_type_hints(ev.ItemTimeoutDetected)["reason"]):
        (notice,) = noted(
            TURN, ev.ItemTimeoutDetected(item_id="i", item_type="x", attempt_number=1, reason=reason)
        ).notices
        assert notice.text == f"timed out: {reason.replace('_', ' ')}"
