"""The loop of one turn: ask the model, show what it says, run its tools, until it answers (design 8)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from portico.gateway.agent.budget import Exceeded, Meter, add_usage, retries_of, retry_delay
from portico.gateway.agent.calls import CallRunner, results, unique
from portico.gateway.agent.context import Conversation
from portico.gateway.agent.model import FailureClass, FinishReason, Message, ModelRequest, ToolCall, UserMessage
from portico.gateway.agent.ports import InboxPort, ModelPort, RecordPort, RetryPort, ToolPort, TurnJob
from portico.gateway.agent.recovery import Phase
from portico.gateway.agent.speech import Heard, Retry, Speech
from portico.gateway.kernel.clock import Clock
from portico.gateway.kernel.ids import Ids
from portico.gateway.kernel.metrics import Metrics
from portico.protocol.events import (
    ContextCompressed,
    ContextCompressing,
    Event,
    ItemCompleted,
    ToolLoopBudgetExceeded,
)
from portico.protocol.types.item import SystemEvent
from portico.protocol.types.turn import TurnResume, TurnStatus, Usage

_CUT: dict[FinishReason, tuple[str, str]] = {
    FinishReason.LENGTH: ("max_output_tokens", "the answer was cut at the model's output limit"),
    FinishReason.CONTENT_FILTER: ("provider_rejected", "the provider's content filter ended the answer"),
    FinishReason.REFUSAL: ("provider_rejected", "the model refused to go on"),
}
"""Endings that are no answer in full: the error class where nothing was shown, and what is said."""


_TOO_LONG = "the provider found the conversation too long: room is made"
_NOTHING_TO_DROP = "the request is too long for the model, and nothing in it can be left out"
_STILL_TOO_LONG = "the conversation is too long for the model, even after some of it was left out"
_UNASKED = {True: "tool_retries_exhausted", False: "invalid_request"}
"""Error classes of a turn whose model only called tools that it may not call; True: it might before."""


@dataclass(frozen=True, slots=True)
class Ports:
    """Everything outside the loop."""

    model: ModelPort
    tools: ToolPort
    retries: RetryPort
    record: RecordPort
    inbox: InboxPort
    clock: Clock
    ids: Ids
    metrics: Metrics


@dataclass(frozen=True, slots=True)
class Ending:
    """How the turn ended. The terminal event is written by who runs the loop, with `AgentLoop.closing`."""

    status: TurnStatus
    error: str | None = None
    error_class: str | None = None
    resume: TurnResume | None = None


_COMPLETED = Ending(TurnStatus.COMPLETED)


class AgentLoop:
    """One running turn. A cancellation passes through `run` at once and leaves nothing half recorded:
    what is open then is completed by `closing`, in one batch with the terminal event.
    """

    def __init__(self, job: TurnJob, ports: Ports) -> None:
        self._job = job
        self._ports = ports
        self._conversation = Conversation(job.request.messages, job.prompt_tokens, job.context_tokens, job.past)
        self._calls = CallRunner(ports.tools, ports.record, ports.ids)
        self._meter = Meter(job.budget, ports.clock.monotonic())
        self._speech = self._new_speech()
        self._phase: Phase = "final_answer"
        self._notices: list[Event] = []
        self._may_call = bool(job.request.tools)
        self._has_compressed = False
        self.usage = Usage()

    def said(self) -> Sequence[Message]:
        """What this turn added to the conversation so far."""
        return self._conversation.own()

    def closing(self, reason: str = "") -> tuple[Event, ...]:
        """Complete the open items with what was shown, each once; `reason` tells why tools were cut short."""
        spoken = (*self._speech.given_up("cancelled", reason), *self._speech.closing(self._phase))
        notices, self._notices = self._notices, []
        return (*spoken, *self._calls.closing(reason), *notices)

    async def run(self) -> Ending:
        """Work until the turn's end. Raises GatewayError when the record refuses, and nothing else of its own."""
        while True:
            self._take_in(await self._ports.inbox.take())
            exceeded = self._meter.model_call(self._ports.clock.monotonic())
            if exceeded is not None:
                return self._blocked(exceeded)
            ending = await self._round()
            if ending is not None:
                return ending

    async def _round(self) -> Ending | None:
        """One provider call and what follows from it; None when there is another round."""
        self._speech = self._new_speech()
        heard = await self._ask()
        if heard.failure is not None:
            self._conversation.add(heard.message())
            return Ending(TurnStatus.FAILED, heard.failure.message, heard.failure.failure_class.value)
        if heard.reason in _CUT:
            return await self._unless_more(self._cut(heard))
        if heard.tool_calls:
            return await self._use_tools(heard)
        self._conversation.add(heard.message())
        if heard.reason is FinishReason.PAUSE:
            self._comment()
            return None
        return await self._unless_more(_COMPLETED)

    async def _unless_more(self, ending: Ending) -> Ending | None:
        """A turn that would complete goes on with the input that waits for it; None then."""
        if ending.status is not TurnStatus.COMPLETED:
            return ending
        more = await self._ports.inbox.last()
        if not more:
            return ending
        self._comment()
        self._take_in(more)
        return None

    def _take_in(self, said: Sequence[UserMessage]) -> None:
        """What the user says now may need tools again, even where the model had used up its attempts."""
        if said:
            self._conversation.add(*said)
            self._may_call = bool(self._job.request.tools)

    async def _ask(self) -> Heard:
        """One provider call, made again where it failed before anything was shown and its class allows it."""
        request, attempt = self._request(), 1
        while True:
            heard = await self._speech.listen(self._ports.model, request)
            self.usage = add_usage(self.usage, heard.usage)
            if heard.failure is None or heard.has_shown:
                return heard
            kind = heard.failure.failure_class
            if kind is FailureClass.PROMPT_TOO_LONG and self._compress():
                request = self._request()
                continue
            delay = retry_delay(kind, attempt)
            if delay is None:
                for event in self._speech.given_up("failed", heard.failure.message):
                    self._ports.record.flow(event)
                return heard
            self._speech.announce_retry(Retry(attempt, delay, kind.value, retries_of(kind)))
            await self._ports.clock.sleep(delay)
            attempt += 1

    def _compress(self) -> bool:
        """Make room after the provider found the request too long, once in a turn; whether it is asked again."""
        record, before = self._ports.record, self._conversation.tokens
        record.flow(ContextCompressing(reason="overflow", tokens_before=before, message=_TOO_LONG))
        done = None if self._has_compressed else self._conversation.compress()
        error = _STILL_TOO_LONG if self._has_compressed else _NOTHING_TO_DROP
        self._has_compressed = True
        record.flow(
            ContextCompressed(
                reason="overflow",
                tokens_before=before,
                tokens_after=done.tokens_after if done else before,
                dropped_turns=done.dropped_turns if done else 0,
                will_retry=done is not None,
                error=None if done else error,
                compressed_tokens=done.tokens_after if done else None,
            )
        )
        return done is not None

    async def _use_tools(self, heard: Heard) -> Ending | None:
        if not self._may_call:
            return await self._unless_more(self._unasked(heard))
        heard.tool_calls = unique(heard.tool_calls, self._ports.ids)
        granted, exceeded = self._meter.tool_calls(heard.tool_calls)
        self._phase = "commentary"
        if granted:
            await self._run_calls(heard, granted)
        if exceeded is not None:
            return self._blocked(exceeded)
        self._phase = "final_answer"
        return None

    async def _run_calls(self, heard: Heard, granted: Sequence[ToolCall]) -> None:
        heard.tool_calls = list(granted)
        spoken = self._speech.closing("commentary")
        done = await self._calls.run(granted, before=spoken)
        decision = self._ports.retries.after_round(done)
        for event in decision.events:
            self._ports.record.flow(event)
        self._conversation.add(heard.message(), *results(done, decision.notice))
        self._may_call = not decision.is_exhausted

    def _unasked(self, heard: Heard) -> Ending:
        """Tools were called although none may be (any more): nothing runs, what was said is the answer."""
        count = len(heard.tool_calls)
        heard.tool_calls = []
        self._conversation.add(heard.message())
        has_tools = bool(self._job.request.tools)
        why = "it was asked for a final answer" if has_tools else "the turn has none"
        reason = f"the model called tools although {why}"
        self._notices.append(
            ToolLoopBudgetExceeded(
                limit_kind="provider_returned_tools_after_tools_disabled",
                limit=0,
                observed=count,
                action="ignored",
                reason=reason,
            )
        )
        return _COMPLETED if heard.text else Ending(TurnStatus.FAILED, reason, _UNASKED[has_tools])

    def _cut(self, heard: Heard) -> Ending:
        error_class, sentence = _CUT[heard.reason]
        heard.tool_calls = []
        self._conversation.add(heard.message())
        if not heard.has_shown:
            return Ending(TurnStatus.FAILED, sentence, error_class)
        notice = SystemEvent(id=self._ports.ids.new(), level="warning", message=sentence, code=heard.reason.value)
        self._notices.append(ItemCompleted(item=notice))
        return _COMPLETED

    def _blocked(self, exceeded: Exceeded) -> Ending:
        event = exceeded.event()
        if event is not None:
            self._notices.append(event)
        return Ending(TurnStatus.BLOCKED, exceeded.sentence(), f"budget_{exceeded.kind}", exceeded.resume())

    def _comment(self) -> None:
        """What was said is no final answer: more follows."""
        notices, self._notices = self._notices, []
        for event in (*self._speech.closing("commentary"), *notices):
            self._ports.record.flow(event)

    def _new_speech(self) -> Speech:
        ports = self._ports
        return Speech(ports.record, ports.ids, ports.clock, ports.metrics)

    def _request(self) -> ModelRequest:
        first = self._job.request
        may_call = self._may_call or not first.tools
        return replace(first, messages=self._conversation.messages(), may_call=may_call)
