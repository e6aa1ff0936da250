"""The table `workspace`, read."""

import msgspec

from portico.gateway.features.workspaces.rules import Workspaces
from portico.gateway.log import GATEWAY_STREAM, EventLog
from portico.protocol.types.workspace import ToolAccess, Workspace

_ROWS = (
    "select id, name, is_active, is_current, root, tools, created_at, updated_at from workspace order by created_at, id"
)
_DECIDED = "select decided from stream where stream = $1"
_tools: msgspec.json.Decoder[ToolAccess] = msgspec.json.Decoder(ToolAccess)


class WorkspaceStore:
    """Reads all workspaces at once: there are few."""

    def __init__(self, log: EventLog) -> None:
        self._log = log

    async def state(self) -> tuple[Workspaces, int]:
        """Every workspace by id, oldest first, and the decided version of the gateway's stream, from one commit."""
        rows, decided = await self._log.snapshot((_ROWS, ()), (_DECIDED, (GATEWAY_STREAM,)))
        workspaces = {
            row[0]: Workspace(
                id=row[0],
                name=row[1],
                is_active=bool(row[2]),
                is_current=bool(row[3]),
                root=row[4],
                tools=None if row[5] is None else _tools.decode(bytes(row[5])),
                created_at=row[6],
                updated_at=row[7],
            )
            for row in rows
        }
        return workspaces, decided[0][0] if decided else 0
