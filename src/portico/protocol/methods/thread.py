"""Calls about threads, folders and history (reference 3.2; seed 003)."""

from typing import Annotated

import msgspec

from portico.protocol.base import Count, Id, Params, Scope, Seconds, Wire, no_items
from portico.protocol.methods.base import Method, by_thread, by_workspace
from portico.protocol.types.history import HistoryRow
from portico.protocol.types.thread import (
    AgentsDocSummary,
    OriginKind,
    Sandbox,
    SandboxMode,
    SidebarVisibility,
    Thread,
    ThreadFolder,
    ThreadMode,
    ThreadPlacement,
)
from portico.protocol.types.workspace import ToolAccess

Limit = Annotated[int, msgspec.Meta(ge=1, le=2**32 - 1)]
Name = Annotated[str, msgspec.Meta(max_length=255)]


class ThreadStartParams(Params, frozen=True, kw_only=True):
    """Creates or opens a thread. `cwd`, `tools` and `ephemeral` are ours (design 8).

    An ephemeral thread is no part of the tree; what a crash left of one is erased at the next start.
    """

    thread_id: Id
    workspace_id: Id
    name: Name | None = None
    model: str | None = None
    model_provider: str | None = None
    sandbox: SandboxMode | None = None
    mode: ThreadMode | None = None
    origin_kind: OriginKind | None = None
    sidebar_visibility: SidebarVisibility | None = None
    agent_nickname: str | None = None
    agent_role: str | None = None
    cwd: str | None = None
    tools: ToolAccess | None = None
    ephemeral: bool = False


class ThreadStartResponse(Wire, frozen=True, kw_only=True):
    """`epoch` and `head_version` (ours) are where the connection's subscription begins."""

    thread: Thread
    sandbox: Sandbox
    epoch: str
    head_version: Count


class ThreadGetParams(Params, frozen=True, kw_only=True):
    thread_id: Id


class ThreadGetResponse(Wire, frozen=True, kw_only=True):
    """The thread with its newest 20 turns, oldest first."""

    thread: Thread
    epoch: str
    head_version: Count


class ThreadUpdateParams(Params, frozen=True, kw_only=True):
    """`model`, `model_provider`, `mode`, `cwd`, `tools` are ours; an empty name clears it."""

    workspace_id: Id
    thread_id: Id
    name: Name | None = None
    model: str | None = None
    model_provider: str | None = None
    mode: ThreadMode | None = None
    cwd: str | None = None
    tools: ToolAccess | None = None


class ThreadUpdateResponse(Wire, frozen=True, kw_only=True):
    thread: Thread


class ThreadTreeParams(Params, frozen=True, kw_only=True):
    workspace_id: Id


class ThreadTreeResponse(Wire, frozen=True, kw_only=True):
    """`agents_docs` stays empty until that feature exists."""

    workspace_id: str
    threads: list[Thread]
    folders: list[ThreadFolder]
    placements: list[ThreadPlacement]
    agents_docs: list[AgentsDocSummary] = msgspec.field(default_factory=no_items)


class ThreadMoveParams(Params, frozen=True, kw_only=True):
    workspace_id: Id
    thread_id: Id
    folder_id: Id | None = None


class MovedResponse(Wire, frozen=True, kw_only=True):
    moved: bool


class ThreadFolderCreateParams(Params, frozen=True, kw_only=True):
    """`folder_id` (ours) lets a client choose the id, so that a retry is harmless."""

    workspace_id: Id
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=255)]
    parent_folder_id: Id | None = None
    folder_id: Id | None = None


class ThreadFolderResponse(Wire, frozen=True, kw_only=True):
    folder: ThreadFolder


class ThreadFolderMoveParams(Params, frozen=True, kw_only=True):
    workspace_id: Id
    folder_id: Id
    parent_folder_id: Id | None = None


class ThreadFolderRenameParams(Params, frozen=True, kw_only=True):
    """Ours. Two folders may have one name."""

    workspace_id: Id
    folder_id: Id
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=255)]


class ThreadFolderDeleteParams(Params, frozen=True, kw_only=True):
    workspace_id: Id
    folder_id: Id


class DeletedResponse(Wire, frozen=True, kw_only=True):
    deleted: bool


class ThreadHistoryParams(Params, frozen=True, kw_only=True):
    """Without a cursor: the newest `limit` (default 200), oldest first. All but `limit` are ours."""

    thread_id: Id
    limit: Limit | None = None
    after_version: Count | None = None
    before_version: Count | None = None
    include_deltas: bool = True
    epoch: str | None = None


class ThreadHistoryResponse(Wire, frozen=True, kw_only=True):
    """The page covers versions `from_version` to `to_version`, deltas left out included.

    A client pages until `to_version == head_version`; `reset` means that its cursor was of another time.
    `now_ms` is what time it is for the gateway (Unix milliseconds): a client whose clock is another reads the events'
    times by it. Absent: an older gateway.
    """

    workspace_id: str
    thread_id: str
    events: list[HistoryRow]
    epoch: str
    from_version: Count
    to_version: Count
    head_version: Count
    reset: bool = False
    now_ms: Count | None = None


class ThreadUnsubscribeParams(Params, frozen=True, kw_only=True):
    """Both spellings are read: `threadId` of the code, `thread_id` of the seed's sample."""

    thread_id: Id | None = None
    threadId: Id | None = None  # noqa: N815 - the wire's second spelling


class ThreadUnsubscribeResponse(Wire, frozen=True, kw_only=True):
    """`notLoaded`, `notSubscribed` or `unsubscribed`."""

    status: str


class ThreadDeleteParams(Params, frozen=True, kw_only=True):
    """Ours: erases the thread, its log and its rows."""

    workspace_id: Id
    thread_id: Id


class ThreadSearchParams(Params, frozen=True, kw_only=True):
    """Ours: words, the last one as a beginning, and "phrases", all of which stand in one name or message."""

    workspace_id: Id
    query: Annotated[str, msgspec.Meta(max_length=1_000)]
    cursor: str | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=100)] = 20


class ThreadSearchHit(Wire, frozen=True, kw_only=True):
    """A message, or without `turn_id` and `item_id` the name of a thread. `name` is what the tree shows.

    `matches` are the places of the words in `snippet`, each its first character and the one behind it, counted in
    Unicode characters (code points).
    """

    thread_id: str
    name: str
    turn_id: str | None = None
    item_id: str | None = None
    snippet: str
    matches: list[tuple[int, int]] = msgspec.field(default_factory=no_items)
    at: Seconds


class ThreadSearchResponse(Wire, frozen=True, kw_only=True):
    """Names first, then messages, each the newest first."""

    items: list[ThreadSearchHit]
    next_cursor: str | None = None


class ThreadForkParams(Params, frozen=True, kw_only=True):
    """Ours: copies the ended turns, up to `through_turn_id`, into a new thread; the source stays as it is."""

    thread_id: Id
    new_thread_id: Id
    through_turn_id: Id | None = None


class ThreadForkResponse(Wire, frozen=True, kw_only=True):
    """The new thread, followed from its head."""

    thread: Thread
    epoch: str
    head_version: Count


def _by_fork(params: ThreadForkParams) -> str:
    """A lane of its own kind: the service holds those of both threads, in one order whichever is the source."""
    return f"thread:fork into {params.new_thread_id}"


THREAD_START = Method("thread/start", ThreadStartParams, ThreadStartResponse, Scope.CHAT, by_thread)
THREAD_GET = Method("thread/get", ThreadGetParams, ThreadGetResponse, Scope.READ)
THREAD_UPDATE = Method("thread/update", ThreadUpdateParams, ThreadUpdateResponse, Scope.CHAT, by_thread)
THREAD_TREE = Method("thread/tree", ThreadTreeParams, ThreadTreeResponse, Scope.READ)
THREAD_MOVE = Method("thread/move", ThreadMoveParams, MovedResponse, Scope.CHAT, by_workspace)
THREAD_FOLDER_CREATE = Method(
    "thread/folder/create", ThreadFolderCreateParams, ThreadFolderResponse, Scope.CHAT, by_workspace
)
THREAD_FOLDER_MOVE = Method("thread/folder/move", ThreadFolderMoveParams, MovedResponse, Scope.CHAT, by_workspace)
THREAD_FOLDER_RENAME = Method(
    "thread/folder/rename", ThreadFolderRenameParams, ThreadFolderResponse, Scope.CHAT, by_workspace
)
THREAD_FOLDER_DELETE = Method(
    "thread/folder/delete", ThreadFolderDeleteParams, DeletedResponse, Scope.CHAT, by_workspace
)
THREAD_HISTORY = Method("thread/history", ThreadHistoryParams, ThreadHistoryResponse, Scope.READ)
THREAD_UNSUBSCRIBE = Method(
    "thread/unsubscribe", ThreadUnsubscribeParams, ThreadUnsubscribeResponse, Scope.READ, is_control=True
)
THREAD_DELETE = Method("thread/delete", ThreadDeleteParams, DeletedResponse, Scope.CHAT, by_thread)
THREAD_SEARCH = Method("thread/search", ThreadSearchParams, ThreadSearchResponse, Scope.READ)
THREAD_FORK = Method("thread/fork", ThreadForkParams, ThreadForkResponse, Scope.CHAT, _by_fork)
ALL = (
    THREAD_START,
    THREAD_GET,
    THREAD_UPDATE,
    THREAD_TREE,
    THREAD_MOVE,
    THREAD_FOLDER_CREATE,
    THREAD_FOLDER_MOVE,
    THREAD_FOLDER_RENAME,
    THREAD_FOLDER_DELETE,
    THREAD_HISTORY,
    THREAD_UNSUBSCRIBE,
    THREAD_DELETE,
    THREAD_SEARCH,
    THREAD_FORK,
)
