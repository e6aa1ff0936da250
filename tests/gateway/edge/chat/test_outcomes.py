"""How turns end on the chat face."""

import msgspec
import pytest

from portico.gateway.edge.chat.outcomes import Done, Failure, Named, failure, outcome, refused, removed, response
from portico.gateway.kernel.errors import GatewayError, Internal, NotFound, Unavailable
from portico.protocol.types.turn import Turn, TurnStatus, Usage

NAME = Named("c", "t", "u", "key")
COMPLETED, BLOCKED = TurnStatus.COMPLETED, TurnStatus.BLOCKED
INTERRUPTED, FAILED = TurnStatus.INTERRUPTED, TurnStatus.FAILED


def turn(status: TurnStatus, error_class: str | None = None) -> Turn:
    return Turn(id="u", status=status, error="why" if error_class else None, error_class=error_class)


@pytest.mark.parametrize(
    ("ended", "cut", "reason"),
    [
        (turn(COMPLETED), None, "stop"),
        (turn(COMPLETED), "length", "length"),
        (turn(COMPLETED), "content_filter", "content_filter"),
        (turn(BLOCKED, "budget_tool_calls"), None, "budget"),
        (turn(INTERRUPTED, "cancelled"), None, "aborted"),
    ],
)
def test_what_is_done(ended: Turn, cut: str | None, reason: str) -> None:
    done = outcome(NAME, ended, "text", cut)
    assert isinstance(done, Done)
    assert (done.stop_reason, done.assistant_text, done.run_id, done.adapter_key) == (reason, "text", "t.u", "key")
    assert response(done).status == 200


@pytest.mark.parametrize(
    ("ended", "status", "retryable"),
    [
        (turn(FAILED, "rate_limit"), 429, True),
        (turn(FAILED, "provider_5xx"), 502, True),
        (turn(FAILED, "stream_truncated"), 502, True),
        (turn(FAILED, "auth_expired"), 502, False),
        (turn(FAILED, "prompt_too_long"), 502, False),
        (turn(FAILED, "internal"), 500, False),
        (turn(FAILED, "store_stalled"), 503, True),
        (turn(FAILED, "denied"), 403, False),
        (turn(FAILED), 500, False),
        (turn(INTERRUPTED, "gateway_stopped"), 503, True),
        (turn(INTERRUPTED, "gateway_restart"), 503, True),
    ],
)
@pytest.mark.promise("chat.failures")
def test_what_has_failed(ended: Turn, status: int, retryable: bool) -> None:
    failed = outcome(NAME, ended, "text", None)
    assert isinstance(failed, Failure)
    assert (failed.retryable, failed.code) == (retryable, ended.error_class or "internal")
    answer = response(failed)
    assert answer.status == status
    told = msgspec.json.decode(answer.body)
    assert {"error", "code", "kind", "retryable", "runId", "conversationId"} <= told.keys()
    assert ("retry-after" in dict(answer.headers)) == (status in {429, 503})


def test_usage_and_duration_are_told() -> None:
    ended = Turn(id="u", status=COMPLETED, duration_ms=3000, usage=Usage(input_tokens=1, output_tokens=2))
    told = msgspec.to_builtins(outcome(Named("c", "t", "u", is_kept=False), ended, "", None))
    assert told["durationMs"] == 3000
    assert told["sessionFile"] is None
    assert told["usage"] == {
        "inputTokens": 1,
        "outputTokens": 2,
        "cachedInputTokens": 0,
        "reasoningTokens": 0,
        "providerCalls": 0,
    }
    assert "adapterKey" not in told


@pytest.mark.parametrize(
    ("error", "code", "retryable", "status"),
    [
        (NotFound("gone", code="thread_deleted"), "conversation_deleted", False, 404),
        (Unavailable("stopping", code="gateway_stopping"), "gateway_stopping", True, 503),
        (Internal("broke"), "internal", False, 500),
    ],
)
def test_a_stream_that_ends_before_its_run(error: GatewayError, code: str, retryable: bool, status: int) -> None:
    told = refused(NAME, error)
    assert (told.code, told.retryable, response(told).status) == (code, retryable, status)


def test_what_was_taken_out_of_the_queue_says_so() -> None:
    assert (removed(NAME).code, response(removed(NAME)).status) == ("removed", 409)
    assert failure(NAME, "e", "x").adapter_key == "key"
