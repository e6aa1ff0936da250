"""Which tables a gateway that keeps nothing shares with its home: each one is decided here, a new one too."""

import re

from portico.gateway.features.settings import rules
from portico.gateway.log.ports import EventContext
from portico.gateway.main.kept import KEPT
from portico.gateway.store.changes import Put
from portico.gateway.store.migrate import load_steps
from portico.protocol.events import SettingsChanged, TokensChanged, WorkspaceChanged
from portico.protocol.events.base import EventBase
from portico.protocol.schema import EVENT_TYPES
from portico.protocol.types.settings import GatewaySettings

FORGOTTEN = {
    "blob_ref",
    "conversation",
    "queued_turn",
    "request_claim",
    "search_backlog",
    "search_text",
    "thread",
    "thread_folder",
    "thread_placement",
    "turn",
    "turn_item",
    "turn_signal",
}
"""Of work, or naming it: in memory only."""
LOG = {"event", "stream"}


def tag(kind: type[EventBase]) -> str:
    return str(kind.__struct_config__.tag)


def test_every_table_is_decided() -> None:
    tables = {name for step in load_steps() for name in re.findall(r"create table (\w+)", step.text)}
    assert tables - FORGOTTEN - LOG == KEPT.tables | KEPT.seeds
    assert not (KEPT.tables | KEPT.seeds) & (FORGOTTEN | LOG)


def test_events_that_are_kept_are_those_of_settings_and_tokens() -> None:
    assert KEPT.events == {tag(SettingsChanged), tag(TokensChanged)}
    assert tag(WorkspaceChanged) in {tag(kind) for kind in EVENT_TYPES} - KEPT.events


def test_the_projection_of_a_kept_event_is_kept() -> None:
    where = EventContext(stream=KEPT.stream, version=1, at=1, workspace_id="", thread_id="", turn_id=None)
    changes = rules.project(SettingsChanged(settings=GatewaySettings()), where)
    assert [isinstance(change, Put) and change.table in KEPT.tables for change in changes] == [True]
