"""The event log: the one way in which anything is written."""

from portico.gateway.log.batch import (
    GATEWAY_STREAM,
    Append,
    Batch,
    Written,
    thread_stream,
    workspace_stream,
)
from portico.gateway.log.decide import decide
from portico.gateway.log.ports import EventContext, EventLog, Project
from portico.gateway.store.changes import Change, Drop, Patch, Put, Row, Value
from portico.gateway.store.fulltext import FullText, Term

__all__ = [
    "GATEWAY_STREAM",
    "Append",
    "Batch",
    "Change",
    "Drop",
    "EventContext",
    "EventLog",
    "FullText",
    "Patch",
    "Project",
    "Put",
    "Row",
    "Term",
    "Value",
    "Written",
    "decide",
    "thread_stream",
    "workspace_stream",
]
