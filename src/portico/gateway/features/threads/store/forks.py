"""What a fork reads: the turns of a thread, and their events without those that completed items replace."""

from portico.gateway.features.threads.rules.forks import check_size
from portico.gateway.features.threads.rules.state import CopiedRow, TurnMark
from portico.gateway.log import EventLog, thread_stream
from portico.gateway.log.read import decode_event
from portico.protocol.types.turn import TurnStatus

ROWS_AT_ONCE = 256

_TURNS = "select id, status from turn where thread_id = $1 order by position"
_EVENTS = (
    "select version, turn_id, flow, data, schema from event where stream = $1 and version > $2"
    " and turn_id is not null and type <> 'itemDelta' order by version limit $3"
)


class ForkStore:
    """Reads of a thread that is copied."""

    def __init__(self, log: EventLog) -> None:
        self._log = log

    async def turns(self, thread_id: str) -> list[TurnMark]:
        """All turns, oldest first."""
        return [TurnMark(id_, TurnStatus(status)) for id_, status in await self._log.read(_TURNS, (thread_id,))]

    async def events(self, thread_id: str, turn_ids: frozenset[str]) -> list[CopiedRow]:
        """The events of these turns in order. Raises Conflict (`thread_too_large`)."""
        found: list[CopiedRow] = []
        after = size = 0
        while turn_ids:
            rows = await self._log.read(_EVENTS, (thread_stream(thread_id), after, ROWS_AT_ONCE))
            for _, turn_id, flow, data, schema in rows:
                if turn_id in turn_ids:
                    size += len(data)
                    found.append(CopiedRow(turn_id, flow == 1, decode_event(bytes(data), schema)[1]))
            check_size(len(found), size)
            if len(rows) < ROWS_AT_ONCE:
                break
            after = rows[-1][0]
        return found
