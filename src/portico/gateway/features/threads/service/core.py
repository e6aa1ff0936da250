"""Use cases of threads: start, change, place, replay and delete them; and what other features read of them."""

from pathlib import Path

import anyio
import msgspec

from portico.gateway.features.threads import rules
from portico.gateway.features.threads.ports import Gone, Workspaces
from portico.gateway.features.threads.rules.state import (
    ConversationItem,
    OpenItem,
    OpenTurn,
    QueuedRow,
    SignalRow,
    ThreadState,
    TurnEvents,
    TurnRow,
    TurnSummary,
)
from portico.gateway.features.threads.service.search import erase_words
from portico.gateway.features.threads.store import SearchStore, ThreadStore
from portico.gateway.kernel.clock import Clock
from portico.gateway.kernel.context import Principal
from portico.gateway.kernel.errors import Invalid
from portico.gateway.kernel.ids import Ids
from portico.gateway.kernel.lanes import Lanes
from portico.gateway.log import Batch, EventLog, decide, thread_stream
from portico.gateway.rpc import CallContext
from portico.protocol.base import Scope
from portico.protocol.methods.thread import (
    DeletedResponse,
    MovedResponse,
    ThreadDeleteParams,
    ThreadFolderCreateParams,
    ThreadFolderDeleteParams,
    ThreadFolderMoveParams,
    ThreadFolderRenameParams,
    ThreadFolderResponse,
    ThreadGetParams,
    ThreadGetResponse,
    ThreadHistoryParams,
    ThreadHistoryResponse,
    ThreadMoveParams,
    ThreadStartParams,
    ThreadStartResponse,
    ThreadTreeParams,
    ThreadTreeResponse,
    ThreadUnsubscribeParams,
    ThreadUnsubscribeResponse,
    ThreadUpdateParams,
    ThreadUpdateResponse,
)
from portico.protocol.types.item import UserMessage
from portico.protocol.types.thread import Sandbox, SandboxMode, Thread, ThreadFolder
from portico.protocol.types.workspace import Workspace

FAREWELL_SECONDS = 5.0
"""How long what ran for a deleted thread may take to end before the deletion is answered anyway."""
ERASING_SECONDS = 60.0
"""The same of erasing its words; what is left then is erased at the next start."""
ERASED_AT_ONCE = 128
TURNS_SHOWN = 20
"""How many of its newest turns `thread/get` answers with a thread."""


def look_at_folder(path: str) -> tuple[str, bool]:
    """`path` without symbolic links, and whether it is a folder whose name can be stored. Never raises."""
    try:
        real = Path(path).resolve()
        str(real).encode()
        return str(real), real.is_dir()
    except (OSError, RuntimeError, ValueError):
        return path, False


class ThreadService:
    """Owns every read model of a thread's stream, the folders and placements, and their deletion."""

    def __init__(self, log: EventLog, clock: Clock, ids: Ids, workspaces: Workspaces) -> None:
        self._log = log
        self._clock = clock
        self._ids = ids
        self._workspaces = workspaces
        self._store = ThreadStore(log)
        self._words = SearchStore(log)
        self.on_deleted: Gone = _nobody
        # folder ids are unique in the gateway, their streams are per workspace
        self._folder_ids = Lanes()

    async def start(self, ctx: CallContext, p: ThreadStartParams) -> ThreadStartResponse:
        """Create the thread, or open it when it is there with these values; its connection follows it."""
        trimmed = rules.threads.trimmed(p)
        workspace = await self._workspaces.get(p.workspace_id)

        async def attempt() -> tuple[Thread, int]:
            known = await self._store.known(p.thread_id)
            wish = trimmed
            if wish.cwd is not None and (known.thread is None or known.thread.cwd != wish.cwd):
                wish = msgspec.structs.replace(wish, cwd=self.working_folder(ctx.principal, workspace, wish.cwd))
            thread, batch = rules.threads.start(known, wish, self._clock.now())
            await self._write(batch)
            return thread, known.head.head

        thread, head = await decide(attempt)
        ctx.connection.subscribe(thread_stream(thread.id), head)
        sandbox = Sandbox(mode=SandboxMode.FULL_ACCESS)
        return ThreadStartResponse(thread=thread, sandbox=sandbox, epoch=self._log.epoch, head_version=head)

    async def get(self, ctx: CallContext, p: ThreadGetParams) -> ThreadGetResponse:
        """The thread with its newest turns, oldest first; its connection follows it."""
        known = await self._store.known_with_turns(p.thread_id, TURNS_SHOWN)
        state = rules.threads.existing(known, p.thread_id)
        ctx.connection.subscribe(thread_stream(p.thread_id), state.head)
        return ThreadGetResponse(thread=state.thread, epoch=self._log.epoch, head_version=state.head)

    async def update(self, ctx: CallContext, p: ThreadUpdateParams) -> ThreadUpdateResponse:
        """Change what is given of the thread."""
        workspace = await self._workspaces.get(p.workspace_id)

        async def attempt() -> Thread:
            state = rules.threads.existing(await self._store.known(p.thread_id), p.thread_id, p.workspace_id)
            wish = p
            if wish.cwd is not None and wish.cwd != state.thread.cwd:
                wish = msgspec.structs.replace(wish, cwd=self.working_folder(ctx.principal, workspace, wish.cwd))
            thread, batch = rules.threads.update(state, wish, self._clock.now())
            await self._write(batch)
            return thread

        return ThreadUpdateResponse(thread=await decide(attempt))

    async def tree(self, ctx: CallContext, p: ThreadTreeParams) -> ThreadTreeResponse:
        """All threads of the workspace, hidden ones too, its folders, and where each thread stands."""
        del ctx
        await self._workspaces.get(p.workspace_id)
        threads, folders, placements = await self._store.layout(p.workspace_id)
        return ThreadTreeResponse(
            workspace_id=p.workspace_id, threads=threads, folders=folders, placements=placements, agents_docs=[]
        )

    async def move(self, ctx: CallContext, p: ThreadMoveParams) -> MovedResponse:
        """Put the thread into a folder, or back to the root."""
        del ctx
        await self._workspaces.get(p.workspace_id)

        async def attempt() -> bool:
            thread, current, tree = await self._store.place(p.workspace_id, p.thread_id)
            return await self._write(rules.tree.place(tree, thread, current, p))

        return MovedResponse(moved=await decide(attempt))

    async def create_folder(self, ctx: CallContext, p: ThreadFolderCreateParams) -> ThreadFolderResponse:
        """Make a folder; the same id with the same values again answers the folder that is there."""
        del ctx
        await self._workspaces.get(p.workspace_id)
        folder_id = p.folder_id or self._ids.new()

        async def attempt() -> ThreadFolder:
            taken, tree = await self._store.folder_and_tree(p.workspace_id, folder_id)
            folder, batch = rules.tree.create(tree, taken, folder_id, p, self._clock.now())
            await self._write(batch)
            return folder

        async with self._folder_ids.enter(folder_id):
            return ThreadFolderResponse(folder=await decide(attempt))

    async def move_folder(self, ctx: CallContext, p: ThreadFolderMoveParams) -> MovedResponse:
        """Put the folder into another one, or to the root."""
        del ctx
        await self._workspaces.get(p.workspace_id)

        async def attempt() -> bool:
            tree = await self._store.folders(p.workspace_id)
            return await self._write(rules.tree.move(tree, p, self._clock.now()))

        return MovedResponse(moved=await decide(attempt))

    async def rename_folder(self, ctx: CallContext, p: ThreadFolderRenameParams) -> ThreadFolderResponse:
        """Give the folder another name."""
        del ctx
        await self._workspaces.get(p.workspace_id)

        async def attempt() -> ThreadFolder:
            tree = await self._store.folders(p.workspace_id)
            folder, batch = rules.tree.rename(tree, p, self._clock.now())
            await self._write(batch)
            return folder

        return ThreadFolderResponse(folder=await decide(attempt))

    async def delete_folder(self, ctx: CallContext, p: ThreadFolderDeleteParams) -> DeletedResponse:
        """Remove the folder; what it held goes up to its parent."""
        del ctx
        await self._workspaces.get(p.workspace_id)

        async def attempt() -> bool:
            return await self._write(rules.tree.delete(await self._store.folders(p.workspace_id), p.folder_id))

        return DeletedResponse(deleted=await decide(attempt))

    async def history(self, ctx: CallContext, p: ThreadHistoryParams) -> ThreadHistoryResponse:
        """A page of the thread's events as they stand in the log; its connection follows it."""
        page = await self._store.page(p.thread_id, rules.replay.window(p))
        reset = rules.replay.is_foreign(p, self._log.epoch, page.head.head)
        if reset:
            page = await self._store.page(p.thread_id, rules.replay.newest(p))
        if page.head.workspace_id is None or page.head.erased_at is not None:
            raise rules.threads.not_found(p.thread_id)
        ctx.connection.subscribe(thread_stream(p.thread_id), page.head.head)
        return ThreadHistoryResponse(
            workspace_id=page.head.workspace_id,
            thread_id=p.thread_id,
            events=page.events,
            epoch=self._log.epoch,
            from_version=page.first,
            to_version=page.last,
            head_version=page.head.head,
            reset=reset,
            now_ms=self._clock.now_ms(),
        )

    async def unsubscribe(self, ctx: CallContext, p: ThreadUnsubscribeParams) -> ThreadUnsubscribeResponse:
        """Stop following the thread on this connection: `unsubscribed`, `notSubscribed`, or `notLoaded` (no thread)."""
        thread_id = p.thread_id or p.threadId
        if thread_id is None or (p.threadId or thread_id) != thread_id:
            raise Invalid("one thread must be named", path="$.threadId")
        if ctx.connection.unsubscribe(thread_stream(thread_id)):
            return ThreadUnsubscribeResponse(status="unsubscribed")
        known = await self._store.known(thread_id)
        return ThreadUnsubscribeResponse(status="notLoaded" if known.thread is None else "notSubscribed")

    async def delete(self, ctx: CallContext, p: ThreadDeleteParams) -> DeletedResponse:
        """Erase the thread with all that is stored of it; a turn that runs is fenced off. Twice is harmless."""
        del ctx
        known = await self._store.known(p.thread_id)
        deleted = await self._write(rules.threads.delete(known, p.workspace_id, p.thread_id))
        with anyio.move_on_after(FAREWELL_SECONDS, shield=True):
            await self.on_deleted(p.thread_id)
        with anyio.move_on_after(ERASING_SECONDS, shield=True):
            await erase_words(self._log, self._words, p.thread_id)
        return DeletedResponse(deleted=deleted)

    async def erase_ephemeral(self) -> int:
        """Erase the ephemeral threads that the process before left, before anything runs; how many there were."""
        count = 0
        while left := await self._store.ephemeral(ERASED_AT_ONCE):
            await self._log.write(rules.threads.erasure(left))
            count += len(left)
        return count

    def working_folder(self, principal: Principal, workspace: Workspace, given: str) -> str:
        """The folder `given` of the gateway host without symbolic links.

        Raises Invalid when it is relative or missing, Denied outside the workspace's root without scope `admin`.
        """
        real, is_folder = look_at_folder(given)
        root = None if workspace.root is None else look_at_folder(workspace.root)[0]
        may_leave_root = principal.may(Scope.ADMIN)
        return rules.threads.settle_cwd(given, real, root, is_folder=is_folder, may_leave_root=may_leave_root)

    async def state(self, thread_id: str) -> ThreadState:
        """The thread (without turns) and where its stream stands, at one commit. Raises NotFound."""
        return rules.threads.existing(await self._store.known(thread_id), thread_id)

    async def state_and_turn(self, thread_id: str, turn_id: str) -> tuple[ThreadState, TurnRow | None]:
        """`state` and `turn` at one commit. Raises NotFound for the thread."""
        known, row = await self._store.known_with_turn(thread_id, turn_id)
        return rules.threads.existing(known, thread_id), row

    async def turn(self, thread_id: str, turn_id: str) -> TurnRow | None:
        """A turn and the event that started it."""
        return await self._store.turn(thread_id, turn_id)

    async def turns(self, thread_id: str, limit: int, before: int | None = None) -> list[TurnSummary]:
        """At most `limit` turns, newest first; only those whose position is below `before`."""
        return await self._store.turns(thread_id, limit, before)

    async def turn_events(self, thread_id: str, turn_id: str) -> TurnEvents:
        """All events of a turn, as they stand in the log."""
        return await self._store.turn_events(thread_id, turn_id)

    async def conversation(self, thread_id: str) -> list[ConversationItem]:
        """What user and agent said, in order; messages that are still streamed are left out."""
        return await self._store.conversation(thread_id)

    async def said(self, thread_id: str, item_id: str, newest: int) -> tuple[str, UserMessage] | None:
        """The user's message of this id and its turn, if that is one of the `newest` turns of the thread."""
        return await self._store.said(thread_id, item_id, newest)

    async def open_items(self, thread_id: str, turn_id: str) -> tuple[OpenItem, ...]:
        """The items of a turn that never completed, with what was shown of them."""
        return rules.replay.open_items(await self._store.item_events(thread_id, turn_id))

    async def open_turns(self) -> list[OpenTurn]:
        """Every turn of the gateway that has not ended."""
        return await self._store.open_turns()

    async def queued(self, thread_id: str) -> list[QueuedRow]:
        """The starts that wait for the thread, first in first out."""
        return await self._store.queued(thread_id)

    async def queued_threads(self) -> list[str]:
        """Threads for which starts wait."""
        return await self._store.queued_threads()

    async def signals(self, thread_id: str, turn_id: str) -> list[SignalRow]:
        """What was left for the task that runs the turn, in order."""
        return await self._store.signals(thread_id, turn_id)

    async def _write(self, batch: Batch | None) -> bool:
        """Whether there was anything to write."""
        if batch is None:
            return False
        await self._log.write(batch)
        return True


async def _nobody(thread_id: str) -> None:
    del thread_id
