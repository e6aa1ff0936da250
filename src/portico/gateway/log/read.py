"""Reading the log back: stream states, and pages of frames for cursors that the ring has passed."""

import msgspec

from portico.gateway.log.batch import Append
from portico.gateway.log.feed import Facts, Frame
from portico.gateway.log.plan import SCHEMA, Entry, StreamState
from portico.gateway.log.upcast import upcast
from portico.gateway.store.engine import Store
from portico.protocol.events import Event
from portico.protocol.types.history import HistoryEvent

PAGE_ROWS = 512

_history = msgspec.json.Decoder(HistoryEvent)
_event: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)

_STATES = "select stream, head, decided, fence, open_turn, workspace_id, erased_at from stream where stream in ({})"
# walked from the newest: an open turn's events are the last of its stream
_SEQUENCE = "select sequence from event where stream = $1 and turn_id = $2 order by version desc limit 1"
_ROWS = (
    "select version, turn_id, sequence, type, schema, data from event"
    " where stream = $1 and version > $2 order by version limit $3"
)


async def load_states(store: Store, streams: list[str]) -> dict[str, StreamState]:
    """The stored states of `streams`; one that never was starts at version 0."""
    marks = ", ".join(f"${n}" for n in range(1, len(streams) + 1))
    states = {name: StreamState() for name in streams}
    for name, head, decided, fence, open_turn, workspace_id, erased_at in await store.read(
        _STATES.format(marks), streams
    ):
        sequence = 0
        if open_turn is not None:
            sequence = max((row[0] for row in await store.read(_SEQUENCE, (name, open_turn))), default=0)
        states[name] = StreamState(
            head, decided, fence, open_turn, workspace_id, erased_at, sequence, open_turn if open_turn else None
        )
    return states


def decode_event(data: bytes, schema: int = SCHEMA) -> tuple[HistoryEvent, Event]:
    """A stored row as types."""
    history = _history.decode(upcast(data, schema))
    return history, _event.decode(history.payload)


async def page_facts(store: Store, stream: str, workspace_id: str, after: int, limit_bytes: int) -> Facts:
    """The published events that follow `after`, made again from the log; at least one if there is one."""
    taken: list[Frame] = []
    size = 0
    reached = after
    rows = await store.read(_ROWS, (stream, after, PAGE_ROWS))
    for version, turn_id, sequence, _type, schema, data in rows:
        if taken and size + len(data) > limit_bytes:
            break
        row = upcast(bytes(data), schema)
        history, event = decode_event(row)
        append = Append(stream, event, turn_id)
        taken.append(Frame(Entry(append, event, version, sequence, history.created_at, workspace_id, row)))
        size += len(data)
        reached = version
    return taken, reached
