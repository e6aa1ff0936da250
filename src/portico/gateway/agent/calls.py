"""The tool calls of one round: what runs beside what, and what is on record before and after."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import anyio
from anyio.abc import TaskGroup

from portico.gateway.agent.model import ToolCall, ToolResultMessage
from portico.gateway.agent.ports import DoneCall, PreparedCall, RecordPort, ToolOutcome, ToolPort
from portico.gateway.agent.recovery import cut_short
from portico.gateway.kernel.errors import GatewayError
from portico.gateway.kernel.ids import Ids
from portico.protocol.events import Event, ItemCompleted, ItemDelta, ItemStarted
from portico.protocol.events.item import DeltaStream
from portico.protocol.types.item import ToolItem

ToolStream = Literal["stdout", "stderr", "file_change", "tool_progress"]


@dataclass(slots=True)
class _Open:
    item: ToolItem
    shown: dict[DeltaStream, list[str]] = field(default_factory=dict["DeltaStream", "list[str]"])


class CallRunner:
    """Runs calls by their execution class: shared side by side, exclusive alone, a session's in order."""

    def __init__(self, tools: ToolPort, record: RecordPort, ids: Ids) -> None:
        self._tools = tools
        self._record = record
        self._ids = ids
        self._open: dict[str, _Open] = {}

    async def run(self, calls: Sequence[ToolCall], before: Sequence[Event]) -> list[DoneCall]:
        """One outcome per call, in the calls' order. `before` is recorded together with the first start."""
        prepared = [self._tools.prepare(call, self._ids.new()) for call in calls]
        outcomes: dict[str, ToolOutcome] = {}
        for wave in waves(prepared):
            await self._begin(wave, before, outcomes)
            before = ()
            await self._run_wave([call for call in wave if call.refusal is None], outcomes)
        return [DoneCall(call, outcomes[call.item.id]) for call in prepared]

    def closing(self, reason: str) -> list[ItemCompleted]:
        """The calls that were cut short, as failed, with the output that was shown."""
        cut = [
            cut_short(call.item, {stream: "".join(parts) for stream, parts in call.shown.items()}, reason)
            for call in self._open.values()
        ]
        self._open.clear()
        return [ItemCompleted(item=item) for item in cut]

    async def _begin(
        self, wave: Sequence[PreparedCall], before: Sequence[Event], outcomes: dict[str, ToolOutcome]
    ) -> None:
        events = list(before)
        for call in wave:
            events.append(ItemStarted(item=call.item))
            if call.refusal is not None:
                events.append(ItemCompleted(item=call.refusal.item))
                outcomes[call.item.id] = call.refusal
        await self._record.fact(*events)
        self._open |= {call.item.id: _Open(call.item) for call in wave if call.refusal is None}

    async def _run_wave(self, wave: Sequence[PreparedCall], outcomes: dict[str, ToolOutcome]) -> None:
        lines = _lines(wave)
        if len(lines) == 1:
            await self._run_line(lines[0], outcomes)
            return
        failures: list[GatewayError] = []
        async with anyio.create_task_group() as group:
            for line in lines:
                group.start_soon(self._guarded, line, outcomes, failures, group)
        if failures:
            raise failures[0]

    async def _guarded(
        self,
        line: Sequence[PreparedCall],
        outcomes: dict[str, ToolOutcome],
        failures: list[GatewayError],
        group: TaskGroup,
    ) -> None:
        try:
            await self._run_line(line, outcomes)
        except GatewayError as error:
            failures.append(error)
            group.cancel_scope.cancel()

    async def _run_line(self, line: Sequence[PreparedCall], outcomes: dict[str, ToolOutcome]) -> None:
        for call in line:
            outcome = await self._tools.run(call, self._sink(call.item.id))
            await self._record.fact(ItemCompleted(item=outcome.item))
            self._open.pop(call.item.id, None)
            outcomes[call.item.id] = outcome

    def _sink(self, item_id: str):  # noqa: ANN202 - see DeltaSink
        shown, flow = self._open[item_id].shown, self._record.flow

        def sink(piece: str, stream: ToolStream) -> None:
            shown.setdefault(stream, []).append(piece)
            flow(ItemDelta(item_id=item_id, delta=piece, stream=stream))

        return sink


def waves(calls: Sequence[PreparedCall]) -> list[list[PreparedCall]]:
    """Groups that run one after another: an exclusive call alone, those between them together."""
    groups: list[list[PreparedCall]] = []
    is_joinable = False
    for call in calls:
        is_alone = call.execution_class == "exclusive" and call.refusal is None
        if is_alone or not is_joinable:
            groups.append([])
        groups[-1].append(call)
        is_joinable = not is_alone
    return groups


def unique(calls: Sequence[ToolCall], ids: Ids) -> list[ToolCall]:
    """The same calls, each with an id of its own: some providers send none, or one twice."""
    seen: set[str] = set()
    named: list[ToolCall] = []
    for call in calls:
        fresh = call if call.id and call.id not in seen else replace(call, id=f"call_{ids.new()}")
        seen.add(fresh.id)
        named.append(fresh)
    return named


def _lines(wave: Sequence[PreparedCall]) -> list[list[PreparedCall]]:
    """Calls of one session stand in one line; every other call is a line of its own."""
    lines: dict[tuple[str, str], list[PreparedCall]] = {}
    for call in wave:
        key = ("session", call.session) if call.execution_class == "session" else ("call", call.item.id)
        lines.setdefault(key, []).append(call)
    return list(lines.values())


def results(calls: Sequence[DoneCall], note: str = "") -> list[ToolResultMessage]:
    """The answers as the model reads them; `note` stands below the last one."""
    last = len(calls) - 1
    return [
        ToolResultMessage(
            done.prepared.call.id,
            done.prepared.call.name,
            done.outcome.content,
            done.outcome.is_error,
            note if place == last else "",
        )
        for place, done in enumerate(calls)
    ]
