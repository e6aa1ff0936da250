"""Pure decisions about threads, conversations, their tree and their replay, and the projections of their events."""

from portico.gateway.features.threads.rules import conversations, forks, replay, search, state, threads, tree
from portico.gateway.features.threads.rules.projection import project
from portico.gateway.features.threads.rules.records import queue_drop, queue_put, signal_drop, signal_put
from portico.gateway.features.threads.rules.threads import first_words

__all__ = [
    "conversations",
    "first_words",
    "forks",
    "project",
    "queue_drop",
    "queue_put",
    "replay",
    "search",
    "signal_drop",
    "signal_put",
    "state",
    "threads",
    "tree",
]
