"""The routes of threads, folders, history, conversations, search and forks."""

from typing import Any

from portico.gateway.features.threads.service import ConversationService, ForkService, SearchService, ThreadService
from portico.gateway.rpc import Route
from portico.protocol.methods import conversation, thread


def routes(
    threads: ThreadService, conversations: ConversationService, search: SearchService, forks: ForkService
) -> tuple[Route[Any, Any], ...]:
    """Every method of `protocol/methods/thread.py` and `protocol/methods/conversation.py`."""
    return (
        Route(thread.THREAD_START, threads.start),
        Route(thread.THREAD_GET, threads.get),
        Route(thread.THREAD_UPDATE, threads.update),
        Route(thread.THREAD_TREE, threads.tree),
        Route(thread.THREAD_MOVE, threads.move),
        Route(thread.THREAD_FOLDER_CREATE, threads.create_folder),
        Route(thread.THREAD_FOLDER_MOVE, threads.move_folder),
        Route(thread.THREAD_FOLDER_RENAME, threads.rename_folder),
        Route(thread.THREAD_FOLDER_DELETE, threads.delete_folder),
        Route(thread.THREAD_HISTORY, threads.history),
        Route(thread.THREAD_UNSUBSCRIBE, threads.unsubscribe),
        Route(thread.THREAD_DELETE, threads.delete),
        Route(thread.THREAD_SEARCH, search.search),
        Route(thread.THREAD_FORK, forks.fork),
        Route(conversation.CONVERSATION_OPEN, conversations.open),
        Route(conversation.CONVERSATION_GET, conversations.get),
        Route(conversation.CONVERSATION_LIST, conversations.list),
        Route(conversation.CONVERSATION_MESSAGES, conversations.messages),
        Route(conversation.CONVERSATION_DELETE, conversations.delete),
    )
