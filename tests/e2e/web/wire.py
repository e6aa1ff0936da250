"""The network between a browser and a gateway: a port of its own that passes bytes on, is cut, and comes back."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

import anyio
import anyio.abc

ENDS = (anyio.EndOfStream, anyio.BrokenResourceError, anyio.ClosedResourceError, OSError)


class Wire:
    """`url` is where the browser goes; `port` is where the gateway answers."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.url = ""
        self._is_cut = False
        self._streams: set[anyio.abc.SocketStream] = set()

    @asynccontextmanager
    async def laid(self) -> AsyncGenerator["Wire"]:
        listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
        self.url = f"http://127.0.0.1:{listener.extra(anyio.abc.SocketAttribute.local_port)}"
        async with listener, anyio.create_task_group() as group:
            group.start_soon(listener.serve, self._pass)
            yield self
            group.cancel_scope.cancel()

    async def cut(self) -> None:
        """Every connection breaks, and no new one lives until it is mended."""
        self._is_cut = True
        for stream in list(self._streams):
            await stream.aclose()

    def mend(self) -> None:
        self._is_cut = False

    async def _pass(self, near: anyio.abc.SocketStream) -> None:
        async with near:
            if self._is_cut:
                return
            try:
                far = await anyio.connect_tcp("127.0.0.1", self.port)
            except OSError:
                return
            self._streams |= {near, far}
            async with far, anyio.create_task_group() as group:
                group.start_soon(_pump, near, far, group.cancel_scope)
                group.start_soon(_pump, far, near, group.cancel_scope)
            self._streams -= {near, far}


async def _pump(source: anyio.abc.SocketStream, sink: anyio.abc.SocketStream, scope: anyio.CancelScope) -> None:
    with suppress(*ENDS):
        async for data in source:
            await sink.send(data)
    scope.cancel()
