"""The tables of conversations and claims, and the SQL that reads them."""

from portico.gateway.features.threads.rules.conversations import Place
from portico.gateway.features.threads.rules.state import ClaimRow, ConversationRow, SaidRow
from portico.gateway.log import EventLog, thread_stream
from portico.protocol.base import SAFE_INT

_COLUMNS = "c.conversation_id, c.thread_id, c.workspace_id, c.created_at, t.updated_at"
_ROWS = f"select {_COLUMNS} from conversation c join thread t on t.id = c.thread_id"
# what is asked of streams and queues is asked for the rows of one page only
_WHOLE = (
    "select p.conversation_id, p.thread_id, p.workspace_id, p.created_at, p.updated_at, s.head, s.open_turn,"
    " (select count(*) from queued_turn q where q.thread_id = p.thread_id)"
    f" from ({{rows}}) p join stream s on s.stream = '{thread_stream('')}' || p.thread_id"
)
_FIND = _WHOLE.format(rows=f"{_ROWS} where c.conversation_id = $1")
_OF_THREAD = _WHOLE.format(rows=f"{_ROWS} where c.thread_id = $1")
_PAGE = (
    _WHOLE.format(
        rows=f"{_ROWS} where t.updated_at < $1 or (t.updated_at = $1 and c.thread_id > $2)"
        " order by t.updated_at desc, c.thread_id limit $3"
    )
    + " order by p.updated_at desc, p.thread_id"
)
_CLAIM = (
    "select r.digest, r.conversation_id, r.turn_id from request_claim r join conversation c"
    " on c.thread_id = r.thread_id where r.principal = $1 and r.key = $2 and r.created_at >= $3"
)
_OUTLIVED = "select principal, key from request_claim where created_at < $1 order by created_at limit $2"
SAID = (
    "select i.position, i.data, t.data from turn_item i join turn t on t.thread_id = i.thread_id and t.id = i.turn_id"
    " where i.thread_id = $1 and i.type in ('user_message', 'agent_message') and i.status <> 'in_progress'"
    " and i.position < $2 order by i.position desc limit $3"
)


class ConversationStore:
    """Reads of conversations, of what was said in them, and of claims."""

    def __init__(self, log: EventLog) -> None:
        self._log = log

    async def find(self, conversation_id: str) -> ConversationRow | None:
        for row in await self._log.read(_FIND, (conversation_id,)):
            return ConversationRow(*row)

    async def of_thread(self, thread_id: str) -> ConversationRow | None:
        for row in await self._log.read(_OF_THREAD, (thread_id,)):
            return ConversationRow(*row)

    async def page(self, after: Place | None, limit: int) -> list[ConversationRow]:
        """At most `limit` of those with the newest activity, or of those behind `after`."""
        after = after or Place(SAFE_INT, "")
        rows = await self._log.read(_PAGE, (after.updated_at, after.thread_id, limit))
        return [ConversationRow(*row) for row in rows]

    async def claim(self, principal: str, key: str, since: int) -> ClaimRow | None:
        """The claim, if it was made at `since` or later and what it claims is still there."""
        for row in await self._log.read(_CLAIM, (principal, key, since)):
            return ClaimRow(*row)

    async def outlived(self, since: int, limit: int) -> list[tuple[str, str]]:
        """Principal and key of claims that were made before `since`, the oldest first."""
        return [(principal, key) for principal, key in await self._log.read(_OUTLIVED, (since, limit))]

    async def said(self, thread_id: str, before: int | None, limit: int) -> list[SaidRow]:
        """At most `limit` messages, newest first; only those whose position is below `before`."""
        rows = await self._log.read(SAID, (thread_id, SAFE_INT if before is None else before, limit))
        return [SaidRow(*row) for row in rows]
