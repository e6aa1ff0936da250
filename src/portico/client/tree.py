"""The thread tree that a shell shows: nested nodes, and the edits that show before the gateway has answered."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal

import anyio

from portico.client.connection import Connection, Sleep
from portico.client.errors import CallFailed
from portico.client.rpc import new_id
from portico.client.state.fresh import Asked, Loaded, LoadFailed
from portico.client.state.tree import (
    Accepted,
    Began,
    CreateFolder,
    CreateThread,
    DeleteFolder,
    DeleteThread,
    Edit,
    MoveFolder,
    MoveThread,
    Refused,
    RenameFolder,
    RenameThread,
    Tree,
    TreeState,
    reduce,
    view,
)
from portico.client.words import say
from portico.protocol.methods import thread as calls
from portico.protocol.methods.base import Method
from portico.protocol.types.thread import SidebarVisibility, Thread, ThreadFolder

RETRY_SECONDS = 2.0
MAX_NAME = 200
JOINER = "\u200d"
"""Invisible, but it makes one sign of several."""
NodeKind = Literal["folder", "thread"]
Call = tuple[Method[Any, Any], Any]
OfFolder = CreateFolder | MoveFolder | RenameFolder | DeleteFolder


@dataclass(frozen=True, slots=True)
class Node:
    """A line of the tree. `is_pending`: this client changed it and the gateway has not told it back yet."""

    id: str
    kind: NodeKind
    name: str
    children: tuple["Node", ...] = ()
    updated_at: int = 0
    preview: str = ""
    is_pending: bool = False
    forked_from: str | None = None


def display_name(thread: Thread) -> str:
    """The thread's name, else how it began: one line without what only disturbs it (controls, directions)."""
    return _line(thread.name or "") or _line(thread.preview) or str(say("thread.unnamed"))


def nodes(tree: Tree, pending: frozenset[str] = frozenset()) -> tuple[Node, ...]:
    """The nested tree: folders by name, then threads, the newest activity first; hidden and ephemeral ones left out.

    A folder or thread whose folder is not there stands at the root; a circle of folders is cut. Linear but for the
    sorting.
    """
    parents = folder_parents(tree)
    inside: dict[str | None, list[Node]] = {}
    for thread in _shown(tree.threads.values()):
        place = tree.places.get(thread.id)
        inside.setdefault(place if place in tree.folders else None, []).append(thread_node(thread, pending))
    held: dict[str | None, list[Node]] = {}
    for folder_id in reversed(from_the_root(parents)):
        folder = tree.folders[folder_id]
        children = _ordered(held.pop(folder_id, []), inside.get(folder_id, []))
        newest = max((node.updated_at for node in children), default=folder.updated_at)
        line = replace(folder_node(folder, newest, pending), children=children)
        held.setdefault(parents[folder_id], []).append(line)
    return _ordered(held.get(None, []), inside.get(None, []))


def touched(state: TreeState) -> frozenset[str]:
    """Ids of the threads and folders that have edits under way."""
    return frozenset(_subject(one.edit) for one in state.pending)


def shown(state: TreeState) -> tuple[Node, ...]:
    """The nodes of a state, with this client's own edits."""
    return nodes(view(state), touched(state))


class ThreadTree:
    """One workspace's tree over a connection; `changed` is called after every change of `state`.

    It is loaded while `keep` runs, or when the owner calls `refresh`. Hints are missed while the connection is
    broken: the owner then tells `Missed` (`bootstrap.rejoin`).
    """

    def __init__(
        self,
        connection: Connection,
        state: TreeState,
        changed: Callable[[TreeState], None] | None = None,
        *,
        sleep: Sleep = anyio.sleep,
    ) -> None:
        self.state = state
        self._connection = connection
        self._changed = changed
        self._sleep = sleep
        self._told = anyio.Event()

    def told(self, event: object) -> None:
        """Take a fact or hint (`state.notices.fact_of`)."""
        following = reduce(self.state, event)
        if following is not self.state:
            self.state = following
            self._told.set()
            if self._changed is not None:
                self._changed(following)

    async def keep(self) -> None:
        """Load whenever something is not known, for as long as it runs; a refused load is tried again later.

        Raises ClientError when the connection is over.
        """
        while True:
            self._told = anyio.Event()
            if not self.state.fresh.is_stale:
                await self._told.wait()
                continue
            try:
                await self.load()
            except CallFailed:
                await self._sleep(RETRY_SECONDS)

    async def refresh(self) -> None:
        """Load until nothing is known that a load would tell. Raises ClientError."""
        while self.state.fresh.is_stale:
            await self.load()

    async def load(self) -> None:
        """Load once, whatever is known. Raises ClientError."""
        self.told(Asked())
        number = self.state.fresh.asked
        outcome: object = LoadFailed()
        try:
            params = calls.ThreadTreeParams(workspace_id=self.state.workspace_id)
            outcome = Loaded(number, await self._connection.call(calls.THREAD_TREE, params))
        finally:
            self.told(outcome)

    async def edit(self, edit: Edit) -> None:
        """Show it now, ask for it, and take it back when it is refused. Raises ClientError."""
        id_ = new_id()
        self.told(Began(id_, edit))
        outcome: Accepted | Refused = Refused(id_)
        try:
            method, params = call_of(edit, self.state.workspace_id)
            await self._connection.call(method, params)
            outcome = Accepted(id_)
        finally:
            self.told(outcome)


def call_of(edit: Edit, workspace_id: str) -> Call:
    """The call that does the edit."""
    match edit:
        case CreateThread(thread_id=id_, name=name, mode=mode):
            start = calls.ThreadStartParams(thread_id=id_, workspace_id=workspace_id, name=name, mode=mode)
            return calls.THREAD_START, start
        case RenameThread(thread_id=id_, name=name):
            update = calls.ThreadUpdateParams(workspace_id=workspace_id, thread_id=id_, name=name)
            return calls.THREAD_UPDATE, update
        case MoveThread(thread_id=id_, folder_id=folder_id):
            move = calls.ThreadMoveParams(workspace_id=workspace_id, thread_id=id_, folder_id=folder_id)
            return calls.THREAD_MOVE, move
        case DeleteThread(thread_id=id_):
            return calls.THREAD_DELETE, calls.ThreadDeleteParams(workspace_id=workspace_id, thread_id=id_)
        case CreateFolder(folder_id=id_, name=name, parent_folder_id=parent):
            create = calls.ThreadFolderCreateParams(
                workspace_id=workspace_id, name=name, parent_folder_id=parent, folder_id=id_
            )
            return calls.THREAD_FOLDER_CREATE, create
        case MoveFolder(folder_id=id_, parent_folder_id=parent):
            folder = calls.ThreadFolderMoveParams(workspace_id=workspace_id, folder_id=id_, parent_folder_id=parent)
            return calls.THREAD_FOLDER_MOVE, folder
        case RenameFolder(folder_id=id_, name=name):
            named = calls.ThreadFolderRenameParams(workspace_id=workspace_id, folder_id=id_, name=name)
            return calls.THREAD_FOLDER_RENAME, named
        case DeleteFolder(folder_id=id_):
            return calls.THREAD_FOLDER_DELETE, calls.ThreadFolderDeleteParams(workspace_id=workspace_id, folder_id=id_)


def _line(text: str) -> str:
    line = " ".join(text[: 4 * MAX_NAME].split())
    if not line.isprintable():
        line = "".join(sign for sign in line if sign.isprintable() or sign == JOINER).strip(f" {JOINER}")
    return line if len(line) <= MAX_NAME else f"{line[: MAX_NAME - 1]}…"


def _subject(edit: Edit) -> str:
    return edit.folder_id if isinstance(edit, OfFolder) else edit.thread_id


def _shown(threads: Iterable[Thread]) -> Iterable[Thread]:
    return (one for one in threads if is_shown(one))


def is_shown(thread: Thread) -> bool:
    """Whether the tree has a line for it."""
    return thread.sidebar_visibility is SidebarVisibility.VISIBLE and not thread.ephemeral


def folder_parents(tree: Tree) -> dict[str, str | None]:
    """Each folder's parent, None for the root; circles are cut where they are met first."""
    parents: dict[str, str | None] = {}
    settled: set[str] = set()
    for folder in tree.folders.values():
        at, path = folder, list[str]()
        on_path: set[str] = set()
        while at.id not in settled:
            path.append(at.id)
            on_path.add(at.id)
            above = tree.folders.get(at.parent_folder_id or "")
            if above is None or above.id in on_path:
                parents[at.id] = None
                break
            parents[at.id] = above.id
            at = above
        settled.update(path)
    return parents


def from_the_root(parents: dict[str, str | None]) -> list[str]:
    """Folders, each behind the one that holds it."""
    below: dict[str | None, list[str]] = {}
    for folder_id, parent in parents.items():
        below.setdefault(parent, []).append(folder_id)
    found = below.get(None, [])[:]
    for folder_id in found:
        found.extend(below.get(folder_id, ()))
    return found


def _ordered(folders: list[Node], threads: list[Node]) -> tuple[Node, ...]:
    return tuple(sorted([*folders, *threads], key=order_of))


def order_of(node: Node) -> tuple[object, ...]:
    """What lines of one folder are ordered by: folders by name before threads, the newest activity first."""
    if node.kind == "folder":
        return 0, node.name.casefold(), node.id
    return 1, -node.updated_at, not node.is_pending, node.id


def folder_node(folder: ThreadFolder, newest: int, pending: frozenset[str] = frozenset()) -> Node:
    """A folder's line without what it holds, as new as `newest`."""
    return Node(folder.id, "folder", _line(folder.name), (), newest, is_pending=folder.id in pending)


def thread_node(thread: Thread, pending: frozenset[str]) -> Node:
    return Node(
        thread.id,
        "thread",
        display_name(thread),
        (),
        thread.updated_at,
        thread.preview,
        thread.id in pending,
        thread.forked_from.thread_id if thread.forked_from else None,
    )
