"""The table of words, and the SQL that asks it."""

from collections.abc import Sequence

from portico.gateway.features.threads.rules.search import Found
from portico.gateway.features.threads.rules.state import FoundRow
from portico.gateway.log import Change, EventContext, EventLog, Project, Term, thread_stream
from portico.gateway.log.read import decode_event
from portico.protocol.base import SAFE_INT

ROWS_AT_ONCE = 256

# names and messages are asked for apart, each the newest first; of several parts of a message the first that fits
_FOUND = (
    "select h.at, h.thread_id, h.position, h.turn_id, h.item_id, x.shown, t.name, t.preview from ("
    "select s.at, s.thread_id, s.position, s.turn_id, s.item_id, min(s.part) as part from search_text s"
    " where {matches} and s.workspace_id = $2 and s.position {kind}"
    " and (s.at < $3 or (s.at = $3 and (s.thread_id > $4 or (s.thread_id = $4 and s.position < $5))))"
    " group by s.at, s.thread_id, s.position, s.turn_id, s.item_id"
    " order by s.at desc, s.thread_id, s.position desc limit $6) h"
    " join search_text x on x.thread_id = h.thread_id and x.position = h.position and x.part = h.part"
    " join thread t on t.id = h.thread_id order by h.at desc, h.thread_id, h.position desc"
)
_BACKLOG = "select thread_id from search_backlog order by thread_id limit $1"
_WAITS = "select 1 from search_backlog where thread_id = $1"
_KEPT = "select position, part, length(said) from search_text where thread_id = $1 order by position, part limit $2"
_SPOKEN = (
    "select version, turn_id, at, data, schema from event where stream = $1 and version > $2"
    " and type in ('threadStarted', 'threadUpdated', 'itemCompleted') order by version limit $3"
)


class SearchStore:
    """Reads of words, and of what was said before words were kept."""

    def __init__(self, log: EventLog) -> None:
        self._log = log

    async def found(self, workspace_id: str, terms: Sequence[Term], after: Found, limit: int) -> list[FoundRow]:
        """At most `limit` hits behind `after`, in the order of pages. `terms` are not empty."""
        text = self._log.full_text
        place = (after.at, after.thread_id, after.position)
        start = place if after.kind else (SAFE_INT, "", 0)
        sql = _FOUND.replace("{matches}", text.matches)
        names = (
            sql.replace("{kind}", "= 0"),
            (text.argument("name", terms), workspace_id, *place, limit if after.kind == 0 else 0),
        )
        messages = (sql.replace("{kind}", "> 0"), (text.argument("said", terms), workspace_id, *start, limit))
        rows = [row for found in await self._log.snapshot(names, messages) for row in found]
        return [FoundRow(*row) for row in rows[:limit]]

    async def backlog(self, limit: int) -> list[str]:
        """Threads whose words are not kept yet."""
        return [thread_id for (thread_id,) in await self._log.read(_BACKLOG, (limit,))]

    async def is_waiting(self, thread_id: str) -> bool:
        """Whether the thread's words are still to be made, or to be erased."""
        return bool(await self._log.read(_WAITS, (thread_id,)))

    async def kept(self, thread_id: str, limit: int) -> list[tuple[int, int, int]]:
        """Position, part and length of words of a thread."""
        return [(position, part, length) for position, part, length in await self._log.read(_KEPT, (thread_id, limit))]

    async def words(
        self, thread_id: str, workspace_id: str, after: int, project: Project
    ) -> tuple[list[Change], int | None]:
        """What `project` makes of the next events of a thread, for the table of words; the version to go on after."""
        stream = thread_stream(thread_id)
        rows = await self._log.read(_SPOKEN, (stream, after, ROWS_AT_ONCE))
        changes: list[Change] = []
        for version, turn_id, at, data, schema in rows:
            where = EventContext(stream, version, at, workspace_id, thread_id, turn_id)
            event = decode_event(bytes(data), schema)[1]
            changes += [change for change in project(event, where) if change.table == "search_text"]
        return changes, rows[-1][0] if len(rows) == ROWS_AT_ONCE else None
