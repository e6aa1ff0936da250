"""Handlers about the tree and the opened threads."""

from functools import partial
from typing import Annotated, Literal

import anyio.to_thread
import msgspec

from portico.boundary.answers import Refused
from portico.boundary.desk import Desk
from portico.boundary.events import TreeTold
from portico.boundary.work.gateway import Done
from portico.client.export import to_json, to_markdown
from portico.client.rpc import new_id
from portico.client.state.tree import (
    CreateFolder,
    CreateThread,
    DeleteFolder,
    DeleteThread,
    Edit,
    MoveFolder,
    MoveThread,
    RenameFolder,
    RenameThread,
)
from portico.client.timeline import Row
from portico.client.tree import ThreadTree
from portico.client.words import Language
from portico.protocol.base import NoParams, Params, Wire
from portico.protocol.errors import ErrorKind
from portico.protocol.methods.thread import THREAD_FORK, ThreadForkParams, ThreadForkResponse
from portico.protocol.methods.turn import (
    TURN_CANCEL,
    TURN_QUEUE_REMOVE,
    TurnCancelParams,
    TurnQueueRemoveResponse,
    TurnRef,
)
from portico.protocol.types.thread import ThreadMode


class ThreadCreateParams(Params, frozen=True, kw_only=True):
    """A shell that gives the id may try again."""

    thread_id: str | None = None
    name: str | None = None
    mode: ThreadMode = ThreadMode.AGENT
    folder_id: str | None = None


class Created(Wire, frozen=True, kw_only=True):
    id: str


class ThreadRenameParams(Params, frozen=True, kw_only=True):
    thread_id: str
    name: str


class ThreadMoveParams(Params, frozen=True, kw_only=True):
    """Without a folder to the root."""

    thread_id: str
    folder_id: str | None = None


class ThreadParams(Params, frozen=True, kw_only=True):
    thread_id: str


class FolderCreateParams(Params, frozen=True, kw_only=True):
    name: str
    folder_id: str | None = None
    parent_folder_id: str | None = None


class FolderMoveParams(Params, frozen=True, kw_only=True):
    folder_id: str
    parent_folder_id: str | None = None


class FolderRenameParams(Params, frozen=True, kw_only=True):
    folder_id: str
    name: str


class FolderParams(Params, frozen=True, kw_only=True):
    folder_id: str


class OpenParams(Params, frozen=True, kw_only=True):
    """`cursor` is that of the last event that the shell has of the thread, `limit` how many rows a snapshot has.

    `toggles` are the groups of rows that the shell had opened or closed, by key: what is folded is each shell's own.
    """

    thread_id: str
    cursor: str | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=1_000)] = 200
    toggles: Annotated[dict[str, bool], msgspec.Meta(max_length=1_000)] = msgspec.field(default_factory=dict[str, bool])


class ToggleParams(Params, frozen=True, kw_only=True):
    thread_id: str
    key: Annotated[str, msgspec.Meta(max_length=1_000)]
    is_open: bool


class MoreParams(Params, frozen=True, kw_only=True):
    """`before` is the key of the oldest row that the shell has."""

    thread_id: str
    before: str
    limit: Annotated[int, msgspec.Meta(ge=1, le=1_000)] = 200


class Rows(Wire, frozen=True, kw_only=True, omit_defaults=False):
    rows: list[Row]
    has_more: bool


class ExportParams(Params, frozen=True, kw_only=True):
    """Of any thread, open or not; `language` is that of the words around what was said, in Markdown."""

    thread_id: str
    format: Literal["markdown", "json"] = "markdown"
    language: Language = "en"


class Exported(Wire, frozen=True, kw_only=True):
    text: str


async def tree_refresh(desk: Desk, _: NoParams) -> TreeTold:
    """The tree after a load."""
    await _tree(desk).load()
    desk.link.retell_tree()
    told = desk.link.tree_told()
    assert told is not None
    return told


async def thread_create(desk: Desk, p: ThreadCreateParams) -> Created:
    id_ = p.thread_id or new_id()
    await _edit(desk, CreateThread(id_, p.name, p.mode))
    await desk.unsubscribe(id_)
    if p.folder_id is not None:
        await _edit(desk, MoveThread(id_, p.folder_id))
    return Created(id=id_)


async def thread_rename(desk: Desk, p: ThreadRenameParams) -> Done:
    return await _edit(desk, RenameThread(p.thread_id, p.name))


async def thread_move(desk: Desk, p: ThreadMoveParams) -> Done:
    return await _edit(desk, MoveThread(p.thread_id, p.folder_id))


async def thread_delete(desk: Desk, p: ThreadParams) -> Done:
    return await _edit(desk, DeleteThread(p.thread_id))


async def thread_fork(desk: Desk, p: ThreadForkParams) -> ThreadForkResponse:
    answer = await desk.link.connection.call(THREAD_FORK, p)
    await desk.unsubscribe(p.new_thread_id)
    return answer


async def folder_create(desk: Desk, p: FolderCreateParams) -> Created:
    id_ = p.folder_id or new_id()
    await _edit(desk, CreateFolder(id_, p.name, p.parent_folder_id))
    return Created(id=id_)


async def folder_move(desk: Desk, p: FolderMoveParams) -> Done:
    return await _edit(desk, MoveFolder(p.folder_id, p.parent_folder_id))


async def folder_rename(desk: Desk, p: FolderRenameParams) -> Done:
    return await _edit(desk, RenameFolder(p.folder_id, p.name))


async def folder_delete(desk: Desk, p: FolderParams) -> Done:
    return await _edit(desk, DeleteFolder(p.folder_id))


async def thread_open(desk: Desk, p: OpenParams) -> Done:
    """Its rows come as events: what follows on the cursor, else a snapshot."""
    opened = await desk.open(p.thread_id, p.cursor, p.limit)
    if opened is not None and p.toggles:
        opened.board = opened.thread.toggled(opened.board, p.toggles)
    return Done()


async def thread_close(desk: Desk, p: ThreadParams) -> Done:
    await desk.close(p.thread_id)
    return Done()


async def thread_toggle(desk: Desk, p: ToggleParams) -> Done:
    """For this shell only."""
    opened = desk.thread(p.thread_id)
    opened.board = opened.thread.toggled(opened.board, {p.key: p.is_open})
    desk.changed()
    return Done()


async def thread_stop(desk: Desk, p: ThreadParams) -> Done:
    """Cancel the turn that runs; without one there is nothing to do."""
    running = desk.thread(p.thread_id).thread.state.running
    if running is not None:
        await desk.link.connection.call(TURN_CANCEL, TurnCancelParams(thread_id=p.thread_id, turn_id=running))
    return Done()


async def queue_remove(desk: Desk, p: TurnRef) -> TurnQueueRemoveResponse:
    return await desk.link.connection.call(TURN_QUEUE_REMOVE, p)


async def thread_more(desk: Desk, p: MoreParams) -> Rows:
    rows, has_more = desk.thread(p.thread_id).board.older(p.before, p.limit)
    return Rows(rows=rows, has_more=has_more)


async def thread_export(desk: Desk, p: ExportParams) -> Exported:
    async with desk.looking_at(p.thread_id) as thread:
        state = thread.state
    if state.thread is None:
        raise Refused(ErrorKind.NOT_FOUND, "thread_not_loaded", "the thread is not there", "$.thread_id")
    # a long one takes a while, and others are served meanwhile
    write = partial(to_json, state) if p.format == "json" else partial(to_markdown, state, p.language)
    return Exported(text=await anyio.to_thread.run_sync(write))


def _tree(desk: Desk) -> ThreadTree:
    _ = desk.workspace_id
    assert desk.link.tree is not None
    return desk.link.tree


async def _edit(desk: Desk, edit: Edit) -> Done:
    await _tree(desk).edit(edit)
    return Done()
