"""Use cases of search: find words, and keep those of threads from before words were kept."""

from portico.gateway.features.threads.ports import ConversationPorts
from portico.gateway.features.threads.rules import project
from portico.gateway.features.threads.rules import search as rules
from portico.gateway.features.threads.store import SearchStore, ThreadStore
from portico.gateway.log import Batch, Change, Drop, EventLog, thread_stream
from portico.gateway.rpc import CallContext
from portico.protocol.methods.thread import ThreadSearchParams, ThreadSearchResponse

THREADS_AT_ONCE = 64
ROWS_AT_ONCE = 64


class SearchService:
    """Words are a projection, so that search needs nothing of its own to be right."""

    def __init__(self, ports: ConversationPorts) -> None:
        self._log = ports.log
        self._lanes = ports.lanes
        self._workspaces = ports.workspaces
        self._threads = ThreadStore(ports.log)
        self._store = SearchStore(ports.log)

    async def search(self, ctx: CallContext, p: ThreadSearchParams) -> ThreadSearchResponse:
        """A page of the names and messages in which all words stand. A query without a word finds nothing.

        Raises NotFound (workspace), Invalid (`query_too_long`, `bad_cursor`).
        """
        del ctx
        rules.check_limit(p.limit)
        after, terms = rules.place(p.cursor), rules.terms(p.query)
        await self._workspaces.get(p.workspace_id)
        if not terms:
            return ThreadSearchResponse(items=[])
        rows = await self._store.found(p.workspace_id, terms, after, p.limit + 1)
        page = rows[: p.limit]
        more = rules.cursor(page[-1]) if len(rows) > p.limit else None
        return ThreadSearchResponse(items=[rules.hit(row, terms) for row in page], next_cursor=more)

    async def catch_up(self) -> int:
        """Keep the words of threads that an older program left, erase those of deleted ones; how many there were."""
        count = 0
        while waiting := await self._store.backlog(THREADS_AT_ONCE):
            for thread_id in waiting:
                async with self._lanes.enter(thread_stream(thread_id)):
                    await self._keep(thread_id)
            count += len(waiting)
        return count

    async def _keep(self, thread_id: str) -> None:
        """In pages, the last of which takes the thread off the list: what is cut short is done again."""
        thread = (await self._threads.known(thread_id)).thread
        if thread is None:
            await erase_words(self._log, self._store, thread_id)
            return
        after: int | None = 0
        while after is not None:
            changes, after = await self._store.words(thread_id, thread.workspace_id, after, project)
            await self._log.write(Batch(records=tuple(changes)))
        await self._log.write(Batch(records=(_done(thread_id),)))


async def erase_words(log: EventLog, store: SearchStore, thread_id: str) -> None:
    """Erase what is kept of a deleted thread, bit by bit, so that nobody else waits long for the writer.

    The stream is erased anew with the last of it: then no file has the words any more. A second time does nothing.
    """
    if not await store.is_waiting(thread_id):
        return
    while rows := await store.kept(thread_id, ROWS_AT_ONCE):
        await log.write(Batch(records=rules.dropped(thread_id, rows)))
    await log.write(Batch(records=(_done(thread_id),), erase=(thread_stream(thread_id),)))


def _done(thread_id: str) -> Change:
    return Drop("search_backlog", {"thread_id": thread_id})
