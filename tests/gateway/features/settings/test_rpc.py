"""The calls of settings have their routes."""

from pathlib import Path

from portico.gateway.features.settings import SettingsService, routes
from portico.protocol.methods.settings import SETTINGS_GET, SETTINGS_UPDATE
from tests.kit.logs import sqlite_log


async def test_routes(tmp_path: Path) -> None:
    async with sqlite_log(tmp_path) as log:
        bound = routes(SettingsService(log))
    assert [route.method for route in bound] == [SETTINGS_GET, SETTINGS_UPDATE]
