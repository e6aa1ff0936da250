"""What a connection needs from below and beside it."""

from collections.abc import Callable, Sequence
from typing import Protocol

from portico.gateway.kernel.context import Principal

Frame = str | bytes
"""A text frame: notifications are one shared str for all watchers, answers are encoded bytes."""


class TransportLost(Exception):
    """The peer is gone, or the transport was closed."""


class Transport(Protocol):
    """A two-way road of text frames: a socket, or memory."""

    async def receive(self) -> bytes | None:
        """The next text frame, undecoded; None when the peer or we closed."""
        ...

    async def send(self, frames: Sequence[Frame]) -> None:
        """Hand `frames` over in order; waits while the peer takes nothing. Raises TransportLost."""
        ...

    def taken(self) -> int | None:
        """Bytes that the peer's side has taken so far; None when nothing waits to be taken."""
        ...

    async def close(self, code: int, reason: str) -> None:
        """Say good-bye with a close code of RFC 6455; `receive` answers None from now on."""
        ...

    def abort(self) -> None:
        """Drop the peer at once."""
        ...


class Credentials(Protocol):
    """The part of access that an open connection asks."""

    def is_valid(self, principal: Principal) -> bool: ...

    def touch(self, principal: Principal) -> None:
        """A call came in."""
        ...

    def watch(self, changed: Callable[[], None]) -> Callable[[], None]:
        """`changed` is called when credentials were made void; the answer stops that."""
        ...
