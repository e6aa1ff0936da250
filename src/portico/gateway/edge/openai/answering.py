"""From an answer on its way to HTTP: as a stream of events, or held until it is whole."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

import anyio

from portico.gateway.edge.openai.answers import Ended, Piece, Source
from portico.gateway.edge.openai.turn_pieces import ended_in
from portico.gateway.edge.request import Response
from portico.gateway.edge.streams import HEARTBEAT, EventStream, Held, Outlet
from portico.gateway.kernel.errors import GatewayError

HEAD_SECONDS = 10.0
"""So long the head of a stream waits for the first piece, so that an early failure has its own status."""
RECORD_SECONDS = 5.0
"""How long the end of a call waits for its row of usage; the log has a bound of its own."""

Opening = Callable[[Outlet], AbstractAsyncContextManager[Source]]


class EventWriter(Protocol):
    """Writes pieces as events."""

    def begin(self) -> bytes: ...

    def feed(self, piece: Piece) -> bytes: ...

    def failure(self, error: GatewayError) -> bytes: ...


def streamed(opening: Opening, writer: EventWriter, head_seconds: float = HEAD_SECONDS) -> EventStream:
    """The answer as events. A failure before the first of them is an ordinary refusal."""

    async def produce(outlet: Outlet) -> None:
        async with opening(outlet) as source:
            pieces = await _first(source, head_seconds)
            ended = ended_in(pieces)
            if ended is not None and ended.error is not None and len(pieces) == 1:
                raise ended.error
            begun = writer.begin()
            await outlet.send(begun + _written(writer, pieces) if pieces else begun + HEARTBEAT)
            while ended is None:
                pieces = await source.next()
                ended = ended_in(pieces)
                if written := _written(writer, pieces):
                    await outlet.send(written)

    return EventStream(produce, writer.failure, is_late=True)


def held(opening: Opening, feed: Callable[[Piece], object], whole: Callable[[Ended], Any]) -> Held:
    """The answer as one object, when it has ended. An answer that failed is an ordinary refusal."""

    async def produce(outlet: Outlet) -> Response:
        async with opening(outlet) as source:
            while True:
                pieces = await source.next()
                for piece in pieces:
                    feed(piece)
                ended = ended_in(pieces)
                if ended is None:
                    continue
                if ended.error is not None:
                    raise ended.error
                return Response.json(whole(ended))

    return Held(produce)


async def _first(source: Source, seconds: float) -> list[Piece]:
    with anyio.move_on_after(seconds):
        return await source.next()
    return []


def _written(writer: EventWriter, pieces: list[Piece]) -> bytes:
    return b"".join(writer.feed(piece) for piece in pieces)
