"""A connection that comes back: back-off, and catching up from the cursor (design 10; reference 2.1)."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from random import Random
from typing import Any, Literal, TypeVar

import anyio
import anyio.lowlevel
import msgspec

from portico.client.errors import CallFailed, ClientError, NotReachable, SignInRefused, TransportClosed, lone_errors
from portico.client.history import Told, lacking, read
from portico.client.rpc import CALL_SECONDS, RpcClient, decode_params, new_id
from portico.client.state import ThreadState, reduce, reduce_unknown
from portico.client.state.notices import thread_of
from portico.client.times import own_time, wall_ms
from portico.client.transport import Opener
from portico.protocol.errors import ErrorKind
from portico.protocol.events import Event, ThreadClosed, TurnStarted
from portico.protocol.frames import event_of
from portico.protocol.methods.base import Method
from portico.protocol.methods.thread import (
    THREAD_HISTORY,
    THREAD_UNSUBSCRIBE,
    ThreadHistoryParams,
    ThreadUnsubscribeParams,
)
from portico.protocol.types.history import HistoryEvent

P = TypeVar("P")
R = TypeVar("R")

FIRST_DELAY = 0.5
LONGEST_DELAY = 10.0
JITTER = 0.2
CLOSED = "thread/closed"
REVOKED = "(4403"
"""How a transport tells that the gateway closed because the credential was made void."""
MISFIT = "the gateway does not speak this version's protocol"
PAGE = 1_000
"""Events per page when catching up."""


@dataclass(frozen=True, slots=True)
class Step:
    """A fact that reached a followed thread: the state after it."""

    event: Event
    version: int
    turn_id: str | None
    state: ThreadState


@dataclass(frozen=True, slots=True)
class _Fact:
    event: Event
    version: int
    turn_id: str | None
    at_ms: int = 0


Stepped = Callable[[Step], None]
Changed = Callable[[ThreadState], None]
Sleep = Callable[[float], Any]
NowMs = Callable[[], int]
"""Unix milliseconds."""


class Connection:
    """Calls and followed threads over a transport that may break; states survive the break.

    A call that was in flight at a break is sent again with the same id and parameters: ids of what it creates are
    the client's, so a retry is harmless (seed 003).

    Times in states are of the clock `now_ms`: of what is announced they are when it came, of what is read later they
    are the gateway's as this clock would have had them.
    """

    def __init__(
        self, opener: Opener, *, random: Random | None = None, sleep: Sleep = anyio.sleep, now_ms: NowMs = wall_ms
    ) -> None:
        self._opener = opener
        self._random = random or Random()
        self._sleep = sleep
        self._now_ms = now_ms
        self._rpc: RpcClient | None = None
        self._connected = anyio.Event()
        self._states: dict[str, ThreadState] = {}
        self._listeners: dict[str, Stepped] = {}
        self._changed: dict[str, Changed] = {}
        self._held: dict[str, list[tuple[str, dict[str, Any]]]] = {}
        self._begun: dict[str, ThreadState] = {}
        """Of threads that are being loaded the state before their newest turn."""
        self._sound: dict[str, ThreadState] = {}
        """Of threads that are being loaded the newest state that lacks nothing."""
        self.on_notice: Callable[[str, dict[str, Any]], None] | None = None
        """Told every notification that belongs to no followed thread."""
        self.on_break: Callable[[ClientError, float], None] | None = None
        """Told why the connection broke and in how many seconds it is tried again."""
        self.on_online: Callable[[], None] | None = None
        """Told whenever it is connected (again): the followed threads have caught up, and calls reach the gateway."""
        self._failure: ClientError | None = None
        self._delay = FIRST_DELAY
        self._over = anyio.Event()

    @asynccontextmanager
    async def running(self) -> AsyncGenerator["Connection"]:
        """Connected while the block runs. The first connection must succeed: raises NotReachable, SignInRefused."""
        with lone_errors():
            async with self._opener() as transport, anyio.create_task_group() as group:
                group.start_soon(self._stay, transport)
                await self._connected.wait()
                try:
                    yield self
                finally:
                    # calls of other tasks must not wait for a connection that will not come
                    self._failure = self._failure or TransportClosed("the connection was closed")
                    self._connected.set()
                    group.cancel_scope.cancel()

    async def call(self, method: Method[P, R], params: P, *, seconds: float = CALL_SECONDS) -> R:
        """The result; waits for a connection and survives a break. Raises CallFailed, ClientError."""
        id_ = new_id()
        while True:
            rpc = await self._ready()
            try:
                return await rpc.call(method, params, id_=id_, seconds=seconds)
            except TransportClosed:
                await anyio.lowlevel.checkpoint()

    @property
    def is_over(self) -> bool:
        """Calls fail at once and for good."""
        return self._failure is not None

    async def over(self) -> ClientError:
        """Waits until it is not tried again (the credential is refused, say); answers why."""
        await self._over.wait()
        return self._failure or NotReachable("no gateway answers")

    async def follow(self, thread_id: str, stepped: Stepped, changed: Changed | None = None) -> ThreadState:
        """Load a thread and tell `stepped` what comes after; the loaded state is returned. Replaces a follow.

        `changed` is told the state where no fact says how it came about: after a reset (the gateway's time is another
        one), and when a fact of a later protocol was taken. Without it a reset is told fact by fact.
        """
        self._listeners[thread_id] = stepped
        self._changed.pop(thread_id, None)
        if changed is not None:
            self._changed[thread_id] = changed
        self._states[thread_id] = ThreadState(thread_id)
        while True:
            rpc = await self._ready()
            try:
                await self._catch_up(rpc, thread_id, tell=False)
                return self._states[thread_id]
            except TransportClosed:
                await anyio.lowlevel.checkpoint()

    async def unfollow(self, thread_id: str) -> None:
        """Stop following; the thread itself is untouched. Raises CallFailed, ClientError."""
        self._listeners.pop(thread_id, None)
        self._changed.pop(thread_id, None)
        self._states.pop(thread_id, None)
        self._begun.pop(thread_id, None)
        if self._rpc is not None:
            await self._unsubscribe(self._rpc, thread_id)

    def state(self, thread_id: str) -> ThreadState | None:
        return self._states.get(thread_id)

    async def _ready(self) -> RpcClient:
        while self._rpc is None:
            if self._failure is not None:
                raise self._failure
            await self._connected.wait()
        return self._rpc

    async def _stay(self, transport: Any) -> None:
        error: ClientError = NotReachable("no gateway answers")
        is_revoked = False
        try:
            await self._serve(transport)
        except TransportClosed as broken:
            error = broken
        while True:
            # a credential that was made void is tried once, at once: a renewed one is taken, else it is refused
            was_revoked, is_revoked = is_revoked, REVOKED in str(error)
            if was_revoked and is_revoked:
                self._end(SignInRefused(str(error)))
                return
            if not is_revoked:
                await self._pause(error)
            try:
                async with self._opener() as again:
                    await self._serve(again)
            except (TransportClosed, NotReachable) as broken:
                error = broken
            except ClientError as refused:
                self._end(refused)
                return

    async def _pause(self, error: ClientError) -> None:
        wait = self._delay * (1 + JITTER * (2 * self._random.random() - 1))
        self._delay = min(self._delay * 2, LONGEST_DELAY)
        if self.on_break is not None:
            self.on_break(error, wait)
        await self._sleep(wait)

    def _end(self, failure: ClientError) -> None:
        self._failure = failure
        self._over.set()
        self._connected.set()

    async def _serve(self, transport: Any) -> None:
        """One connection's life; raises TransportClosed at its end, also when followed threads cannot be caught up."""
        rpc = RpcClient(transport, self._notified)
        try:
            async with anyio.create_task_group() as group:
                group.start_soon(self._resume, rpc)
                group.start_soon(rpc.run)
        except* (ClientError, msgspec.ValidationError) as errors:
            error = errors.exceptions[0]
            # words of a misfit may repeat what came
            raise TransportClosed(str(error) if isinstance(error, ClientError) else MISFIT) from errors
        finally:
            self._rpc = None
            self._connected = anyio.Event()

    async def _unsubscribe(self, rpc: RpcClient, thread_id: str) -> None:
        """Not sent again after a break: a new connection has no subscriptions, and it may be followed again by then."""
        with suppress(TransportClosed):
            await rpc.call(THREAD_UNSUBSCRIBE, ThreadUnsubscribeParams(thread_id=thread_id))

    async def _resume(self, rpc: RpcClient) -> None:
        for thread_id in list(self._listeners):
            try:
                if thread_id in self._states:
                    await self._catch_up(rpc, thread_id, tell=True)
                if thread_id not in self._states:
                    await self._unsubscribe(rpc, thread_id)
            except CallFailed as error:
                if error.kind is not ErrorKind.NOT_FOUND:
                    raise
                self._closed(thread_id, {})
        self._rpc = rpc
        self._delay = FIRST_DELAY
        self._connected.set()
        if self.on_online is not None:
            self.on_online()

    async def _catch_up(self, rpc: RpcClient, thread_id: str, *, tell: bool) -> None:
        """Page from the cursor until the head; what is announced meanwhile waits and is then taken in order.

        One that fails leaves no state that lacks something or of which nobody was told.
        """
        held: list[tuple[str, dict[str, Any]]] = []
        self._held[thread_id] = held
        self._sound[thread_id] = self._states[thread_id]
        is_reset = is_whole = False
        try:
            is_reset = await self._pages(rpc, thread_id, tell)
            is_whole = True
        finally:
            sound = self._sound.pop(thread_id)
            if not is_whole and thread_id in self._states:
                self._states[thread_id] = sound
            if self._held.get(thread_id) is held:
                del self._held[thread_id]
        if is_reset:
            self._tell_changed(thread_id)
        for method, params in held:
            self._step(thread_id, method, params)

    async def _pages(self, rpc: RpcClient, thread_id: str, tell: bool) -> bool:
        """Page to the head; answers whether that began anew and its end is to be told.

        Where no step is told, only the first page has deltas: a long thread is mostly those of items that are complete.
        """
        is_reset, has_deltas, is_again = False, True, False
        while True:
            reached = await self._page(rpc, thread_id, tell=tell, has_deltas=has_deltas)
            if reached == "left":
                return False
            if reached == "reset" and thread_id in self._changed:
                is_reset, tell, has_deltas, is_again = tell or is_reset, False, True, False
            elif reached == "more":
                if has_deltas and not (is_reset or is_again):
                    self._sound[thread_id] = self._states[thread_id]
                has_deltas = tell or is_again
            elif reached == "head":
                begun = self._begun.pop(thread_id, None)
                again = None if has_deltas else lacking(self._states[thread_id], begun)
                if again is None:
                    return is_reset
                self._states[thread_id], has_deltas, is_again = again, True, True

    async def _page(
        self, rpc: RpcClient, thread_id: str, *, tell: bool, has_deltas: bool
    ) -> Literal["reset", "more", "head", "left"]:
        state = self._states[thread_id]
        params = ThreadHistoryParams(
            thread_id=thread_id,
            limit=PAGE,
            after_version=state.version,
            epoch=state.epoch or None,
            include_deltas=has_deltas,
        )
        page = await rpc.call(THREAD_HISTORY, params)
        if thread_id not in self._states:
            return "left"
        if page.reset:
            self._states[thread_id] = ThreadState(thread_id, epoch=page.epoch)
            return "reset"
        now = self._now_ms()
        for told in read(page.events):
            self._take(thread_id, told, own_time(told.created_at, page.now_ms, now), tell)
        reached = max(self._states[thread_id].version, page.to_version)
        self._states[thread_id] = replace(self._states[thread_id], version=reached, epoch=page.epoch)
        return "more" if reached < page.head_version else "head"

    def _take(self, thread_id: str, told: Told | HistoryEvent, at_ms: int, tell: bool) -> None:
        if isinstance(told, Told):
            if isinstance(told.payload, TurnStarted):
                self._begin(thread_id, told.payload)
            self._reduce(thread_id, _Fact(told.payload, told.version, told.turn_id, at_ms), tell)
            return
        payload = msgspec.json.decode(told.payload, type=dict[str, Any])
        self._unknown(thread_id, payload, told.version, told.turn_id)
        if tell:
            self._tell_changed(thread_id)

    def _begin(self, thread_id: str, event: TurnStarted) -> None:
        """Keep the state before a turn that is new."""
        before = self._states[thread_id]
        if before.current is None or before.current.id != event.turn.id:
            self._begun[thread_id] = before

    def _notified(self, method: str, raw: msgspec.Raw) -> None:
        try:
            params = decode_params(raw)
        except (ValueError, RecursionError):
            return
        thread_id = thread_of(params)
        if thread_id not in self._listeners:
            if self.on_notice is not None:
                self.on_notice(method, params)
        elif method == CLOSED:
            self._closed(thread_id, params)
        elif thread_id in self._held:
            self._held[thread_id].append((method, params))
        else:
            self._step(thread_id, method, params)

    def _closed(self, thread_id: str, params: dict[str, Any]) -> None:
        """The thread was deleted: told, and followed no more. Its version is one of the workspace's stream."""
        event = ThreadClosed(workspace_id=str(params.get("workspaceId", "")), thread_id=thread_id)
        self._reduce(thread_id, _Fact(event, 0, None), True)
        self._listeners.pop(thread_id, None)
        self._changed.pop(thread_id, None)

    def _tell_changed(self, thread_id: str) -> None:
        changed, state = self._changed.get(thread_id), self._states.get(thread_id)
        if changed is not None and state is not None:
            changed(state)

    def _step(self, thread_id: str, method: str, params: dict[str, Any]) -> None:
        version = params.get("version", 0)
        try:
            event = event_of(method, params)
        except msgspec.ValidationError:
            self._unknown(thread_id, params, version, params.get("turn_id"))
            self._tell_changed(thread_id)
            return
        if event is not None:
            self._reduce(thread_id, _Fact(event, version, params.get("turn_id"), self._now_ms()), True)

    def _reduce(self, thread_id: str, fact: _Fact, tell: bool) -> None:
        before = self._states.get(thread_id)
        if before is None or (fact.version and fact.version <= before.version):
            return
        state = reduce(before, fact.event, version=fact.version, turn_id=fact.turn_id, at_ms=fact.at_ms)
        self._states[thread_id] = state
        listener = self._listeners.get(thread_id)
        if tell and listener is not None:
            listener(Step(fact.event, fact.version, fact.turn_id, state))

    def _unknown(self, thread_id: str, payload: dict[str, Any], version: int, turn_id: str | None) -> None:
        """A fact of a later protocol: an item in it is shown plainly, never dropped."""
        state = self._states.get(thread_id)
        if state is not None:
            self._states[thread_id] = reduce_unknown(state, payload, version=version, turn_id=turn_id)
