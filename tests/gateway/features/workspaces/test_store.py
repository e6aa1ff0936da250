"""The table `workspace`, read back."""

from pathlib import Path

from portico.gateway.features.workspaces.rules import project
from portico.gateway.features.workspaces.store import WorkspaceStore
from portico.gateway.log import GATEWAY_STREAM, Batch
from portico.protocol.events import WorkspaceChanged
from portico.protocol.types.workspace import Workspace, WorkspaceChangeKind
from tests.kit.logs import sqlite_log

FIRST = Workspace(
    id="b", name="B", is_active=True, is_current=False, created_at=1, updated_at=3, root="/r", tools="all"
)
SECOND = Workspace(id="a", name="A", is_active=True, is_current=True, created_at=2, updated_at=2, tools=["x", "y"])


async def test_rows_come_back_as_they_were_oldest_first(tmp_path: Path) -> None:
    async with sqlite_log(tmp_path, [project]) as log:
        store = WorkspaceStore(log)
        assert await store.state() == ({}, 0)
        events = [WorkspaceChanged(kind=WorkspaceChangeKind.CREATED, workspace=one) for one in (SECOND, FIRST)]
        await log.write(Batch.decision(GATEWAY_STREAM, 0, events))
        workspaces, decided = await store.state()
        assert list(workspaces.items()) == [("b", FIRST), ("a", SECOND)]
        assert decided == 2
