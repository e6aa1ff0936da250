"""Lines at the terminal."""

import readline
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from portico.shells.cli.prompt import Prompt


@pytest.fixture(autouse=True)
def no_history() -> None:
    readline.clear_history()


def typed(monkeypatch: pytest.MonkeyPatch, *lines: str | BaseException, left: str = "") -> list[str]:
    """Has a person type `lines`; the prompts they saw. `left` stands in the line at an interruption."""
    feed: Iterator[str | BaseException] = iter(lines)
    prompts: list[str] = []

    def answer(prompt: str) -> str:
        prompts.append(prompt)
        line = next(feed)
        if isinstance(line, BaseException):
            raise line
        return line

    monkeypatch.setattr("builtins.input", answer)
    monkeypatch.setattr(readline, "get_line_buffer", lambda: left)
    return prompts


@pytest.mark.parametrize(
    ("lines", "left", "expected"),
    [
        pytest.param([" hello "], "", "hello", id="a line"),
        pytest.param(["one \\", "two"], "", "one \ntwo", id="a line that goes on"),
        pytest.param([EOFError()], "", None, id="Ctrl-D"),
        pytest.param([KeyboardInterrupt()], "", None, id="Ctrl-C on an empty line"),
        pytest.param([KeyboardInterrupt(), "next"], "half", "next", id="Ctrl-C drops the line"),
        pytest.param(["one\\", KeyboardInterrupt(), "next"], "", "next", id="and those before it"),
    ],
)
def test_ask(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lines: list[str | BaseException], left: str, expected: str | None
) -> None:
    prompts = typed(monkeypatch, *lines, left=left)
    with Prompt(tmp_path / "history") as prompt:
        assert prompt.ask() == expected
    assert len(prompts) == len(lines)


def test_the_history_is_kept_for_its_owner(tmp_path: Path) -> None:
    file = tmp_path / "history"
    with Prompt(file):
        readline.add_history("said before")
    assert file.stat().st_mode & 0o777 == 0o600
    readline.clear_history()
    with Prompt(file):
        assert readline.get_history_item(1) == "said before"


def test_without_a_history_nothing_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    typed(monkeypatch, "hello")
    with Prompt(None) as prompt:
        assert prompt.ask() == "hello"
        readline.add_history("said before")
    assert list(tmp_path.iterdir()) == []


def garble(path: Path) -> None:
    path.write_bytes(b"\xff\x00")


@pytest.mark.parametrize("spoil", [Path.mkdir, garble], ids=["folder", "no text"])
def test_a_history_that_cannot_be_read_or_written_is_done_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spoil: Callable[[Path], object]
) -> None:
    spoil(tmp_path / "history")
    typed(monkeypatch, "hello")
    with Prompt(tmp_path / "history") as prompt:
        assert prompt.ask() == "hello"
