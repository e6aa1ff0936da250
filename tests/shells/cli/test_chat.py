"""`portico chat`: one prompt and out, or a conversation."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from io import StringIO

import click
import msgspec
import pytest
from rich.console import Console

from portico.client.errors import ClientError
from portico.shells.cli.chat import MOST_CHARS, Terminal, run_chat
from portico.shells.cli.conversation import ChatOptions
from tests.shells.cli.rig import HOST, Keyboard, Shell

SLEEP = '/tool exec_command {"command": ["sleep", "30"]}'


class Trigger(StringIO):
    """Presses Ctrl-C in the main thread when one of `words` is written; each once, all in order."""

    def __init__(self, *words: str) -> None:
        super().__init__()
        self._words = list(words)

    def write(self, s: str, /) -> int:
        if self._words and self._words[0] in s:
            self._words.pop(0)
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
        return super().write(s)


@pytest.mark.parametrize(
    ("words", "code", "out", "err"),
    [
        pytest.param(["/say hello"], 0, "hello\n", "rehearsal/rehearsal", id="ok"),
        pytest.param(["/fail auth"], 1, "", "failed", id="failed"),
        pytest.param(["--chat", "/say hello"], 0, "hello\n", "rehearsal/rehearsal", id="without tools"),
        pytest.param(
            ["--provider", "rehearsal", "--model", "rehearsal", "/say hello"], 0, "hello\n", "rehearsal", id="named"
        ),
        pytest.param(
            ['/tool exec_command {"command": ["sh", "-c", "exit 3"]}\n/say after'],
            0,
            "after\n",
            "● exec_command sh -c exit 3 · exit 3 · ",
            id="a tool line with its time",
        ),
    ],
)
def test_one_shot(shell: Shell, words: list[str], code: int, out: str, err: str) -> None:
    ran = shell.run("chat", *words)
    assert (ran.code, ran.out) == (code, out)
    assert err in ran.err


def test_the_folder_is_said_and_used(shell: Shell) -> None:
    (shell.folder / "other").mkdir()
    (shell.folder / "other" / "found.txt").write_text("x")
    assert f"tools run in {shell.folder / 'work'}\n" in shell.ok("chat", "hello").err
    ran = shell.ok("chat", "--cwd", "../other", "list this folder")
    assert f"tools run in {shell.folder / 'other'}\n" in ran.err
    assert "found.txt" in ran.out
    assert "tools run" not in shell.ok("chat", "--chat", "hello").err


def test_the_prompt_comes_from_standard_input(shell: Shell) -> None:
    assert shell.ok("chat", stdin="/say piped\n").out == "piped\n"


def test_a_thread_goes_on(shell: Shell) -> None:
    shell.ok("chat", "--thread", "kept", "/say one")
    assert shell.ok("chat", "--thread", "kept", "/say two").out == "two\n"
    assert shell.ok("threads", "show", "kept").lines == ["› /say one", "one", "› /say two", "two"]


def test_json_prints_the_events(shell: Shell) -> None:
    ran = shell.ok("chat", "--json", "/say hello")
    lines = [msgspec.json.decode(line) for line in ran.lines]
    assert (lines[0]["event"]["type"], lines[-1]["event"]["type"]) == ("turnStarted", "turnCompleted")
    assert ran.err == ""


def test_no_more_is_read_than_a_prompt_may_hold() -> None:
    piped = StringIO("x" * (MOST_CHARS + 1))
    with pytest.raises(click.UsageError, match="longer than a prompt may be"):
        run_chat(HOST, os.environ, ChatOptions(), Terminal(piped, StringIO(), Console(file=StringIO())))


@pytest.mark.parametrize("is_json", [True, False])
def test_ctrl_c_stops_the_turn(shell: Shell, is_json: bool) -> None:
    out = Trigger("itemStarted" if is_json else "hello")
    terminal = Terminal(Keyboard(), out, Console(file=StringIO()))
    options = ChatOptions(prompt=f"/say hello\n{SLEEP}", is_json=is_json, home=shell.home)
    assert run_chat(HOST, os.environ, options, terminal) == 130


def test_a_second_ctrl_c_leaves_at_once(shell: Shell) -> None:
    out = Trigger("userMessage", "itemStarted")
    terminal = Terminal(Keyboard(), out, Console(file=StringIO()))
    options = ChatOptions(prompt=f"/say hello\n{SLEEP}", is_json=True, home=shell.home)
    shell.monkeypatch.setattr("portico.shells.cli.conversation.Conversation.cancel", _nothing)
    with pytest.raises(KeyboardInterrupt):
        run_chat(HOST, os.environ, options, terminal)


async def _nothing(_: object) -> None:
    """A cancel that does not arrive."""


def test_a_broken_pipe_ends_it(shell: Shell) -> None:
    class Gone(StringIO):
        def write(self, s: str, /) -> int:
            raise BrokenPipeError(32, "Broken pipe")

    terminal = Terminal(Keyboard(), Gone(), Console(file=StringIO()))
    with pytest.raises(BrokenPipeError):
        run_chat(HOST, os.environ, ChatOptions(prompt=SLEEP, is_json=True, home=shell.home), terminal)


def talk(shell: Shell, *lines: str | Callable[[], None], **more: str) -> tuple[int, str, str]:
    """A conversation in which a person types `lines`; the exit code, the answers, and what was told."""
    feed: Iterator[str | Callable[[], None]] = iter(lines)

    def typed(prompt: str) -> str:
        line = next(feed, None)
        if line is None:
            raise EOFError
        if callable(line):
            line()
            return ""
        return line

    shell.monkeypatch.setattr("builtins.input", typed)
    out, err = StringIO(), StringIO()
    terminal = Terminal(Keyboard(is_terminal=True), out, Console(file=err, width=200))
    options = ChatOptions(home=shell.home, **more)  # pyright: ignore[reportArgumentType]
    return run_chat(HOST, os.environ, options, terminal), out.getvalue(), err.getvalue()


def test_a_conversation(shell: Shell) -> None:
    code, out, err = talk(shell, "/say one", "", "/help", "/fail auth", "/new", "/say two", "/exit", "/say never")
    assert (code, out) == (0, "one\ntwo\n")
    assert "portico 0.1.0 · rehearsal/rehearsal" in err
    assert err.count("Ctrl-C stops the turn") == 2
    assert len([line for line in err.splitlines() if line.startswith("thread ")]) == 2
    assert len(shell.ok("threads", "list").lines) == 3


def test_a_refused_turn_is_a_line_and_the_conversation_goes_on(shell: Shell) -> None:
    code, out, err = talk(shell, "hi", "hi again", provider="nobody")
    assert (code, out) == (0, "")
    assert err.count("nobody") == 2


def test_a_session_that_breaks_ends_the_chat_with_its_reason(shell: Shell) -> None:
    async def refused(_: object) -> ClientError:
        return ClientError("the credential is void")

    shell.monkeypatch.setattr("portico.client.connection.Connection.over", refused)
    terminal = Terminal(Keyboard(), StringIO(), Console(file=StringIO()))
    with pytest.raises(ClientError, match="the credential is void"):
        run_chat(HOST, os.environ, ChatOptions(prompt=SLEEP, home=shell.home), terminal)


@pytest.mark.parametrize(("value", "is_shown"), [("", False), ("false", False), ("true", True), ("1", True)])
def test_output_of_tools_that_went_well(shell: Shell, value: str, is_shown: bool) -> None:
    prompt = '/tool exec_command {"command": ["sh", "-c", "echo printed | tr a-z A-Z"]}'
    ran = shell.run("chat", prompt, environ={"VERBOSE_TOOLS": value})
    assert (ran.code, "  PRINTED" in ran.err.splitlines()) == (0, is_shown)
