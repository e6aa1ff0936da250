"""The recorded session: what a terminal shows, without this machine's paths; and the picture that is committed."""

import re
from pathlib import Path

import pytest
from scripts.record_session import COMMANDS, FILE, drawn, sanitised, screen, typed


@pytest.mark.parametrize(
    ("output", "lines"),
    [
        pytest.param("one\r\ntwo\r\n", ["one", "two"], id="lines"),
        pytest.param("\x1b[?25lwaiting\r\n\x1b[1A\x1b[2Kdone\n", ["done"], id="an erased status is gone"),
        pytest.param("10 %\r20 %\n", ["20 %"], id="a line that was written over"),
        pytest.param("\x1b[2mdim\x1b[0m\n", ["\x1b[2mdim\x1b[0m"], id="colours stay"),
        pytest.param("text\n\n\n", ["text"], id="empty lines at the end go"),
        pytest.param("", [], id="nothing"),
    ],
)
def test_a_screen_shows_what_is_left(output: str, lines: list[str]) -> None:
    assert screen(output) == lines


def test_a_path_of_this_machine_is_shown_as_home(tmp_path: Path) -> None:
    assert sanitised(f"tools run in {tmp_path}/notes", tmp_path) == "tools run in ~/notes"


def test_a_command_is_shown_as_it_is_typed() -> None:
    assert typed(("portico", "chat", "hello there")) == 'portico chat "hello there"'


def test_a_session_is_drawn_without_foreign_fonts() -> None:
    svg = drawn([("portico --version", ["portico \x1b[1m1\x1b[0m"]), ("exit", [])])
    assert svg.startswith("<svg")
    assert "font-face" not in svg
    assert "portico" in svg


def test_the_committed_picture_is_of_these_commands_and_clean() -> None:
    svg = FILE.read_text()
    text = re.sub(r"<[^>]*>", "", svg).replace("&#160;", " ").replace("&quot;", '"')
    assert [command for command in COMMANDS if typed(command) not in text] == []
    assert "No model was asked" in text
    assert re.findall(r"/(?:tmp|root|home|work)\b", svg) == []
