"""Tools without side effects: each is a function of the test."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec

from portico.gateway.agent.model import ToolCall, ToolSpec
from portico.gateway.agent.ports import DeltaSink, ExecutionClass, PreparedCall, ToolOutcome
from portico.protocol.types.item import (
    CommandExecution,
    HiddenDisplay,
    NoStorage,
    Outcome,
    OutputPolicy,
    ShellDisplay,
    ToolItem,
    ToolStatus,
)

POLICY = OutputPolicy(llm="full", timeline="full", storage="full", recovery="evidence", deltas="persist_and_display")
Body = Callable[[dict[str, Any], DeltaSink], Awaitable[str]]


class ToolTrouble(Exception):
    """Raised by a test's tool that is to fail; its outcome is an error."""


@dataclass(frozen=True, slots=True)
class FakeTool:
    """`session` orders calls when the class is `session`."""

    run: Body
    execution_class: ExecutionClass = "shared"
    session: str = ""


async def echo(arguments: dict[str, Any], sink: DeltaSink) -> str:
    """Answers its arguments, and shows them on stdout."""
    text = msgspec.json.encode(arguments).decode()
    sink(text, "stdout")
    return text


@dataclass(slots=True)
class FakeTools:
    """A ToolPort over `tools`. `log` tells starts and ends; a name that is not there is refused."""

    tools: dict[str, FakeTool] = field(default_factory=dict[str, FakeTool])
    log: list[str] = field(default_factory=list[str])

    @property
    def specs(self) -> tuple[ToolSpec, ...]:
        return tuple(ToolSpec(name, f"the tool {name}", {"type": "object"}) for name in self.tools)

    def prepare(self, call: ToolCall, item_id: str) -> PreparedCall:
        item = fake_item(item_id, call.name)
        tool = self.tools.get(call.name)
        if tool is None:
            refused = msgspec.structs.replace(item, status=ToolStatus.FAILED, success=False)
            refusal = ToolOutcome(f"there is no tool {call.name}", refused, is_error=True, error_class="not_found")
            return PreparedCall(call, {}, item, "shared", refusal=refusal)
        arguments = msgspec.json.decode(call.arguments, type=dict[str, Any])
        return PreparedCall(call, arguments, item, tool.execution_class, tool.session)

    async def run(self, prepared: PreparedCall, sink: DeltaSink) -> ToolOutcome:
        name = prepared.call.name
        self.log.append(f"{prepared.call.id} start")
        try:
            content = await self.tools[name].run(prepared.arguments, sink)
        except ToolTrouble as trouble:
            ended = _ended(prepared.item, False)
            return ToolOutcome(str(trouble), ended, is_error=True, error_class="execution_failed")
        self.log.append(f"{prepared.call.id} end")
        return ToolOutcome(content, _ended(prepared.item, True))


def fake_item(item_id: str, name: str) -> ToolItem:
    """A command that has just begun."""
    return CommandExecution(
        id=item_id,
        tool_name=name,
        arguments={},
        status=ToolStatus.IN_PROGRESS,
        output_policy=POLICY,
        display=ShellDisplay() if name != "quiet" else HiddenDisplay(),
        storage=NoStorage(),
        command=[name],
    )


def _ended(item: ToolItem, is_well: bool) -> ToolItem:
    return msgspec.structs.replace(
        item,
        status=ToolStatus.COMPLETED if is_well else ToolStatus.FAILED,
        success=is_well,
        outcome=Outcome(status="ok" if is_well else "recoverable_error", should_retry=not is_well),
    )
