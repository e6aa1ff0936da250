"""Rows: what a shell shows of each item and of how a turn ended."""

from typing import Any

import pytest

from portico.client.state import ItemState, Phase, ThreadState, TurnState
from portico.client.timeline import Row, rows, shorten, turn_rows
from portico.protocol.types.item import (
    AgentMessage,
    CommandExecution,
    DynamicToolCall,
    FileChange,
    HiddenDisplay,
    NoStorage,
    Outcome,
    OutputPolicy,
    ReasoningItem,
    ShellDisplay,
    SummaryDisplay,
    SystemEvent,
    ToolStatus,
    UserMessage,
)
from portico.protocol.types.turn import Turn, TurnStatus

POLICY = OutputPolicy(llm="full", timeline="full", storage="none", recovery="none", deltas="disabled")
FIELDS: dict[str, Any] = {
    "id": "i",
    "tool_name": "tool",
    "arguments": {},
    "status": ToolStatus.COMPLETED,
    "output_policy": POLICY,
    "display": HiddenDisplay(),
    "storage": NoStorage(),
}


def command(**more: Any) -> CommandExecution:
    fields: dict[str, Any] = {**FIELDS, "tool_name": "exec_command", "command": ["ls", "-la"], **more}
    return CommandExecution(**fields)


def dynamic(**more: Any) -> DynamicToolCall:
    fields: dict[str, Any] = {**FIELDS, "tool_name": "read_file", **more}
    return DynamicToolCall(**fields)


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        pytest.param(
            ItemState("i", UserMessage(id="i", text="Hi"), Phase.DONE, text="Hi"), Row("i", "user", "Hi"), id="user"
        ),
        pytest.param(
            ItemState("i", AgentMessage(id="i", text="Yo", phase="commentary"), Phase.DONE, text="Yo"),
            Row("i", "assistant", "Yo", title="commentary"),
            id="assistant",
        ),
        pytest.param(
            ItemState("i", ReasoningItem(id="i", summary=[], content=[]), Phase.RUNNING, text="hm"),
            Row("i", "reasoning", "hm", Phase.RUNNING),
            id="reasoning",
        ),
        pytest.param(
            ItemState("i", SystemEvent(id="i", level="warning", message="m"), Phase.DONE, text="m"),
            Row("i", "notice", "m", level="warning"),
            id="system event",
        ),
        pytest.param(
            ItemState("i", command(status=ToolStatus.IN_PROGRESS), Phase.RUNNING, output="a\n"),
            Row("i", "tool", "a\n", Phase.RUNNING, title="exec_command ls -la"),
            id="a running command shows its stream",
        ),
        pytest.param(
            ItemState(
                "i",
                command(
                    display=ShellDisplay(stdout="o", stderr="e", exit_code=2, duration_ms=12),
                    outcome=Outcome(status="recoverable_error", error_class="execution_failed"),
                ),
                Phase.FAILED,
            ),
            Row("i", "tool", "oe", Phase.FAILED, "exec_command ls -la", "exit 2", 12, "error"),
            id="a failed command",
        ),
        pytest.param(
            ItemState("i", FileChange(**FIELDS, changed_files=["a.py", "b.py"]), Phase.DONE),
            Row("i", "tool", "", title="tool a.py, b.py"),
            id="a file change",
        ),
        pytest.param(
            ItemState(
                "i",
                dynamic(
                    arguments={"limit": 3, "path": "x/y"},
                    display=SummaryDisplay(title="t", lines=["1", "2"], metadata={}, truncated=False),
                ),
                Phase.DONE,
            ),
            Row("i", "tool", "1\n2", title="read_file x/y"),
            id="a summary",
        ),
        pytest.param(
            ItemState(
                "i",
                dynamic(outcome=Outcome(status="recoverable_error", error_class="not_found"), arguments=None),
                Phase.FAILED,
            ),
            Row("i", "tool", "", Phase.FAILED, "read_file", "not found", level="error"),
            id="a failure without a shell",
        ),
        pytest.param(
            ItemState("i", dynamic(arguments={"command": ["a", "b"]}), Phase.DONE),
            Row("i", "tool", "", title="read_file a b"),
            id="a list argument",
        ),
        pytest.param(
            ItemState("i", None, Phase.RUNNING, text="?"),
            Row("i", "unknown", "?", Phase.RUNNING),
            id="an item that is not understood is not gone",
        ),
    ],
)
def test_an_item_becomes_a_row(state: ItemState, expected: Row) -> None:
    turn = TurnState(Turn(id="u", status=TurnStatus.COMPLETED), (state,))
    assert rows(ThreadState("t", turns=(turn,))) == [expected]


@pytest.mark.parametrize(
    ("status", "error", "text", "level"),
    [
        (TurnStatus.FAILED, "no key", "no key", "error"),
        (TurnStatus.FAILED, None, "the turn failed", "error"),
        (TurnStatus.INTERRUPTED, None, "interrupted", "warning"),
        (TurnStatus.BLOCKED, "budget", "budget", "warning"),
    ],
)
def test_a_bad_end_is_told(status: TurnStatus, error: str | None, text: str, level: str) -> None:
    turn = TurnState(Turn(id="u", status=status, error=error), notices=("late",))
    assert turn_rows(turn) == [Row("u:notice0", "notice", "late"), Row("u:end", "end", text, level=level)]  # pyright: ignore[reportArgumentType]


def test_a_good_end_needs_no_row() -> None:
    assert turn_rows(TurnState(Turn(id="u", status=TurnStatus.COMPLETED))) == []


@pytest.mark.parametrize(("text", "expected"), [("a\n b", "a b"), ("xxxxx", "xxx…"), ("xxxx", "xxxx"), ("", "")])
def test_shorten(text: str, expected: str) -> None:
    assert shorten(text, 4) == expected
