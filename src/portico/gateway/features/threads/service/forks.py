"""Use case of forks: the ended turns of a thread, copied into a new one."""

from portico.gateway.features.threads.ports import ConversationPorts
from portico.gateway.features.threads.rules import forks as rules
from portico.gateway.features.threads.rules import threads
from portico.gateway.features.threads.store import ForkStore, ThreadStore
from portico.gateway.log import decide, thread_stream
from portico.gateway.rpc import CallContext
from portico.protocol.methods.thread import ThreadForkParams, ThreadForkResponse


class ForkService:
    """A fork is one batch: it is there whole, or not at all, and a retry finds it."""

    def __init__(self, ports: ConversationPorts) -> None:
        self._log = ports.log
        self._clock = ports.clock
        self._ids = ports.ids
        self._lanes = ports.lanes
        self._threads = ThreadStore(ports.log)
        self._store = ForkStore(ports.log)

    async def fork(self, ctx: CallContext, p: ThreadForkParams) -> ThreadForkResponse:
        """Copy the ended turns, through the named one, into a new thread beside the source; its connection follows it.

        The same call again answers the fork that is there. Raises NotFound (`thread_not_found`, `turn_not_found`),
        Conflict (`thread_exists`, `thread_deleted`, `thread_ephemeral`, `turn_running`, `thread_too_large`).
        """
        first, *others = sorted({thread_stream(p.thread_id), thread_stream(p.new_thread_id)})
        async with self._lanes.enter(first), self._lanes.enter(others[0] if others else f"{first} again"):
            await decide(lambda: self._fork(p))
            state = threads.existing(await self._threads.known(p.new_thread_id), p.new_thread_id)
        ctx.connection.subscribe(thread_stream(p.new_thread_id), state.head)
        return ThreadForkResponse(thread=state.thread, epoch=self._log.epoch, head_version=state.head)

    async def _fork(self, p: ThreadForkParams) -> None:
        """The lanes of both threads are held: neither is started, renamed or deleted meanwhile."""
        known = await self._threads.known(p.new_thread_id)
        if rules.made_before(known, p) is not None:
            return
        source = threads.existing(await self._threads.known(p.thread_id), p.thread_id).thread
        rules.check_source(source)
        _, folder_id, tree = await self._threads.place(source.workspace_id, source.id)
        turns = rules.chosen(await self._store.turns(source.id), p.through_turn_id)
        rows = await self._store.events(source.id, frozenset(turn.id for turn in turns))
        thread = rules.forked(source, p, turns[-1] if turns else None, self._clock.now())
        ids = {turn.id: self._ids.new() for turn in turns}
        await self._log.write(rules.batch(thread, rows, ids, rules.Place(folder_id, tree), known.head.decided))
