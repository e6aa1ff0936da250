"""What the model says in one provider call, shown as it comes (the hot path)."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

import anyio

from portico.gateway.agent.model import (
    AssistantMessage,
    Failed,
    FailureClass,
    Finished,
    FinishReason,
    ModelEvent,
    ModelRequest,
    OpaqueBlock,
    ProviderFailure,
    Retrying,
    TextDelta,
    ThinkingBlock,
    ThinkingDelta,
    ToolCall,
    UsageReport,
)
from portico.gateway.agent.ports import ModelPort, RecordPort
from portico.gateway.agent.recovery import Phase
from portico.gateway.kernel.clock import Clock
from portico.gateway.kernel.ids import Ids
from portico.gateway.kernel.metrics import Metrics
from portico.protocol.events import (
    ItemCompleted,
    ItemDelta,
    ItemRecoveryExhausted,
    ItemRecoverySucceeded,
    ItemRetryScheduled,
    ItemStarted,
)
from portico.protocol.types.item import AgentMessage, ReasoningItem

EVENTS_BETWEEN_ROOM = 64
"""The writer's queue is asked for room this often, not at every delta."""
CLOSE_SECONDS = 0.25
"""A provider stream that is left behind is closed within the 300 ms of a cancellation."""


@dataclass(frozen=True, slots=True)
class Retry:
    """The call is made again for the `attempt`th time after `delay_seconds`, at most `max_attempts` times."""

    attempt: int
    delay_seconds: float
    reason: str
    max_attempts: int | None = None


@dataclass(slots=True)
class Heard:
    """What one call brought. `finished` and `failure`: exactly one is set when the stream is over."""

    thinking: list[ThinkingBlock] = field(default_factory=list[ThinkingBlock])
    tool_calls: list[ToolCall] = field(default_factory=list[ToolCall])
    opaque: list[OpaqueBlock] = field(default_factory=list[OpaqueBlock])
    usage: UsageReport = field(default_factory=UsageReport)
    finished: Finished | None = None
    failure: ProviderFailure | None = None
    text: str = ""
    has_shown: bool = False

    @property
    def reason(self) -> FinishReason:
        return self.finished.reason if self.finished else FinishReason.UNKNOWN

    def message(self) -> AssistantMessage:
        """The answer as the next call must see it."""
        return AssistantMessage(
            text=self.text,
            thinking=tuple(self.thinking),
            tool_calls=tuple(self.tool_calls),
            opaque=tuple(self.opaque),
        )


class Speech:
    """The items of one provider call: one agent message, and reasoning beside it.

    Text begins at its first delta; thinking that came before is completed then. `closing` completes the rest.
    """

    def __init__(self, record: RecordPort, ids: Ids, clock: Clock, metrics: Metrics) -> None:
        self._record = record
        self._ids = ids
        self._clock = clock
        self._metrics = metrics
        self._text_id: str | None = None
        self._text: list[str] = []
        self._thought_id: str | None = None
        self._thought: list[str] = []
        self._retry_job: str | None = None
        self._retrying = 0
        """The number of the retry that has brought nothing yet; 0 when the last call needed none."""

    async def listen(self, model: ModelPort, request: ModelRequest) -> Heard:
        """Read the stream to its end. Never raises but for cancellation and a record that fails."""
        heard, outcome = Heard(), "cancelled"
        events = model.stream(request)
        try:
            await self._read(events, heard)
            heard.text = "".join(self._text)
            heard.has_shown = bool(self._text or self._thought)
            if heard.failure is None:
                heard.failure = _missing(heard, model.provider, request.model)
            if heard.failure is None:
                self._recovered()
            outcome = heard.failure.failure_class.value if heard.failure else "ok"
        finally:
            self._count(model.provider, outcome, heard.usage)
            with anyio.move_on_after(CLOSE_SECONDS, shield=True):
                await events.aclose()
        return heard

    async def _read(self, events: AsyncGenerator[ModelEvent], heard: Heard) -> None:
        flow, parts, text_id, until_room = self._record.flow, self._text, self._text_id, EVENTS_BETWEEN_ROOM
        async for event in events:
            if isinstance(event, TextDelta):
                if text_id is None:
                    text_id = self._begin_text()
                parts.append(event.text)
                flow(ItemDelta(item_id=text_id, delta=event.text))
            elif isinstance(event, ThinkingDelta):
                self._think(event.text)
            else:
                self._note(event, heard)
            until_room -= 1
            if not until_room:
                until_room = EVENTS_BETWEEN_ROOM
                await self._record.room()

    def closing(self, phase: Phase) -> list[ItemCompleted]:
        """Complete what is open with what was shown; nothing is open afterwards."""
        done = self._end_thought()
        if self._text_id is not None:
            done.append(ItemCompleted(item=AgentMessage(id=self._text_id, text="".join(self._text), phase=phase)))
            self._text_id = None
        return done

    def announce_retry(self, retry: Retry) -> None:
        """Say that the call is made again, on the message that is still to come."""
        self._retry_job = self._retry_job or self._ids.new()
        self._retrying = retry.attempt
        self._record.flow(
            ItemRetryScheduled(
                item_id=self._retry_job,
                item_type="agent_message",
                recovery_job_id=self._retry_job,
                attempt_number=retry.attempt,
                next_run_at_unix=self._clock.now() + round(retry.delay_seconds),
                reason=retry.reason,
                max_attempts=retry.max_attempts,
                delay_ms=round(retry.delay_seconds * 1_000),
            )
        )

    def given_up(self, status: str, message: str) -> list[ItemRecoveryExhausted]:
        """The end of retries that brought nothing; none when none were announced, or it was told before."""
        attempt, self._retrying = self._retrying, 0
        if not attempt or self._retry_job is None:
            return []
        return [
            ItemRecoveryExhausted(
                item_id=self._retry_job,
                item_type="agent_message",
                recovery_job_id=self._retry_job,
                attempt_number=attempt,
                status=status,
                error_message=message,
            )
        ]

    def _recovered(self) -> None:
        """A call that was made again brings something."""
        attempt, self._retrying = self._retrying, 0
        if attempt and self._retry_job is not None:
            self._record.flow(
                ItemRecoverySucceeded(
                    item_id=self._retry_job,
                    item_type="agent_message",
                    recovery_job_id=self._retry_job,
                    attempt_number=attempt,
                )
            )

    def _count(self, provider: str, outcome: str, usage: UsageReport) -> None:
        self._metrics.provider_call(provider, outcome)
        self._metrics.tokens(provider, "input", usage.input_tokens)
        self._metrics.tokens(provider, "output", usage.output_tokens)

    def _begin_text(self) -> str:
        for done in self._end_thought():
            self._record.flow(done)
        self._recovered()
        item_id = self._text_id = self._retry_job or self._ids.new()
        self._record.flow(ItemStarted(item=AgentMessage(id=item_id, text="")))
        return item_id

    def _think(self, text: str) -> None:
        if self._thought_id is None:
            self._recovered()
            self._thought_id = self._ids.new()
            self._thought = []
            self._record.flow(ItemStarted(item=ReasoningItem(id=self._thought_id, summary=[], content=[])))
        self._thought.append(text)
        self._record.flow(ItemDelta(item_id=self._thought_id, delta=text, stream="reasoning"))

    def _end_thought(self) -> list[ItemCompleted]:
        if self._thought_id is None:
            return []
        item = ReasoningItem(id=self._thought_id, summary=[], content=["".join(self._thought)])
        self._thought_id = None
        return [ItemCompleted(item=item)]

    def _note(self, event: ModelEvent, heard: Heard) -> None:
        match event:
            case ToolCall():
                heard.tool_calls.append(event)
            case ThinkingBlock():
                heard.thinking.append(event)
            case OpaqueBlock():
                heard.opaque.append(event)
            case UsageReport():
                heard.usage = event
            case Retrying():
                self._metrics.provider_call(event.failure.provider, event.failure.failure_class.value)
                kind = event.failure.failure_class.value
                self.announce_retry(Retry(event.attempt, event.delay_seconds, kind, event.max_attempts))
            case Finished():
                heard.finished = event
            case Failed():
                heard.failure = event.failure
            case _:
                pass


def _missing(heard: Heard, provider: str, model: str) -> ProviderFailure | None:
    """A stream without an end was cut; one that ended well but said nothing is a failure too."""
    if heard.finished is None:
        kind, message = FailureClass.STREAM_TRUNCATED, "the provider's stream ended before the answer did"
    elif heard.has_shown or heard.tool_calls or heard.opaque:
        return None
    elif heard.reason in {FinishReason.STOP, FinishReason.TOOL_CALLS, FinishReason.UNKNOWN}:
        kind, message = FailureClass.EMPTY_RESPONSE, "the model gave an empty answer"
    else:
        return None
    return ProviderFailure(provider=provider, model=model, failure_class=kind, stage="finalize", message=message)
