"""What events of threads and workspaces do to the read models: changes as values, from one event alone."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from portico.gateway.features.threads.rules import search
from portico.gateway.log import Change, Drop, EventContext, Patch, Put, Value
from portico.protocol import events as ev
from portico.protocol.types.input import TextInput, UserInput
from portico.protocol.types.item import ITEM_TYPES, AgentMessage, ToolFields, ToolStatus, TurnItem, UserMessage
from portico.protocol.types.thread import Thread, ThreadFolder, ThreadStatus
from portico.protocol.types.turn import Turn

PREVIEW_CHARACTERS = 200

_encoder = msgspec.json.Encoder()


def project(event: ev.Event, where: EventContext) -> tuple[Change, ...]:
    """The changes that `event` makes to the tables of threads; none for events of other features."""
    projection = _PROJECTIONS.get(type(event))
    return projection(event, where) if projection is not None else ()


def preview_of(inputs: list[UserInput]) -> str:
    """The beginning of the first text that says something, on one line."""
    for part in inputs:
        if isinstance(part, TextInput):
            text = " ".join(part.text.replace("\0", " ").split())
            if text:
                return text[:PREVIEW_CHARACTERS]
    return ""


def _settings(thread: Thread) -> dict[str, Value]:
    """The columns that start and update write; status and preview belong to the turns."""
    return {
        "workspace_id": thread.workspace_id,
        "name": thread.name,
        "mode": thread.mode.value,
        "model": thread.model,
        "model_provider": thread.model_provider,
        "origin_kind": thread.origin_kind.value,
        "sidebar_visibility": thread.sidebar_visibility.value,
        "agent_nickname": thread.agent_nickname,
        "agent_role": thread.agent_role,
        "cwd": thread.cwd,
        "tools": None if thread.tools is None else _encoder.encode(thread.tools),
        "updated_at": thread.updated_at,
    }


def _thread_started(event: ev.ThreadStarted, where: EventContext) -> tuple[Change, ...]:
    thread = event.thread
    run: dict[str, Value] = {
        "preview": thread.preview,
        "status": thread.status.value,
        "created_at": thread.created_at,
        "ephemeral": int(thread.ephemeral),
    }
    if thread.forked_from is not None:
        run |= {"forked_from": thread.forked_from.thread_id, "forked_turn": thread.forked_from.turn_id}
    return (Put("thread", {"id": where.thread_id}, _settings(thread) | run), _name(thread, where))


def _thread_updated(event: ev.ThreadUpdated, where: EventContext) -> tuple[Change, ...]:
    return (Patch("thread", {"id": where.thread_id}, _settings(event.thread)), _name(event.thread, where))


def _name(thread: Thread, where: EventContext) -> Change:
    return search.named(where.thread_id, thread.workspace_id, thread.name, where.at)


def _turn_started(event: ev.TurnStarted, where: EventContext) -> tuple[Change, ...]:
    row: dict[str, Value] = {
        "position": where.version,
        "status": event.turn.status.value,
        "data": _encoder.encode(event.turn),
        "request": _encoder.encode(event),
    }
    changes: list[Change] = [
        Put("turn", {"thread_id": where.thread_id, "id": event.turn.id}, row),
        _thread_status(where, ThreadStatus.ACTIVE),
    ]
    preview = preview_of(event.input)
    if preview:
        # the key matches only while the thread has no preview: the first text of the thread stays
        changes.append(Patch("thread", {"id": where.thread_id, "preview": ""}, {"preview": preview}))
    return tuple(changes)


def _turn_ended(event: ev.TurnCompleted | ev.TurnFailed | ev.TurnBlocked, where: EventContext) -> tuple[Change, ...]:
    turn: Turn = event.turn
    row: dict[str, Value] = {"status": turn.status.value, "data": _encoder.encode(turn)}
    return (
        Patch("turn", {"thread_id": where.thread_id, "id": turn.id}, row),
        _thread_status(where, ThreadStatus.IDLE),
    )


def _thread_status(where: EventContext, status: ThreadStatus) -> Change:
    return Patch("thread", {"id": where.thread_id}, {"status": status.value, "updated_at": where.at})


def _item_started(event: ev.ItemStarted, where: EventContext) -> tuple[Change, ...]:
    return (_item(event.item, where, status=ToolStatus.IN_PROGRESS.value),)


def _item_updated(event: ev.ItemUpdated, where: EventContext) -> tuple[Change, ...]:
    item = event.item
    return (_item(item, where, status=item.status.value if isinstance(item, ToolFields) else None),)


def _item_completed(event: ev.ItemCompleted, where: EventContext) -> tuple[Change, ...]:
    item = event.item
    has_failed = isinstance(item, ToolFields) and item.status is ToolStatus.FAILED
    status = ToolStatus.FAILED if has_failed else ToolStatus.COMPLETED
    return (_item(item, where, status=status.value), *_said(item, where))


def _said(item: TurnItem, where: EventContext) -> tuple[Change, ...]:
    """What can be searched: the words of user and agent. The store keeps none of an ephemeral thread."""
    if not isinstance(item, UserMessage | AgentMessage):
        return ()
    key: dict[str, Value] = {"thread_id": where.thread_id, "position": where.version}
    values: dict[str, Value] = {
        "workspace_id": where.workspace_id,
        "turn_id": where.turn_id or "",
        "item_id": item.id,
        "at": where.at,
    }
    return tuple(search.said(key, values, item.text))


def _item(item: TurnItem, where: EventContext, *, status: str | None) -> Change:
    """An item stands where its first event stood; without a `status` it keeps the one it has."""
    key: dict[str, Value] = {"thread_id": where.thread_id, "turn_id": where.turn_id or "", "item_id": item.id}
    values: dict[str, Value] = {"type": ITEM_TYPES[type(item)], "data": _encoder.encode(item)}
    initial: dict[str, Value] = {"position": where.version}
    if status is None:
        initial["status"] = ToolStatus.IN_PROGRESS.value
    else:
        values["status"] = status
    return Put("turn_item", key, values, initial)


def _folder(event: ev.FolderCreated | ev.FolderMoved | ev.FolderRenamed, where: EventContext) -> tuple[Change, ...]:
    folder: ThreadFolder = event.folder
    values: dict[str, Value] = {
        "workspace_id": where.workspace_id,
        "parent_folder_id": folder.parent_folder_id,
        "name": folder.name,
        "created_at": folder.created_at,
        "updated_at": folder.updated_at,
    }
    return (Put("thread_folder", {"id": folder.id}, values),)


def _folder_deleted(event: ev.FolderDeleted, where: EventContext) -> tuple[Change, ...]:
    inside: dict[str, Value] = {"workspace_id": where.workspace_id, "parent_folder_id": event.folder_id}
    placed: dict[str, Value] = {"workspace_id": where.workspace_id, "folder_id": event.folder_id}
    return (
        Patch("thread_folder", inside, {"parent_folder_id": event.moved_to, "updated_at": where.at}),
        Patch("thread_placement", placed, {"folder_id": event.moved_to}),
        Drop("thread_folder", {"id": event.folder_id}),
    )


def _thread_placed(event: ev.ThreadPlaced, where: EventContext) -> tuple[Change, ...]:
    values: dict[str, Value] = {"workspace_id": where.workspace_id, "folder_id": event.folder_id}
    return (Put("thread_placement", {"thread_id": event.thread_id}, values),)


def _thread_closed(event: ev.ThreadClosed, where: EventContext) -> tuple[Change, ...]:
    return (Drop("thread_placement", {"thread_id": event.thread_id, "workspace_id": where.workspace_id}),)


_PROJECTIONS: Mapping[type, Callable[[Any, EventContext], tuple[Change, ...]]] = {
    ev.ThreadStarted: _thread_started,
    ev.ThreadUpdated: _thread_updated,
    ev.TurnStarted: _turn_started,
    ev.TurnCompleted: _turn_ended,
    ev.TurnFailed: _turn_ended,
    ev.TurnBlocked: _turn_ended,
    ev.ItemStarted: _item_started,
    ev.ItemUpdated: _item_updated,
    ev.ItemCompleted: _item_completed,
    ev.FolderCreated: _folder,
    ev.FolderMoved: _folder,
    ev.FolderRenamed: _folder,
    ev.FolderDeleted: _folder_deleted,
    ev.ThreadPlaced: _thread_placed,
    ev.ThreadClosed: _thread_closed,
}
