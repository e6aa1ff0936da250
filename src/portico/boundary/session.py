"""Frames over a boundary: calls with ids at work side by side, answers as they come, events pushed where asked."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

import anyio
import msgspec
from anyio.abc import TaskGroup

from portico.boundary.answers import Failed
from portico.boundary.boundary import Boundary
from portico.client.connection import Sleep
from portico.client.times import wall_ms
from portico.protocol.base import Params
from portico.protocol.errors import ErrorKind

MAX_AT_WORK = 16
"""A shell that asks for more is not read for so long."""
DRAW_SECONDS = 1 / 30
"""Between two pushes: what comes meanwhile is pushed together."""
PUSHED = 256
HEAVY_BYTES = 1_048_576
"""Only a draft may be larger; it is worked on alone, so that what one shell makes others hold has a bound."""
HEAVY_METHODS = "composer_"

Send = Callable[[bytes], Awaitable[None]]


class Call(Params, frozen=True, kw_only=True):
    """A frame of a shell; the answer has its id."""

    id: str | int
    method: str
    params: msgspec.Raw = msgspec.Raw(b"{}")


_decoder = msgspec.json.Decoder(Call)
_encoder = msgspec.json.Encoder()


class Session:
    """One shell at the other end of a carrier; `send` takes whole frames, one at a time."""

    def __init__(self, boundary: Boundary, send: Send, *, sleep: Sleep = anyio.sleep) -> None:
        self._boundary = boundary
        self._send = send
        self._sleep = sleep
        self._sending = anyio.Lock()
        self._room = anyio.Semaphore(MAX_AT_WORK)
        self._group: TaskGroup | None = None

    @asynccontextmanager
    async def running(self, *, grace: float = 0.0) -> AsyncGenerator["Session"]:
        """Calls at work at the end of the block have `grace` seconds left."""
        async with self._boundary.running(), anyio.create_task_group() as group:
            self._group = group
            yield self
            group.cancel_scope.deadline = anyio.current_time() + grace

    async def take(self, frame: bytes) -> None:
        """Begin the call of a frame; waits while too many are at work, and until a large one is answered."""
        try:
            call = _decoder.decode(frame)
        except (ValueError, RecursionError):
            await self.refuse("a frame is {id, method, params}")
            return
        if len(frame) > HEAVY_BYTES and not call.method.startswith(HEAVY_METHODS):
            await self._refuse(call.id, f"only drafts have more than {HEAVY_BYTES} bytes")
            return
        await self._room.acquire()
        if len(frame) > HEAVY_BYTES:
            await self._answer(call)
            return
        assert self._group is not None
        self._group.start_soon(self._answer, call)

    async def refuse(self, message: str) -> None:
        """Answer a frame whose id is not known."""
        await self._refuse(None, message)

    async def push(self) -> None:
        """Tell events as they come, for ever."""
        while True:
            events = await self._boundary.desk.next_events(PUSHED, None)
            await self._write(_encoder.encode({"events": events, "now_ms": wall_ms()}))
            await self._sleep(DRAW_SECONDS)

    async def _refuse(self, id_: str | int | None, message: str) -> None:
        failed = Failed(message=message, code="invalid", kind=ErrorKind.INVALID)
        await self._write(b'{"id":' + _encoder.encode(id_) + b"," + _encoder.encode(failed)[1:])

    async def _answer(self, call: Call) -> None:
        try:
            answer = await self._boundary.call(call.method, call.params)
            await self._write(b'{"id":' + _encoder.encode(call.id) + b"," + answer[1:])
        finally:
            self._room.release()

    async def _write(self, frame: bytes) -> None:
        async with self._sending:
            await self._send(frame)
