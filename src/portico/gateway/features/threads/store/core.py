"""The tables of threads and their streams, and the SQL that reads them."""

from typing import Any

import msgspec

from portico.gateway.features.threads.rules.replay import PAGE_BYTES, Window, covered
from portico.gateway.features.threads.rules.state import (
    ConversationItem,
    Known,
    OpenTurn,
    Page,
    QueuedRow,
    SignalRow,
    StreamHead,
    Tree,
    TurnEventRow,
    TurnEvents,
    TurnRow,
    TurnSummary,
)
from portico.gateway.log import EventLog, thread_stream, workspace_stream
from portico.gateway.log.plan import SCHEMA
from portico.gateway.log.read import decode_event
from portico.gateway.log.upcast import upcast
from portico.protocol.base import SAFE_INT
from portico.protocol.events import ItemEvent, TurnStarted
from portico.protocol.types.item import UserMessage
from portico.protocol.types.thread import (
    ForkedFrom,
    OriginKind,
    SidebarVisibility,
    Thread,
    ThreadFolder,
    ThreadMode,
    ThreadPlacement,
    ThreadStatus,
)
from portico.protocol.types.turn import Turn
from portico.protocol.types.workspace import ToolAccess

FIRST_ROWS = 256
MOST_ROWS = 8_192
"""A page of history is read in steps, so that large events do not fill the memory far beyond the page's cap."""
ResultRow = tuple[Any, ...]

_HEAD = "select head, decided, open_turn, workspace_id, erased_at from stream where stream = $1"
_THREAD_COLUMNS = (
    "id, workspace_id, name, preview, mode, model, model_provider, status, origin_kind, sidebar_visibility,"
    " agent_nickname, agent_role, cwd, tools, created_at, updated_at, ephemeral, forked_from, forked_turn"
)
_THREAD = f"select {_THREAD_COLUMNS} from thread where id = $1"
_THREADS = f"select {_THREAD_COLUMNS} from thread where workspace_id = $1 and ephemeral = 0 order by created_at, id"
_EPHEMERAL = "select id from thread where ephemeral = 1 order by id limit $1"
_TURNS = "select data, position from turn where thread_id = $1 and position < $2 order by position desc limit $3"
_TURN = "select data, position, request from turn where thread_id = $1 and id = $2"
_FOLDER_COLUMNS = "id, workspace_id, parent_folder_id, name, created_at, updated_at"
_FOLDER = f"select {_FOLDER_COLUMNS} from thread_folder where id = $1"
_FOLDERS = f"select {_FOLDER_COLUMNS} from thread_folder where workspace_id = $1 order by created_at, id"
_PLACEMENT = "select folder_id from thread_placement where thread_id = $1"
_PLACEMENTS = (
    "select t.id, p.folder_id from thread t left join thread_placement p on p.thread_id = t.id"
    " where t.workspace_id = $1 and t.ephemeral = 0 order by t.created_at, t.id"
)
_HISTORY = (
    "select version, data, schema from event where stream = $1 and version > $2 and version < $3{filter}"
    " order by version {order} limit $4"
)
# a turn's events stand together between its start and the next turn's: no index of their own is needed, and none
# has to be written with every delta
_OF_TURN = (
    " from event where stream = $1 and turn_id = $2"
    " and version >= (select t.position from turn t where t.thread_id = $3 and t.id = $2)"
    " and version < coalesce((select min(n.position) from turn n where n.thread_id = $3 and n.position >"
    " (select t.position from turn t where t.thread_id = $3 and t.id = $2)), 9223372036854775807)"
)
_TURN_EVENTS = f"select sequence, type, at, data, schema{_OF_TURN} order by version"
_ITEM_EVENTS = (
    f"select data, schema{_OF_TURN}"
    " and type in ('itemStarted', 'itemUpdated', 'itemDelta', 'itemCompleted') order by version"
)
_CONVERSATION = (
    "select turn_id, type, position, data from turn_item where thread_id = $1"
    " and type in ('user_message', 'agent_message') and status <> 'in_progress' order by position"
)
_SAID = (
    "select turn_id, data from turn_item where thread_id = $1 and item_id = $2 and type = 'user_message' and turn_id in"
    " (select t.id from turn t where t.thread_id = $1 order by t.position desc limit $3)"
)
_OPEN_TURNS = "select stream, open_turn, fence from stream where open_turn is not null order by stream"
_QUEUED = (
    "select turn_id, position, scopes, params, queued_at from queued_turn where thread_id = $1"
    " order by position, turn_id"
)
_QUEUED_THREADS = "select distinct thread_id from queued_turn order by thread_id"
_SIGNALS = (
    "select id, kind, position, data, created_at from turn_signal where thread_id = $1 and turn_id = $2"
    " order by position, id"
)

_turn = msgspec.json.Decoder(Turn)
_said = msgspec.json.Decoder(UserMessage)
_request = msgspec.json.Decoder(TurnStarted)
_tools: msgspec.json.Decoder[ToolAccess] = msgspec.json.Decoder(ToolAccess)


class ThreadStore:
    """Reads of threads, turns, items, queue, signals, folders, placements, and of their streams."""

    def __init__(self, log: EventLog) -> None:
        self._log = log

    async def known(self, thread_id: str) -> Known:
        """What is stored under the id, at one commit."""
        heads, threads = await self._log.snapshot((_HEAD, (thread_stream(thread_id),)), (_THREAD, (thread_id,)))
        return Known(_head(heads), _thread(threads[0]) if threads else None)

    async def known_with_turns(self, thread_id: str, limit: int) -> Known:
        """The same with the thread's newest turns in it, oldest first."""
        heads, threads, turns = await self._log.snapshot(
            (_HEAD, (thread_stream(thread_id),)),
            (_THREAD, (thread_id,)),
            (_TURNS, (thread_id, SAFE_INT, limit)),
        )
        if not threads:
            return Known(_head(heads), None)
        newest = [_turn.decode(data) for data, _ in reversed(turns)]
        return Known(_head(heads), msgspec.structs.replace(_thread(threads[0]), turns=newest))

    async def folders(self, workspace_id: str) -> Tree:
        """The folders of a workspace."""
        heads, folders = await self._log.snapshot(*_tree(workspace_id))
        return _folders(workspace_id, heads, folders)

    async def folder_and_tree(self, workspace_id: str, folder_id: str) -> tuple[ThreadFolder | None, Tree]:
        """The folder that has this id, in whatever workspace, and the folders of this one."""
        heads, folders, taken = await self._log.snapshot(*_tree(workspace_id), (_FOLDER, (folder_id,)))
        return _folder(taken[0]) if taken else None, _folders(workspace_id, heads, folders)

    async def place(self, workspace_id: str, thread_id: str) -> tuple[Thread | None, str | None, Tree]:
        """The thread, the folder it is in, and the folders of the workspace."""
        heads, folders, threads, placements = await self._log.snapshot(
            *_tree(workspace_id), (_THREAD, (thread_id,)), (_PLACEMENT, (thread_id,))
        )
        folder_id = placements[0][0] if placements else None
        return _thread(threads[0]) if threads else None, folder_id, _folders(workspace_id, heads, folders)

    async def layout(self, workspace_id: str) -> tuple[list[Thread], list[ThreadFolder], list[ThreadPlacement]]:
        """Everything that the tree of a workspace shows; each thread has a placement."""
        threads, folders, placements = await self._log.snapshot(
            (_THREADS, (workspace_id,)), (_FOLDERS, (workspace_id,)), (_PLACEMENTS, (workspace_id,))
        )
        places = [
            ThreadPlacement(thread_id=thread_id, workspace_id=workspace_id, folder_id=folder_id)
            for thread_id, folder_id in placements
        ]
        return [_thread(row) for row in threads], [_folder(row) for row in folders], places

    async def ephemeral(self, limit: int) -> list[str]:
        """Threads that were made to be erased."""
        return [thread_id for (thread_id,) in await self._log.read(_EPHEMERAL, (limit,))]

    async def page(self, thread_id: str, window: Window) -> Page:
        """The events of a window, as many as fit into a page; none of a thread that is gone (see its head)."""
        stream = thread_stream(thread_id)
        sql = _HISTORY.format(
            filter="" if window.include_deltas else " and type <> 'itemDelta'",
            order="desc" if window.is_newest else "asc",
        )
        after, before = window.after, window.before
        head: StreamHead | None = None
        rows: list[ResultRow] = []
        size, is_whole = 0, False
        while size < PAGE_BYTES and len(rows) < window.limit and not is_whole:
            count = min(_step(size, len(rows)), window.limit - len(rows))
            heads, found = await self._log.snapshot((_HEAD, (stream,)), (sql, (stream, after, before, count)))
            now = _head(heads)
            if head is None or now.erased_at is not None:
                head = now
            is_whole = len(found) < count
            if found:
                rows += found
                size += sum(len(data) for _, data, _ in found)
                if window.is_newest:
                    before = rows[-1][0]
                else:
                    after, before = rows[-1][0], min(before, head.head + 1)
        is_whole = _fit(rows, size) and is_whole
        return _page(window, head or StreamHead(), rows, is_whole=is_whole)

    async def turns(self, thread_id: str, limit: int, before: int | None) -> list[TurnSummary]:
        rows = await self._log.read(_TURNS, (thread_id, SAFE_INT if before is None else before, limit))
        return [TurnSummary(_turn.decode(data), position) for data, position in rows]

    async def known_with_turn(self, thread_id: str, turn_id: str) -> tuple[Known, TurnRow | None]:
        """What is stored under the id, and one of its turns, at one commit."""
        heads, threads, turns = await self._log.snapshot(
            (_HEAD, (thread_stream(thread_id),)), (_THREAD, (thread_id,)), (_TURN, (thread_id, turn_id))
        )
        return Known(_head(heads), _thread(threads[0]) if threads else None), _turn_row(turns)

    async def turn(self, thread_id: str, turn_id: str) -> TurnRow | None:
        return _turn_row(await self._log.read(_TURN, (thread_id, turn_id)))

    async def turn_events(self, thread_id: str, turn_id: str) -> TurnEvents:
        rows = tuple(
            TurnEventRow(sequence, type_, at, _raw(data, schema))
            for sequence, type_, at, data, schema in await self._log.read(
                _TURN_EVENTS, (thread_stream(thread_id), turn_id, thread_id)
            )
        )
        return TurnEvents(rows, rows[-1].sequence if rows else 0)

    async def item_events(self, thread_id: str, turn_id: str) -> list[ItemEvent]:
        """What was recorded of a turn's items, in order."""
        rows = await self._log.read(_ITEM_EVENTS, (thread_stream(thread_id), turn_id, thread_id))
        events: list[Any] = [decode_event(bytes(data), schema)[1] for data, schema in rows]
        return events

    async def conversation(self, thread_id: str) -> list[ConversationItem]:
        rows = await self._log.read(_CONVERSATION, (thread_id,))
        return [ConversationItem(turn_id, type_, position, data) for turn_id, type_, position, data in rows]

    async def said(self, thread_id: str, item_id: str, newest: int) -> tuple[str, UserMessage] | None:
        for turn_id, data in await self._log.read(_SAID, (thread_id, item_id, newest)):
            return turn_id, _said.decode(data)

    async def open_turns(self) -> list[OpenTurn]:
        rows = await self._log.read(_OPEN_TURNS)
        return [OpenTurn(stream.removeprefix("thread:"), turn_id, fence) for stream, turn_id, fence in rows]

    async def queued(self, thread_id: str) -> list[QueuedRow]:
        return [QueuedRow(*row) for row in await self._log.read(_QUEUED, (thread_id,))]

    async def queued_threads(self) -> list[str]:
        return [thread_id for (thread_id,) in await self._log.read(_QUEUED_THREADS)]

    async def signals(self, thread_id: str, turn_id: str) -> list[SignalRow]:
        return [SignalRow(*row) for row in await self._log.read(_SIGNALS, (thread_id, turn_id))]


def _turn_row(rows: list[Any]) -> TurnRow | None:
    for data, position, request in rows:
        return TurnRow(_turn.decode(data), position, _request.decode(request))


def _head(rows: list[ResultRow]) -> StreamHead:
    return StreamHead(*rows[0]) if rows else StreamHead()


def _tree(workspace_id: str) -> tuple[tuple[str, tuple[str]], tuple[str, tuple[str]]]:
    return (_HEAD, (workspace_stream(workspace_id),)), (_FOLDERS, (workspace_id,))


def _folders(workspace_id: str, heads: list[ResultRow], rows: list[ResultRow]) -> Tree:
    folders = [_folder(row) for row in rows]
    return Tree(workspace_id, _head(heads).decided, {folder.id: folder for folder in folders})


def _folder(row: ResultRow) -> ThreadFolder:
    id_, workspace_id, parent_folder_id, name, created_at, updated_at = row
    return ThreadFolder(
        id=id_,
        workspace_id=workspace_id,
        parent_folder_id=parent_folder_id,
        name=name,
        created_at=created_at,
        updated_at=updated_at,
    )


def _thread(row: ResultRow) -> Thread:
    return Thread(
        id=row[0],
        workspace_id=row[1],
        name=row[2],
        preview=row[3],
        mode=ThreadMode(row[4]),
        model=row[5],
        model_provider=row[6],
        status=ThreadStatus(row[7]),
        origin_kind=OriginKind(row[8]),
        sidebar_visibility=SidebarVisibility(row[9]),
        agent_nickname=row[10],
        agent_role=row[11],
        cwd=row[12],
        tools=None if row[13] is None else _tools.decode(row[13]),
        created_at=row[14],
        updated_at=row[15],
        ephemeral=row[16] == 1,
        forked_from=None if row[17] is None else ForkedFrom(thread_id=row[17], turn_id=row[18]),
    )


def _step(size: int, rows: int) -> int:
    """How many rows to read next: about as many of the size seen so far as a page still has room for."""
    if not rows:
        return FIRST_ROWS
    return max(FIRST_ROWS, min(MOST_ROWS, (PAGE_BYTES - size) * rows // size + 1))


def _fit(rows: list[ResultRow], size: int) -> bool:
    """Cut `rows` of `size` bytes to the page's cap, at the far end; whether all of them fit."""
    kept = len(rows)
    while size > PAGE_BYTES and kept > 1:
        kept -= 1
        size -= len(rows[kept][1])
    if kept == len(rows):
        return True
    del rows[kept:]
    return False


def _page(window: Window, head: StreamHead, rows: list[ResultRow], *, is_whole: bool) -> Page:
    """`rows` as a page, oldest first, and which versions it covers."""
    if window.is_newest:
        rows.reverse()
    ends = (rows[0][0], rows[-1][0]) if rows else None
    first, last = covered(window, ends, head.head, is_whole=is_whole)
    return Page(head, [_raw(data, schema) for _, data, schema in rows], first, last)


def _raw(data: bytes, schema: int) -> msgspec.Raw:
    """A stored event as a client reads it: as it stands, or brought to today's form."""
    return msgspec.Raw(data if schema == SCHEMA else upcast(bytes(data), schema))
