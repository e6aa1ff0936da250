"""The routes of threads, folders and history."""

from typing import Any

from portico.gateway.features.threads.service import ThreadService
from portico.gateway.rpc import Route
from portico.protocol.methods import thread


def routes(threads: ThreadService) -> tuple[Route[Any, Any], ...]:
    """Every method of `protocol/methods/thread.py`."""
    return (
        Route(thread.THREAD_START, threads.start),
        Route(thread.THREAD_GET, threads.get),
        Route(thread.THREAD_UPDATE, threads.update),
        Route(thread.THREAD_TREE, threads.tree),
        Route(thread.THREAD_MOVE, threads.move),
        Route(thread.THREAD_FOLDER_CREATE, threads.create_folder),
        Route(thread.THREAD_FOLDER_MOVE, threads.move_folder),
        Route(thread.THREAD_FOLDER_DELETE, threads.delete_folder),
        Route(thread.THREAD_HISTORY, threads.history),
        Route(thread.THREAD_UNSUBSCRIBE, threads.unsubscribe),
        Route(thread.THREAD_DELETE, threads.delete),
    )
