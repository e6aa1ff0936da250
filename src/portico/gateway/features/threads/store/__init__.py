"""The tables of threads and conversations, and the SQL that reads them."""

from portico.gateway.features.threads.store.conversations import ConversationStore
from portico.gateway.features.threads.store.core import ThreadStore
from portico.gateway.features.threads.store.forks import ForkStore
from portico.gateway.features.threads.store.search import SearchStore

__all__ = ["ConversationStore", "ForkStore", "SearchStore", "ThreadStore"]
