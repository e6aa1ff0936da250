"""The windows' decisions, without a screen; what Qt makes of them is tested in `tests/e2e/test_desktop`."""

from types import SimpleNamespace
from typing import Any

import pytest

from portico.shells.desktop.kept import Frame
from portico.shells.desktop.links import Browse, Wish
from portico.shells.desktop.listing import View
from portico.shells.desktop.screen import Asked, Closed, Notice, Page, Picked, Signal

window = pytest.importorskip("portico.shells.desktop.window", reason="pywebview is not installed", exc_type=ImportError)


class Scripts:
    """Keeps scripts; `answer` is what the next one tells."""

    def __init__(self, answer: object) -> None:
        self.answer = answer

    def runJavaScript(self, code: str, world: int, told: Any) -> None:
        assert (code, world) == ("portico.take()", 0)
        told(self.answer)


def view(uid: str, answer: object = None) -> Any:
    return SimpleNamespace(uid=uid, webview=SimpleNamespace(page=lambda: Scripts(answer)))


def windows() -> tuple[Any, list[Signal]]:
    heard: list[Signal] = []
    made = window.Windows(Frame(), heard.append)
    made._gateway_uid = "master"
    return made, heard


def test_a_text_of_ours_is_loaded_once() -> None:
    made, heard = windows()
    for uid in ("master", "child"):
        assert made.accepts(view(uid), Wish("data:text/html,ours"))
        assert not made.accepts(view(uid), Wish("data:text/html,theirs"))
    assert heard == []


def test_a_page_goes_nowhere_by_itself() -> None:
    made, heard = windows()
    assert not made.accepts(view("master"), Wish("https://example.org/"))
    assert not made.accepts(view("master"), Wish("https://example.org/", is_click=True))
    assert heard == []
    made.person.acted()
    for _ in range(2):
        assert not made.accepts(view("master"), Wish("https://example.org/", is_click=True))
    assert not made.accepts(view("child"), Wish("https://example.org/", is_click=True))
    assert not made.accepts(view("master"), Wish("portico-shell:ring", is_click=True))
    assert heard == [Browse("https://example.org/")]


@pytest.mark.parametrize("answer", ["[]", "no JSON", None, 4])
def test_the_list_is_asked_when_it_rings(answer: object) -> None:
    made, heard = windows()
    assert not made.accepts(view("child", answer), Wish("portico-shell:ring"))
    assert heard == ([Asked(())] if isinstance(answer, str) else [])


def test_what_is_asked_before_there_are_windows_waits() -> None:
    made, heard = windows()
    made.show_notice(Notice("t"))
    made.show_page(Page("http://127.0.0.1/#code=x", "http://127.0.0.1", "Office"))
    made.tell_list(View(entries=()))
    made.picked("list")
    assert made._closing("list") is False
    assert heard == [Picked("list"), Closed("list")]
    assert not made.is_focused
    assert made.frame() == Frame()
