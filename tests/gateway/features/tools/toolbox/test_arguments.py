"""The schemas that the model sees."""

from typing import Any

import msgspec
import pytest

from portico.gateway.features.tools.ports import ToolResult, ToolRun
from portico.gateway.features.tools.toolbox import arguments
from portico.gateway.features.tools.toolbox.arguments import Arguments

KINDS = [
    arguments.ExecCommand,
    arguments.WriteStdin,
    arguments.ReadFile,
    arguments.WriteFile,
    arguments.ApplyPatch,
    arguments.ListDir,
    arguments.GrepFiles,
]

FIELDS: dict[str, tuple[list[str], list[str]]] = {
    "ExecCommand": (
        ["command", "workdir", "timeout_ms", "max_output_tokens", "yield_time_ms", "tty"],
        ["command"],
    ),
    "WriteStdin": (["session_id", "chars", "yield_time_ms", "max_output_tokens"], ["session_id"]),
    "ReadFile": (["path", "start_line", "end_line", "max_bytes"], ["path"]),
    "WriteFile": (["path", "content", "create_dirs", "overwrite"], ["path", "content"]),
    "ApplyPatch": (["input"], ["input"]),
    "ListDir": (["path", "depth", "limit", "include_hidden"], []),
    "GrepFiles": (
        ["pattern", "path", "glob", "max_results", "max_output_bytes", "case_sensitive", "timeout_ms"],
        ["pattern"],
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_schema_has_the_fields_of_the_reference_and_no_extra_keys(kind: type[Arguments]) -> None:
    schema = arguments.schema_of(kind)
    assert (sorted(schema["properties"]), schema.get("required", [])) == (
        sorted(FIELDS[kind.__name__][0]),
        FIELDS[kind.__name__][1],
    )
    assert (schema["type"], schema["additionalProperties"]) == ("object", False)
    assert "$ref" not in msgspec.json.encode(schema).decode()


@pytest.mark.parametrize("kind", KINDS)
def test_every_tool_is_described(kind: type[Arguments]) -> None:
    assert len(arguments.description_of(kind)) > 10


def test_defaults_are_those_of_the_reference() -> None:
    exec_command = msgspec.convert({"command": ["a"]}, arguments.ExecCommand)
    assert (exec_command.timeout_ms, exec_command.yield_time_ms, exec_command.tty) == (60_000, 120, False)


async def test_a_typed_tool_gets_its_struct() -> None:
    seen: list[Any] = []

    async def run(_: ToolRun, wish: arguments.ListDir) -> ToolResult:
        seen.append(wish)
        return ToolResult("done")

    call: Any = None
    assert await arguments.typed(arguments.ListDir, run)(call, {"path": "a"}) == ToolResult("done")
    assert seen == [arguments.ListDir(path="a")]


def test_a_limit_that_is_not_given_is_none() -> None:
    assert (arguments.given(msgspec.UNSET), arguments.given(3)) == (None, 3)


async def nothing(_: ToolRun, __: dict[str, Any]) -> ToolResult:
    return ToolResult("")


def test_a_reading_tool_may_run_beside_others_and_again() -> None:
    tool = arguments.reading_tool("list_dir", arguments.ListDir, nothing)
    assert (tool.execution_class, tool.is_readonly, tool.recovery.retry_class) == ("shared", True, "safe")
