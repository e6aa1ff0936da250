"""One running turn: its context is compiled, its loop runs, its last batch is written."""

from dataclasses import dataclass
from pathlib import Path

import anyio
from msgspec.structs import replace

from portico.gateway.agent.context import PastTurn, choose, fixed_tokens, past_turn, tokens_of
from portico.gateway.agent.loop import AgentLoop, Ending, Ports
from portico.gateway.agent.model import ModelRequest, UserMessage
from portico.gateway.agent.ports import ModelPort, ToolPort, TurnJob, request_room
from portico.gateway.features.turns.ports import TurnPorts
from portico.gateway.features.turns.rules import ending as endings
from portico.gateway.features.turns.service.conversations import Conversations
from portico.gateway.features.turns.service.record import Inbox, Place, Recorder
from portico.gateway.features.turns.service.retries import Retries
from portico.gateway.kernel.errors import Conflict, GatewayError
from portico.gateway.log import Append, Batch, thread_stream
from portico.protocol.events import ContextCompressed, ContextCompressing, ItemCompleted
from portico.protocol.types.item import UserMessage as UserItem
from portico.protocol.types.thread import ThreadMode
from portico.protocol.types.turn import PromptDiagnostic, Turn, TurnStatus, Usage

_GONE = ("fenced_off", "stream_erased")
_OVER = (*_GONE, "turn_not_open")
"""Refusals of the last batch that mean: there is nothing (more) to end."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything a turn needs to run, decided when it starts."""

    thread_id: str
    workspace_id: str
    turn: Turn
    mode: ThreadMode
    model: ModelPort
    effort: str | None
    tools: ToolPort
    root: Path
    system: str
    item: UserItem
    said: UserMessage
    takes_images: bool | None = None
    context_tokens: int | None = None
    context: tuple[PastTurn, ...] | None = None
    """What the caller told of earlier, in place of the thread's own past."""
    beside: tuple[Append, ...] = ()
    """What others than the watchers of the thread are told of its start."""


class TurnRun:
    """A `running.Run` over the agent's loop. It alone appends the turn's events, each with its fence."""

    def __init__(self, ports: TurnPorts, conversations: Conversations, plan: Plan, fence: int) -> None:
        self.thread_id = plan.thread_id
        self.turn_id = plan.turn.id
        self.scope = anyio.CancelScope()
        self.interruption: Ending | None = None
        self._ports = ports
        self._conversations = conversations
        self._plan = plan
        self._place = Place(plan.thread_id, plan.turn.id, fence)
        self._recorder = Recorder(ports.log, self._place)
        self.inbox = Inbox(self._recorder, self._place)
        self._loop: AgentLoop | None = None
        self._began = ports.clock.monotonic()
        self._is_gone = False
        self._is_ending = False
        self._last: Batch | None = None
        self._diagnostics: list[PromptDiagnostic] = []
        self._unwatch = ports.log.watch_run(thread_stream(plan.thread_id), fence, self._refused)

    @property
    def has_tools(self) -> bool:
        return bool(self._plan.tools.specs)

    @property
    def model(self) -> str:
        return self._plan.turn.model or ""

    @property
    def takes_images(self) -> bool | None:
        """None where nobody said."""
        return self._plan.takes_images

    @property
    def workspace_id(self) -> str:
        return self._plan.workspace_id

    @property
    def turn(self) -> Turn:
        """The turn as it was started."""
        return self._plan.turn

    @property
    def is_over(self) -> bool:
        """Its last event is being written or was, or its thread is gone: nothing reaches it any more."""
        return self._is_gone or self._is_ending

    def interrupt(self, reason: str | None) -> None:
        """Stop now, as the user asked."""
        if self.interruption is None:
            self.interruption = Ending(TurnStatus.INTERRUPTED, reason, "cancelled")
        self.scope.cancel()

    async def work(self) -> Ending:
        plan, ports = self._plan, self._ports
        around = Ports(
            model=plan.model,
            tools=plan.tools,
            retries=Retries(ports.ids),
            record=self._recorder,
            inbox=self.inbox,
            clock=ports.clock,
            ids=ports.ids,
            metrics=ports.metrics,
        )
        self._loop = AgentLoop(await self._job(), around)
        return await self._loop.run()

    async def end(self, ending: Ending) -> None:
        """Complete what is open and end the turn, in one batch. A turn whose thread is gone writes nothing."""
        if self._is_gone:
            self._conversations.forget(self.thread_id)
        else:
            self._last = self._last or self._closing(ending)
            await self._write(self._last)
        self._unwatch()

    async def _write(self, batch: Batch) -> None:
        try:
            await self._ports.log.write(batch)
        except GatewayError as error:
            self._conversations.forget(self.thread_id)
            if not (isinstance(error, Conflict) and error.code in _OVER):
                raise

    def _closing(self, ending: Ending) -> Batch:
        loop, plan, self._is_ending = self._loop, self._plan, True
        steers = self.inbox.close()
        if loop is not None and ending.status is TurnStatus.COMPLETED:
            self._conversations.add(self.thread_id, past_turn(self.turn_id, (plan.said, *loop.said())))
        else:
            self._conversations.forget(self.thread_id)  # what was shown of a cut answer is read from the log
        closing = list(loop.closing(ending.error or "the turn was interrupted") if loop else ())
        closing += [ItemCompleted(item=steer.item) for steer in steers]
        turn = endings.ended(plan.turn, ending, self._ports.clock.now(), loop.usage if loop else Usage())
        turn = replace(turn, duration_ms=round((self._ports.clock.monotonic() - self._began) * 1_000))
        terminal = endings.terminal_event(endings.noted(turn, self._diagnostics), ending.resume)
        return endings.last_batch(self.thread_id, self._place.fence, closing, terminal)

    async def _job(self) -> TurnJob:
        """The request with as much of the conversation as fits."""
        plan = self._plan
        past = plan.context
        if past is None:
            past = await self._conversations.past(self.thread_id, self.turn_id, plan.root)
        fixed = fixed_tokens(plan.system, plan.tools.specs) + tokens_of(plan.said)
        room = request_room(plan.context_tokens)
        kept, tokens, left_out = choose(past, room - fixed)
        if left_out:
            self._tell_left_out(left_out, fixed + sum(turn.tokens for turn in past), fixed + tokens)
        request = ModelRequest(
            model=self.model,
            messages=(*(message for turn in kept for message in turn.messages), plan.said),
            system=plan.system,
            tools=plan.tools.specs,
            effort=plan.effort,
            conversation=self.thread_id,
        )
        counts = tuple(len(turn.messages) for turn in kept)
        return TurnJob(
            self.turn_id, request, plan.mode.value, prompt_tokens=tokens + fixed, context_tokens=room, past=counts
        )

    def _tell_left_out(self, turns: int, before: int, after: int) -> None:
        """The oldest turns do not fit: for the timeline, and for the manifest of the prompt."""
        told = f"the {turns} oldest turns of the conversation did not fit into the model's context"
        self._diagnostics.append(PromptDiagnostic(code="total_budget_truncated", message=told))
        self._recorder.flow(ContextCompressing(reason="threshold", tokens_before=before, message=told))
        self._recorder.flow(
            ContextCompressed(
                reason="threshold",
                tokens_before=before,
                tokens_after=after,
                dropped_turns=turns,
                compressed_tokens=after,
            )
        )

    def _refused(self, error: GatewayError) -> None:
        """The log does not take this run's events any more: the thread is gone, or the store fails."""
        if isinstance(error, Conflict) and error.code in _GONE:
            self._is_gone = True
        if self.interruption is None:
            self.interruption = Ending(TurnStatus.FAILED, error.message, error.code)
        self.scope.cancel()
