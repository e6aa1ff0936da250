"""The one writer: takes every batch that waits, commits them together, then publishes (design 4, group commit)."""

from collections import OrderedDict, deque
from collections.abc import Callable, Sequence

import anyio

from portico.gateway.kernel.clock import Clock
from portico.gateway.kernel.errors import Conflict, GatewayError, Unavailable
from portico.gateway.kernel.logging import get_logger
from portico.gateway.log.batch import Batch, Written
from portico.gateway.log.feed import Facts, Frame, Frames, Ring
from portico.gateway.log.plan import Plan, StreamState
from portico.gateway.log.ports import Project
from portico.gateway.log.read import load_states, page_facts
from portico.gateway.store.changes import Value
from portico.gateway.store.engine import (
    ChangeRefused,
    PartUnavailable,
    Query,
    ResultRow,
    Store,
    StoreUnavailable,
    StreamConflict,
)
from portico.gateway.store.fulltext import FULL_TEXT, FullText
from portico.protocol.events import ItemDelta

QUEUE_BYTES = 8 * 1024 * 1024
"""Above this model streams are not read and commands answer `unavailable`."""
KNOWN_STREAMS = 4_096
CONFLICT_ATTEMPTS = 3
PROBLEM_SECONDS = 60.0
"""How long a failed commit is told when nothing was written since: an idle gateway must become ready again."""
EVENT_COST = 512
"""What an event that is no delta is counted as, in bytes of the queue."""

Refused = Callable[[GatewayError], None]

logger = get_logger(__name__)


class _Request:
    """A batch that waits, and what became of it."""

    __slots__ = ("batch", "cost", "done", "outcome")

    def __init__(self, batch: Batch, cost: int, done: anyio.Event | None) -> None:
        self.batch = batch
        self.cost = cost
        self.done = done
        self.outcome: Written | GatewayError | None = None


class LogWriter:
    """Append, project, publish. One per process; `run` is its worker and must run for anything to be written."""

    def __init__(self, store: Store, projects: Sequence[Project], clock: Clock, epoch: str) -> None:
        self._store = store
        self._projects = tuple(projects)
        self._clock = clock
        self._epoch = epoch
        self._queue: deque[_Request] = deque()
        self._queued_bytes = 0
        self._wake = anyio.Event()
        self._has_room = anyio.Event()
        self._idle = anyio.Event()
        self._states: OrderedDict[str, StreamState] = OrderedDict()
        self._rings: dict[str, Ring] = {}
        self._runs: dict[str, tuple[int, Refused]] = {}
        self._lost: dict[str, tuple[int, GatewayError]] = {}
        self._problem: tuple[str, float] | None = None
        self.on_commit: Callable[[float, int, int], None] | None = None
        """Told after each commit: seconds, events, deltas received (metrics)."""

    @property
    def epoch(self) -> str:
        return self._epoch

    @property
    def full_text(self) -> FullText:
        return FULL_TEXT[self._store.dialect]

    def problems(self) -> list[str]:
        """Why nothing can be acknowledged: the last commit failed, within the last minute. Empty while all is well."""
        if self._problem is None or self._clock.monotonic() - self._problem[1] > PROBLEM_SECONDS:
            return []
        return [self._problem[0]]

    @property
    def queued_bytes(self) -> int:
        return self._queued_bytes

    async def write(self, batch: Batch) -> Written:
        """Commit `batch`. Raises Conflict (`stale_decision`, guards, `fenced_off`), Unavailable, Internal."""
        if self._queued_bytes >= QUEUE_BYTES:
            if not any(append.fence is not None for append in batch.appends):
                raise Unavailable("the writer is behind", code="overloaded", retry_after_seconds=1.0)
            await self.room()
        done = anyio.Event()
        request = _Request(batch, _cost(batch), done)
        self._enqueue(request)
        await done.wait()
        if isinstance(request.outcome, Written):
            return request.outcome
        raise request.outcome or Unavailable("the gateway is stopping")

    def post(self, batch: Batch) -> None:
        """Queue flow of a running turn; a refusal is told to the run that `watch_run` named.

        Once a part was refused no later part is written: what is shown has an end, never a gap.
        """
        self._enqueue(_Request(batch, _cost(batch), None))

    async def room(self) -> None:
        """Return when the queue is below its bound."""
        while self._queued_bytes >= QUEUE_BYTES:
            self._has_room = anyio.Event()
            await self._has_room.wait()

    async def read(self, sql: str, args: Sequence[Value] = ()) -> list[ResultRow]:
        return await self._store.read(sql, args)

    async def snapshot(self, *queries: Query) -> list[list[ResultRow]]:
        return await self._store.snapshot(*queries)

    def watch_run(self, stream: str, fence: int, refused: Refused) -> Callable[[], None]:
        """Tell `refused` when the run with `fence` may not write to `stream` any more. Returns the undo."""
        self._runs[stream] = (fence, refused)

        def undo() -> None:
            if self._runs.get(stream) == (fence, refused):
                del self._runs[stream]
                self._lost.pop(stream, None)

        return undo

    async def head(self, stream: str) -> int:
        """The committed head of `stream`."""
        return (await self._load([stream]))[stream].head

    async def watch(self, stream: str, wake: Callable[[], None]) -> "StreamWatch":
        """Follow `stream`: `wake` is called after each publish, until the watch is closed."""
        state = (await self._load([stream]))[stream]
        ring = self._rings.get(stream)
        if ring is None:
            ring = self._rings[stream] = Ring(state.head, is_erased=state.erased_at is not None)
            ring.is_erased = state.erased_at is not None
        ring.wakes.append(wake)
        return StreamWatch(self, stream, ring, wake)

    async def flush(self) -> None:
        """Return when nothing waits to be written."""
        while self._queue or not self._idle.is_set():
            await self._idle.wait()

    async def run(self) -> None:
        """Write for ever."""
        self._idle.set()
        while True:
            await self._wake.wait()
            self._wake = anyio.Event()
            self._idle = anyio.Event()
            while self._queue:
                waiting = list(self._queue)
                self._queue.clear()
                await self._commit(waiting)
            self._idle.set()

    def _enqueue(self, request: _Request) -> None:
        self._queue.append(request)
        self._queued_bytes += request.cost
        if not self._wake.is_set():
            self._wake.set()

    async def _commit(self, waiting: list[_Request]) -> None:
        started = self._clock.monotonic()
        try:
            await self._commit_together(self._without_gaps(waiting) if self._lost else waiting)
        except StoreUnavailable as error:
            logger.error("commit failed", reason=error.details, batches=len(waiting))
            self._problem = (error.message, started)
            self._fail(waiting, error)
        else:
            self._problem = None
        finally:
            for request in waiting:
                self._settle(request)
            if self._queued_bytes < QUEUE_BYTES:
                self._has_room.set()
        if self.on_commit is not None:
            self.on_commit(self._clock.monotonic() - started, len(waiting), sum(_deltas(r.batch) for r in waiting))

    def _without_gaps(self, waiting: list[_Request]) -> list[_Request]:
        """Refuse flow that follows on flow that was refused; the others."""
        for request in waiting:
            if request.done is None and request.batch.appends:
                fence, error = self._lost.get(request.batch.appends[0].stream, (None, None))
                if error is not None and request.batch.appends[0].fence == fence:
                    request.outcome = error
        return [request for request in waiting if request.outcome is None]

    async def _commit_together(self, waiting: list[_Request]) -> None:
        for _ in range(CONFLICT_ATTEMPTS):
            try:
                await self._commit_once(waiting)
                return
            except StreamConflict:
                self._forget(waiting)
            except (ChangeRefused, PartUnavailable) as error:
                await self._commit_apart(waiting, error)
                return
        raise StoreUnavailable("another writer holds these streams", code="unavailable", reason="stream_conflict")

    async def _commit_apart(self, waiting: list[_Request], error: ChangeRefused | PartUnavailable) -> None:
        """One of them contradicts what is stored or cannot be kept: each on its own, so that the others are written."""
        if len(waiting) > 1:
            for request in waiting:
                await self._commit_alone(request)
        elif isinstance(error, PartUnavailable):
            raise error
        else:
            refusal = Conflict("the change contradicts what is stored", code="constraint")
            refusal.__cause__ = error
            waiting[0].outcome = refusal

    async def _commit_alone(self, request: _Request) -> None:
        try:
            await self._commit_together([request])
        except PartUnavailable as error:
            logger.error("a part of a commit failed", reason=error.details)
            self._fail([request], error)

    async def _commit_once(self, waiting: list[_Request]) -> None:
        streams = {name for request in waiting for name in _streams(request.batch)}
        known = await self._load(sorted(streams))
        plan = Plan(known, self._projects, self._clock.now())
        outcomes = [plan.add(request.batch) for request in waiting]
        group = plan.group()
        if group.streams or group.changes:
            await self._store.apply(group)
        for request, outcome in zip(waiting, outcomes, strict=True):
            request.outcome = outcome
        self._publish(plan)

    def _publish(self, plan: Plan) -> None:
        woken: dict[str, Ring] = {}
        for name, state in plan.states.items():
            self._states[name] = state
            self._states.move_to_end(name)
        for entry in plan.entries:
            ring = self._rings.get(entry.append.stream)
            if ring is not None:
                ring.append(Frame(entry))
                woken[entry.append.stream] = ring
        for stream in plan.erased:
            ring = self._rings.get(stream)
            if ring is not None:
                ring.erase(plan.states[stream].head)
                woken[stream] = ring
            self._refuse(stream, Conflict("this was deleted", code="fenced_off", stream=stream))
        for ring in woken.values():
            for wake in ring.wakes:
                wake()
        while len(self._states) > KNOWN_STREAMS:
            self._states.popitem(last=False)

    async def _load(self, streams: list[str]) -> dict[str, StreamState]:
        missing = [name for name in streams if name not in self._states]
        if missing:
            loaded = await load_states(self._store, missing)
            for name, state in loaded.items():
                self._states.setdefault(name, state)
        return {name: self._states[name] for name in streams}

    def _forget(self, waiting: list[_Request]) -> None:
        for request in waiting:
            for name in _streams(request.batch):
                self._states.pop(name, None)

    def _fail(self, waiting: list[_Request], error: StoreUnavailable) -> None:
        self._forget(waiting)
        for request in waiting:
            if request.outcome is None:
                failure = Unavailable(error.message, code=error.code, retry_after_seconds=1.0, **error.details)
                request.outcome = failure

    def _settle(self, request: _Request) -> None:
        self._queued_bytes -= request.cost
        if request.outcome is None:
            request.outcome = Unavailable("the gateway is stopping", retry_after_seconds=1.0)
        if request.done is not None:
            request.done.set()
        elif isinstance(request.outcome, GatewayError):
            for append in request.batch.appends:
                if append.stream in self._runs:
                    self._lost.setdefault(append.stream, (self._runs[append.stream][0], request.outcome))
                self._refuse(append.stream, request.outcome)

    def _refuse(self, stream: str, error: GatewayError) -> None:
        run = self._runs.get(stream)
        if run is not None:
            run[1](error)

    async def page(self, stream: str, after: int, limit_bytes: int) -> Facts:
        """Published events after a version, from the log."""
        state = (await self._load([stream]))[stream]
        facts, reached = await page_facts(self._store, stream, state.workspace_id or "", after, limit_bytes)
        return facts, reached if facts else max(after, state.head)

    def unwatch(self, stream: str, ring: Ring, wake: Callable[[], None]) -> None:
        """Forget a watcher, and the ring with its last one."""
        if wake in ring.wakes:
            ring.wakes.remove(wake)
        if not ring.wakes and self._rings.get(stream) is ring:
            del self._rings[stream]


class StreamWatch:
    """One watcher's view of a stream (see `feed.Watch`)."""

    __slots__ = ("_log", "_ring", "_stream", "_wake")

    def __init__(self, log: LogWriter, stream: str, ring: Ring, wake: Callable[[], None]) -> None:
        self._log = log
        self._stream = stream
        self._ring = ring
        self._wake = wake

    @property
    def head(self) -> int:
        return self._ring.head

    @property
    def is_erased(self) -> bool:
        return self._ring.is_erased

    def ready(self, after: int, limit_bytes: int) -> Frames | None:
        return self._ring.after(after, limit_bytes)

    async def page(self, after: int, limit_bytes: int) -> Frames:
        facts, reached = await self.page_facts(after, limit_bytes)
        return [fact.text for fact in facts], reached

    def facts(self, after: int, limit_bytes: int) -> Facts | None:
        return self._ring.facts_after(after, limit_bytes)

    async def page_facts(self, after: int, limit_bytes: int) -> Facts:
        return await self._log.page(self._stream, after, limit_bytes)

    def close(self) -> None:
        self._log.unwatch(self._stream, self._ring, self._wake)


def _streams(batch: Batch) -> set[str]:
    return {append.stream for append in batch.appends} | set(batch.erase) | {name for name, _ in batch.expected}


def _cost(batch: Batch) -> int:
    return sum(
        len(append.event.delta) + 64 if type(append.event) is ItemDelta else EVENT_COST for append in batch.appends
    ) + EVENT_COST * len(batch.records)


def _deltas(batch: Batch) -> int:
    return sum(1 for append in batch.appends if type(append.event) is ItemDelta)
