"""How a run ends on the chat face: `done`, or `error` with the status that JSON routes give it (chat-http A10.2)."""

from dataclasses import dataclass

import msgspec

from portico.gateway.edge.chat.records import run_id, session_file
from portico.gateway.edge.request import Headers, Response
from portico.gateway.kernel.errors import GatewayError, Unavailable
from portico.protocol.base import Count, WireCamel
from portico.protocol.errors import ErrorKind
from portico.protocol.types.turn import Turn, TurnStatus, Usage

ABORTED = "cancelled"
"""The error class of a turn that somebody stopped."""
REMOVED = "removed"
DELETED = "conversation_deleted"
RETRY_SECONDS = 5

_STATUS = {
    "rate_limit": 429,
    "internal": 500,
    "unavailable": 503,
    "overloaded": 503,
    "store_stalled": 503,
    "gateway_stopped": 503,
    "gateway_restart": 503,
    "gateway_stopping": 503,
    "invalid": 400,
    "denied": 403,
    "not_found": 404,
    DELETED: 404,
    "conflict": 409,
    REMOVED: 409,
}
"""Every other failure is the provider's: 502."""
_KINDS = {
    400: ErrorKind.INVALID,
    403: ErrorKind.DENIED,
    404: ErrorKind.NOT_FOUND,
    409: ErrorKind.CONFLICT,
    500: ErrorKind.INTERNAL,
}
_PASSING = frozenset(
    {"network_transient", "rate_limit", "provider_5xx", "stream_stall", "stream_truncated", "empty_response"}
)


class DoneUsage(WireCamel, frozen=True, kw_only=True):
    """Tokens of the run, summed over its provider calls."""

    input_tokens: Count
    output_tokens: Count
    cached_input_tokens: Count
    reasoning_tokens: Count
    provider_calls: Count


class Done(WireCamel, frozen=True, kw_only=True):
    """A run that ended. `stopReason`: `stop`, `length`, `content_filter`, `refusal`, `aborted`, or `budget`."""

    conversation_id: str
    session_id: str
    session_file: str | None
    assistant_text: str
    run_id: str
    stop_reason: str
    adapter_key: str | None = None
    duration_ms: Count | None = None
    usage: DoneUsage | None = None


class Failure(WireCamel, frozen=True, kw_only=True):
    """A run that failed, or a stream that ended before its run. `retryable`: the same again may work."""

    error: str
    code: str
    retryable: bool
    conversation_id: str
    session_id: str
    run_id: str
    adapter_key: str | None = None


class Taken(WireCamel, frozen=True, kw_only=True):
    """202: the prompt was given to the run `runId`, or (`delivery` is `queue`) is one that waits."""

    conversation_id: str
    session_id: str
    run_id: str
    queued: bool
    delivery: str
    position: Count
    adapter_key: str | None = None


class Ready(WireCamel, frozen=True, kw_only=True):
    """`attached`: the run is not of this request's making. `queued`: its place, counted from 1, while it waits."""

    conversation_id: str
    session_id: str
    run_id: str
    attached: bool
    queued: Count | None = None
    adapter_key: str | None = None


class RunState(WireCamel, frozen=True, kw_only=True):
    """`state`: `queued`, `running`, `done`, or `error`; the last two with what the stream ended with."""

    conversation_id: str
    session_id: str
    run_id: str
    state: str
    queued: Count | None = None
    done: Done | None = None
    error: Failure | None = None


@dataclass(frozen=True, slots=True)
class Named:
    """The names that every payload of a run carries."""

    conversation_id: str
    thread_id: str
    turn_id: str
    adapter_key: str | None = None
    is_kept: bool = True

    @property
    def run_id(self) -> str:
        return run_id(self.thread_id, self.turn_id)


def outcome(name: Named, turn: Turn, text: str, cut: str | None) -> Done | Failure:
    """What the end of `turn` is called; `cut` says why its answer is not whole, if so.

    A run that used up a budget is done: what it said stands, and the same again would end the same.
    """
    match turn.status:
        case TurnStatus.COMPLETED:
            reason = cut or "stop"
        case TurnStatus.BLOCKED:
            reason = "budget"
        case TurnStatus.INTERRUPTED if turn.error_class == ABORTED:
            reason = "aborted"
        case _:
            return failure(name, turn.error or "the run failed", turn.error_class or "internal")
    return Done(
        conversation_id=name.conversation_id,
        session_id=name.thread_id,
        session_file=session_file(name.thread_id, is_kept=name.is_kept),
        assistant_text=text,
        run_id=name.run_id,
        stop_reason=reason,
        adapter_key=name.adapter_key,
        duration_ms=turn.duration_ms,
        usage=_usage(turn.usage),
    )


def failure(name: Named, error: str, code: str) -> Failure:
    return Failure(
        error=error,
        code=code,
        retryable=code in _PASSING or _STATUS.get(code) == 503,
        conversation_id=name.conversation_id,
        session_id=name.thread_id,
        run_id=name.run_id,
        adapter_key=name.adapter_key,
    )


def refused(name: Named, error: GatewayError) -> Failure:
    """A stream that ends before its run does."""
    code = DELETED if error.code == "thread_deleted" else error.code
    told = failure(name, error.message, code)
    return msgspec.structs.replace(told, retryable=told.retryable or isinstance(error, Unavailable))


def removed(name: Named) -> Failure:
    """The prompt was taken out of the queue before it ran."""
    return failure(name, "the prompt was taken out of the queue", REMOVED)


def response(ended: Done | Failure) -> Response:
    """The answer of the JSON routes."""
    if isinstance(ended, Done):
        return Response.json(ended)
    status = _STATUS.get(ended.code, 502)
    kind = _KINDS.get(status, ErrorKind.UNAVAILABLE)
    headers: Headers = (("retry-after", str(RETRY_SECONDS)),) if status in {429, 503} else ()
    return Response.json({**msgspec.to_builtins(ended), "kind": kind.value}, status, headers)


def _usage(usage: Usage | None) -> DoneUsage | None:
    if usage is None:
        return None
    return DoneUsage(
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        cached_input_tokens=usage.cached_input_tokens,
        reasoning_tokens=usage.reasoning_tokens,
        provider_calls=usage.provider_calls,
    )
