"""What is checked before a window is opened; the program itself is tested in `tests/e2e/test_desktop`."""

import os
from pathlib import Path

import pytest

from portico.client.errors import ClientError
from portico.shells.desktop.instance import only
from portico.shells.desktop.places import Places

program = pytest.importorskip(
    "portico.shells.desktop.program", reason="pywebview is not installed", exc_type=ImportError
)
SCREEN = {"QT_QPA_PLATFORM": "offscreen", "QTWEBENGINE_CHROMIUM_FLAGS": "--no-sandbox"}


def test_without_a_screen_that_is_said(tmp_path: Path) -> None:
    with pytest.raises(ClientError, match="no screen"):
        program.run({}, tmp_path / "home", None)
    assert not (tmp_path / "home").exists()


def test_root_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    with pytest.raises(ClientError, match="does not run as root"):
        program.run({"QT_QPA_PLATFORM": "offscreen"}, tmp_path / "home", None)


def test_a_first_that_does_not_listen_yet_is_said(tmp_path: Path) -> None:
    places = Places(tmp_path / "home")
    places.create()
    with only(places), pytest.raises(ClientError, match="is starting"):
        program.run(SCREEN, places.home, None)


@pytest.mark.parametrize("given", ["nobody", "ftp://x"])
def test_a_gateway_that_cannot_be_chosen_is_said_before_a_window_is_shown(tmp_path: Path, given: str) -> None:
    with pytest.raises(ClientError):
        program.run(SCREEN, tmp_path / "home", given)
