"""Decisions about the tree of a workspace: folders, which hold folders and threads."""

from collections.abc import Iterator

import msgspec

from portico.gateway.features.threads.rules.state import Tree
from portico.gateway.features.threads.rules.threads import not_found, text_of
from portico.gateway.kernel.errors import Conflict, Invalid, NotFound
from portico.gateway.log import Batch, workspace_stream
from portico.protocol.events import Event, FolderCreated, FolderDeleted, FolderMoved, FolderRenamed, ThreadPlaced
from portico.protocol.methods.thread import (
    ThreadFolderCreateParams,
    ThreadFolderMoveParams,
    ThreadFolderRenameParams,
    ThreadMoveParams,
)
from portico.protocol.types.thread import Thread, ThreadFolder

MAX_DEPTH = 32
"""Folders stand at most this deep; one at the root is at depth 1."""


def create(
    tree: Tree, taken: ThreadFolder | None, folder_id: str, wish: ThreadFolderCreateParams, at: int
) -> tuple[ThreadFolder, Batch | None]:
    """A new folder and what to write; the same one again is answered as it is.

    `taken` is the folder that has the id now, in whatever workspace. Raises NotFound (parent), Invalid (empty name),
    Conflict (`folder_exists`, `folder_too_deep`).
    """
    name = _name(wish.name)
    if taken is not None:
        if (taken.workspace_id, taken.parent_folder_id, taken.name) != (wish.workspace_id, wish.parent_folder_id, name):
            raise Conflict("the folder id is taken", code="folder_exists", folder_id=folder_id)
        return taken, None
    _check_depth(tree, wish.parent_folder_id, "parent_folder_id", height=1)
    folder = ThreadFolder(
        id=folder_id,
        workspace_id=wish.workspace_id,
        parent_folder_id=wish.parent_folder_id,
        name=name,
        created_at=at,
        updated_at=at,
    )
    return folder, _batch(tree, FolderCreated(folder=folder))


def move(tree: Tree, wish: ThreadFolderMoveParams, at: int) -> Batch | None:
    """What moves the folder; None when it is there already. A folder never gets into itself (`folder_cycle`)."""
    folder = _folder(tree, wish.folder_id, "folder_id")
    if folder.parent_folder_id == wish.parent_folder_id:
        return None
    if wish.parent_folder_id is not None:
        _folder(tree, wish.parent_folder_id, "parent_folder_id")
        if folder.id in _upwards(tree, wish.parent_folder_id):
            raise Conflict("a folder cannot be moved into itself", code="folder_cycle", path="$.parent_folder_id")
    _check_depth(tree, wish.parent_folder_id, "parent_folder_id", height=_height(tree, folder.id))
    moved = msgspec.structs.replace(folder, parent_folder_id=wish.parent_folder_id, updated_at=at)
    return _batch(tree, FolderMoved(folder=moved))


def rename(tree: Tree, wish: ThreadFolderRenameParams, at: int) -> tuple[ThreadFolder, Batch | None]:
    """The folder with its new name and what to write; nothing when it has that name already.

    Raises NotFound, Invalid (empty name).
    """
    name = _name(wish.name)
    folder = _folder(tree, wish.folder_id, "folder_id")
    if folder.name == name:
        return folder, None
    renamed = msgspec.structs.replace(folder, name=name, updated_at=at)
    return renamed, _batch(tree, FolderRenamed(folder=renamed))


def delete(tree: Tree, folder_id: str) -> Batch:
    """What deletes the folder; its folders and threads go up to its parent."""
    folder = _folder(tree, folder_id, "folder_id")
    event = FolderDeleted(workspace_id=tree.workspace_id, folder_id=folder_id, moved_to=folder.parent_folder_id)
    return _batch(tree, event)


def place(tree: Tree, thread: Thread | None, current: str | None, wish: ThreadMoveParams) -> Batch | None:
    """What puts the thread into a folder or back to the root; None when it is there (`current`) already."""
    if thread is None or thread.workspace_id != wish.workspace_id:
        raise not_found(wish.thread_id)
    if thread.ephemeral:
        raise Conflict("an ephemeral thread is no part of the tree", code="thread_ephemeral", thread_id=thread.id)
    if wish.folder_id is not None:
        _folder(tree, wish.folder_id, "folder_id")
    if wish.folder_id == current:
        return None
    event = ThreadPlaced(workspace_id=tree.workspace_id, thread_id=thread.id, folder_id=wish.folder_id)
    return _batch(tree, event)


def _batch(tree: Tree, event: Event) -> Batch:
    return Batch.decision(workspace_stream(tree.workspace_id), tree.decided, (event,), tree.workspace_id)


def _name(given: str) -> str:
    name = text_of(given, "name")
    if not name:
        raise Invalid("a folder needs a name", path="$.name")
    return name


def _folder(tree: Tree, folder_id: str, name: str) -> ThreadFolder:
    folder = tree.folders.get(folder_id)
    if folder is None:
        raise NotFound("there is no such folder", code="folder_not_found", path=f"$.{name}", folder_id=folder_id)
    return folder


def _check_depth(tree: Tree, parent_id: str | None, name: str, *, height: int) -> None:
    """Refuse `height` levels of folders under the parent when the lowest would stand too deep."""
    depth = 0
    if parent_id is not None:
        _folder(tree, parent_id, name)
        depth = sum(1 for _ in _upwards(tree, parent_id))
    if depth + height > MAX_DEPTH:
        raise Conflict(f"folders stand at most {MAX_DEPTH} deep", code="folder_too_deep", path=f"$.{name}")


def _upwards(tree: Tree, folder_id: str) -> Iterator[str]:
    """The folder and those around it, the outermost last."""
    at: str | None = folder_id
    while at is not None:
        yield at
        folder = tree.folders.get(at)
        at = folder.parent_folder_id if folder is not None else None


def _height(tree: Tree, folder_id: str) -> int:
    """How many levels the folder and what is inside it take."""
    inside: dict[str, list[str]] = {}
    for folder in tree.folders.values():
        if folder.parent_folder_id is not None:
            inside.setdefault(folder.parent_folder_id, []).append(folder.id)
    height, level = 0, [folder_id]
    while level:
        height += 1
        level = [child for parent in level for child in inside.get(parent, ())]
    return height
