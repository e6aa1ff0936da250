"""What replay answers: history events and composed timeline items (reference 5.5)."""

from typing import Annotated, Literal

import msgspec

from portico.protocol.base import Count, Seconds, Wire, WireCamel

Payload = Annotated[msgspec.Raw, msgspec.Meta(extra_json_schema={"$ref": "#/$defs/Event"})]
"""A stored event, already encoded: see `portico.protocol.events.Event`."""


class HistoryEvent(Wire, frozen=True, kw_only=True):
    """A fact of the log as replay tells it. `version` (per stream) is ours; `sequence` counts within the turn."""

    sequence: Count = 0
    created_at: Seconds
    turn_id: str | None = None
    version: Count
    payload: Payload


HistoryRow = Annotated[msgspec.Raw, msgspec.Meta(extra_json_schema={"$ref": "#/$defs/HistoryEvent"})]
"""A `HistoryEvent` as it stands in the log, spliced into answers without decoding (design 4)."""


class TimelineOrigin(WireCamel, frozen=True, kw_only=True):
    kind: Literal["parent_turn", "task_event", "child_turn"]
    task_id: str | None = None
    run_id: str | None = None
    child_thread_id: str | None = None
    child_turn_id: str | None = None
    origin_event_id: str | None = None
    origin_turn_item_id: str | None = None
    origin_sequence: Count
    occurred_at: Seconds
    lane: Literal["parent", "task", "child_agent", "child_tool", "child_reasoning", "child_result"]


class TimelinePayload(WireCamel, frozen=True, kw_only=True):
    kind: Literal["turn_item_event", "task_event"]
    event: HistoryRow


class TimelineItem(WireCamel, frozen=True, kw_only=True):
    id: str
    origin: TimelineOrigin
    payload: TimelinePayload
