"""The turns that run now: taken in, drained, interrupted, and each ended once (style, lifecycle)."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Generic, Protocol, TypeVar

import anyio
from anyio.abc import TaskGroup

from portico.gateway.agent.loop import Ending
from portico.gateway.kernel.clock import Clock
from portico.gateway.kernel.errors import GatewayError, Unavailable
from portico.gateway.kernel.ids import Ids
from portico.gateway.kernel.logging import get_logger
from portico.gateway.kernel.metrics import Metrics
from portico.protocol.types.turn import TurnStatus

GRACE_SECONDS = 10.0
"""How long running turns may go on when the gateway stops."""
FAREWELL_SECONDS = 5.0
"""How long an interrupted turn may take to write its last event."""
FIRST_DELAY = 1.0
LONGEST_DELAY = 30.0

STOPPED = Ending(TurnStatus.INTERRUPTED, "the gateway stopped", "gateway_stopped")

logger = get_logger(__name__)


class Run(Protocol):
    """One turn at work. `scope` ends it; `interruption` then says why (None: the gateway stops)."""

    thread_id: str
    turn_id: str
    scope: anyio.CancelScope
    interruption: Ending | None

    async def work(self) -> Ending: ...

    async def end(self, ending: Ending) -> None:
        """Write the last event. May be called again after it raised Unavailable."""
        ...


R = TypeVar("R", bound=Run)


class RunningTurns(Generic[R]):
    """At most one run per thread. Whatever happens in one never reaches another."""

    def __init__(self, clock: Clock, ids: Ids, metrics: Metrics, grace_seconds: float = GRACE_SECONDS) -> None:
        self._clock = clock
        self._ids = ids
        self._metrics = metrics
        self._grace = grace_seconds
        self._group: TaskGroup | None = None
        self._draining: TaskGroup | None = None
        self._late: TaskGroup | None = None
        self._ended: Callable[[str], Awaitable[None]] = _nothing
        self._runs: dict[str, R] = {}

    @property
    def is_accepting(self) -> bool:
        return self._group is not None

    def find(self, thread_id: str) -> R | None:
        """The run of a thread."""
        return self._runs.get(thread_id)

    @asynccontextmanager
    async def accepting(self, ended: Callable[[str], Awaitable[None]]) -> AsyncGenerator[None]:
        """Take runs while the block runs; then let them finish, then interrupt them.

        `ended` is called with the thread after each end, while runs are taken.
        """
        async with anyio.create_task_group() as late:
            self._late = late
            async with anyio.create_task_group() as group:
                self._group, self._ended = group, ended
                try:
                    yield
                finally:
                    self._group, self._draining = None, group
                    group.cancel_scope.deadline = anyio.current_time() + self._grace
            self._draining = self._late = None
            late.cancel_scope.cancel()

    def hurry(self) -> None:
        """Interrupt at once what still runs: a second signal came."""
        self._grace = 0.0
        if self._draining is not None:
            self._draining.cancel_scope.cancel()

    def start(self, run: R) -> None:
        """Let `run` work. Raises Unavailable when the gateway stops."""
        if self._group is None:
            raise Unavailable("the gateway is stopping", retry_after_seconds=1.0)
        self._runs[run.thread_id] = run
        self._metrics.turns_open(1)
        self._group.start_soon(self._run, run, name=f"turn {run.turn_id}")

    async def _run(self, run: R) -> None:
        ending: Ending | None = None
        try:
            with run.scope:
                ending = await run.work()
        except GatewayError as error:
            ending = Ending(TurnStatus.FAILED, error.message, error.code)
        except Exception:
            ending = self._unexpected(run)
        finally:
            last = ending or run.interruption or STOPPED
            with anyio.move_on_after(FAREWELL_SECONDS, shield=True) as limit:
                await self._farewell(run, last)
            if limit.cancelled_caught:
                self._try_later(run, last, "stalled")
        await self._tell(run)

    async def _farewell(self, run: R, ending: Ending) -> None:
        """End the run; what the store refuses now is tried again later, or left to recovery."""
        try:
            await run.end(ending)
        except Unavailable as error:
            self._try_later(run, ending, error.code)
            return
        except Exception:
            logger.exception("turn not ended", turn=run.turn_id, thread=run.thread_id)
        self._forget(run)

    def _try_later(self, run: R, ending: Ending, reason: str) -> None:
        logger.error("turn not ended yet", turn=run.turn_id, thread=run.thread_id, reason=reason)
        if self._late is not None:
            self._late.start_soon(self._end_late, run, ending)

    async def _end_late(self, run: R, ending: Ending) -> None:
        delay = FIRST_DELAY
        while True:
            await self._clock.sleep(delay)
            try:
                await run.end(ending)
                break
            except Unavailable:
                delay = min(delay * 2, LONGEST_DELAY)
            except Exception:
                logger.exception("turn not ended", turn=run.turn_id, thread=run.thread_id)
                break
        self._forget(run)
        await self._tell(run)

    async def _tell(self, run: R) -> None:
        """The thread is free, unless its run could not be ended yet or the gateway stops."""
        if self._group is None or self._runs.get(run.thread_id) is run:
            return
        try:
            await self._ended(run.thread_id)
        except Exception:
            logger.exception("no next turn", thread=run.thread_id)

    def _forget(self, run: R) -> None:
        self._metrics.turns_open(-1)
        if self._runs.get(run.thread_id) is run:
            del self._runs[run.thread_id]

    def _unexpected(self, run: R) -> Ending:
        ref = self._ids.short()
        logger.exception("turn failed unexpectedly", ref=ref, turn=run.turn_id, thread=run.thread_id)
        return Ending(TurnStatus.FAILED, f"something broke in the gateway (reference {ref})", "internal")


async def _nothing(thread_id: str) -> None:
    del thread_id
