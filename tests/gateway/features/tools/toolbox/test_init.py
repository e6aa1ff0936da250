"""The built-in tools together: each with its six decisions, as the tables of the reference say."""

from pathlib import Path
from typing import Any

import pytest

from portico.gateway.adapters.files import Files
from portico.gateway.adapters.grep import Search
from portico.gateway.adapters.guard import Guard
from portico.gateway.adapters.patch import Patches
from portico.gateway.adapters.shell.marks import Marks
from portico.gateway.adapters.shell.service import Shell
from portico.gateway.adapters.shell.sessions import Sessions
from portico.gateway.features.tools import Tool, ToolPorts
from portico.gateway.features.tools.toolbox import builtin_tools
from portico.gateway.kernel.redact import Redactor
from tests.kit import FakeClock, FakeIds
from tests.kit.toolshop import MemoryBlobs


@pytest.fixture
def tools(tmp_path: Path) -> dict[str, Tool]:
    guard, clock = Guard(tmp_path), FakeClock()
    marks = Marks(tmp_path)
    shell = Shell({}, clock, Sessions({}, clock, FakeIds(), marks), marks)
    ports = ToolPorts(shell, Files(guard), Patches(guard), Search(shell, guard, None), MemoryBlobs())
    return {tool.name: tool for tool in builtin_tools(ports, Redactor())}


SHELL: tuple[Any, ...] = ("command", "shell_command", "session_bound", 3, True, "full", "persist_and_display")
READ: tuple[Any, ...] = ("dynamic", "file_read", "safe", 2, False, "summary", "disabled")
CHANGE: tuple[Any, ...] = ("file_change", "file_write", "never", 0, False, "summary", "disabled")


@pytest.mark.parametrize(
    ("name", "execution_class", "decisions"),
    [
        ("exec_command", "session", SHELL),
        ("write_stdin", "session", SHELL),
        ("read_file", "shared", READ),
        ("list_dir", "shared", READ),
        ("grep_files", "shared", READ),
        ("write_file", "exclusive", CHANGE),
        ("apply_patch", "exclusive", CHANGE),
    ],
)
def test_decisions(tools: dict[str, Tool], name: str, execution_class: str, decisions: tuple[Any, ...]) -> None:
    tool = tools[name]
    assert tool.execution_class == execution_class
    assert decisions == (
        tool.form,
        tool.category,
        tool.recovery.retry_class,
        tool.recovery.max_attempts,
        tool.recovery.can_resume,
        tool.output.timeline,
        tool.output.deltas,
    )
    assert (tool.output.llm, tool.output.llm_retention) == ("full", "until_turn_terminal")


def test_there_is_nothing_else(tools: dict[str, Tool]) -> None:
    assert len(tools) == 7
