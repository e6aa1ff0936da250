"""Where the shell keeps its files."""

import stat
from pathlib import Path

from portico.shells.desktop.places import places_of


def test_everything_is_in_a_folder_of_the_home(tmp_path: Path) -> None:
    places = places_of({"PORTICO_HOME": str(tmp_path / "other")}, tmp_path / "home")
    assert places.home == tmp_path / "home"
    places.create()
    places.create()
    assert stat.S_IMODE(places.folder.stat().st_mode) == 0o700
    assert {places.kept.parent, places.lock.parent, places.gateway_log.parent} == {places.folder}
    assert places.registry == places.home / "gateways.json"


def test_the_variable_names_the_home(tmp_path: Path) -> None:
    assert places_of({"PORTICO_HOME": str(tmp_path)}, None).home == tmp_path
