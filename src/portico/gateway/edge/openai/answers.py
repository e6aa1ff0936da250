"""What an answer consists of, whoever gives it (a turn or a provider's model), and the ways it ends."""

from dataclasses import dataclass, field
from typing import Literal, Protocol

from portico.gateway.agent.model import FailureClass, ToolCall, UsageReport
from portico.gateway.edge.openai.refusals import refused_as
from portico.gateway.kernel.errors import Conflict, GatewayError, Internal, Unavailable
from portico.protocol.types.turn import Turn, TurnStatus

Reason = Literal["stop", "length", "content_filter", "tool_calls"]


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of the message `item_id`."""

    item_id: str
    text: str


@dataclass(frozen=True, slots=True)
class Thought:
    """A piece of thinking, or a line about what the gateway's own tools do."""

    item_id: str
    text: str


@dataclass(frozen=True, slots=True)
class CallPart:
    """A piece of a call that is being written: `text` goes on with its arguments."""

    item_id: str
    call_id: str
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Call:
    """A whole call for the caller to make; `rest` of its arguments was in no part before."""

    item_id: str
    call: ToolCall
    rest: str


@dataclass(frozen=True, slots=True)
class Ended:
    """The last piece. An error says in its details (`may_retry`) when asking again is not harmless."""

    reason: Reason = "stop"
    usage: UsageReport = field(default_factory=UsageReport)
    error: GatewayError | None = None


Piece = Text | Thought | CallPart | Call | Ended


class Source(Protocol):
    """An answer on its way."""

    async def next(self) -> list[Piece]:
        """What came since, at least one; Ended is the last of all. May be cancelled without losing anything.

        Raises PeerGone, and GatewayError when the answer cannot go on.
        """
        ...


_CUT_SHORT: dict[str, Reason] = {"max_output_tokens": "length", "provider_rejected": "content_filter"}
"""Failed turns that are answers to OpenAI: empty ones that say why."""
_OURS = {failure_class.value for failure_class in FailureClass}


def turn_ended(turn: Turn, reason: Reason, *, had_effects: bool) -> Ended:
    """What the end of a turn is to its caller. A turn that used up its budget ends like one at a limit.

    `had_effects`: tools of the gateway ran, so asking again is not harmless.
    """
    error: GatewayError | None = None
    match turn.status:
        case TurnStatus.BLOCKED:
            reason = "length"
        case TurnStatus.FAILED if turn.error_class in _CUT_SHORT:
            reason = _CUT_SHORT[turn.error_class or ""]
        case TurnStatus.FAILED:
            error = _turn_error(turn)
        case TurnStatus.INTERRUPTED:
            error = _interrupted(turn)
        case _:
            pass
    if error is not None and had_effects:
        error.details["may_retry"] = False
    return Ended(reason, _usage(turn), error)


def _usage(turn: Turn) -> UsageReport:
    told = turn.usage
    if told is None:
        return UsageReport()
    return UsageReport(told.input_tokens, told.output_tokens, told.cached_input_tokens, told.reasoning_tokens)


def _turn_error(turn: Turn) -> GatewayError:
    message = turn.error or "the turn failed"
    if turn.error_class in _OURS:
        return refused_as(FailureClass(turn.error_class), message)
    return Internal(message, code=turn.error_class or "turn_failed")


def _interrupted(turn: Turn) -> GatewayError:
    message = turn.error or "the turn was interrupted"
    if (turn.error_class or "").startswith("gateway_"):
        return Unavailable(message, code=turn.error_class, retry_after_seconds=1.0)
    return Conflict(message, code="turn_interrupted", may_retry=False)
