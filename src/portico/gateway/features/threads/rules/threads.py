"""Decisions about one thread: start, update, delete, and the folder it works in."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import PurePath
from typing import Literal

import msgspec

from portico.gateway.features.threads.rules.state import Known, ThreadState
from portico.gateway.kernel.errors import Conflict, Denied, Invalid, NotFound
from portico.gateway.log import Append, Batch, Drop, Put, thread_stream, workspace_stream
from portico.protocol.events import ThreadClosed, ThreadStarted, ThreadTreeChanged, ThreadUpdated
from portico.protocol.methods.thread import ThreadStartParams, ThreadUpdateParams
from portico.protocol.types.thread import OriginKind, SidebarVisibility, Thread, ThreadMode, ThreadStatus

TEXT_CHARACTERS = 255
"""Longest name of a thread, model, provider, nickname or role."""

TreeReason = Literal["thread_started", "thread_updated", "thread_closed"]

_TEXTS = ("name", "model", "model_provider", "agent_nickname", "agent_role")
_GIVEN = (*_TEXTS, "mode", "origin_kind", "sidebar_visibility", "cwd", "tools")
_UPDATED = ("model", "model_provider", "mode", "cwd", "tools")
_OWNED_TABLES = (
    "thread",
    "turn",
    "turn_item",
    "queued_turn",
    "turn_signal",
    "conversation",
    "request_claim",
)


def not_found(thread_id: str) -> NotFound:
    """The refusal of a thread that is not there (any more)."""
    return NotFound("there is no such thread", code="thread_not_found", thread_id=thread_id)


def existing(known: Known, thread_id: str, workspace_id: str | None = None) -> ThreadState:
    """The state of a thread that is there and, if one is named, in `workspace_id`; else NotFound."""
    thread = known.thread
    if thread is None or known.head.erased_at is not None:
        raise not_found(thread_id)
    if workspace_id is not None and thread.workspace_id != workspace_id:
        raise not_found(thread_id)
    return ThreadState(thread, known.head.decided, known.head.head, known.head.open_turn)


def trimmed(params: ThreadStartParams) -> ThreadStartParams:
    """The wish with its texts trimmed; one that is empty then counts as not given. Raises Invalid with the path."""
    texts = {name: text_of(getattr(params, name), name) or None for name in _TEXTS}
    return msgspec.structs.replace(params, **texts)


def text_of(text: str | None, name: str) -> str:
    """`text` trimmed; Invalid when it is too long or holds a NUL, which PostgreSQL cannot store."""
    text = (text or "").strip()
    if "\0" in text:
        raise Invalid(f"{name} holds a NUL character", path=f"$.{name}")
    if len(text) > TEXT_CHARACTERS:
        raise Invalid(f"{name} is longer than {TEXT_CHARACTERS} characters", path=f"$.{name}")
    return text


def start(known: Known, wish: ThreadStartParams, at: int) -> tuple[Thread, Batch | None]:
    """A new thread and what to write, or the one that is there already. `wish` is trimmed, its `cwd` settled.

    The same id in another workspace, or with another value of an optional field, is a Conflict (`thread_exists`);
    so is the id of a deleted thread (`thread_deleted`).
    """
    if known.head.erased_at is not None:
        raise Conflict("this thread was deleted", code="thread_deleted", thread_id=wish.thread_id)
    if known.thread is not None:
        return _opened(known.thread, wish), None
    thread = _created(wish, at)
    appends = (
        Append(thread_stream(thread.id), ThreadStarted(thread=thread), workspace_id=thread.workspace_id),
        *tree_changed(thread, "thread_started"),
    )
    return thread, Batch(appends=appends, expected=((thread_stream(thread.id), known.head.decided),))


def update(state: ThreadState, wish: ThreadUpdateParams, at: int) -> tuple[Thread, Batch | None]:
    """The thread with the given fields changed, and what to write if they are; an empty name clears it."""
    thread = state.thread
    given = {name: getattr(wish, name) for name in _UPDATED if getattr(wish, name) is not None}
    for name in ("model", "model_provider"):
        if name in given:
            given[name] = text_of(given[name], name)
    if wish.name is not None:
        given["name"] = text_of(wish.name, "name") or None
    changed = msgspec.structs.replace(thread, **given)
    if changed == thread:
        return thread, None
    changed = msgspec.structs.replace(changed, updated_at=at)
    appends = (
        Append(thread_stream(thread.id), ThreadUpdated(thread=changed)),
        *tree_changed(thread, "thread_updated"),
    )
    return changed, Batch(appends=appends, expected=((thread_stream(thread.id), state.decided),))


def delete(known: Known, workspace_id: str, thread_id: str) -> Batch | None:
    """What erases the thread; None when that was done before, NotFound when there never was one here.

    Its place in the tree goes by the event on the workspace's stream, which an ephemeral one never had; its own rows
    are dropped as records, since their events go too. The erase raises the fencing number, so that a running turn
    writes nothing more. Its words cannot be found any more; erasing them takes longer and is left on the list.
    """
    if known.head.workspace_id != workspace_id:
        raise not_found(thread_id)
    if known.head.erased_at is not None:
        return None
    erased = erasure([thread_id])
    if known.thread is None or not known.thread.ephemeral:
        closed = ThreadClosed(workspace_id=workspace_id, thread_id=thread_id)
        appends = (
            Append(workspace_stream(workspace_id), closed, workspace_id=workspace_id),
            _changed(workspace_id, thread_id, "thread_closed"),
        )
        waiting = Put("search_backlog", {"thread_id": thread_id}, {})
        return replace(erased, appends=appends, records=(*erased.records, waiting))
    return erased


def erasure(thread_ids: Iterable[str]) -> Batch:
    """What leaves nothing of these threads but tombstones, told to nobody."""
    ids = list(thread_ids)
    records = [
        *(Drop(table, {"id" if table == "thread" else "thread_id": id_}) for table in _OWNED_TABLES for id_ in ids),
        *(Drop("blob_ref", {"stream": thread_stream(id_)}) for id_ in ids),
    ]
    return Batch(records=tuple(records), erase=tuple(thread_stream(id_) for id_ in ids))


def settle_cwd(given: str, real: str, root: str | None, *, is_folder: bool, may_leave_root: bool) -> str:
    """The folder to work in, given what the host says about it: an absolute, existing one.

    `real` and `root` are free of symbolic links. Who may not leave the root learns nothing about what is outside.
    """
    if "\0" in given or not PurePath(given).is_absolute():
        raise Invalid("the folder must be an absolute path", code="cwd_not_absolute", path="$.cwd")
    is_inside = root is not None and PurePath(real).is_relative_to(root)
    if not is_inside and not may_leave_root:
        raise Denied("this folder is outside the workspace's root: it needs the scope 'admin'", code="cwd_outside_root")
    if not is_folder:
        raise Invalid(f"there is no folder {given}", code="cwd_missing", path="$.cwd", cwd=given)
    return real


def _opened(thread: Thread, wish: ThreadStartParams) -> Thread:
    given = ("workspace_id", *(name for name in _GIVEN if getattr(wish, name) is not None))
    for name in given:
        if getattr(wish, name) != getattr(thread, name):
            raise Conflict(f"the thread exists with another {name}", code="thread_exists", path=f"$.{name}")
    if wish.ephemeral and not thread.ephemeral:
        raise Conflict("the thread exists and is to stay", code="thread_exists", path="$.ephemeral")
    return thread


def _created(wish: ThreadStartParams, at: int) -> Thread:
    return Thread(
        workspace_id=wish.workspace_id,
        id=wish.thread_id,
        name=wish.name,
        preview="",
        mode=wish.mode or ThreadMode.AGENT,
        model=wish.model or "",
        model_provider=wish.model_provider or "",
        created_at=at,
        updated_at=at,
        status=ThreadStatus.IDLE,
        origin_kind=wish.origin_kind or OriginKind.USER,
        sidebar_visibility=wish.sidebar_visibility or SidebarVisibility.VISIBLE,
        agent_nickname=wish.agent_nickname,
        agent_role=wish.agent_role,
        cwd=wish.cwd,
        tools=wish.tools,
        ephemeral=wish.ephemeral,
    )


def tree_changed(thread: Thread, reason: TreeReason) -> tuple[Append, ...]:
    """Told of every thread that the tree shows."""
    return () if thread.ephemeral else (_changed(thread.workspace_id, thread.id, reason),)


def first_words(thread: Thread) -> tuple[Append, ...]:
    """Told with the start of a thread's first turn, whose words are what an unnamed thread is called in the tree."""
    return () if thread.name or thread.preview else tree_changed(thread, "thread_updated")


def _changed(workspace_id: str, thread_id: str, reason: TreeReason) -> Append:
    """Marked as flow: it announces only, so no decision about the tree is stale because of it."""
    event = ThreadTreeChanged(workspace_id=workspace_id, thread_id=thread_id, reason=reason)
    return Append(workspace_stream(workspace_id), event, flow=True, workspace_id=workspace_id)
