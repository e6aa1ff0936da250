"""Tool calls as items: their first and their last form."""

from dataclasses import replace
from typing import Any

import pytest

from portico.gateway.features.tools.ports import Form, Tool, ToolResult, ToolRun
from portico.gateway.features.tools.rules import items
from portico.gateway.features.tools.rules.output import INLINE_LIMIT
from portico.gateway.features.tools.rules.policy import DYNAMIC_OUTPUT, FILE_OUTPUT, SAFE
from portico.gateway.kernel.redact import Redactor
from portico.protocol.types.item import (
    BlobRef,
    CommandExecution,
    DynamicToolCall,
    FileChange,
    MetadataStorage,
    Outcome,
    ShellDisplay,
    SummaryDisplay,
    ToolItem,
    ToolStatus,
)

REDACT = Redactor(["hunter2secret"]).text


async def nothing(_: ToolRun, __: dict[str, Any]) -> ToolResult:
    return ToolResult("")


def tool(form: Form) -> Tool:
    return Tool("tool", "", {}, "shared", form, "file_read", FILE_OUTPUT, SAFE, nothing)


def begin(form: Form, arguments: Any) -> ToolItem:
    return items.begin(tool(form), "item", "tool", arguments, REDACT)


@pytest.mark.parametrize(
    ("arguments", "command"),
    [
        ({"command": ["echo", "hunter2secret"]}, ["echo", "[redacted]"]),
        ({"command": [1, "a"]}, ["a"]),
        ({"command": "a b"}, []),
        ({}, []),
    ],
)
def test_a_command_begins_with_its_redacted_argv(arguments: Any, command: list[str]) -> None:
    item = begin("command", arguments)
    assert isinstance(item, CommandExecution)
    assert (item.command, item.status, item.display) == (command, ToolStatus.IN_PROGRESS, ShellDisplay())


PATCH = "*** Begin Patch\n*** Add File: a\n+x\n*** Update File: b\n*** Move to: c\n*** End Patch"


@pytest.mark.parametrize(
    ("arguments", "files"),
    [
        pytest.param({"path": "a/hunter2secret"}, ["a/[redacted]"], id="one file"),
        pytest.param({"input": PATCH}, ["a", "b", "c"], id="a patch"),
        pytest.param({"input": "nonsense"}, [], id="a bad patch"),
        pytest.param({}, [], id="none"),
    ],
)
def test_a_file_change_begins_with_its_files(arguments: Any, files: list[str]) -> None:
    item = begin("file_change", arguments)
    assert isinstance(item, FileChange)
    assert item.changed_files == files


def test_an_unknown_tool_is_a_dynamic_call() -> None:
    item = items.begin(None, "item", "hunter2secret", {"a": 1}, REDACT)
    assert isinstance(item, DynamicToolCall)
    assert (item.tool_name, item.recovery_policy, item.output_policy) == ("[redacted]", None, DYNAMIC_OUTPUT)


def test_a_result_is_shown_as_a_summary_and_stored_as_metadata() -> None:
    result = ToolResult("content", title="Read a", excerpt="one\ntwo", metadata={"path": "a", "content": "abc"})
    blob = BlobRef(sha256="0" * 64, size_bytes=70_000)
    item = items.finish(begin("dynamic", {}), result, is_retryable=None, blob=blob)
    assert isinstance(item.display, SummaryDisplay)
    assert isinstance(item.storage, MetadataStorage)
    assert (item.display.title, item.display.lines, item.display.truncated) == ("Read a", ["one", "two"], False)
    assert item.storage.metadata["content"]["kind"] == "redacted_raw"
    assert (item.status, item.success, item.outcome) == (ToolStatus.COMPLETED, True, Outcome(status="ok"))
    assert (item.blob, item.recovery) == (blob, None)


def test_a_dynamic_tool_shows_metadata_only() -> None:
    shown = replace(tool("dynamic"), output=DYNAMIC_OUTPUT)
    item = items.begin(shown, "item", "tool", {}, REDACT)
    done = items.finish(item, ToolResult("c", excerpt="line"), is_retryable=None, blob=None)
    assert isinstance(done.display, SummaryDisplay)
    assert (done.display.title, done.display.lines) == ("tool", [])


@pytest.mark.parametrize(
    ("result", "is_retryable", "outcome", "status"),
    [
        pytest.param(
            ToolResult("", error_class="not_found"),
            None,
            Outcome(
                status="recoverable_error",
                error_class="not_found",
                should_retry=True,
                retry_hint="check the path, or list the folder first",
            ),
            ToolStatus.FAILED,
            id="a failure",
        ),
        pytest.param(
            ToolResult("", error_class="not_found", hint="look"),
            False,
            Outcome(status="recoverable_error", error_class="not_found", retry_hint="look"),
            ToolStatus.FAILED,
            id="a failure that says it is final",
        ),
        pytest.param(
            ToolResult("", error_class="internal"),
            None,
            Outcome(status="fatal_error", error_class="internal"),
            ToolStatus.FAILED,
            id="our fault",
        ),
        pytest.param(
            ToolResult("", cut_by="max_bytes"),
            None,
            Outcome(status="partial_success", incomplete=True, incomplete_reason="max_bytes"),
            ToolStatus.COMPLETED,
            id="a part",
        ),
        pytest.param(
            ToolResult("", error_class="needs_narrowing", cut_by="timeout", hint="narrow"),
            None,
            Outcome(
                status="partial_success",
                error_class="needs_narrowing",
                retry_hint="narrow",
                incomplete=True,
                incomplete_reason="timeout",
            ),
            ToolStatus.COMPLETED,
            id="a part that should be narrowed",
        ),
    ],
)
def test_outcomes(result: ToolResult, is_retryable: bool | None, outcome: Outcome, status: ToolStatus) -> None:
    item = items.finish(begin("dynamic", {}), result, is_retryable=is_retryable, blob=None)
    assert (item.outcome, item.status) == (outcome, status)
    assert item.recovery is not None
    assert item.recovery.error_class == result.error_class


def test_a_failure_is_shown_by_its_text() -> None:
    item = items.finish(
        begin("dynamic", {}), ToolResult("Error: no", error_class="timeout"), is_retryable=None, blob=None
    )
    assert isinstance(item.display, SummaryDisplay)
    assert item.display.lines == ["Error: no"]


def test_a_failed_command_keeps_the_end_of_its_errors() -> None:
    shell = ShellDisplay(stdout="out", stderr="x" * 5_000 + "end", exit_code=1)
    result = ToolResult("c", shell=shell, error_class="execution_failed")
    item = items.finish(begin("command", {}), result, is_retryable=None, blob=None)
    assert item.recovery is not None
    assert item.recovery.diagnostic_excerpt == "x" * 3_997 + "end"
    assert item.storage == ShellDisplay(exit_code=1)


@pytest.mark.parametrize(("out", "err"), [(70_000, 10), (10, 70_000), (70_000, 70_000)])
def test_an_event_carries_at_most_64_kib_of_output(out: int, err: int) -> None:
    shell = ShellDisplay(stdout="o" * out, stderr="e" * err, exit_code=0)
    item = items.finish(begin("command", {}), ToolResult("c", shell=shell), is_retryable=None, blob=None)
    assert isinstance(item.display, ShellDisplay)
    assert item.display.truncated
    assert len(item.display.stdout or "") + len(item.display.stderr or "") <= INLINE_LIMIT + 100
    assert len(item.display.stdout or "") >= min(out, INLINE_LIMIT // 2)
    assert len(item.display.stderr or "") >= min(err, INLINE_LIMIT // 2)
