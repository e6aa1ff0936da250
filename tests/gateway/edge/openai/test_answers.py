"""How turns and provider calls end for a caller."""

import pytest

from portico.gateway.agent.model import UsageReport
from portico.gateway.edge.errors import http_status, refusal_headers
from portico.gateway.edge.openai.answers import Ended, Reason, turn_ended
from portico.protocol.types.turn import Turn, TurnStatus, Usage


def turn(status: TurnStatus, error_class: str | None = None, usage: Usage | None = None) -> Turn:
    return Turn(id="u", status=status, error="so it is", error_class=error_class, usage=usage)


@pytest.mark.parametrize(
    ("status", "error_class", "reason"),
    [
        (TurnStatus.COMPLETED, None, "stop"),
        (TurnStatus.BLOCKED, "budget_rounds", "length"),
        (TurnStatus.FAILED, "max_output_tokens", "length"),
        (TurnStatus.FAILED, "provider_rejected", "content_filter"),
    ],
)
def test_endings_that_are_answers(status: TurnStatus, error_class: str | None, reason: Reason) -> None:
    told = Usage(input_tokens=1, output_tokens=2, cached_input_tokens=3, reasoning_tokens=4)
    ended = turn_ended(turn(status, error_class, told), "stop", had_effects=True)
    assert ended == Ended(reason, UsageReport(1, 2, 3, 4))


def test_a_turn_keeps_the_reason_that_its_notices_gave() -> None:
    assert turn_ended(turn(TurnStatus.COMPLETED), "length", had_effects=False) == Ended("length")


@pytest.mark.parametrize(
    ("status", "error_class", "http", "code"),
    [
        (TurnStatus.FAILED, "rate_limit", 429, "provider_rate_limited"),
        (TurnStatus.FAILED, "auth_expired", 502, "provider_auth"),
        (TurnStatus.FAILED, "permission_denied", 502, "provider_auth"),
        (TurnStatus.FAILED, "model_not_found", 404, "model_not_found"),
        (TurnStatus.FAILED, "prompt_too_long", 400, "context_length_exceeded"),
        (TurnStatus.FAILED, "invalid_request", 400, "provider_refused"),
        (TurnStatus.FAILED, "stream_truncated", 502, "provider_failed"),
        (TurnStatus.FAILED, "tool_retries_exhausted", 500, "tool_retries_exhausted"),
        (TurnStatus.FAILED, None, 500, "turn_failed"),
        (TurnStatus.INTERRUPTED, "cancelled", 409, "turn_interrupted"),
        (TurnStatus.INTERRUPTED, "gateway_stopped", 503, "gateway_stopped"),
    ],
)
def test_endings_that_are_errors(status: TurnStatus, error_class: str | None, http: int, code: str) -> None:
    error = turn_ended(turn(status, error_class), "stop", had_effects=False).error
    assert error is not None
    assert (http_status(error), error.code) == (http, code)
    assert error.message.startswith("so it is")


@pytest.mark.parametrize(
    ("status", "error_class", "had_effects", "may_retry"),
    [
        pytest.param(TurnStatus.FAILED, "stream_truncated", False, True, id="a failure"),
        pytest.param(TurnStatus.FAILED, "stream_truncated", True, False, id="a failure after a tool ran"),
        pytest.param(TurnStatus.FAILED, "auth_expired", False, False, id="our key"),
        pytest.param(TurnStatus.INTERRUPTED, "cancelled", False, False, id="interrupted"),
        pytest.param(TurnStatus.INTERRUPTED, "gateway_stopped", False, True, id="the gateway stopped"),
    ],
)
def test_clients_are_told_when_asking_again_is_of_no_use(
    status: TurnStatus, error_class: str, *, had_effects: bool, may_retry: bool
) -> None:
    error = turn_ended(turn(status, error_class), "stop", had_effects=had_effects).error
    assert error is not None
    assert (("x-should-retry", "false") in refusal_headers(error, http_status(error))) == (not may_retry)
