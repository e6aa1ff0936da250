"""Use cases of threads and conversations."""

from portico.gateway.features.threads.service.conversations import ConversationService
from portico.gateway.features.threads.service.core import ThreadService, look_at_folder
from portico.gateway.features.threads.service.forks import ForkService
from portico.gateway.features.threads.service.search import SearchService

__all__ = ["ConversationService", "ForkService", "SearchService", "ThreadService", "look_at_folder"]
