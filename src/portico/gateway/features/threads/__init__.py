"""Threads: durable conversations, their turns and items as read models, their place in the tree, their replay."""

from portico.gateway.features.threads.rpc import routes
from portico.gateway.features.threads.rules import project, queue_drop, queue_put, signal_drop, signal_put
from portico.gateway.features.threads.rules.state import (
    ConversationItem,
    OpenItem,
    OpenTurn,
    QueuedRow,
    SignalRow,
    ThreadState,
    TurnEventRow,
    TurnEvents,
    TurnRow,
    TurnSummary,
)
from portico.gateway.features.threads.service import ThreadService, look_at_folder

__all__ = [
    "ConversationItem",
    "OpenItem",
    "OpenTurn",
    "QueuedRow",
    "SignalRow",
    "ThreadService",
    "ThreadState",
    "TurnEventRow",
    "TurnEvents",
    "TurnRow",
    "TurnSummary",
    "look_at_folder",
    "project",
    "queue_drop",
    "queue_put",
    "routes",
    "signal_drop",
    "signal_put",
]
