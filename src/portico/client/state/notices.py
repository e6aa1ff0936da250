"""What a notification tells the reducers: a fact, or only that a tree is to be loaded again."""

from dataclasses import dataclass
from typing import Any, cast

import msgspec

from portico.protocol.events import Event, ThreadClosed
from portico.protocol.frames import event_of


@dataclass(frozen=True, slots=True)
class TreeHint:
    """The tree of that workspace changed in a way that only a load tells."""

    workspace_id: str


def fact_of(method: str, params: dict[str, Any]) -> Event | TreeHint | None:
    """The fact or hint of a notification; None for what this client does not know or cannot read."""
    if method == "thread/tree/changed":
        workspace_id = params.get("workspace_id")
        return TreeHint(workspace_id) if isinstance(workspace_id, str) else None
    try:
        if method == "thread/closed":
            return msgspec.convert(params | {"type": "threadClosed"}, ThreadClosed)
        return event_of(method, params)
    except (ValueError, RecursionError):
        return None


def thread_of(params: dict[str, Any]) -> str:
    """Whose notification it is; empty for one of no thread, or of one that is named as no gateway of now names it."""
    thread = params.get("thread")
    inside = cast("dict[str, Any]", thread) if isinstance(thread, dict) else dict[str, Any]()
    found = params.get("thread_id") or params.get("threadId") or inside.get("id")
    return found if isinstance(found, str) else ""
