"""Threads: durable conversations and their names, their turns and items, their place in the tree, their replay."""

from portico.gateway.features.threads.ports import ConversationPorts
from portico.gateway.features.threads.rpc import routes
from portico.gateway.features.threads.rules import first_words, project, queue_drop, queue_put, signal_drop, signal_put
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
from portico.gateway.features.threads.service import (
    ConversationService,
    ForkService,
    SearchService,
    ThreadService,
    look_at_folder,
)
from portico.gateway.features.threads.worker import search_filler

__all__ = [
    "ConversationItem",
    "ConversationPorts",
    "ConversationService",
    "ForkService",
    "OpenItem",
    "OpenTurn",
    "QueuedRow",
    "SearchService",
    "SignalRow",
    "ThreadService",
    "ThreadState",
    "TurnEventRow",
    "TurnEvents",
    "TurnRow",
    "TurnSummary",
    "first_words",
    "look_at_folder",
    "project",
    "queue_drop",
    "queue_put",
    "routes",
    "search_filler",
    "signal_drop",
    "signal_put",
]
