"""Threads that own a connection each and run jobs for the event loop, cheaper than a general executor."""

import asyncio
import threading
from collections.abc import Callable
from queue import SimpleQueue
from types import TracebackType
from typing import Any, Generic, Protocol, TypeVar

import anyio
import anyio.to_thread

from portico.gateway.kernel.logging import get_logger
from portico.gateway.store.engine import StoreUnavailable

logger = get_logger(__name__)

JOIN_SECONDS = 10.0
"""A thread that is not done by then is left to the end of the process."""


class Closable(Protocol):
    """What a thread owns."""

    def close(self) -> None: ...


C = TypeVar("C", bound=Closable)
A = TypeVar("A")
R = TypeVar("R")

_Job = tuple[asyncio.Future[Any] | None, Callable[[Any, Any], Any], Any]


class Threads(Generic[C]):
    """`count` threads that take jobs from one queue, in order; with one thread, jobs run one after another.

    The queue has no bound of its own: a caller waits for its job, so it holds at most one job per call in flight.
    Each thread makes what it owns by `make` at its first job; a failure fails that job, the next one tries anew.
    """

    def __init__(self, name: str, make: Callable[[], C], count: int) -> None:
        self._make = make
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._threads = [threading.Thread(target=self._serve, name=f"{name}-{n}", daemon=True) for n in range(count)]

    def start(self) -> None:
        """Bind to the running loop and start the threads."""
        self._loop = asyncio.get_running_loop()
        for thread in self._threads:
            thread.start()

    async def run(self, work: Callable[[C, A], R], argument: A) -> R:
        """What `work` returns or raises. Cancelling the wait does not take the job back."""
        loop = self._loop
        if loop is None:
            raise StoreUnavailable("the store is closed", reason="closed")
        future: asyncio.Future[R] = loop.create_future()
        self._jobs.put((future, work, argument))
        return await future

    def post(self, work: Callable[[C, A], object], argument: A) -> None:
        """Queue a job nobody waits for; any thread may call it. What it raises is logged."""
        if self._loop is not None:
            self._jobs.put((None, work, argument))

    async def close(self) -> None:
        """Run what waits, close what the threads own, join them."""
        self._loop = None
        for _ in self._threads:
            self._jobs.put(None)
        with anyio.move_on_after(JOIN_SECONDS, shield=True):
            for thread in self._threads:
                await anyio.to_thread.run_sync(thread.join, abandon_on_cancel=True)

    def _serve(self) -> None:
        owned: C | None = None
        while (job := self._jobs.get()) is not None:
            future, work, argument = job
            with _Answer(future) as answer:
                if owned is None:
                    owned = self._make()
                answer.value = work(owned, argument)
            # Nothing of the last job may live on while the thread waits for the next one.
            del job, future, argument, answer
        if owned is not None:
            owned.close()


class _Answer:
    """Carries what the block returned or raised to the loop that waits for it, if one does."""

    __slots__ = ("_future", "value")

    def __init__(self, future: asyncio.Future[Any] | None) -> None:
        self._future = future
        self.value: object = None

    def __enter__(self) -> "_Answer":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        future = self._future
        if future is None:
            if error is not None:
                logger.warning("background work on the store failed", error=str(error))
            return True
        loop = future.get_loop()
        if not loop.is_closed():
            loop.call_soon_threadsafe(_settle, future, self.value, error)
        return True


def _settle(future: asyncio.Future[Any], value: object, error: BaseException | None) -> None:
    if future.done():
        return
    if error is None:
        future.set_result(value)
    else:
        future.set_exception(error)
