"""A loop with everything around it in memory, and what it told."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import anyio.lowlevel

from portico.gateway.agent.context import tokens_of
from portico.gateway.agent.loop import AgentLoop, Ports
from portico.gateway.agent.model import AssistantMessage, ModelRequest, TextPart, UserMessage
from portico.gateway.agent.ports import Budget, DoneCall, ModelPort, RetryDecision, TurnJob
from portico.gateway.kernel.errors import Unavailable
from portico.gateway.kernel.metrics import NoMetrics
from portico.protocol.events import Event, ItemCompleted, ItemDelta, ItemStarted
from portico.protocol.types.item import AgentMessage, ReasoningItem, SystemEvent, ToolFields
from tests.kit.clock import FakeClock
from tests.kit.ids import FakeIds
from tests.kit.tools import FakeTools


class MemoryRecord:
    """A record that keeps what it is told; from the fact number `fails_at` on it refuses."""

    def __init__(self, fails_at: int | None = None) -> None:
        self.events: list[Event] = []
        self.facts = 0
        self.rooms = 0
        self._fails_at = fails_at

    def flow(self, event: Event) -> None:
        self.events.append(event)

    async def fact(self, *events: Event) -> None:
        self.facts += 1
        if self._fails_at is not None and self.facts >= self._fails_at:
            raise Unavailable("the disk is full", code="disk_full")
        self.events += events
        with anyio.CancelScope(shield=True):
            await anyio.lowlevel.checkpoint()

    async def room(self) -> None:
        self.rooms += 1
        await anyio.lowlevel.checkpoint()


class MemoryInbox:
    """Input that the test puts in."""

    def __init__(self) -> None:
        self.waiting: list[str] = []
        self.follow_ups: list[str] = []
        self.is_closed = False

    async def take(self) -> tuple[UserMessage, ...]:
        waiting, self.waiting = self.waiting, []
        return tuple(map(user, waiting))

    async def last(self) -> tuple[UserMessage, ...]:
        came = await self.take()
        if not came and self.follow_ups:
            came = (user(self.follow_ups.pop(0)),)
        self.is_closed = not came
        return came


class ScriptedRetries:
    """Answers the rounds with calls by a script; those beyond it are well. `rounds` tells what was reported."""

    def __init__(self, *decisions: RetryDecision) -> None:
        self._decisions = list(decisions)
        self.rounds: list[list[str]] = []

    def after_round(self, calls: Sequence[DoneCall]) -> RetryDecision:
        self.rounds.append([f"{done.prepared.call.name} {done.outcome.error_class}" for done in calls])
        return self._decisions.pop(0) if self._decisions else RetryDecision()


class CountedCalls(NoMetrics):
    """Remembers how provider calls ended, and the tokens of all of them."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str]] = []
        self.counted: Counter[str] = Counter()

    def provider_call(self, provider: str, outcome: str) -> None:
        self.calls.append((provider, outcome))

    def tokens(self, provider: str, direction: str, count: int) -> None:
        self.counted[f"{provider} {direction}"] += count


@dataclass(slots=True)
class Dialogue:
    """One turn: `loop` over the model of the test."""

    model: ModelPort
    tools: FakeTools = field(default_factory=FakeTools)
    retries: ScriptedRetries = field(default_factory=ScriptedRetries)
    record: MemoryRecord = field(default_factory=MemoryRecord)
    inbox: MemoryInbox = field(default_factory=MemoryInbox)
    clock: FakeClock = field(default_factory=FakeClock)
    metrics: CountedCalls = field(default_factory=CountedCalls)
    budget: Budget = field(default_factory=Budget)
    context_tokens: int = 100_000

    past: tuple[str, ...] = ()
    """What was said and answered before, a turn each."""

    def loop(self, text: str = "hello") -> AgentLoop:
        before = [message for said in self.past for message in (user(said), AssistantMessage(said))]
        request = ModelRequest(model="scripted-1", messages=(*before, user(text)), tools=self.tools.specs)
        mode = "Agent" if self.tools.tools else "Chat"
        tokens = sum(map(tokens_of, request.messages))
        counts = (2,) * len(self.past)
        job = TurnJob("turn", request, mode, self.budget, tokens, context_tokens=self.context_tokens, past=counts)
        ports = Ports(
            model=self.model,
            tools=self.tools,
            retries=self.retries,
            record=self.record,
            inbox=self.inbox,
            clock=self.clock,
            ids=FakeIds(),
            metrics=self.metrics,
        )
        return AgentLoop(job, ports)


def user(text: str) -> UserMessage:
    return UserMessage((TextPart(text),))


def story(events: list[Event]) -> list[str]:
    """The events as short lines, deltas of one item in a row joined."""
    lines: list[str] = []
    for event in events:
        match event:
            case ItemDelta(delta=delta, stream=stream):
                if lines and lines[-1].startswith(f"{stream}: "):
                    lines[-1] += delta
                else:
                    lines.append(f"{stream}: {delta}")
            case ItemStarted(item=item):
                lines.append(f"+ {_name(item)}")
            case ItemCompleted(item=item):
                lines.append(f"- {_name(item)} {_text(item)}".rstrip())
            case _:
                lines.append(type(event).__name__)
    return lines


def _name(item: object) -> str:
    return item.tool_name if isinstance(item, ToolFields) else type(item).__name__


def _text(item: object) -> str:
    match item:
        case AgentMessage(text=text, phase=phase):
            return f"{phase}: {text}"
        case ReasoningItem(content=content):
            return "".join(content)
        case SystemEvent(message=message):
            return message
        case ToolFields(status=status):
            return status.value
        case _:
            return ""


def unbalanced(events: list[Event]) -> list[str]:
    """Items that were not ended exactly once after being started."""
    starts: list[str] = [event.item.id for event in events if isinstance(event, ItemStarted)]
    ends = [event.item.id for event in events if isinstance(event, ItemCompleted)]
    wrong = [item for item in starts if ends.count(item) != 1]
    return wrong + [item for item in set(starts) if starts.count(item) != 1]
