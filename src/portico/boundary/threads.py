"""The threads that shells have open on one gateway: followed once, shared, the last ones kept for who comes back."""

from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import anyio
import msgspec

from portico.boundary.thread import SharedThread
from portico.client.connection import Connection, Sleep, Step
from portico.client.errors import ClientError
from portico.client.state.fresh import Asked, Loaded, LoadFailed, Missed
from portico.client.state.types import ThreadState
from portico.protocol.events import TurnCompleted
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

    def closed(self, thread_id: str) -> None:
        """The thread was deleted: told on its workspace's stream, which whoever follows threads alone does not hear."""
        thread = self._open.get(thread_id)
        if thread is not None and thread.is_loaded and not thread.state.is_closed:
            thread.caught_up(replace(thread.state, is_closed=True, running=None))

    async def keep(self) -> None:
        """Load queues that are not known, for as long as the connection lives."""
        while not self._connection.is_over:
            self._told = anyio.Event()
            due = [one for one in self._open.values() if _is_due(one)]
            if not due:
                await self._told.wait()
            elif not all([await self._is_read(one) for one in due]):
                await self._sleep(RETRY_SECONDS)

    async def _is_read(self, thread: SharedThread) -> bool:
        """One that cannot be read now is tried later: the others do not wait for it."""
        try:
            await self._load(thread)
        except (ClientError, msgspec.ValidationError):
            return self._connection.is_over
        return True

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
            running = thread.state.running
            thread.caught_up(state)
            self._told.set()
            self._tell_end(running, state)

        return await self._connection.follow(thread.thread_id, lambda step: self._step(thread, step), changed)

    def _step(self, thread: SharedThread, step: Step) -> None:
        thread.take(step)
        if thread.queue.fresh.is_stale:
            self._told.set()
        self._tell(step)

    def _tell_end(self, turn_id: str | None, state: ThreadState) -> None:
        """After a reset no fact says that the turn which ran before it is over."""
        turn = state.turn(turn_id) if turn_id is not None and turn_id != state.running else None
        if turn is not None:
            event = TurnCompleted(turn=turn.turn)
            self._tell(Step(event, state.version, turn_id, state))

    def _tell(self, step: Step) -> None:
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
