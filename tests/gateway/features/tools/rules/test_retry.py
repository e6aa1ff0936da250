"""The retry controller: episodes and their budgets."""

from dataclasses import replace

import pytest

from portico.gateway.agent.ports import ErrorClass
from portico.gateway.features.tools.rules.retry import CallResult, Decision, Episode, after_round
from portico.protocol.events.item import (
    ItemToolRetryExhausted,
    ItemToolRetryResolved,
    ItemToolRetryScheduled,
    RetryBudget,
)

FINE = CallResult("item", "read_file", {"path": "a"})
FAILED = replace(FINE, error_class="not_found", should_retry=True, hint="look first")


def rounds(*results: CallResult, episode: Episode | None = None) -> Decision:
    """Each result is a round of its own; the last decision."""
    decision = Decision(episode)
    for result in results:
        decision = after_round(decision.episode, [result], "episode")
    return decision


def variant(number: int, error: ErrorClass = "not_found", tool: str = "read_file") -> CallResult:
    return CallResult("item", tool, {"path": str(number)}, error, should_retry=True)


def test_success_without_an_episode_is_nothing() -> None:
    assert rounds(FINE) == Decision(None)


def test_a_failure_opens_an_episode_and_the_model_is_told() -> None:
    decision = rounds(FAILED)
    budgets = [
        RetryBudget(kind="total_retry_rounds", used=1, limit=32),
        RetryBudget(kind="error_class", used=1, limit=2),
        RetryBudget(kind="tool_name", used=1, limit=16),
        RetryBudget(kind="failure_signature", used=1, limit=3),
    ]
    assert decision.events == (
        ItemToolRetryScheduled(
            item_id="item",
            tool_retry_episode_id="episode",
            tool_name="read_file",
            attempt_number=1,
            error_class="not_found",
            retry_hint="look first",
            budgets=budgets,
            failure_signature_fingerprint=FAILED.signature,
            reason="the call failed and may be tried again",
        ),
    )
    assert decision.notice == (
        "These tool calls failed:\n- read_file: not_found (look first); left: total_retry_rounds 31, error_class 1, "
        "tool_name 15, failure_signature 2"
    )
    assert not decision.is_exhausted


def test_success_closes_the_episode() -> None:
    decision = rounds(FAILED, FINE)
    assert decision.episode is None
    assert isinstance(decision.events[0], ItemToolRetryResolved)
    assert (decision.events[0].resolution, decision.events[0].attempt_number) == ("succeeded", 1)


def test_a_failure_that_cannot_be_tried_again_closes_it_too() -> None:
    decision = rounds(FAILED, replace(FINE, error_class="internal"))
    assert isinstance(decision.events[0], ItemToolRetryResolved)
    assert decision.events[0].resolution == "non_retryable"


def test_an_unretryable_failure_opens_nothing() -> None:
    assert rounds(replace(FINE, error_class="internal")) == Decision(None)


def test_a_round_without_calls_leaves_it_open() -> None:
    opened = rounds(FAILED)
    assert after_round(opened.episode, [], "other") == Decision(opened.episode)


@pytest.mark.parametrize(
    ("results", "kind"),
    [
        pytest.param([variant(n) for n in range(3)], "error_class", id="not_found twice"),
        pytest.param([variant(n, "permission_denied") for n in range(2)], "error_class", id="permission_denied once"),
        pytest.param([variant(n, "invalid_arguments") for n in range(4)], "error_class", id="invalid_arguments thrice"),
        pytest.param([variant(1, "invalid_arguments")] * 4, "failure_signature", id="the same failure thrice"),
    ],
)
def test_a_used_up_budget_ends_the_episode(results: list[CallResult], kind: str) -> None:
    assert not rounds(*results[:-1]).is_exhausted
    decision = rounds(*results)
    assert decision.is_exhausted
    assert decision.episode is None
    assert isinstance(decision.events[-1], ItemToolRetryExhausted)
    assert decision.events[-1].exhaustion_kind == kind
    assert "explain what failed" in decision.notice


@pytest.mark.parametrize(
    ("episode", "kind"),
    [
        pytest.param(Episode("e", tools={"read_file": 16}), "tool_name", id="a tool 16 times"),
        pytest.param(Episode("e", rounds=32), "total_retry_rounds", id="32 rounds"),
    ],
)
def test_the_larger_budgets_end_too(episode: Episode, kind: str) -> None:
    decision = rounds(FAILED, episode=episode)
    assert isinstance(decision.events[-1], ItemToolRetryExhausted)
    assert decision.events[-1].exhaustion_kind == kind


def test_calls_that_failed_side_by_side_are_one_attempt() -> None:
    missing = [variant(number) for number in range(5)]
    first = after_round(None, missing, "e")
    assert not first.is_exhausted
    assert [event.budgets[1].used for event in first.events] == [1] * 5
    second = after_round(first.episode, missing, "e")
    assert [event.budgets[3].used for event in second.events] == [2] * 5
    third = after_round(second.episode, missing, "e")
    assert (third.is_exhausted, len(third.events)) == (True, 1)


def test_text_that_is_no_unicode_has_a_signature_too() -> None:
    assert CallResult("i", "t", "\ud800", "timeout").signature


def test_the_model_is_told_of_four_failures_at_most() -> None:
    errors: list[ErrorClass] = ["not_found", "not_found", "timeout", "timeout", "unknown", "execution_failed"]
    decision = after_round(None, [variant(n, error) for n, error in enumerate(errors)], "e")
    assert decision.notice.count("\n- ") == 5
    assert decision.notice.endswith("- and 2 more")


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        pytest.param({"a": 1, "b": [" x  y"]}, {"b": ["x y "], "a": 1}, True, id="order and spaces do not count"),
        pytest.param({"a": 1}, {"a": 2}, False, id="values count"),
    ],
)
def test_signatures(left: object, right: object, same: bool) -> None:
    first, second = (CallResult("i", "t", arguments, "timeout") for arguments in (left, right))
    assert (first.signature == second.signature) is same
