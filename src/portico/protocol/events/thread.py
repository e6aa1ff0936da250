"""Facts about threads (on the thread's stream) and about their place (on the workspace's)."""

from typing import Literal

from portico.protocol.events.base import EventBase
from portico.protocol.types.thread import Thread, ThreadFolder


class ThreadStarted(EventBase, frozen=True, kw_only=True, tag="threadStarted"):
    thread: Thread


class ThreadUpdated(EventBase, frozen=True, kw_only=True, tag="threadUpdated"):
    thread: Thread


class ThreadClosed(EventBase, frozen=True, kw_only=True, tag="threadClosed"):
    """The thread was deleted; it stands on the workspace's stream, the thread's own is erased."""

    workspace_id: str
    thread_id: str


class ThreadTreeChanged(EventBase, frozen=True, kw_only=True, tag="threadTreeChanged"):
    """Something that the tree shows changed elsewhere: a thread came, went or was renamed."""

    workspace_id: str
    thread_id: str
    reason: Literal["thread_started", "thread_updated", "thread_closed"]


class FolderCreated(EventBase, frozen=True, kw_only=True, tag="folderCreated"):
    folder: ThreadFolder


class FolderMoved(EventBase, frozen=True, kw_only=True, tag="folderMoved"):
    folder: ThreadFolder


class FolderRenamed(EventBase, frozen=True, kw_only=True, tag="folderRenamed"):
    folder: ThreadFolder


class FolderDeleted(EventBase, frozen=True, kw_only=True, tag="folderDeleted"):
    """Layout only: threads and folders inside go to `moved_to` (absent: the root)."""

    workspace_id: str
    folder_id: str
    moved_to: str | None = None


class ThreadPlaced(EventBase, frozen=True, kw_only=True, tag="threadPlaced"):
    workspace_id: str
    thread_id: str
    folder_id: str | None = None
