"""Every call of workspaces has its route."""

from pathlib import Path

from portico.gateway.features.workspaces import WorkspaceService, project, routes
from portico.protocol.methods import workspace
from tests.kit import FakeClock
from tests.kit.logs import sqlite_log


async def test_routes(tmp_path: Path) -> None:
    async with sqlite_log(tmp_path, [project]) as log:
        bound = routes(WorkspaceService(log, FakeClock(), tmp_path))
    assert [route.method for route in bound] == list(workspace.ALL)
