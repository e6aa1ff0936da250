"""Threads and conversations on a real log, with workspaces and a connection that tests own."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from portico.gateway.features.threads import (
    ConversationPorts,
    ConversationService,
    ForkService,
    SearchService,
    ThreadService,
    project,
)
from portico.gateway.kernel.context import ALL_SCOPES, Principal
from portico.gateway.kernel.errors import NotFound
from portico.gateway.kernel.lanes import Lanes
from portico.gateway.log import Append, Batch, Drop, Row, thread_stream
from portico.gateway.log.writer import LogWriter
from portico.gateway.rpc import CallContext
from portico.gateway.store.engine import Store
from portico.protocol.base import NoParams, Scope
from portico.protocol.events import Event, ItemCompleted, ItemDelta, ItemStarted, TurnCompleted, TurnStarted
from portico.protocol.methods.conversation import ConversationOpenParams, ConversationOpenResponse, RequestClaim
from portico.protocol.methods.thread import ThreadHistoryParams, ThreadHistoryResponse, ThreadStartParams
from portico.protocol.methods.workspace import WorkspaceResponse
from portico.protocol.types.input import TextInput
from portico.protocol.types.item import AgentMessage, UserMessage
from portico.protocol.types.thread import Thread
from portico.protocol.types.turn import Turn, TurnStatus
from portico.protocol.types.workspace import Workspace
from tests.kit import FakeClock, FakeIds
from tests.kit.logs import running_log
from tests.kit.stores import any_store


class FakeWorkspaces:
    """`w1` and `w2`, with one root."""

    def __init__(self, root: Path) -> None:
        self._root = root

    async def get(self, workspace_id: str) -> Workspace:
        if workspace_id not in {"w1", "w2"}:
            raise NotFound("there is no such workspace")
        return Workspace(
            id=workspace_id,
            name=workspace_id,
            is_active=True,
            is_current=workspace_id == "w1",
            created_at=1,
            updated_at=1,
            root=str(self._root),
        )

    async def default(self, ctx: CallContext, p: NoParams) -> WorkspaceResponse:
        del ctx, p
        return WorkspaceResponse(workspace=await self.get("w1"))


class FakeConnection:
    """Remembers what was subscribed; a subscription that exists is kept."""

    id = "c1"
    is_local = True
    workspace_id: str | None = "w1"

    def __init__(self) -> None:
        self.cursors: dict[str, int] = {}

    def select_workspace(self, workspace_id: str) -> None:
        self.workspace_id = workspace_id

    def subscribe(self, stream: str, version: int) -> None:
        self.cursors.setdefault(stream, version)

    def unsubscribe(self, stream: str) -> bool:
        return self.cursors.pop(stream, None) is not None


@dataclass(slots=True)
class Desk:
    """Everything one test needs."""

    threads: ThreadService
    conversations: ConversationService
    search: SearchService
    forks: ForkService
    store: Store
    log: LogWriter
    clock: FakeClock
    root: Path
    lanes: Lanes
    connection: FakeConnection = field(default_factory=FakeConnection)

    def ctx(self, *scopes: Scope, who: str = "p") -> CallContext:
        """A call with these scopes, or all of them."""
        principal = Principal(id=who, name=who, scopes=frozenset(scopes) or ALL_SCOPES, kind="token")
        return CallContext(principal=principal, connection=self.connection)

    async def start(self, thread_id: str = "t1", workspace_id: str = "w1", **fields: Any) -> Thread:
        p = ThreadStartParams(thread_id=thread_id, workspace_id=workspace_id, **fields)
        return (await self.threads.start(self.ctx(), p)).thread

    async def open(
        self, conversation_id: str | None = "c1", key: str = "", digest: str = "d", who: str = "p", **fields: Any
    ) -> ConversationOpenResponse:
        """Open a conversation, as `who`; with a `key` as a claimed request."""
        request = RequestClaim(key=key, digest=digest) if key else None
        p = ConversationOpenParams(conversation_id=conversation_id, request=request, **fields)
        return await self.conversations.open(self.ctx(who=who), p)

    async def history(self, thread_id: str = "t1", **fields: Any) -> ThreadHistoryResponse:
        return await self.threads.history(self.ctx(), ThreadHistoryParams(thread_id=thread_id, **fields))

    async def turn_start(self, turn_id: str, text: str = "hello", thread_id: str = "t1") -> int:
        """Open a turn as the turns feature does; its fencing number."""
        stream = thread_stream(thread_id)
        turn = Turn(id=turn_id, status=TurnStatus.IN_PROGRESS)
        started = TurnStarted(workspace_id="w1", thread_id=thread_id, turn=turn, input=[TextInput(text=text)])
        said = ItemCompleted(item=UserMessage(id=f"{turn_id}-u", text=text))
        written = await self.log.write(
            Batch(
                appends=(
                    Append(stream, started, turn_id=turn_id, opens=True),
                    Append(stream, said, turn_id=turn_id),
                )
            )
        )
        return written.fences[stream]

    async def turn_flow(self, turn_id: str, *events: Event, thread_id: str = "t1", fence: int | None = None) -> None:
        """Events of a running turn, each committed for itself so that deltas stay apart."""
        for event in events:
            append = Append(thread_stream(thread_id), event, turn_id=turn_id, fence=fence, flow=True)
            await self.log.write(Batch(appends=(append,), fact=False))

    async def turn_end(self, turn_id: str, thread_id: str = "t1", status: TurnStatus = TurnStatus.COMPLETED) -> None:
        event = TurnCompleted(turn=Turn(id=turn_id, status=status))
        append = Append(thread_stream(thread_id), event, turn_id=turn_id, closes=True)
        await self.log.write(Batch(appends=(append,)))

    async def whole_turn(self, turn_id: str, text: str = "hello", thread_id: str = "t1", deltas: int = 2) -> None:
        """A turn of 5 facts and `deltas` deltas."""
        await self.turn_start(turn_id, text, thread_id)
        item_id = f"{turn_id}-a"
        pieces = [ItemDelta(item_id=item_id, delta="x") for _ in range(deltas)]
        answer = AgentMessage(id=item_id, text="x" * deltas)
        begin = ItemStarted(item=AgentMessage(id=item_id, text=""))
        await self.turn_flow(turn_id, begin, *pieces, ItemCompleted(item=answer), thread_id=thread_id)
        await self.turn_end(turn_id, thread_id)

    async def drop(self, table: str, where: Row) -> None:
        """Remove rows behind everybody's back."""
        await self.log.write(Batch(records=(Drop(table, where),)))

    async def rows(self, table: str) -> list[tuple[Any, ...]]:
        """The rows of a table, in a fixed order."""
        return sorted(await self.log.read(f"select * from {table}"), key=repr)


def versions(answer: ThreadHistoryResponse) -> list[int]:
    """The versions of the events on a page."""
    return [msgspec.json.decode(row)["version"] for row in answer.events]


def tags(answer: ThreadHistoryResponse) -> list[str]:
    """The payload tags of the events on a page."""
    return [msgspec.json.decode(row)["payload"]["type"] for row in answer.events]


@asynccontextmanager
async def desk(folder: Path, engine: str = "sqlite") -> AsyncGenerator[Desk]:
    """A desk whose workspace root, and SQLite's file, are in `folder`."""
    clock = FakeClock()
    root = folder / "root"
    root.mkdir()
    async with any_store(engine, folder) as store, running_log(store, [project], clock) as log:
        ids, workspaces = FakeIds(), FakeWorkspaces(root)
        threads = ThreadService(log, clock, ids, workspaces)
        ports = ConversationPorts(log, clock, ids, Lanes(), workspaces)
        named, search, forks = ConversationService(threads, ports), SearchService(ports), ForkService(ports)
        yield Desk(threads, named, search, forks, store, log, clock, root, ports.lanes)
