"""Following a stream of the log over HTTP: a cursor that pages and then waits, and the `Last-Event-ID` it began at."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from portico.gateway.edge.streams import Outlet
from portico.gateway.kernel.errors import NotFound
from portico.gateway.log.feed import Feeds, Frame, Watch

CHUNK_BYTES = 65_536
"""Events taken at once: few writes, little memory for a peer that is slow."""


class Follow:
    """What follows a version of a stream, in order, for one outlet."""

    def __init__(self, watch: Watch, outlet: Outlet, after: int) -> None:
        self._watch = watch
        self._outlet = outlet
        self.version = after

    @property
    def head(self) -> int:
        """The committed head of the stream."""
        return self._watch.head

    async def next(self) -> list[Frame]:
        """The next events, at least one; waits for it.

        Raises PeerGone, GatewayError when the outlet is to end, NotFound (`thread_deleted`) when the stream was erased.
        """
        while True:
            taken = self._watch.facts(self.version, CHUNK_BYTES)
            if taken is None:
                taken = await self._watch.page_facts(self.version, CHUNK_BYTES)
            facts, self.version = taken
            if self._watch.is_erased:
                raise NotFound("the thread was deleted", code="thread_deleted")
            if facts:
                return facts
            await self._outlet.wait()


@asynccontextmanager
async def following(feeds: Feeds, stream: str, outlet: Outlet, after: int) -> AsyncGenerator[Follow]:
    """Follow `stream` from behind `after` while the block runs."""
    watch = await feeds.watch(stream, outlet.wake)
    try:
        yield Follow(watch, outlet, after)
    finally:
        watch.close()


def event_id(epoch: str, version: int) -> str:
    """The `id:` of an event of a stream."""
    return f"{epoch}:{version}"


def resume_after(epoch: str, head: int, told: str) -> int | None:
    """The version that a `Last-Event-ID` names; None (the client must begin anew) when it is none of this log's."""
    of, _, number = told.rpartition(":")
    if of != epoch or not (number.isascii() and number.isdecimal()) or len(number) > 16:
        return None
    version = int(number)
    return version if version <= head else None
