"""What the loop needs from outside: a model, tools, a record, an inbox (style: events in, effects through ports)."""

from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from portico.gateway.agent.model import ModelEvent, ModelRequest, ToolCall, ToolSpec, UserMessage
from portico.protocol.events import Event
from portico.protocol.types.item import ToolItem

ExecutionClass = Literal["shared", "exclusive", "session"]
ErrorClass = Literal[
    "invalid_arguments",
    "not_found",
    "permission_denied",
    "command_not_found",
    "timeout",
    "cancelled",
    "execution_failed",
    "needs_narrowing",
    "internal",
    "output_truncated",
    "unknown",
]


class ModelPort(Protocol):
    """One opened provider. A stream never raises (but cancellation); it ends with Finished or Failed, once."""

    @property
    def provider(self) -> str: ...

    def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent]: ...


@dataclass(frozen=True, slots=True)
class PreparedCall:
    """A call that is ready to run, or already answered: `refusal` is set when it may not run at all.

    `item` is its first form (status in_progress); `session` orders calls of the class `session`.
    """

    call: ToolCall
    arguments: dict[str, Any]
    item: ToolItem
    execution_class: ExecutionClass
    session: str = ""
    refusal: "ToolOutcome | None" = None


@dataclass(frozen=True, slots=True)
class ToolOutcome:
    """What a call gave: `content` is what the model reads (already limited and redacted), `item` its last form."""

    content: str
    item: ToolItem
    is_error: bool = False
    error_class: ErrorClass | None = None


@dataclass(frozen=True, slots=True)
class DoneCall:
    """A call of a round and what came of it."""

    prepared: PreparedCall
    outcome: ToolOutcome


@dataclass(frozen=True, slots=True)
class RetryDecision:
    """What follows from the calls of a round: facts for the record, and what the model is told with its next request.

    `is_exhausted`: no attempts are left, the next provider call may not call tools.
    """

    events: tuple[Event, ...] = ()
    notice: str = ""
    is_exhausted: bool = False


CONTEXT_TOKENS = 128_000
RESERVE_TOKENS = 16_000
"""What is kept free for the answer (reference 8.8)."""


def request_room(context_tokens: int | None) -> int:
    """The tokens that a request may hold in a context of `context_tokens`, None for a usual one.

    A small context keeps a quarter free for the answer.
    """
    context = context_tokens or CONTEXT_TOKENS
    return context - min(RESERVE_TOKENS, context // 4)


DeltaSink = Callable[[str, Literal["stdout", "stderr", "file_change", "tool_progress"]], None]
"""Takes a piece of a tool's output, already redacted, for the timeline."""


class ToolPort(Protocol):
    """The tools of one turn, bound to its folder and its switch."""

    @property
    def specs(self) -> tuple[ToolSpec, ...]: ...

    def prepare(self, call: ToolCall, item_id: str) -> PreparedCall:
        """Find the tool, repair and check the arguments. Never raises: a refusal is an outcome."""
        ...

    async def run(self, prepared: PreparedCall, sink: DeltaSink) -> ToolOutcome:
        """Run it. Failures are outcomes; only cancellation passes through, after the tool's processes are gone."""
        ...


class RetryPort(Protocol):
    """How often the model of one turn may try again what failed (reference 8.6)."""

    def after_round(self, calls: Sequence[DoneCall]) -> RetryDecision:
        """Count the failures of a round. Called once for each, in order."""
        ...


class RecordPort(Protocol):
    """Where the loop's events go. Facts are durable when `fact` returns; flow is in order with them."""

    def flow(self, event: Event) -> None: ...

    async def fact(self, *events: Event) -> None:
        """Write, all or nothing. A cancellation never cuts it: what was begun is written, or it raises."""
        ...

    async def room(self) -> None:
        """Wait while the writer's queue is full."""
        ...


class InboxPort(Protocol):
    """Input that arrives while the turn runs: steering, and what waits for the turn's end (follow-ups)."""

    async def take(self) -> tuple[UserMessage, ...]:
        """The steering that arrived since the last call; its userMessage items are recorded already."""
        ...

    async def last(self) -> tuple[UserMessage, ...]:
        """What the turn goes on with instead of ending: steering, else the oldest follow-up.

        When there is neither the inbox is closed by it, and later input is refused.
        """
        ...


@dataclass(frozen=True, slots=True)
class Budget:
    """Totals of a turn (reference 8.5): reaching one ends it Blocked. Windows come later."""

    rounds: int = 32
    tool_calls: int = 128
    wall_clock_seconds: float = 1_800


@dataclass(frozen=True, slots=True)
class TurnJob:
    """What one turn is to do. `mode` Chat means one provider call without tools.

    `past` counts the messages of each past turn, oldest first; they stand first in `request`.
    `prompt_tokens` estimates what `request` holds already; above `context_tokens` tool results are shortened.
    """

    turn_id: str
    request: ModelRequest
    mode: Literal["Chat", "Agent"]
    budget: Budget = field(default_factory=Budget)
    prompt_tokens: int = 0
    context_tokens: int = CONTEXT_TOKENS - RESERVE_TOKENS
    past: tuple[int, ...] = ()
