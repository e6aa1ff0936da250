"""Totals of a turn, retries of a provider call, tokens added up."""

import pytest

from portico.gateway.agent.budget import Exceeded, Meter, add_usage, retries_of, retry_delay
from portico.gateway.agent.model import FailureClass, ToolCall, UsageReport
from portico.gateway.agent.ports import Budget
from portico.protocol.types.turn import Usage

CALLS = [ToolCall(name, "echo", "{}") for name in "abcd"]
RETRIED = {FailureClass.STREAM_STALL, FailureClass.STREAM_TRUNCATED, FailureClass.EMPTY_RESPONSE}


def test_the_defaults_are_those_of_the_reference() -> None:
    assert Budget() == Budget(rounds=32, tool_calls=128, wall_clock_seconds=1_800)


def test_rounds_are_counted() -> None:
    meter = Meter(Budget(rounds=2), 0)
    assert [meter.model_call(0) for _ in range(3)] == [None, None, Exceeded("agent_rounds", 2, 3)]


def test_time_is_counted_from_the_start() -> None:
    meter = Meter(Budget(), 100)
    assert meter.model_call(1_899) is None
    assert meter.model_call(1_900) == Exceeded("wall_clock", 1_800, 1_800)


def test_calls_beyond_the_limit_are_not_granted() -> None:
    meter = Meter(Budget(tool_calls=5), 0)
    assert meter.tool_calls(CALLS) == (CALLS, None)
    assert meter.tool_calls(CALLS) == (CALLS[:1], Exceeded("tool_calls", 5, 8))
    assert meter.tool_calls(CALLS[:1]) == ([], Exceeded("tool_calls", 5, 6))


@pytest.mark.parametrize("kind", ["agent_rounds", "tool_calls"])
def test_what_is_used_up_is_told(kind: str) -> None:
    exceeded = Exceeded("agent_rounds" if kind == "agent_rounds" else "tool_calls", 3, 4)
    event, resume = exceeded.event(), exceeded.resume()
    assert event is not None
    assert (event.limit_kind, event.limit, event.observed, event.action) == (kind, 3, 4, "blocked")
    assert (resume.reason_class, resume.can_resume_same_turn) == (f"budget_{kind}", False)
    assert "3" in resume.human_message


def test_the_clock_has_no_event_of_its_own() -> None:
    exceeded = Exceeded("wall_clock", 1_800, 1_801)
    assert exceeded.event() is None
    assert exceeded.resume().reason_class == "budget_wall_clock"


@pytest.mark.parametrize("kind", list(FailureClass))
def test_only_calls_that_broke_silently_are_made_again(kind: FailureClass) -> None:
    expected = [2.0, 4.0, None] if kind in RETRIED else [None, None, None]
    assert [retry_delay(kind, attempt) for attempt in (1, 2, 3)] == expected
    assert retries_of(kind) == expected.index(None)


def test_tokens_are_added_up_over_the_calls() -> None:
    usage = add_usage(Usage(), UsageReport(1, 2, 3, 4))
    assert add_usage(usage, UsageReport(10, 20)) == Usage(
        input_tokens=11, output_tokens=22, cached_input_tokens=3, reasoning_tokens=4, provider_calls=2
    )
