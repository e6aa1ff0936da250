"""How a stored fact is announced: its notification's method and parameters (reference 4)."""

from typing import Any

import msgspec

from portico.protocol import events as ev
from portico.protocol.base import Wire
from portico.protocol.events.base import EventBase
from portico.protocol.types.item import ITEM_TYPES


class Where(Wire, frozen=True, kw_only=True):
    """The ids a notification repeats. `version` and `sequence` are our additions (design 4)."""

    workspace_id: str = ""
    thread_id: str = ""
    turn_id: str = ""
    version: int = 0
    sequence: int = 0


DELTA_METHODS: dict[str, str] = {
    "agent_message": "item/agent_message/delta",
    "reasoning": "item/reasoning/delta",
    "stdout": "item/command_execution/output_delta",
    "stderr": "item/command_execution/output_delta",
    "file_change": "item/file_change/output_delta",
    "tool_progress": "item/tool/progress",
}

METHOD_OF: dict[type[EventBase], str] = {
    ev.ItemStarted: "item/started",
    ev.ItemCompleted: "item/completed",
    ev.ItemUpdated: "item/updated",
    ev.ItemTimeoutDetected: "item/timeout_detected",
    ev.ItemRecoveryOpened: "item/recovery_opened",
    ev.ItemRecoveryAttached: "item/recovery_attached",
    ev.ItemRetryScheduled: "item/retry_scheduled",
    ev.ItemRetryAttemptStarted: "item/retry_attempt_started",
    ev.ItemRecoverySucceeded: "item/recovery_succeeded",
    ev.ItemRecoveryExhausted: "item/recovery_exhausted",
    ev.ItemToolRetryScheduled: "item/tool/retry_scheduled",
    ev.ItemToolRetryResolved: "item/tool/retry_resolved",
    ev.ItemToolRetryExhausted: "item/tool/retry_exhausted",
    ev.TurnStarted: "turn/started",
    ev.TurnCompleted: "turn/completed",
    ev.TurnFailed: "turn/failed",
    ev.TurnBlocked: "turn/blocked",
    ev.ToolLoopBudgetExceeded: "turn/tool_loop/budget_exceeded",
    ev.TurnQueueChanged: "turn/queue/changed",
    ev.ContextCompressing: "context/compressing",
    ev.ContextCompressed: "context/compressed",
    ev.ThreadStarted: "thread/started",
    ev.ThreadUpdated: "thread/updated",
    ev.ThreadClosed: "thread/closed",
    ev.ThreadTreeChanged: "thread/tree/changed",
    ev.FolderCreated: "thread/tree/changed",
    ev.FolderMoved: "thread/tree/changed",
    ev.FolderRenamed: "thread/tree/changed",
    ev.FolderDeleted: "thread/tree/changed",
    ev.ThreadPlaced: "thread/tree/changed",
    ev.ProviderChanged: "provider/changed",
    ev.WorkspaceChanged: "workspace/changed",
    ev.SettingsChanged: "settings/changed",
    ev.TokensChanged: "access/changed",
}

_TREE = (
    ev.FolderCreated,
    ev.FolderMoved,
    ev.FolderRenamed,
    ev.FolderDeleted,
    ev.ThreadPlaced,
    ev.ThreadTreeChanged,
)
_encoder = msgspec.json.Encoder()


class DeltaParams(Wire, frozen=True, kw_only=True):
    """Parameters of the four streamed notifications."""

    workspace_id: str
    thread_id: str
    turn_id: str
    item_id: str
    delta: str
    stream: str
    version: int
    sequence: int


class _DeltaFrame(Wire, frozen=True, kw_only=True):
    jsonrpc: str
    method: str
    params: DeltaParams


def method_of(event: ev.Event) -> str:
    """The notification's name."""
    return DELTA_METHODS[event.stream] if isinstance(event, ev.ItemDelta) else METHOD_OF[type(event)]


def params_of(event: ev.Event, where: Where) -> dict[str, Any]:
    """The notification's parameters: snake_case on top, embedded nouns as they are (reference 2.4)."""
    match event:
        case ev.ThreadClosed():
            own: dict[str, Any] = {"workspaceId": event.workspace_id, "threadId": event.thread_id}
            return own | ({"version": where.version} if where.version else {})
        case ev.WorkspaceChanged() | ev.SettingsChanged() | ev.TokensChanged():
            ids: dict[str, Any] = {}
        case ev.ThreadStarted() | ev.ThreadUpdated():
            ids = {}
        case ev.TurnStarted():
            return _with(where, {**_ids(where), "turn": event.turn})
        case _ if isinstance(event, _TREE):
            return _with(where, {"workspace_id": where.workspace_id})
        case _:
            ids = _ids(where)
    own = {name: getattr(event, name) for name in event.__struct_fields__}
    return _with(where, {**ids, **{k: v for k, v in own.items() if v is not None}})


def encode_frame(event: ev.Event, where: Where) -> str:
    """The text frame of a notification, made once for all watchers (design 4)."""
    if isinstance(event, ev.ItemDelta):
        params = DeltaParams(
            workspace_id=where.workspace_id,
            thread_id=where.thread_id,
            turn_id=where.turn_id,
            item_id=event.item_id,
            delta=event.delta,
            stream=event.stream,
            version=where.version,
            sequence=where.sequence,
        )
        frame: Any = _DeltaFrame(jsonrpc="2.0", method=DELTA_METHODS[event.stream], params=params)
    else:
        frame = {"jsonrpc": "2.0", "method": METHOD_OF[type(event)], "params": params_of(event, where)}
    return _encoder.encode(frame).decode()


def _ids(where: Where) -> dict[str, Any]:
    named = {"workspace_id": where.workspace_id, "thread_id": where.thread_id, "turn_id": where.turn_id}
    return {k: v for k, v in named.items() if v}


def _with(where: Where, params: dict[str, Any]) -> dict[str, Any]:
    if where.version:
        params["version"] = where.version
    if where.sequence:
        params["sequence"] = where.sequence
    return params


def item_type_of(item: object) -> str:
    """The snake_case item type string (reference 5.4)."""
    return ITEM_TYPES[type(item)]


_TYPE_OF: dict[str, type[EventBase]] = {
    method: type_ for type_, method in METHOD_OF.items() if type_ not in _TREE and type_ is not ev.ThreadClosed
} | dict.fromkeys(DELTA_METHODS.values(), ev.ItemDelta)


def event_of(method: str, params: dict[str, Any]) -> ev.Event | None:
    """The fact that a notification announces, for a client's reducer; None for one that only says "load again".

    Raises msgspec.ValidationError when the parameters do not fit.
    """
    type_ = _TYPE_OF.get(method)
    if type_ is None:
        return None
    if type_ is ev.TurnStarted:
        params = {"input": [], **params}
    names = zip(type_.__struct_fields__, type_.__struct_encode_fields__, strict=True)
    own = {wire: params[name] for name, wire in names if name in params}
    return msgspec.convert({"type": type_.__struct_config__.tag, **own}, ev.Event)
