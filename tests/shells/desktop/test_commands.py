"""The programs of the system, as argument lists."""

from pathlib import Path

import pytest

from portico.shells.desktop.commands import gateway, notify, show_files
from portico.shells.desktop.files import Open, Reveal

FILE, FOLDER = Open(Path("/root/-x.txt")), Reveal(Path("/root/App.app"))


@pytest.mark.parametrize(
    ("platform", "what", "expected"),
    [
        ("linux", FILE, ("xdg-open", "/root/-x.txt")),
        ("linux", FOLDER, ("xdg-open", "/root/App.app")),
        ("darwin", FILE, ("open", "/root/-x.txt")),
        ("darwin", FOLDER, ("open", "-R", "/root/App.app")),
        ("win32", FOLDER, ("explorer", "/root/App.app")),
    ],
)
def test_a_path_is_one_argument(platform: str, what: Open | Reveal, expected: tuple[str, ...]) -> None:
    assert show_files(platform, what).arguments == expected


HOSTILE = '--wait "$(rm)" <b>\n\u202e`x`'


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
def test_the_text_of_a_notice_is_never_an_option_or_a_script(platform: str) -> None:
    for command in notify(platform, HOSTILE, HOSTILE):
        words = command.arguments
        told = command.environ.values() if platform == "win32" else words[-2:]
        assert all("\n" not in word and "\u202e" not in word for word in told)
        assert not any("$(rm)" in word for word in words[:-2])
        if platform == "linux":
            assert words[-3] == "--"
            assert "&lt;b&gt;" in words[-1]
        if platform == "win32":
            assert not any("$(rm)" in word for word in words)


def test_a_click_is_heard_where_that_is_possible() -> None:
    first, second = notify("linux", "t", "x")
    assert first.answers == "default"
    assert second.answers is None


def test_a_gateway_is_started_on_the_home() -> None:
    assert gateway("python", Path("/h"), None).arguments == ("python", "-m", "portico", "up", "--json", "--home", "/h")
    assert gateway("python", Path("/h"), 0).arguments[-2:] == ("--port", "0")
