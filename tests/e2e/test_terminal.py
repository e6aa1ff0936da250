"""`portico chat` at real terminals."""

import os
import signal
from pathlib import Path

import pytest

from portico.client.registry import find
from tests.e2e.terminal import CTRL_C, CTRL_D, UP, Terminal, desk

SLEEP = '/tool exec_command {"command": ["sleep", "60"]}'
PROMPT = "› "


def ready(terminal: Terminal) -> None:
    terminal.wait_for("Ctrl-C stops the turn")
    terminal.wait_for(PROMPT)


def test_ctrl_c_cancels_the_turn_and_the_chat_goes_on_and_a_second_one_leaves(tmp_path: Path) -> None:
    with desk(tmp_path) as it:
        chat = it.open("chat")
        ready(chat)
        chat.type(f"{SLEEP}\n")
        chat.wait_for("exec_command sleep 60")
        chat.wait_for("exec_command sleep 60")
        chat.type(CTRL_C)
        chat.wait_for("stopped at the terminal")
        chat.wait_for(PROMPT)
        chat.type("/say still here\n")
        chat.wait_for("still here\n")
        chat.wait_for("still here\n")
        chat.wait_for(PROMPT)
        chat.type("half a line")
        chat.wait_for("half a line")
        chat.type(CTRL_C)
        chat.wait_for(PROMPT)
        chat.type(CTRL_C)
        assert chat.leave() == 0
        assert "Traceback" not in chat.shown


def test_the_history_is_there_the_next_time(tmp_path: Path) -> None:
    with desk(tmp_path) as it:
        first = it.open("chat")
        ready(first)
        first.type("/say remember me\n")
        first.wait_for("remember me\n")
        first.wait_for("remember me\n")
        first.wait_for(PROMPT)
        first.type(CTRL_D)
        assert first.leave() == 0
        second = it.open("chat")
        ready(second)
        second.type(UP)
        second.wait_for("/say remember me")
        second.type("\n")
        second.wait_for("remember me\n")
        second.wait_for("rehearsal/rehearsal")
        second.wait_for(PROMPT)
        second.type("/exit\n")
        assert second.leave() == 0


@pytest.mark.parametrize(("presses", "code"), [(1, 130), (2, 130)])
def test_ctrl_c_in_a_one_shot(tmp_path: Path, presses: int, code: int) -> None:
    with desk(tmp_path) as it:
        chat = it.open("chat", SLEEP)
        chat.wait_for("exec_command sleep 60")
        for _ in range(presses):
            chat.type(CTRL_C)
        assert chat.leave() == code
        assert "Traceback" not in chat.shown


def test_two_terminals_on_one_thread_show_the_same_and_the_embedded_gateway_stays(tmp_path: Path) -> None:
    with desk(tmp_path) as it:
        first = it.open("chat", "--thread", "shared")
        ready(first)
        gateway = find(it.environ)
        second = it.open("chat", "--thread", "shared")
        ready(second)
        assert find(it.environ) == gateway
        first.type("/say from the first\n")
        second.wait_for("› /say from the first\n")
        second.wait_for("from the first\n")
        second.type("/say from the second\n")
        first.wait_for("› /say from the second\n")
        first.wait_for("from the second\n")
        first.wait_for("rehearsal/rehearsal")
        first.type(CTRL_D)
        first.wait_for("others still use this gateway")
        second.wait_for("rehearsal/rehearsal")
        second.wait_for(PROMPT)
        second.type("/say alone now\n")
        second.wait_for("alone now\n")
        second.wait_for("alone now\n")
        second.wait_for("rehearsal/rehearsal")
        second.wait_for(PROMPT)
        second.type(CTRL_D)
        assert second.leave() == 0
        assert first.leave() == 0


def test_a_gateway_that_is_killed_and_comes_back_is_found_again(tmp_path: Path) -> None:
    with desk(tmp_path) as it:
        up = it.open("up", "--port", "0")
        up.wait_for("model: ")
        before = find(it.environ)
        assert before is not None
        port = before.url.rsplit(":", 1)[1]
        chat = it.open("chat", "--thread", "kept")
        ready(chat)
        chat.type("/say before\n")
        chat.wait_for("before\n")
        chat.wait_for("rehearsal/rehearsal")
        chat.wait_for(PROMPT)
        os.kill(up.program.pid, signal.SIGKILL)
        up.leave()
        chat.wait_for("trying again in")
        again = it.open("up", "--port", port)
        again.wait_for("model: ")
        chat.type("/say after\n")
        chat.wait_for("after\n")
        chat.wait_for("rehearsal/rehearsal")
        chat.wait_for(PROMPT)
        chat.type(CTRL_D)
        assert chat.leave() == 0
        os.kill(again.program.pid, signal.SIGTERM)
        assert again.leave() == 0
        shown = it.open("threads", "show", "kept")
        shown.wait_for("before")
        shown.wait_for("after")
        assert shown.leave() == 0
