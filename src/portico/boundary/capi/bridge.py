"""A boundary on an event loop in a thread of its own, for callers that are threads and wait."""

import asyncio
import signal
import threading
from contextvars import Context, copy_context

import anyio
import msgspec
from anyio.abc import TaskGroup

from portico.boundary.answers import Failed
from portico.boundary.boundary import Boundary
from portico.boundary.desk import Means
from portico.client.errors import ClientError
from portico.protocol.errors import ErrorKind

MAX_PARAMS = 32 * 1024 * 1024
"""A draft with pictures, as a line of standard input."""

_encoder = msgspec.json.Encoder()


def refusal(code: str, message: str, kind: ErrorKind = ErrorKind.UNAVAILABLE, path: str | None = None) -> bytes:
    """A tagged error, encoded."""
    return _encoder.encode(Failed(message=message, code=code, kind=kind, path=path))


CLOSED = refusal("closed", "the boundary is closed")
TOO_LARGE = refusal("invalid", f"parameters have at most {MAX_PARAMS} bytes", ErrorKind.INVALID, "$")


class Bridge:
    """Each method may be called by any thread, by many at once.

    The only module that hands over between threads by itself: a portal of anyio costs a future, a condition and copies
    of contexts for each call (75 us beside 40); here it is one lock that the caller waits on and the loop opens.
    """

    def __init__(self, means: Means) -> None:
        self._boundary = Boundary("python", means)
        self._guard = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="portico", daemon=True)
        self._ready = threading.Event()
        self._waiting: set[_Waiting] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._group: TaskGroup | None = None
        self._closing = anyio.Event()
        self._context = Context()
        """In which anyio knows that it is on a loop."""

    def open(self) -> None:
        """Return when calls are answered. Once only; raises ClientError, RuntimeError where there can be no thread."""
        self._thread.start()
        self._ready.wait()
        if self._loop is None:
            raise ClientError("the event loop could not be started")

    def call(self, method: bytes, params: bytes) -> bytes:
        """The answer, tagged JSON. What is no UTF-8 is the name of no method, and no JSON."""
        if len(params) > MAX_PARAMS:
            return TOO_LARGE
        waiting = _Waiting(method.decode(errors="replace"), params)
        with self._guard:
            if self._loop is None:
                return CLOSED
            self._waiting.add(waiting)
            self._loop.call_soon_threadsafe(self._begin, waiting, context=self._context)
        waiting.answered.acquire()
        return waiting.answer

    def close(self) -> None:
        """Return when the gateway is left and the thread has ended; calls at work are answered that it is closed."""
        with self._guard:
            if self._loop is not None:
                self._loop.call_soon_threadsafe(self._closing.set)
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        # who writes to a connection that the other side closed gets EPIPE: the signal would end the whole program.
        # Threads of the loop inherit this; the program's own disposition stays as it is.
        if hasattr(signal, "SIGPIPE"):
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGPIPE})
        try:
            anyio.run(self._serve)
        finally:
            self._end()
            self._ready.set()

    async def _serve(self) -> None:
        self._closing = anyio.Event()
        async with self._boundary.running():
            try:
                async with anyio.create_task_group() as self._group:
                    self._context = copy_context()
                    self._loop = asyncio.get_running_loop()
                    self._ready.set()
                    await self._closing.wait()
                    self._group.cancel_scope.cancel()
            finally:
                self._end()

    def _end(self) -> None:
        """Nobody is let in any more, and nobody waits for ever."""
        with self._guard:
            self._loop = self._group = None
            left, self._waiting = self._waiting, set()
        for waiting in left:
            waiting.answered.release()

    def _begin(self, waiting: "_Waiting") -> None:
        if self._group is not None:
            self._group.start_soon(self._answer, waiting)

    async def _answer(self, waiting: "_Waiting") -> None:
        waiting.answer = await self._boundary.call(waiting.method, waiting.params)
        with self._guard:
            is_waiting = waiting in self._waiting
            self._waiting.discard(waiting)
        if is_waiting:
            waiting.answered.release()


class _Waiting:
    """A call and the thread that waits for its answer: `answered` is released once."""

    __slots__ = ("answer", "answered", "method", "params")

    def __init__(self, method: str, params: bytes) -> None:
        self.method = method
        self.params = params
        self.answer = CLOSED
        self.answered = threading.Lock()
        self.answered.acquire()
