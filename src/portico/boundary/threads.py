"""The threads that shells have open on one gateway: followed once, shared, the last ones kept for who comes back."""

from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress

import anyio

from portico.boundary.thread import SharedThread
from portico.client.connection import Connection, Sleep, Step
from portico.client.errors import CallFailed, ClientError
from portico.client.state.fresh import Asked, Loaded, LoadFailed, Missed
from portico.client.state.types import ThreadState
from portico.protocol.methods.turn import TURN_QUEUE_LIST, TurnQueueListParams

IDLE = 8
"""Threads that nobody looks at and that are still followed, so that a cursor leads on."""
RETRY_SECONDS = 2.0


class Threads:
    """Over one connection. `keep` must run for what waits in queues to be known."""

    def __init__(self, connection: Connection, *, sleep: Sleep = anyio.sleep) -> None:
        self._connection = connection
        self._sleep = sleep
        self._open: dict[str, SharedThread] = {}
        self._idle: OrderedDict[str, SharedThread] = OrderedDict()
        self._told = anyio.Event()
        self._listeners: list[Callable[[Step], None]] = []

    async def open(self, thread_id: str) -> SharedThread:
        """The thread, loaded; each open needs a `close`. Raises CallFailed, ClientError."""
        self._idle.pop(thread_id, None)
        thread = self._open.get(thread_id)
        if thread is None:
            thread = self._open[thread_id] = SharedThread(thread_id)
        thread.users += 1
        try:
            async with thread.loading:
                if not thread.is_loaded:
                    thread.load(await self._follow(thread))
                    self._told.set()
        except BaseException:
            await self.close(thread)
            raise
        return thread

    async def close(self, thread: SharedThread) -> None:
        """One shell looks no more."""
        thread.users -= 1
        if thread.users:
            return
        if thread.is_loaded and not thread.state.is_closed:
            self._idle[thread.thread_id] = thread
            if len(self._idle) <= IDLE:
                return
            _, thread = self._idle.popitem(last=False)
        await self._forget(thread)

    def listen(self, listener: Callable[[Step], None]) -> Callable[[], None]:
        """It is told every fact of the followed threads, until the answer is called."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def missed(self) -> None:
        """The connection was broken: what waits in queues may have changed."""
        for thread in self._open.values():
            thread.told(Missed())
        self._told.set()

    def missed_in(self, thread_id: str) -> None:
        """What waits in that thread's queue has changed."""
        thread = self._open.get(thread_id)
        if thread is not None:
            thread.told(Missed())
            self._told.set()

    async def keep(self) -> None:
        """Load queues that are not known, for as long as the connection lives."""
        while True:
            self._told = anyio.Event()
            stale = next((one for one in self._open.values() if _is_due(one)), None)
            if stale is None:
                await self._told.wait()
                continue
            try:
                await self._load(stale)
            except CallFailed:
                await self._sleep(RETRY_SECONDS)
            except ClientError:
                return

    async def _load(self, thread: SharedThread) -> None:
        thread.told(Asked())
        number = thread.queue.fresh.asked
        outcome: object = LoadFailed()
        try:
            answer = await self._connection.call(TURN_QUEUE_LIST, TurnQueueListParams(thread_id=thread.thread_id))
            outcome = Loaded(number, answer)
        finally:
            thread.told(outcome)

    async def _follow(self, thread: SharedThread) -> ThreadState:
        def changed(state: ThreadState) -> None:
            thread.caught_up(state)
            self._told.set()

        return await self._connection.follow(thread.thread_id, lambda step: self._step(thread, step), changed)

    def _step(self, thread: SharedThread, step: Step) -> None:
        thread.take(step)
        if thread.queue.fresh.is_stale:
            self._told.set()
        for listener in list(self._listeners):
            listener(step)

    async def _forget(self, thread: SharedThread) -> None:
        """Nobody looks and nobody will come back."""
        if self._open.get(thread.thread_id) is thread:
            del self._open[thread.thread_id]
        with anyio.move_on_after(RETRY_SECONDS, shield=True), suppress(ClientError):
            await self._connection.unfollow(thread.thread_id)


def _is_due(thread: SharedThread) -> bool:
    return thread.is_loaded and not thread.state.is_closed and thread.queue.fresh.is_stale
