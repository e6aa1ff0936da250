"""Rows of tool calls: named by what they are about, with their output and why they failed."""

import pytest

from portico.client.state import ItemState, Phase
from portico.client.timeline import Row, item_row, tool_subject
from portico.client.timeline.kinds.tools import tool_row
from portico.protocol.types import item as it
from tests.client.timeline.made import call, command, fields

SEEN = it.Observation(
    trace_id="", turn_id="u", tool_call_id="", attempt_id="", pipeline_stage="", ts_unix_ms=9, mono_ns=0, event_seq=0
)


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        pytest.param(
            ItemState("i", command(display=it.ShellDisplay(), observation=SEEN), Phase.RUNNING, output="a\n"),
            Row(
                key="i",
                kind="tool",
                text="a\n",
                phase=Phase.RUNNING,
                title="exec_command ls -la",
                started_at_ms=9,
            ),
            id="a running command shows its stream",
        ),
        pytest.param(
            ItemState(
                "i",
                command(
                    display=it.ShellDisplay(stdout="o", stderr="e", exit_code=2, duration_ms=12),
                    outcome=it.Outcome(status="recoverable_error", error_class="execution_failed"),
                    observation=SEEN,
                ),
                Phase.FAILED,
                output="o",
            ),
            Row(
                key="i",
                kind="tool",
                text="oe",
                phase=Phase.FAILED,
                title="exec_command ls -la",
                detail="exit 2",
                exit_code=2,
                elapsed_ms=12,
                level="error",
            ),
            id="a failed command",
        ),
        pytest.param(
            ItemState(
                "i",
                call(
                    arguments={"limit": 3, "path": "x/y"},
                    display=it.SummaryDisplay(title="t", lines=["1", "2"], metadata={}, truncated=False),
                    outcome=it.Outcome(status="ok"),
                ),
                Phase.DONE,
            ),
            Row(key="i", kind="tool", text="1\n2", title="read_file x/y"),
            id="a summary",
        ),
        pytest.param(
            ItemState(
                "i",
                call(outcome=it.Outcome(status="recoverable_error", error_class="not_found"), arguments=None),
                Phase.FAILED,
            ),
            Row(key="i", kind="tool", phase=Phase.FAILED, title="read_file", detail="not found", level="error"),
            id="a failure without a shell",
        ),
        pytest.param(
            ItemState("i", it.WebFetch(**fields(url="http://x", elapsed_ms=5)), Phase.DONE),
            Row(key="i", kind="tool", title="tool", elapsed_ms=5),
            id="a page",
        ),
    ],
)
def test_tool(state: ItemState, expected: Row) -> None:
    assert item_row(state) == expected


@pytest.mark.parametrize(
    ("item", "subject"),
    [
        (command(command=["a", "b\nc"]), "a b c"),
        (it.FileChange(**fields(changed_files=["a", "b"])), "a, b"),
        (it.FileChange(**fields(changed_files=[], arguments={"path": "p"})), "p"),
        (call(arguments={"command": ["a", "b"]}), "a b"),
        (call(arguments={"other": 1}), ""),
        (call(arguments=[1]), ""),
        (call(arguments={"query": None, "url": 5}), "5"),
    ],
)
def test_subject(item: it.ToolFields, subject: str) -> None:
    assert tool_subject(item) == subject


def test_what_is_no_tool_still_has_a_row() -> None:
    state = ItemState("i", None, Phase.DONE, output="o")
    assert tool_row(state, {"key": "i"}) == Row(key="i", kind="unknown", text="o")
