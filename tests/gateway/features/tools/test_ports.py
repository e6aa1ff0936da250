"""What a tool says of itself."""

from dataclasses import replace
from typing import Any

import pytest

from portico.gateway.features.tools.ports import Category, Tool, ToolFault, ToolResult, ToolRun, no_session
from portico.gateway.features.tools.rules.policy import DYNAMIC_OUTPUT, SAFE


async def nothing(_: ToolRun, __: dict[str, Any]) -> ToolResult:
    return ToolResult("")


TOOL = Tool("tool", "", {}, "shared", "dynamic", "file_read", DYNAMIC_OUTPUT, SAFE, nothing)


@pytest.mark.parametrize(
    ("category", "is_readonly"),
    [("file_read", True), ("mcp_read", True), ("file_write", False), ("shell_command", False), ("network", False)],
)
def test_only_reading_categories_are_readonly(category: Category, is_readonly: bool) -> None:
    assert replace(TOOL, category=category).is_readonly is is_readonly


def test_a_tool_has_no_session_of_itself() -> None:
    assert no_session({"session_id": "a"}) == ""


def test_a_fault_keeps_what_the_model_is_told() -> None:
    fault = ToolFault("timeout", "too slow", hint="less", is_retryable=False)
    assert (fault.error_class, fault.message, fault.hint, fault.is_retryable) == ("timeout", "too slow", "less", False)
