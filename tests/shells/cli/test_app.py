"""Options, exit codes, and errors as one line."""

import os
import sys
from io import BytesIO, StringIO, TextIOWrapper

import click
import msgspec
import pytest

from portico.client.errors import CallFailed, ClientError
from portico.protocol.errors import ErrorKind
from portico.protocol.jsonrpc import ErrorData, ErrorObject
from portico.shells.cli import app
from tests.shells.cli.rig import Shell, host_of


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        pytest.param(["--help"], 0, "portico up", id="help"),
        pytest.param(["chat", "-h"], 0, "--thread", id="help of a command"),
        pytest.param(["--version"], 0, "portico, version ", id="version"),
        pytest.param(["frob"], 2, "No such command 'frob'", id="unknown command"),
        pytest.param(["chat", "--frob"], 2, "No such option", id="unknown option"),
        pytest.param(["chat", "two", "prompts"], 2, "unexpected extra argument", id="too many arguments"),
        pytest.param(["--home", "/etc/hostname", "threads", "list"], 2, "is a file", id="the home is a file"),
        pytest.param(["chat"], 1, "portico: there is nothing to say", id="no prompt and nobody to ask"),
        pytest.param(["chat", " "], 1, "portico: there is nothing to say", id="an empty prompt"),
        pytest.param(["chat", "--thread", "no good!", "hi"], 1, "(at $.thread_id)", id="an id that is none"),
        pytest.param(["chat", "--provider", "nobody", "hi"], 1, "nobody", id="an unknown provider"),
        pytest.param(["chat", "--cwd", "missing", "hi"], 1, "work/missing", id="a missing folder"),
    ],
)
def test_exit_codes(shell: Shell, words: list[str], code: int, told: str) -> None:
    ran = shell.run(*words)
    assert ran.code == code
    assert told in ran.out + ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize(
    ("environ", "told"),
    [
        pytest.param({"PORTICO_URL": "http://127.0.0.1:1"}, "no gateway answers at http://127.0.0.1:1", id="silent"),
        pytest.param({"PORTICO_URL": "nonsense"}, "no gateway answers at nonsense", id="no address"),
        pytest.param({"GATEWAY_PORT": "many"}, "GATEWAY_PORT", id="a variable that makes no sense"),
    ],
)
def test_a_gateway_that_cannot_be_used_is_one_line(shell: Shell, environ: dict[str, str], told: str) -> None:
    ran = shell.run("threads", "list", environ=environ)
    assert ran.code == 1
    assert told in ran.err
    assert len(ran.err.splitlines()) == 1


def test_a_corrupt_config_names_file_and_line(shell: Shell) -> None:
    shell.home.mkdir()
    (shell.home / "config.toml").write_text("[server]\nport = \n")
    for words in (["chat", "hi"], ["doctor"], ["threads", "list"]):
        ran = shell.run(*words)
        assert ran.code == 1
        assert f"portico: {shell.home / 'config.toml'}, line 2: " in ran.err
        assert len(ran.err.splitlines()) == 1


def test_bytes_that_are_no_text_and_letters_that_cannot_be_shown_break_nothing(shell: Shell) -> None:
    said = b"/say \xff".decode(errors="surrogateescape")
    assert "\ufffd" in shell.ok("chat", said).out
    narrow = TextIOWrapper(BytesIO(), encoding="ascii")
    with shell.monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", narrow)
        assert app.run(["--help"], host_of(_Nobody())) == 0
        print("größe", flush=True)
    assert b"gr??e" in narrow.buffer.getvalue() or b"gr?" in narrow.buffer.getvalue()  # pyright: ignore[reportAttributeAccessIssue]


class _Nobody:
    """A host that is not asked."""

    def __getattr__(self, name: str) -> object:
        raise AssertionError(name)


@pytest.mark.parametrize(
    ("error", "code", "told"),
    [
        pytest.param(KeyboardInterrupt(), 130, "interrupted\n", id="Ctrl-C"),
        pytest.param(click.Abort(), 130, "interrupted\n", id="a prompt that was left"),
        pytest.param(ClientError("gone"), 1, "portico: gone\n", id="client"),
        pytest.param(FileNotFoundError(2, "No such file", "x"), 1, "portico: x: No such file\n", id="system"),
        pytest.param(SystemExit(3), 3, "", id="an exit code"),
        pytest.param(SystemExit(), 0, "", id="an exit"),
    ],
)
def test_whatever_ends_a_command(shell: Shell, error: BaseException, code: int, told: str) -> None:
    def fail(**_: object) -> None:
        raise error

    shell.monkeypatch.setattr(app.portico, "main", fail)
    ran = shell.run(host=host_of(_Nobody()))
    assert (ran.code, ran.err) == (code, told)


@pytest.mark.parametrize("is_flushed", [True, False])
def test_a_reader_that_left_is_no_noise(monkeypatch: pytest.MonkeyPatch, is_flushed: bool) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    out = os.fdopen(writer, "w")

    def say(**_: object) -> None:
        out.write("text")
        if is_flushed:
            out.flush()

    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(app.portico, "main", say)
    assert app.run([], host_of(_Nobody())) == 1
    out.close()


@pytest.mark.parametrize(
    ("error", "told"),
    [
        pytest.param(ClientError("plain"), "plain", id="client"),
        pytest.param(
            CallFailed(
                "m",
                ErrorObject(
                    code=-32602, message="no", data=ErrorData(code="invalid", kind=ErrorKind.INVALID, path="$.x")
                ),
            ),
            "no (at $.x)",
            id="a call with its place",
        ),
        pytest.param(OSError(28, "No space left on device"), "No space left on device", id="system without a file"),
        pytest.param(
            msgspec.ValidationError("missing `x`"),
            "the gateway does not speak this version's protocol: missing `x`",
            id="another version",
        ),
        pytest.param(OSError("odd"), "odd", id="system without a number"),
    ],
)
def test_told(error: Exception, told: str) -> None:
    assert app.told(error) == told


def test_without_a_terminal_nothing_is_wrapped() -> None:
    out = StringIO()
    app.console(out).print("word " * 500)
    assert len(out.getvalue().splitlines()) == 1
