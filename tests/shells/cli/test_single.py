"""RUN_MODE=single: one prompt, its answer, and out."""

import os
import signal
import threading
from io import StringIO
from pathlib import Path

import click
import msgspec
import pytest
from rich.console import Console

from portico.shells.cli.chat import MOST_CHARS, Terminal
from portico.shells.cli.conversation import ChatOptions
from portico.shells.cli.single import single
from tests.shells.cli.rig import HOST, Keyboard, Ran, Shell

SLEEP = '/tool exec_command {"command": ["sleep", "30"]}'
TOOL = '/tool exec_command {"command": ["echo", "found it"]}\n/say done'


def run(shell: Shell, *words: str, stdin: str = "", **environ: str) -> Ran:
    return shell.run("up", *words, stdin=stdin, environ={"RUN_MODE": "single", **environ})


@pytest.mark.promise("cli.single")
@pytest.mark.parametrize(
    ("environ", "stdin", "expected"),
    [
        pytest.param({"PROMPT": "/say hello"}, "", (0, "hello\n", ""), id="PROMPT"),
        pytest.param({"PROMPT": "  /say hello\n"}, "/say ignored", (0, "hello\n", ""), id="PROMPT before input"),
        pytest.param({}, "/say piped\n", (0, "piped\n", ""), id="standard input"),
        pytest.param({"PROMPT": " \n"}, "/say piped\n", (0, "piped\n", ""), id="an empty PROMPT says nothing"),
        pytest.param({"PROMPT": "/say a\udcffb"}, "", (0, "a\ufffdb\n", ""), id="bytes that are no text"),
        pytest.param({"PROMPT": TOOL}, "", (0, "done\n", ""), id="a tool"),
    ],
)
def test_an_answer_is_all_that_is_printed(
    shell: Shell, environ: dict[str, str], stdin: str, expected: tuple[int, str, str]
) -> None:
    ran = run(shell, stdin=stdin, **environ)
    assert (ran.code, ran.out, ran.err) == expected


@pytest.mark.promise("cli.single")
@pytest.mark.parametrize("stdin", ["", " \n\t"])
def test_without_a_prompt_it_is_a_usage_error(shell: Shell, stdin: str) -> None:
    ran = run(shell, stdin=stdin)
    assert (ran.code, ran.out) == (2, "")
    assert "PROMPT" in ran.err
    assert not shell.home.exists()


def test_a_terminal_is_not_waited_for() -> None:
    terminal = Terminal(Keyboard("/say typed", is_terminal=True), StringIO(), Console(file=StringIO()))
    with pytest.raises(click.UsageError):
        single(HOST, {}, ChatOptions(), terminal)


class Endless(StringIO):
    """A pipe that never ends."""

    def isatty(self) -> bool:
        return False

    def read(self, size: int | None = -1, /) -> str:
        assert size is not None and 0 < size < 2 * MOST_CHARS
        return "x" * size


def test_no_more_is_read_than_a_prompt_may_hold() -> None:
    terminal = Terminal(Endless(), StringIO(), Console(file=StringIO()))
    with pytest.raises(click.UsageError, match="longer than a prompt may be"):
        single(HOST, {}, ChatOptions(), terminal)


@pytest.mark.promise("cli.single")
def test_a_failure_is_told_and_is_the_exit_code(shell: Shell) -> None:
    ran = run(shell, PROMPT="/fail auth")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == "rehearsed failure: unknown\n"


def test_what_keeps_it_from_starting_is_one_line(shell: Shell) -> None:
    ran = run(shell, PROMPT="/say hello", PROVIDER="nobody")
    assert (ran.code, ran.out) == (1, "")
    assert "nobody" in ran.err
    ran = run(shell, PROMPT="/say hello", PORTICO_KEYSTORE="drawer")
    assert (ran.code, ran.out, len(ran.err.splitlines())) == (1, "", 1)


@pytest.mark.promise("cli.single")
def test_verbose_tools_shows_what_they_do_aside(shell: Shell) -> None:
    ran = run(shell, PROMPT=TOOL, VERBOSE_TOOLS="yes")
    assert (ran.code, ran.out) == (0, "done\n")
    assert "● exec_command echo found it" in ran.err
    assert "  found it\n" in ran.err
    shell.home.joinpath("config.toml").write_text("[tools]\nverbose = true\n")
    assert "found it" in run(shell, PROMPT=TOOL).err


def test_tools_run_in_cwd(shell: Shell) -> None:
    folder = shell.folder / "elsewhere"
    folder.mkdir()
    (folder / "found.txt").write_text("x")
    assert "found.txt" in run(shell, PROMPT="list this folder", CWD=str(folder)).out


def test_json_prints_the_events(shell: Shell) -> None:
    ran = run(shell, "--json", PROMPT="/say hello")
    lines = [msgspec.json.decode(line) for line in ran.lines]
    assert (ran.code, lines[-1]["event"]["type"], ran.err) == (0, "turnCompleted", "")


def test_the_mode_of_the_file_counts(shell: Shell) -> None:
    shell.home.mkdir()
    (shell.home / "config.toml").write_text('[server]\nrun_mode = "single"\n')
    ran = shell.run("up", stdin="/say by the file")
    assert (ran.code, ran.out) == (0, "by the file\n")


@pytest.mark.promise("cli.single")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_the_turn(shell: Shell, number: signal.Signals) -> None:
    class Trigger(StringIO):
        is_pressed = False

        def write(self, s: str, /) -> int:
            if "itemStarted" in s and not self.is_pressed:
                self.is_pressed = True
                signal.pthread_kill(threading.main_thread().ident or 0, number)
            return super().write(s)

    before = signal.getsignal(signal.SIGTERM)
    terminal = Terminal(Keyboard(), Trigger(), Console(file=StringIO()))
    options = ChatOptions(is_json=True, home=shell.home, here=Path.cwd())
    with pytest.raises(SystemExit) as end:
        single(HOST, {**os.environ, "PROMPT": f"/say hello\n{SLEEP}"}, options, terminal)
    assert end.value.code == 130
    assert signal.getsignal(signal.SIGTERM) is before
