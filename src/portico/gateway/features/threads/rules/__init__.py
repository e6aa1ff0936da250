"""Pure decisions about threads, their tree and their replay, and the projections of their events."""

from portico.gateway.features.threads.rules import replay, state, threads, tree
from portico.gateway.features.threads.rules.projection import project
from portico.gateway.features.threads.rules.records import queue_drop, queue_put, signal_drop, signal_put

__all__ = ["project", "queue_drop", "queue_put", "replay", "signal_drop", "signal_put", "state", "threads", "tree"]
