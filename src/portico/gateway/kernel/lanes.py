"""Lanes: calls of one lane run in order, other lanes do not wait (design 4)."""

from collections import deque
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import anyio


class Lanes:
    """Named first-in-first-out queues; a lane that is empty takes no memory."""

    def __init__(self) -> None:
        self._waiting: dict[str, deque[anyio.Event]] = {}

    @asynccontextmanager
    async def enter(self, lane: str) -> AsyncGenerator[None]:
        """Hold `lane` for the block; wait for those who came before."""
        queue = self._waiting.setdefault(lane, deque())
        ticket = anyio.Event()
        queue.append(ticket)
        try:
            if queue[0] is not ticket:
                await ticket.wait()
            yield
        finally:
            self._leave(lane, queue, ticket)

    def _leave(self, lane: str, queue: deque[anyio.Event], ticket: anyio.Event) -> None:
        was_first = queue[0] is ticket
        queue.remove(ticket)
        if not queue:
            self._waiting.pop(lane, None)
        elif was_first:
            queue[0].set()
