"""The runner: refusals, and what becomes of failures."""

from pathlib import Path
from typing import Any

import anyio
import pytest

from portico.gateway.agent.model import ToolCall
from portico.gateway.features.tools import Tool, ToolFault, ToolResult, ToolRun
from portico.gateway.features.tools.rules.policy import DYNAMIC_OUTPUT, SAFE
from portico.gateway.kernel.errors import Conflict, Denied, GatewayError, NotFound, Unavailable
from portico.protocol.types.item import CommandExecution, DynamicToolCall, ShellDisplay, ToolStatus
from portico.protocol.types.workspace import ToolAccess
from tests.kit.toolshop import MemoryBlobs, tool_shop

SECRET = "hunter2-very-secret"


def broken(error: BaseException) -> Tool:
    async def run(_: ToolRun, __: dict[str, Any]) -> ToolResult:
        raise error

    return Tool("break", "", {"type": "object"}, "shared", "dynamic", "file_read", DYNAMIC_OUTPUT, SAFE, run)


@pytest.mark.parametrize(
    ("name", "arguments", "switch", "error"),
    [
        pytest.param("fly", "{}", "all", "not_found", id="no such tool"),
        pytest.param("write_file", '{"path": "a", "content": ""}', "readonly", "permission_denied", id="switched off"),
        pytest.param("read_file", "{", "all", "invalid_arguments", id="no JSON"),
        pytest.param("read_file", "[]", "all", "invalid_arguments", id="no object"),
        pytest.param("read_file", "", "all", "invalid_arguments", id="nothing where something is required"),
        pytest.param("read_file", '{"path": "a", "x": 1}', "all", "invalid_arguments", id="an extra key"),
        pytest.param("read_file", '{"path": "a", "start_line": 0}', "all", "invalid_arguments", id="out of range"),
        pytest.param("fly", "[" * 100_000, "all", "invalid_arguments", id="nonsense for no tool"),
    ],
)
async def test_a_refusal_is_an_outcome(
    tmp_path: Path, name: str, arguments: str, switch: ToolAccess, error: str
) -> None:
    async with tool_shop(tmp_path) as shop:
        tools = shop.bind(switch)
        prepared = tools.prepare(ToolCall("call", name, arguments), "item")
        assert prepared.refusal is not None
        assert (prepared.refusal.error_class, prepared.refusal.item.status) == (error, ToolStatus.FAILED)
        assert prepared.item.status == ToolStatus.IN_PROGRESS
        assert await tools.run(prepared, lambda _, __: None) == prepared.refusal


async def test_a_refusal_names_the_expected_fields(tmp_path: Path) -> None:
    async with tool_shop(tmp_path) as shop:
        refused = await shop.call("list_dir", {"path": "a", "what": 1})
        unreadable = await shop.call("list_dir", "{")
    fields = "Expected fields: path: string, depth: integer, limit: integer, include_hidden: boolean"
    assert fields in refused.content
    assert fields in unreadable.content


async def test_an_unknown_tool_is_told_what_there_is(tmp_path: Path) -> None:
    async with tool_shop(tmp_path) as shop:
        outcome = await shop.call("fly", {}, shop.bind(["read_file", "list_dir"]))
    assert isinstance(outcome.item, DynamicToolCall)
    assert outcome.content == "Error (not_found): there is no tool 'fly'; there are: read_file, list_dir"


@pytest.mark.parametrize(
    ("error", "error_class"),
    [
        (ToolFault("timeout", f"slow {SECRET}"), "timeout"),
        (NotFound("gone"), "not_found"),
        (Denied("no"), "permission_denied"),
        (Conflict("busy"), "execution_failed"),
        (Unavailable("later"), "execution_failed"),
        (GatewayError("broken"), "internal"),
    ],
)
async def test_a_known_failure_keeps_its_kind(tmp_path: Path, error: Exception, error_class: str) -> None:
    async with tool_shop(tmp_path, [SECRET], [broken(error)]) as shop:
        outcome = await shop.call("break", {})
    assert (outcome.error_class, outcome.is_error) == (error_class, True)
    assert SECRET not in outcome.content + repr(outcome.item)


async def test_the_unexpected_is_internal_with_a_reference(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with tool_shop(tmp_path, extra=[broken(ValueError("details of the inside"))]) as shop:
        outcome = await shop.call("break", {})
    assert outcome.error_class == "internal"
    assert "(reference 00000001)" in outcome.content
    assert "00000001" in str(caplog.records[-1].__dict__)
    assert "inside" not in outcome.content + repr(outcome.item)
    assert outcome.item.outcome is not None
    assert (outcome.item.outcome.status, outcome.item.outcome.should_retry) == ("fatal_error", False)


async def test_cancellation_passes_through(tmp_path: Path) -> None:
    async def wait(_: ToolRun, __: dict[str, Any]) -> ToolResult:
        group.cancel_scope.cancel()
        await anyio.sleep_forever()
        raise AssertionError

    tool = Tool("wait", "", {"type": "object"}, "shared", "dynamic", "file_read", DYNAMIC_OUTPUT, SAFE, wait)
    outcomes: list[object] = []
    async with tool_shop(tmp_path, extra=[tool]) as shop, anyio.create_task_group() as group:
        outcomes.append(await shop.call("wait", {}))
    assert outcomes == []


async def test_a_failed_command_shows_its_error_as_a_shell_does(tmp_path: Path) -> None:
    async with tool_shop(tmp_path) as shop:
        outcome = await shop.call("exec_command", {"command": ["no-such-program-here"]})
    assert isinstance(outcome.item, CommandExecution)
    assert isinstance(outcome.item.display, ShellDisplay)
    assert outcome.item.display.stderr == outcome.content


async def test_an_output_that_cannot_be_kept_is_still_an_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(_: MemoryBlobs, __: bytes) -> tuple[str, int]:
        raise Unavailable("the disk is full")

    monkeypatch.setattr(MemoryBlobs, "put", full)
    async with tool_shop(tmp_path) as shop:
        outcome = await shop.call("exec_command", {"command": ["head", "-c", "70000", "/dev/zero"]})
    assert (outcome.is_error, outcome.item.blob) == (False, None)


async def test_text_that_is_short_in_bytes_needs_no_blob(tmp_path: Path) -> None:
    async with tool_shop(tmp_path) as shop:
        (shop.work / "a").write_text("x" * 30_000)
        outcome = await shop.call("read_file", {"path": "a"})
    assert (outcome.is_error, outcome.item.blob, shop.blobs.stored) == (False, None, {})


async def test_metadata_and_title_are_redacted(tmp_path: Path) -> None:
    async def run(_: ToolRun, __: dict[str, Any]) -> ToolResult:
        return ToolResult(SECRET, title=SECRET, excerpt=SECRET, metadata={"a": [SECRET], "text": SECRET}, hint=SECRET)

    tool = Tool("leak", "", {"type": "object"}, "shared", "dynamic", "file_read", DYNAMIC_OUTPUT, SAFE, run)
    async with tool_shop(tmp_path, [SECRET], [tool]) as shop:
        outcome = await shop.call("leak", {"argument": SECRET})
    assert outcome.content == "[redacted]"
    assert SECRET not in repr(outcome)
