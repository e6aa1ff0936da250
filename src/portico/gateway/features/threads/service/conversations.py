"""Use cases of conversations: open, list, read and delete them (seed 002 over threads)."""

import uuid
from collections.abc import Callable
from dataclasses import replace

from portico.gateway.features.threads.ports import ConversationPorts
from portico.gateway.features.threads.rules import conversations as rules
from portico.gateway.features.threads.rules.state import ConversationRow
from portico.gateway.features.threads.service.core import ThreadService
from portico.gateway.features.threads.store import ConversationStore
from portico.gateway.kernel.errors import Invalid
from portico.gateway.log import Batch, Change, thread_stream
from portico.gateway.rpc import CallContext
from portico.protocol.base import NoParams
from portico.protocol.methods.base import by_thread
from portico.protocol.methods.conversation import (
    ConversationGetParams,
    ConversationListParams,
    ConversationListResponse,
    ConversationMessagesParams,
    ConversationMessagesResponse,
    ConversationOpenParams,
    ConversationOpenResponse,
    ConversationRef,
    ConversationResponse,
    RequestClaim,
)
from portico.protocol.methods.thread import DeletedResponse, ThreadDeleteParams
from portico.protocol.types.conversation import Conversation


class ConversationService:
    """Conversations are rows over threads; nothing is kept here that a restart would lose."""

    def __init__(self, threads: ThreadService, ports: ConversationPorts) -> None:
        self._threads = threads
        self._ports = ports
        self._log = ports.log
        self._lanes = ports.lanes
        self._store = ConversationStore(ports.log)
        self.is_loaded: Callable[[str], bool] = _never

    async def open(self, ctx: CallContext, p: ConversationOpenParams) -> ConversationOpenResponse:
        """The conversation of this id, made if it is not there, and the turn that the caller may start in it.

        A request that was claimed before is given its conversation and turn again. Its connection follows the thread.
        Raises Invalid (the id), Conflict (`idempotency_key_reused`, `conversation_exists`), NotFound (the workspace).
        """
        if p.conversation_id is not None:
            rules.check_id(p.conversation_id)
        if p.request is not None:
            rules.check_claim(p.request)
            known = await self._store.claim(ctx.principal.id, p.request.key, self._since())
            if known is not None:
                rules.same(known, p.request, p.conversation_id)
                row = await self._found(known.conversation_id)
                return self._opened(ctx, row, known.turn_id, is_repeated=True)
        conversation_id = str(uuid.uuid4()) if p.conversation_id is None else p.conversation_id
        async with self._lanes.enter(_lane(conversation_id)):
            return await self._open(ctx, p, conversation_id)

    async def get(self, ctx: CallContext, p: ConversationGetParams) -> ConversationResponse:
        """One conversation, by its id or its thread. Raises NotFound (`conversation_not_found`), Invalid."""
        del ctx
        if (p.conversation_id is None) == (p.thread_id is None):
            raise Invalid("either the conversation or its thread must be named", path="$.conversation_id")
        if p.conversation_id is not None:
            return ConversationResponse(conversation=self._shown(await self._found(p.conversation_id)))
        row = await self._store.of_thread(p.thread_id or "")
        if row is None:
            raise rules.not_found(thread_id=p.thread_id)
        return ConversationResponse(conversation=self._shown(row))

    async def list(self, ctx: CallContext, p: ConversationListParams) -> ConversationListResponse:
        """A page of the conversations, newest activity first."""
        del ctx
        rules.check_limit(p.limit)
        rows = await self._store.page(rules.place(p.cursor), p.limit + 1)
        page = rows[: p.limit]
        more = rules.cursor(page[-1]) if len(rows) > p.limit else None
        return ConversationListResponse(items=[self._shown(row) for row in page], next_cursor=more)

    async def messages(self, ctx: CallContext, p: ConversationMessagesParams) -> ConversationMessagesResponse:
        """What was said, the newest page of it, oldest first; what is still streamed is left out."""
        del ctx
        rules.check_limit(p.limit)
        before = rules.position(p.cursor)
        row = await self._found(p.conversation_id)
        said = await self._store.said(row.thread_id, before, p.limit + 1)
        page = said[: p.limit]
        more = str(page[-1].position) if len(said) > p.limit else None
        messages = [rules.message(row, one) for one in reversed(page)]
        return ConversationMessagesResponse(items=[one for one in messages if one is not None], next_cursor=more)

    async def delete(self, ctx: CallContext, p: ConversationRef) -> DeletedResponse:
        """Erase the conversation with its thread; a running turn is cut off, and the id is free again."""
        async with self._lanes.enter(_lane(p.conversation_id)):
            row = await self._found(p.conversation_id)
            thread = ThreadDeleteParams(workspace_id=row.workspace_id, thread_id=row.thread_id)
            async with self._lanes.enter(by_thread(thread)):
                answer = await self._threads.delete(ctx, thread)
        if not answer.deleted:
            raise rules.not_found(conversation_id=p.conversation_id)
        return answer

    async def _open(
        self, ctx: CallContext, p: ConversationOpenParams, conversation_id: str
    ) -> ConversationOpenResponse:
        """Its lane is held: of two first messages the second finds what the first made."""
        turn_id, now = self._ports.ids.new(), self._ports.clock.now()
        row, batch = await self._store.find(conversation_id), Batch()
        is_new = row is None
        if row is None:
            workspace_id = await self._workspace(ctx, p.workspace_id)
            row, batch = rules.made(conversation_id, self._ports.ids.new(), workspace_id, now)
        else:
            row = rules.opened(row, p.workspace_id)
        if p.request is not None:
            records = await self._claim(ctx, row, p.request, turn_id)
            batch = replace(batch, records=(*batch.records, *records))
        if batch != Batch():
            await self._log.write(batch)
        return self._opened(ctx, row, turn_id, is_new=is_new)

    async def _claim(
        self, ctx: CallContext, row: ConversationRow, request: RequestClaim, turn_id: str
    ) -> tuple[Change, ...]:
        """The claim's record, after a few that have outlived their day."""
        outlived = await self._store.outlived(self._since(), rules.DROPPED_AT_ONCE)
        dropped = [rules.claim_drop(principal, key) for principal, key in outlived]
        return *dropped, rules.claimed(row, ctx.principal.id, request, turn_id, self._ports.clock.now())

    async def _workspace(self, ctx: CallContext, given: str | None) -> str:
        if given is not None:
            return (await self._ports.workspaces.get(given)).id
        return (await self._ports.workspaces.default(ctx, NoParams())).workspace.id

    async def _found(self, conversation_id: str) -> ConversationRow:
        rules.check_id(conversation_id)
        row = await self._store.find(conversation_id)
        if row is None:
            raise rules.not_found(conversation_id=conversation_id)
        return row

    def _opened(
        self, ctx: CallContext, row: ConversationRow, turn_id: str, *, is_new: bool = False, is_repeated: bool = False
    ) -> ConversationOpenResponse:
        ctx.connection.subscribe(thread_stream(row.thread_id), row.head)
        return ConversationOpenResponse(
            conversation=self._shown(row),
            turn_id=turn_id,
            is_new=is_new,
            is_repeated=is_repeated,
            epoch=self._log.epoch,
            head_version=row.head,
        )

    def _shown(self, row: ConversationRow) -> Conversation:
        return rules.shown(row, is_loaded=self.is_loaded(row.thread_id))

    def _since(self) -> int:
        return self._ports.clock.now() - rules.CLAIM_SECONDS


def _lane(conversation_id: str) -> str:
    """Not the lane of the calls themselves: a claimed call comes in on the lane of its key."""
    return f"conversation row:{conversation_id}"


def _never(thread_id: str) -> bool:
    del thread_id
    return False
