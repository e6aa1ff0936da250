"""`portico doctor`, `backup`, `restore`, `schema`."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import msgspec
import pytest

from portico.gateway.kernel.home import Home
from tests.shells.cli.rig import Shell, host_of


@dataclass(frozen=True)
class Found:
    """What a fake host found."""

    name: str
    status: Literal["ok", "warning", "error"]
    message: str
    mend: str = ""


class FakeHost:
    """A machine on which `found` is true."""

    def __init__(self, *found: Found) -> None:
        self._found: Sequence[Found] = found

    async def doctor(self, home: Path | None) -> AsyncGenerator[Found]:
        for one in self._found:
            yield one

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"{name} is not asked for")


@pytest.mark.parametrize(
    ("found", "code", "out"),
    [
        pytest.param([Found("disk", "ok", "9 GiB free")], 0, "✓ disk: 9 GiB free\n", id="well"),
        pytest.param(
            [Found("search", "warning", "no ripgrep", "install it")],
            0,
            "! search: no ripgrep\n  → install it\n",
            id="a warning is no failure",
        ),
        pytest.param(
            [Found("modes", "error", "others can read it", "chmod go-rwx it"), Found("disk", "ok", "fine")],
            1,
            "✗ modes: others can read it\n  → chmod go-rwx it\n✓ disk: fine\n",
            id="an error is, and the others are told too",
        ),
    ],
)
def test_doctor_prints_each_finding_and_its_mend(shell: Shell, found: list[Found], code: int, out: str) -> None:
    ran = shell.run("doctor", host=host_of(FakeHost(*found)))
    assert (ran.code, ran.out) == (code, out)


def test_a_home_is_backed_up_and_restored(shell: Shell) -> None:
    shell.ok("chat", "--thread", "a-thread-to-keep", "/say kept")
    saved = shell.ok("backup", "saved.portico")
    assert saved.out.startswith("saved.portico: ")
    assert saved.out.endswith("without the master key\n")
    assert "with the master key: keep it safe" in shell.ok("backup", "whole.portico", "--with-key").out
    shell.ok("threads", "delete", "a-thread-to-keep", "--yes")
    assert f"{shell.home} holds what whole.portico held" in shell.ok("restore", "whole.portico").out
    assert shell.ok("threads", "show", "a-thread-to-keep").lines[-1] == "kept"


def test_what_cannot_be_saved_or_restored_is_one_line(shell: Shell) -> None:
    ran = shell.run("backup", "saved.portico")
    assert (ran.code, len(ran.err.splitlines())) == (1, 1)
    shell.ok("threads", "list")
    ran = shell.run("backup", "no/such/folder/file")
    assert (ran.code, len(ran.err.splitlines())) == (1, 1)
    (shell.folder / "work" / "torn").write_bytes(b"\x00torn")
    ran = shell.run("restore", "torn")
    assert (ran.code, len(ran.err.splitlines())) == (1, 1)
    assert shell.run("restore", "missing").code == 2
    shell.ok("backup", "good")
    with Home(shell.home).lock("http://127.0.0.1:9"):
        ran = shell.run("restore", "good")
    assert ran.code == 1
    assert "is held by the gateway with pid" in ran.err
    assert "at http://127.0.0.1:9; stop it" in ran.err


def test_the_protocol_is_printed(shell: Shell) -> None:
    schemas = msgspec.json.decode(shell.ok("schema").out)
    assert "results.json" in schemas
    assert "export " in shell.ok("schema", "--typescript").out
