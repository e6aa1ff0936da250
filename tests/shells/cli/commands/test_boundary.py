"""`portico boundary`: lines in, lines out, on the gateway of the home."""

import io
import sys
from typing import Any

import msgspec
import pytest

from portico.__main__ import run
from tests.shells.cli.rig import Shell


class Piped(io.StringIO):
    """Standard input or output with bytes below."""

    def __init__(self, content: bytes = b"") -> None:
        super().__init__()
        self.buffer: Any = io.BytesIO(content)


def test_a_shell_speaks_over_lines(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not shell.home.exists()
    output = Piped()
    calls = b'{"id":1,"method":"gateway_connect"}\n{"id":2,"method":"version"}\n'
    monkeypatch.setattr(sys, "stdin", Piped(calls))
    monkeypatch.setattr(sys, "stdout", output)
    assert run(["boundary"]) == 0
    told = [msgspec.json.decode(line) for line in output.buffer.getvalue().splitlines()]
    assert {one["id"]: one["status"] for one in told} == {1: "ok", 2: "ok"}


def test_nobody_who_reads_is_no_failure(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    class Gone(io.BytesIO):
        def write(self, _: Any) -> int:
            raise BrokenPipeError

    assert not shell.home.exists()
    output = Piped()
    output.buffer = Gone()
    monkeypatch.setattr(sys, "stdin", Piped(b'{"id":2,"method":"version"}\n'))
    monkeypatch.setattr(sys, "stdout", output)
    assert run(["boundary"]) == 0
