"""What the window remembers, and how it fits the screens of today."""

from pathlib import Path

import pytest

from portico.shells.desktop.kept import Area, Frame, Kept, fitted, load, save

LEFT = Area(x=0, y=0, width=1920, height=1040)
RIGHT = Area(x=1920, y=0, width=1280, height=984)


@pytest.mark.parametrize(
    ("frame", "areas", "expected"),
    [
        pytest.param(
            Frame(width=800, height=600, x=10, y=20),
            (LEFT,),
            Frame(width=800, height=600, x=10, y=20),
            id="it fits as it was",
        ),
        pytest.param(Frame(x=2000, y=0, width=800), (LEFT,), Frame(width=800), id="its screen is gone"),
        pytest.param(
            Frame(width=800, height=600, x=2000, y=50),
            (LEFT, RIGHT),
            Frame(width=800, height=600, x=2000, y=50),
            id="on the second screen",
        ),
        pytest.param(
            Frame(width=5000, height=5000, x=0, y=0),
            (LEFT,),
            Frame(width=1920, height=1040, x=0, y=0),
            id="larger than the screen",
        ),
        pytest.param(Frame(width=1, height=1), (LEFT,), Frame(width=480, height=360), id="too small to be seen"),
        pytest.param(
            Frame(width=800, height=600, x=-300, y=900),
            (LEFT,),
            Frame(width=800, height=600, x=0, y=440),
            id="half outside",
        ),
        pytest.param(Frame(y=5000, x=10), (LEFT,), Frame(height=820), id="its title bar is out of reach"),
        pytest.param(Frame(x=1, y=1), (), Frame(), id="no screen is known"),
        pytest.param(
            Frame(width=480, height=360),
            (Area(x=0, y=0, width=320, height=240),),
            Frame(width=320, height=240),
            id="tiny",
        ),
    ],
)
def test_a_window_fits(frame: Frame, areas: tuple[Area, ...], expected: Frame) -> None:
    assert fitted(frame, areas) == expected


def test_what_was_kept_comes_back(tmp_path: Path) -> None:
    kept = Kept(frame=Frame(width=700, x=-5, y=3, is_maximized=True), is_local=True)
    save(tmp_path / "window.json", kept)
    assert load(tmp_path / "window.json") == kept
    assert [path.name for path in tmp_path.iterdir()] == ["window.json"]


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\xff", b'{"frame":{"width":-1}}', b'{"frame":{"x":1e99}}', b"[" * 9_999]
)
def test_what_cannot_be_read_is_as_nothing(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "window.json").write_bytes(content)
    assert load(tmp_path / "window.json") == Kept()


def test_a_disk_that_refuses_is_not_told(tmp_path: Path) -> None:
    save(tmp_path / "no such folder" / "window.json", Kept())
    assert load(tmp_path / "no such folder" / "window.json") == Kept()
