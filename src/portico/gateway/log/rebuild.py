"""Building the projections anew from the log alone: what a test compares, and what mends a damaged read model."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from portico.gateway.log.ports import EventContext, Project
from portico.gateway.log.read import decode_event
from portico.gateway.store.changes import Change
from portico.gateway.store.engine import EventRow, Group, ResultRow, Store, StreamRow
from portico.protocol.events import Event, TurnBlocked, TurnCompleted, TurnFailed, TurnStarted

PAGE_ROWS = 512

_STREAMS = "select stream, head, decided, fence, open_turn, workspace_id, erased_at from stream order by stream"
_EVENTS = (
    "select stream, version, turn_id, sequence, type, schema, flow, data, at, cause from event"
    " where stream = $1 and version > $2 order by version limit $3"
)


@dataclass(slots=True)
class _Replay:
    """One stream as its events alone make it."""

    name: str
    workspace_id: str | None
    head: int = 0
    decided: int = 0
    fence: int = 0
    open_turn: str | None = None
    events: list[EventRow] = field(default_factory=list[EventRow])
    changes: list[Change] = field(default_factory=list[Change])

    def take(self, row: EventRow, projects: Sequence[Project]) -> None:
        event = decode_event(row.data, row.schema)[1]
        self.head = row.version
        if not row.flow:
            self.decided = row.version
        self._guard(event)
        self.events.append(row)
        self.changes += [change for project in projects for change in project(event, self._where(row))]

    def group(self, expected_head: int) -> Group:
        """What was taken since the last one."""
        events, self.events = tuple(self.events), []
        changes, self.changes = tuple(self.changes), []
        return Group(streams=(self._row(expected_head),), events=events, changes=changes)

    def _guard(self, event: Event) -> None:
        match event:
            case TurnStarted(turn=turn):
                self.open_turn, self.fence = turn.id, self.fence + 1
            case TurnCompleted() | TurnFailed() | TurnBlocked():
                self.open_turn = None
            case _:
                pass

    def _where(self, row: EventRow) -> EventContext:
        return EventContext(
            stream=self.name,
            version=row.version,
            at=row.at,
            workspace_id=self.workspace_id or "",
            thread_id=self.name.removeprefix("thread:") if self.name.startswith("thread:") else "",
            turn_id=row.turn_id,
        )

    def _row(self, expected_head: int) -> StreamRow:
        return StreamRow(
            stream=self.name,
            expected_head=expected_head,
            head=self.head,
            decided=self.decided,
            fence=self.fence,
            open_turn=self.open_turn,
            workspace_id=self.workspace_id,
        )


async def rebuild(source: Store, projects: Sequence[Project], target: Store) -> int:
    """Replay the log of `source` into the empty `target`; how many events there were.

    Heads, fences and open turns come from the events too. Of an erased stream nothing is left to replay: its tombstone
    is carried over. Records (queued starts, signals, conversations, claims, tokens) are no projections: they stay where
    they are.
    """
    count = 0
    for stream in await source.read(_STREAMS):
        if stream[-1] is not None:
            await target.apply(Group(streams=(_tombstone(stream),)))
            continue
        replay = _Replay(stream[0], stream[5])
        while rows := await source.read(_EVENTS, (replay.name, replay.head, PAGE_ROWS)):
            before = replay.head
            for row in rows:
                event = EventRow(*row)
                replay.take(replace(event, data=bytes(event.data)), projects)
            await target.apply(replay.group(before))
            count += len(rows)
    return count


def _tombstone(stream: ResultRow) -> StreamRow:
    name, head, decided, fence, open_turn, workspace_id, erased_at = stream
    return StreamRow(
        stream=name,
        expected_head=0,
        head=head,
        decided=decided,
        fence=fence,
        open_turn=open_turn,
        workspace_id=workspace_id,
        erased_at=erased_at,
    )
