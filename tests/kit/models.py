"""Models without a network: one plays a script, one makes seeded trouble."""

import random
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Any

import anyio
import anyio.lowlevel
import msgspec

from portico.gateway.agent.model import (
    Failed,
    FailureClass,
    Finished,
    FinishReason,
    ModelEvent,
    ModelRequest,
    ProviderFailure,
    TextDelta,
    ThinkingDelta,
    ToolCall,
    UsageReport,
)

EndEvent = (Finished, Failed)


@dataclass(frozen=True, slots=True)
class Wait:
    """The stream stands still until the test sets `event`."""

    event: anyio.Event


@dataclass(frozen=True, slots=True)
class Reach:
    """The stream tells the test that it came this far."""

    event: anyio.Event


@dataclass(frozen=True, slots=True)
class Cut:
    """The stream ends here without an end."""


Step = ModelEvent | Wait | Reach | Cut | str
"""A string is a text delta."""


def think(text: str) -> ThinkingDelta:
    return ThinkingDelta(text)


def call(name: str, arguments: dict[str, Any] | None = None, call_id: str = "") -> ToolCall:
    return ToolCall(call_id or f"call_{name}", name, msgspec.json.encode(arguments or {}).decode())


def end(reason: FinishReason = FinishReason.STOP) -> Finished:
    return Finished(reason)


def usage(input_tokens: int, output_tokens: int) -> UsageReport:
    return UsageReport(input_tokens=input_tokens, output_tokens=output_tokens)


def failure(kind: FailureClass, message: str = "the provider failed") -> ProviderFailure:
    return ProviderFailure(
        provider="scripted", model="scripted-1", failure_class=kind, stage="mid_stream", message=message
    )


def fail(kind: FailureClass, message: str = "the provider failed") -> Failed:
    return Failed(failure(kind, message))


class ScriptedModel:
    """Plays one list of steps per provider call; a call beyond the script answers `"ok"`.

    A list that does not end by itself ends with Finished. `requests` are the calls it got, `closed` counts the
    streams that are over, however they ended.
    """

    def __init__(self, *rounds: Sequence[Step], provider: str = "scripted") -> None:
        self.rounds = [list(steps) for steps in rounds]
        self.requests: list[ModelRequest] = []
        self.closed = 0
        self._provider = provider

    @property
    def provider(self) -> str:
        return self._provider

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent]:
        place = len(self.requests)
        self.requests.append(request)
        steps = self.rounds[place] if place < len(self.rounds) else ["ok"]
        try:
            async for event in _play(steps):
                yield event
        finally:
            self.closed += 1


async def _play(steps: Sequence[Step]) -> AsyncGenerator[ModelEvent]:
    has_calls = False
    for step in steps:
        match step:
            case Wait():
                await step.event.wait()
            case Reach():
                step.event.set()
            case Cut():
                return
            case str():
                yield TextDelta(step)
            case _:
                has_calls = has_calls or isinstance(step, ToolCall)
                yield step
                if isinstance(step, EndEvent):
                    return
    yield Finished(FinishReason.TOOL_CALLS if has_calls else FinishReason.STOP)


class ChaosModel:
    """Random text, thinking, calls of `tools`, stalls of the loop and failures; one seed gives one history."""

    def __init__(self, seed: int, tools: Sequence[str] = (), failure_rate: float = 0.15) -> None:
        self._random = random.Random(seed)
        self._tools = tuple(tools)
        self._failure_rate = failure_rate
        self.requests: list[ModelRequest] = []

    @property
    def provider(self) -> str:
        return "chaos"

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent]:
        self.requests.append(request)
        dice = self._random
        for _ in range(dice.randrange(6)):
            await anyio.lowlevel.checkpoint()
            kind = TextDelta if dice.random() < 0.7 else ThinkingDelta
            yield kind(f"{dice.randrange(1000)} ")
            if dice.random() < self._failure_rate:
                if dice.random() < 0.5:
                    yield fail(dice.choice(list(FailureClass)))
                return
        count = dice.randrange(4) if self._tools else 0
        for place in range(count):
            yield call(dice.choice(self._tools), {"n": place}, f"c{len(self.requests)}_{place}")
        yield Finished(FinishReason.TOOL_CALLS if count else dice.choice(list(FinishReason)))
