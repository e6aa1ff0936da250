"""The HTTP client that adapters share: its library is loaded by `warm`, or when first needed."""

from collections.abc import Callable

import anyio
import anyio.to_thread

from portico.gateway.adapters.http_port import HttpAnswer, HttpBackend, HttpFailure, HttpRequest, HttpStream


def load_aiohttp() -> Callable[[], HttpBackend]:
    """Import the backend: some 0.3 s, so never on the way to the first request if `warm` was called."""
    from portico.gateway.adapters.http_aiohttp import AiohttpBackend  # noqa: PLC0415

    return AiohttpBackend


class Http:
    """One pool of connections for all providers; `aclose` ends them. Belongs to one event loop."""

    def __init__(self, load: Callable[[], Callable[[], HttpBackend]] = load_aiohttp) -> None:
        self._load = load
        self._loading = anyio.Lock()
        self._backend: HttpBackend | None = None

    async def warm(self) -> None:
        """Load the library on a thread, so that the first turn does not wait for it."""
        await self._ready()

    async def open(self, request: HttpRequest) -> HttpStream:
        """Send `request` and wait for the head of the answer. Raises HttpFailure."""
        backend = self._backend
        if backend is None:
            backend = await self._ready()
        return await backend.open(request)

    async def fetch(self, request: HttpRequest, limit: int) -> HttpAnswer:
        """Read a whole answer of at most `limit` bytes. Raises HttpFailure."""
        stream = await self.open(request)
        try:
            body = await read_up_to(stream, limit + 1)
        finally:
            await stream.settle()
        if len(body) > limit:
            raise HttpFailure("too_large", f"the answer is larger than {limit} bytes")
        return HttpAnswer(stream.status, stream.headers, body)

    async def aclose(self) -> None:
        """Close every connection."""
        backend, self._backend = self._backend, None
        if backend is not None:
            await backend.aclose()

    async def _ready(self) -> HttpBackend:
        async with self._loading:
            if self._backend is None:
                make = await anyio.to_thread.run_sync(self._load)
                self._backend = make()
            return self._backend


async def read_up_to(stream: HttpStream, limit: int) -> bytes:
    """The first `limit` bytes of the body, or all of it. Raises HttpFailure."""
    body = bytearray()
    while len(body) < limit and (data := await stream.read()):
        body += data
    return bytes(body[:limit])
