"""Items, turns and events for the tests of rows."""

from typing import Any

from portico.client.state import ThreadState, TurnState, reduce
from portico.protocol import events as ev
from portico.protocol.types import item as it
from portico.protocol.types.turn import Turn, TurnStatus

POLICY = it.OutputPolicy(llm="full", timeline="full", storage="none", recovery="none", deltas="disabled")


def fields(**more: Any) -> dict[str, Any]:
    return {
        "id": "i",
        "tool_name": "tool",
        "arguments": {},
        "status": it.ToolStatus.COMPLETED,
        "output_policy": POLICY,
        "display": it.HiddenDisplay(),
        "storage": it.NoStorage(),
        **more,
    }


def command(**more: Any) -> it.CommandExecution:
    return it.CommandExecution(**fields(**{"tool_name": "exec_command", "command": ["ls", "-la"], **more}))


def call(**more: Any) -> it.DynamicToolCall:
    return it.DynamicToolCall(**fields(**{"tool_name": "read_file", **more}))


def change(arguments: Any, files: tuple[str, ...] = ("a.py",), **more: Any) -> it.FileChange:
    return it.FileChange(**fields(**{"arguments": arguments, "changed_files": list(files), **more}))


def task(id_: str = "task", status: str = "running", parent: str | None = None) -> it.TaskItem:
    return it.TaskItem(
        id=id_,
        task_id=f"id of {id_}",
        title="Look around",
        status=status,
        trigger_kind="now",
        executor_kind="agent",
        parent_task_id=f"id of {parent}" if parent else None,
        depth=0,
        max_depth=3,
        created_at=1,
        updated_at=1,
    )


def turn(status: TurnStatus = TurnStatus.IN_PROGRESS, id_: str = "u", **more: Any) -> Turn:
    return Turn(id=id_, status=status, created_at=100, **more)


def begun(turn_id: str = "u") -> ev.TurnStarted:
    return ev.TurnStarted(workspace_id="w", thread_id="t", turn=turn(id_=turn_id), input=[])


def ended(status: TurnStatus = TurnStatus.COMPLETED, turn_id: str = "u", **more: Any) -> ev.Event:
    kind = ev.TurnFailed if status is TurnStatus.FAILED else ev.TurnCompleted
    return kind(turn=turn(status, turn_id, completed_at=107, **more))


def reduced(*events: ev.Event, turn_id: str = "u") -> ThreadState:
    state = ThreadState("t")
    for version, event in enumerate(events, 1):
        state = reduce(state, event, version=version, turn_id=turn_id, at_ms=version * 1_000)
    return state


def turn_of(*events: ev.Event) -> TurnState:
    """The turn after `events`, which follow its start."""
    current = reduced(begun(), *events).current
    assert current is not None
    return current


def said(id_: str, text: str = "hi") -> ev.ItemCompleted:
    return ev.ItemCompleted(item=it.UserMessage(id=id_, text=text))


def answered(id_: str, text: str = "yo", **more: Any) -> ev.ItemCompleted:
    return ev.ItemCompleted(item=it.AgentMessage(id=id_, text=text, **more))


def done(id_: str, **more: Any) -> ev.ItemCompleted:
    return ev.ItemCompleted(item=call(id=id_, **more))


def running(id_: str, **more: Any) -> ev.ItemStarted:
    return ev.ItemStarted(item=call(id=id_, status=it.ToolStatus.IN_PROGRESS, **more))
