"""Screens that answer, and those that only have a name."""

import socket
from pathlib import Path

import pytest

from portico.shells.desktop.displays import Door, doors, is_there


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, []),
        ({"DISPLAY": ""}, []),
        ({"DISPLAY": "nonsense"}, []),
        ({"DISPLAY": ":12345"}, []),
        ({"DISPLAY": ":0.1"}, ["/tmp/.X11-unix/X0", "\0/tmp/.X11-unix/X0"]),
        ({"DISPLAY": "localhost:10.0"}, [("localhost", 6010)]),
        ({"WAYLAND_DISPLAY": "wayland-0", "XDG_RUNTIME_DIR": "/run/user/1"}, ["/run/user/1/wayland-0"]),
        ({"WAYLAND_DISPLAY": "/run/w"}, ["/run/w"]),
    ],
)
def test_where_a_screen_listens(environ: dict[str, str], expected: list[Door]) -> None:
    assert list(doors(environ)) == expected


def test_a_screen_is_there_when_it_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    environ = {"WAYLAND_DISPLAY": "w", "XDG_RUNTIME_DIR": "."}
    assert not is_there(environ)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("w")
        server.listen()
        assert is_there(environ)
    assert not is_there(environ)
    assert not is_there({"WAYLAND_DISPLAY": "w" * 500})
    assert is_there({"QT_QPA_PLATFORM": "offscreen"})
