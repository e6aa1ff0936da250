"""Decisions about replay: which versions a page of history covers, and what of an open item was shown."""

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from portico.gateway.features.threads.rules.state import OpenItem
from portico.protocol.base import SAFE_INT
from portico.protocol.events import ItemCompleted, ItemDelta, ItemEvent, ItemStarted, ItemUpdated
from portico.protocol.events.item import DeltaStream
from portico.protocol.methods.thread import ThreadHistoryParams
from portico.protocol.types.item import AgentMessage, ReasoningItem, TurnItem

DEFAULT_LIMIT = 200
PAGE_BYTES = 4 * 1024 * 1024
"""A page of history ends before the event that would take it beyond this, but holds one at least."""


@dataclass(frozen=True, slots=True)
class Window:
    """Which events to read: versions above `after` and below `before`, the oldest or the newest of them first."""

    after: int
    before: int
    is_newest: bool
    limit: int
    include_deltas: bool


def window(p: ThreadHistoryParams) -> Window:
    """The window that the parameters ask for. Only `after_version` reads forward."""
    return Window(
        after=p.after_version or 0,
        before=SAFE_INT if p.before_version is None else p.before_version,
        is_newest=p.after_version is None,
        limit=p.limit or DEFAULT_LIMIT,
        include_deltas=p.include_deltas,
    )


def newest(p: ThreadHistoryParams) -> Window:
    """The window without cursors: what a reset answers."""
    return window(msgspec.structs.replace(p, after_version=None, before_version=None))


def is_foreign(p: ThreadHistoryParams, epoch: str, head: int) -> bool:
    """Whether the cursor is of another time: of another epoch, or above the head."""
    if p.after_version is None and p.before_version is None:
        return False
    if p.epoch is not None and p.epoch != epoch:
        return True
    return (p.after_version or 0) > head or (p.before_version or 0) > head + 1


def covered(window: Window, ends: tuple[int, int] | None, head: int, *, is_whole: bool) -> tuple[int, int]:
    """First and last version that a page covers; `is_whole` says that the window holds no more events.

    `ends` are the versions of its oldest and newest event, if it has any. An empty range is (n + 1, n).
    """
    first, last = window.after + 1, min(head, max(window.before - 1, 0))
    if ends is not None and not is_whole:
        first, last = (ends[0], last) if window.is_newest else (first, ends[1])
    return first, max(last, first - 1)


def open_items(events: Iterable[ItemEvent]) -> tuple[OpenItem, ...]:
    """The items of a turn that never completed, in the order they were started, with the text clients saw.

    The last whole form of an item counts, and the deltas that followed it.
    """
    items: dict[str, TurnItem] = {}
    pieces: dict[str, dict[DeltaStream, list[str]]] = {}
    for event in events:
        match event:
            case ItemStarted(item=item) | ItemUpdated(item=item):
                items[item.id] = item
                pieces[item.id] = {}
            case ItemDelta() if event.item_id in items:
                pieces[event.item_id].setdefault(event.stream, []).append(event.delta)
            case ItemCompleted(item=item):
                items.pop(item.id, None)
            case _:
                pass
    return tuple(_shown(item, pieces[item.id]) for item in items.values())


def _shown(item: TurnItem, pieces: dict[DeltaStream, list[str]]) -> OpenItem:
    texts: dict[DeltaStream, str] = {stream: "".join(parts) for stream, parts in pieces.items()}
    match item:
        case AgentMessage():
            item = msgspec.structs.replace(item, text=item.text + texts.get("agent_message", ""))
        case ReasoningItem() if "reasoning" in texts:
            item = msgspec.structs.replace(item, content=[*item.content, texts["reasoning"]])
        case _:
            pass
    return OpenItem(item, texts)
