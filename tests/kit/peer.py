"""A gateway's side of a transport, played by the test."""

from collections import deque
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import msgspec

from portico.client.errors import NotReachable, TransportClosed
from portico.client.transport import Transport


class FakePeer:
    """One connection: what the client sends is in `requests`, `say` sends to it, `hang_up` ends it."""

    def __init__(self) -> None:
        self.requests: deque[dict[str, Any]] = deque()
        self._asked = anyio.Event()
        self._frames: deque[str | None] = deque()
        self._came = anyio.Event()

    async def send(self, text: str) -> None:
        if None in self._frames:
            raise TransportClosed("connection lost")
        self.requests.append(msgspec.json.decode(text))
        self._asked.set()

    async def receive(self) -> str:
        while not self._frames:
            self._came = anyio.Event()
            await self._came.wait()
        if self._frames[0] is None:
            raise TransportClosed("connection lost")
        return self._frames.popleft() or ""

    def say(self, **frame: Any) -> None:
        self._frames.append(msgspec.json.encode({"jsonrpc": "2.0", **frame}).decode())
        self._came.set()

    def notify(self, method: str, **params: Any) -> None:
        self.say(method=method, params=params)

    def hang_up(self) -> None:
        self._frames.append(None)
        self._came.set()

    async def request(self, method: str) -> dict[str, Any]:
        """The next request, which must be of this method."""
        with anyio.fail_after(5):
            while not self.requests:
                self._asked = anyio.Event()
                await self._asked.wait()
        frame = self.requests.popleft()
        assert frame["method"] == method, frame
        return frame

    async def answer(self, method: str, result: Any) -> dict[str, Any]:
        frame = await self.request(method)
        self.say(id=frame["id"], result=result)
        return frame


class FakeGateway:
    """Opens a `FakePeer` per connection, in the order of `peers`; None refuses the connection."""

    def __init__(self, *peers: FakePeer | None) -> None:
        self._peers = deque(peers)
        self.opened = 0

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[Transport]:
        self.opened += 1
        peer = self._peers.popleft() if self._peers else None
        if peer is None:
            raise NotReachable("no gateway answers")
        yield peer
