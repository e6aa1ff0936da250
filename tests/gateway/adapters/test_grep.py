"""Searching: the program's answer is read, limited, and cleared of the gateway's own files."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import anyio
import pytest

from portico.gateway.adapters.grep import Search
from portico.gateway.adapters.guard import Guard
from portico.gateway.features.tools import (
    Command,
    Exit,
    Found,
    Match,
    OutputSink,
    Reader,
    SearchWish,
    SessionOutput,
    ToolFault,
)
from tests.kit.toolshop import tool_shop

WISH = SearchWish("t.o", ".", "", is_case_sensitive=True, max_results=10, max_bytes=1000, timeout_seconds=10)
ENGINES = [None, *([found] if (found := shutil.which("rg")) else [])]


@dataclass(slots=True)
class ScriptedShell:
    """A ShellPort whose every command writes the same."""

    stdout: bytes = b""
    stderr: bytes = b""
    ended: Exit = Exit(0, 1)
    commands: list[Command] = field(default_factory=list[Command])

    async def run(self, command: Command, sink: OutputSink) -> Exit:
        self.commands.append(command)
        sink("stdout", self.stdout)
        sink("stderr", self.stderr)
        return self.ended

    async def open(self, owner: str, command: Command, reader: Reader, yield_seconds: float) -> SessionOutput:
        raise NotImplementedError

    async def talk(self, owner: str, session_id: str, chars: str, yield_seconds: float) -> SessionOutput:
        raise NotImplementedError

    def argv_of(self, owner: str, session_id: str) -> tuple[str, ...]:
        raise NotImplementedError

    async def end(self, owner: str) -> None:
        raise NotImplementedError


def raw(*lines: tuple[str, int, str]) -> bytes:
    return b"".join(f"{path}\0{number}:{text}\n".encode() for path, number, text in lines)


async def search(folder: Path, shell: ScriptedShell, wish: SearchWish = WISH, ripgrep: str | None = "rg") -> Found:
    return await Search(shell, Guard(folder / "home"), ripgrep).search(folder, wish)


@pytest.mark.parametrize("engine", ENGINES)
async def test_real_files_are_searched(tmp_path: Path, engine: str | None) -> None:
    async with tool_shop(tmp_path, ripgrep=engine) as shop:
        (shop.work / "sub").mkdir()
        (shop.work / "b.py").write_text("Two: 2\n")
        (shop.work / "sub/a.py").write_text("one\ntwo: 2\n")
        (shop.home / "token").write_text("two")
        (shop.home / "notes").write_text("two\n")
        find = Search(shop.shell, Guard(shop.home), engine).search
        with anyio.fail_after(20):
            assert await find(shop.work, WISH) == Found((Match("sub/a.py", 2, "two: 2"),))
            assert await find(shop.work, replace(WISH, path="b.py", is_case_sensitive=False)) == Found(
                (Match("b.py", 1, "Two: 2"),)
            )
            assert await find(shop.work, replace(WISH, path="../home")) == Found(
                (Match(str(shop.home / "notes"), 1, "two"),)
            )
            with pytest.raises(ToolFault) as fault:
                await find(shop.work, replace(WISH, pattern="("))
            assert fault.value.error_class == "invalid_arguments"


async def test_a_pattern_that_never_ends_is_ended(tmp_path: Path) -> None:
    async with tool_shop(tmp_path) as shop:
        (shop.work / "a").write_text("a" * 40 + "\n")
        wish = replace(WISH, pattern="(a+)+$|(a+)+b", timeout_seconds=0.3)
        with anyio.fail_after(10):
            found = await Search(shop.shell, Guard(shop.home), None).search(shop.work, replace(wish, pattern="(a|a)+b"))
    assert found == Found((), "timeout")


async def test_matches_are_sorted_by_path(tmp_path: Path) -> None:
    shell = ScriptedShell(raw(("./b", 9, "x"), ("./b", 10, "y"), ("a", 1, "z:z\r")))
    assert await search(tmp_path, shell) == Found((Match("a", 1, "z:z"), Match("b", 9, "x"), Match("b", 10, "y")))


@pytest.mark.parametrize(
    ("wish", "ended", "kept", "cut_by"),
    [
        pytest.param(replace(WISH, max_results=3), Exit(0, 1), 3, None, id="just enough results"),
        pytest.param(replace(WISH, max_results=2), Exit(0, 1), 2, "max_results", id="too many results"),
        pytest.param(replace(WISH, max_bytes=25), Exit(0, 1), 2, "max_output_bytes", id="too many bytes"),
        pytest.param(WISH, Exit(None, 1, limited=True), 3, "max_output_bytes", id="ended for its length"),
        pytest.param(WISH, Exit(None, 1, timed_out=True), 3, "timeout", id="ended for its time"),
        pytest.param(WISH, Exit(2, 1), 3, None, id="some files could not be read"),
    ],
)
async def test_limits(tmp_path: Path, wish: SearchWish, ended: Exit, kept: int, cut_by: str | None) -> None:
    shell = ScriptedShell(raw(*(("a", n, "x") for n in range(1, 4))) + b"cut off\0", ended=ended)
    found = await search(tmp_path, shell, wish)
    assert (len(found.matches), found.cut_by) == (kept, cut_by)


@pytest.mark.parametrize(
    ("code", "stderr", "error_class"),
    [
        pytest.param(2, b"regex parse error: (", "invalid_arguments", id="a broken pattern"),
        pytest.param(2, b"error parsing glob '['", "invalid_arguments", id="a broken glob"),
        pytest.param(137, b"", "execution_failed", id="ended by something else"),
    ],
)
async def test_failures(tmp_path: Path, code: int, stderr: bytes, error_class: str) -> None:
    with pytest.raises(ToolFault) as fault:
        await search(tmp_path, ScriptedShell(stderr=stderr, ended=Exit(code, 1)))
    assert fault.value.error_class == error_class


@pytest.mark.parametrize(
    ("wish", "error_class"),
    [
        pytest.param(replace(WISH, path="none"), "not_found", id="no such folder"),
        pytest.param(replace(WISH, path="home/token"), "permission_denied", id="the token"),
        pytest.param(replace(WISH, pattern="a\0"), "invalid_arguments", id="a NUL"),
    ],
)
async def test_refusals(tmp_path: Path, wish: SearchWish, error_class: str) -> None:
    with pytest.raises(ToolFault) as fault:
        await search(tmp_path, ScriptedShell(), wish)
    assert fault.value.error_class == error_class


@pytest.mark.parametrize(
    ("wish", "ripgrep", "expected"),
    [
        pytest.param(WISH, "/bin/rg", ["/bin/rg", "--case-sensitive", "--regexp", "t.o", "--", "."], id="ripgrep"),
        pytest.param(
            replace(WISH, glob="-x", is_case_sensitive=False, pattern="-v"),
            "/bin/rg",
            ["--ignore-case", "--glob", "-x", "--regexp", "-v", "--", "."],
            id="ripgrep with a glob",
        ),
        pytest.param(replace(WISH, is_case_sensitive=False), None, ["-I", "-S", "t.o", ".", "", "any"], id="our own"),
    ],
)
async def test_the_command(tmp_path: Path, wish: SearchWish, ripgrep: str | None, expected: Sequence[str]) -> None:
    shell = ScriptedShell()
    await search(tmp_path, shell, wish, ripgrep)
    command = shell.commands[0]
    assert [word for word in command.argv if word in expected] == list(expected)
    assert (command.cwd, command.timeout_seconds, command.output_limit) == (tmp_path, 10, 66_536)
