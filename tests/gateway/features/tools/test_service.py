"""The service: which tools a turn is bound to."""

from pathlib import Path

import anyio
import msgspec
import pytest

from portico.gateway.kernel.errors import Invalid
from portico.protocol.types.workspace import ToolAccess
from tests.kit.toolshop import tool_shop

ALL = ("exec_command", "write_stdin", "read_file", "write_file", "apply_patch", "list_dir", "grep_files")
READING = ("read_file", "list_dir", "grep_files")


@pytest.mark.parametrize(
    ("switch", "allow_exec", "expected"),
    [
        pytest.param("all", True, ALL, id="all"),
        pytest.param("readonly", True, READING, id="readonly"),
        pytest.param("none", True, (), id="none"),
        pytest.param(["grep_files", "exec_command"], True, ("exec_command", "grep_files"), id="names"),
        pytest.param("all", False, READING, id="nothing may be run"),
    ],
)
async def test_the_model_is_offered_what_the_switch_leaves(
    tmp_path: Path, switch: ToolAccess, allow_exec: bool, expected: tuple[str, ...]
) -> None:
    async with tool_shop(tmp_path) as shop:
        assert tuple(spec.name for spec in shop.bind(switch, allow_exec=allow_exec).specs) == expected


async def test_an_unknown_name_is_refused(tmp_path: Path) -> None:
    async with tool_shop(tmp_path) as shop:
        shop.service.check(list(shop.service.names))
        for refused in (lambda: shop.service.check(["fly"]), lambda: shop.bind(["fly"])):
            with pytest.raises(Invalid):
                refused()


async def test_a_thread_that_is_gone_leaves_no_process(tmp_path: Path) -> None:
    async with tool_shop(tmp_path) as shop:
        shop.service.warm()
        with anyio.fail_after(10):
            opened = await shop.call("exec_command", {"command": ["cat"], "tty": True, "yield_time_ms": 0})
            session = msgspec.json.decode(opened.content)["session_id"]
            assert shop.shell.argv_of("thread", session) == ("cat",)
            await shop.service.end_thread("thread")
            assert shop.shell.argv_of("thread", session) == ()
