"""Rows of tool calls: named by what they are about, with their output and why they failed."""

from typing import get_args

import pytest

from portico.client.state import ItemState, Phase
from portico.client.timeline import Row, item_row, tool_subject
from portico.client.timeline.kinds.tools import tool_row
from portico.client.words import Phrase, say
from portico.gateway.agent.ports import ErrorClass
from portico.protocol.types import item as it
from tests.client.timeline.made import call, command, fields

SEEN = it.Observation(
    trace_id="", turn_id="u", tool_call_id="", attempt_id="", pipeline_stage="", ts_unix_ms=9, mono_ns=0, event_seq=0
)


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        pytest.param(
            ItemState(
                "i", command(display=it.ShellDisplay(), observation=SEEN), Phase.RUNNING, output="a\n", started_at_ms=7
            ),
            Row(
                key="i",
                kind="tool",
                text="a\n",
                phase=Phase.RUNNING,
                title="exec_command ls -la",
                started_at_ms=7,
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
                started_at_ms=7,
            ),
            Row(
                key="i",
                kind="tool",
                text="oe",
                phase=Phase.FAILED,
                title="exec_command ls -la",
                detail="exit 2",
                detail_words=say("row.exit", code=2),
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
            Row(
                key="i",
                kind="tool",
                phase=Phase.FAILED,
                title="read_file",
                detail="not found",
                detail_words=say("failure.not_found"),
                level="error",
            ),
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


@pytest.mark.parametrize(
    ("outcome", "detail", "words"),
    [
        pytest.param(it.Outcome(status="ok"), "", None, id="none"),
        pytest.param(it.Outcome(status="fatal_error"), "fatal error", say("failure.fatal_error"), id="no class"),
        pytest.param(
            it.Outcome(status="recoverable_error", error_class="timeout"), "timeout", say("failure.timeout"), id="class"
        ),
        pytest.param(
            it.Outcome(status="recoverable_error", error_class="moon_phase"), "moon phase", None, id="a later class"
        ),
        pytest.param(it.Outcome(status="fatal_error", error_class="{x}"), "{x}", None, id="a hostile class"),
    ],
)
def test_why_a_call_failed(outcome: it.Outcome, detail: str, words: Phrase | None) -> None:
    row = item_row(ItemState("i", call(outcome=outcome), Phase.FAILED))
    assert (row.detail, row.detail_words) == (detail, words)


def test_every_class_of_failure_has_words() -> None:
    for name in get_args(ErrorClass):
        assert str(say(f"failure.{name}")) == name.replace("_", " ")
