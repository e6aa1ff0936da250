"""Carriers of text frames: a WebSocket, or a pair of functions in one process."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol


class Transport(Protocol):
    """Text frames both ways. Raises TransportClosed when the other side is gone."""

    async def send(self, text: str) -> None: ...

    async def receive(self) -> str: ...


Opener = Callable[[], AbstractAsyncContextManager[Transport]]
"""Opens a fresh connection. Raises NotReachable, SignInRefused."""
