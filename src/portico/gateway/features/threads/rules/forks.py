"""Decisions about forks: which turns are copied, under which ids, into what thread."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from portico.gateway.features.threads.rules.state import CopiedRow, Known, Tree, TurnMark
from portico.gateway.features.threads.rules.threads import tree_changed
from portico.gateway.kernel.errors import Conflict, NotFound
from portico.gateway.log import Append, Batch, Change, Put, thread_stream, workspace_stream
from portico.protocol import events as ev
from portico.protocol.methods.thread import ThreadForkParams
from portico.protocol.types.item import ToolFields, TurnItem
from portico.protocol.types.thread import ForkedFrom, Thread, ThreadStatus
from portico.protocol.types.turn import TurnStatus

MAX_EVENTS = 50_000
MAX_BYTES = 64 * 1024 * 1024
"""A fork is one batch, so that it is there whole or not at all; a larger one would hold up everybody else."""


@dataclass(frozen=True, slots=True)
class Place:
    """The folder that the source is in, and the tree that says so."""

    folder_id: str | None
    tree: Tree


def made_before(known: Known, p: ThreadForkParams) -> Thread | None:
    """The fork, if this call made it before; None when the id is free.

    Raises Conflict (`thread_exists`, `thread_deleted`).
    """
    if known.head.erased_at is not None:
        raise Conflict("this thread was deleted", code="thread_deleted", thread_id=p.new_thread_id)
    if known.thread is None:
        return None
    source = known.thread.forked_from
    if source is None or source.thread_id != p.thread_id:
        raise Conflict("the thread exists and is no fork of this one", code="thread_exists", path="$.new_thread_id")
    if p.through_turn_id not in {None, source.turn_id}:
        raise Conflict("the fork exists with another last turn", code="thread_exists", path="$.through_turn_id")
    return known.thread


def check_source(thread: Thread) -> None:
    """What is erased at the next start has no lasting copy."""
    if thread.ephemeral:
        raise Conflict("an ephemeral thread is not forked", code="thread_ephemeral", thread_id=thread.id)


def chosen(turns: Sequence[TurnMark], through: str | None) -> list[TurnMark]:
    """The turns to copy, oldest first: those that ended, up to the one that is named.

    Raises NotFound (`turn_not_found`), Conflict (`turn_running`).
    """
    last = len(turns)
    if through is not None:
        place = next((n for n, turn in enumerate(turns) if turn.id == through), None)
        if place is None:
            raise NotFound("there is no such turn", code="turn_not_found", path="$.through_turn_id", turn_id=through)
        if turns[place].status is TurnStatus.IN_PROGRESS:
            raise Conflict("this turn has not ended", code="turn_running", path="$.through_turn_id", turn_id=through)
        last = place + 1
    return [turn for turn in turns[:last] if turn.status is not TurnStatus.IN_PROGRESS]


def check_size(events: int, size: int) -> None:
    """Refuse what does not go into one batch."""
    if events > MAX_EVENTS or size > MAX_BYTES:
        raise Conflict("the thread is too large for a fork: name an earlier turn", code="thread_too_large")


def forked(source: Thread, p: ThreadForkParams, last: TurnMark | None, at: int) -> Thread:
    """The new thread: the source's settings, none of its life."""
    return replace(
        source,
        id=p.new_thread_id,
        preview="",
        status=ThreadStatus.IDLE,
        created_at=at,
        updated_at=at,
        turns=[],
        forked_from=ForkedFrom(thread_id=source.id, turn_id=last.id if last else None),
    )


def batch(thread: Thread, rows: Sequence[CopiedRow], ids: Mapping[str, str], place: Place, decided: int) -> Batch:
    """What makes the fork; `ids` are the new ids of the turns by their old ones, `decided` the new stream's."""
    stream, workspace = thread_stream(thread.id), workspace_stream(thread.workspace_id)
    appends = [
        Append(stream, ev.ThreadStarted(thread=thread), workspace_id=thread.workspace_id),
        *(_append(stream, row, thread.id, ids[row.turn_id]) for row in rows),
        *tree_changed(thread, "thread_started"),
    ]
    expected = [(stream, decided)]
    if place.folder_id is not None:
        placed = ev.ThreadPlaced(workspace_id=thread.workspace_id, thread_id=thread.id, folder_id=place.folder_id)
        appends.append(Append(workspace, placed, workspace_id=thread.workspace_id))
        expected.append((workspace, place.tree.decided))
    return Batch(appends=tuple(appends), records=tuple(_blob_refs(stream, rows)), expected=tuple(expected))


def copied(event: ev.Event, thread_id: str, turn_id: str) -> ev.Event:
    """An event of a turn as the copy of that turn has it."""
    match event:
        case ev.TurnStarted(turn=turn):
            return replace(event, thread_id=thread_id, turn=replace(turn, id=turn_id))
        case ev.TurnCompleted(turn=turn) | ev.TurnFailed(turn=turn) | ev.TurnBlocked(turn=turn):
            return replace(event, turn=replace(turn, id=turn_id))
        case ev.ItemStarted(item=item) | ev.ItemUpdated(item=item) | ev.ItemCompleted(item=item):
            return replace(event, item=_item(item, turn_id))
        case _:
            return event


def _item(item: TurnItem, turn_id: str) -> TurnItem:
    if isinstance(item, ToolFields) and item.observation is not None:
        return replace(item, observation=replace(item.observation, turn_id=turn_id))
    return item


def _append(stream: str, row: CopiedRow, thread_id: str, turn_id: str) -> Append:
    return Append(
        stream,
        copied(row.event, thread_id, turn_id),
        turn_id=turn_id,
        flow=row.is_flow,
        opens=isinstance(row.event, ev.TurnStarted),
        closes=isinstance(row.event, ev.TurnCompleted | ev.TurnFailed | ev.TurnBlocked),
    )


def _blob_refs(stream: str, rows: Sequence[CopiedRow]) -> Iterator[Change]:
    """Outputs in the blob store stay as long as the source or the copy does."""
    for row in rows:
        if isinstance(row.event, ev.ItemCompleted) and isinstance(row.event.item, ToolFields):
            blob = row.event.item.blob
            if blob is not None:
                yield Put("blob_ref", {"sha256": blob.sha256, "stream": stream}, {"size": blob.size_bytes})
