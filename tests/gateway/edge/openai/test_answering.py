"""Answers on their way to HTTP."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import pytest

from portico.gateway.edge.openai.answering import held, streamed
from portico.gateway.edge.openai.answers import Ended, Piece, Source, Text
from portico.gateway.edge.request import Response
from portico.gateway.edge.streams import HEARTBEAT, Outlet
from portico.gateway.kernel.errors import GatewayError, Unavailable
from tests.kit import FakeClock

FAILED = Ended(error=Unavailable("no", code="provider_failed"))


class Scripted:
    """A source that gives `batches`; an event is waited for."""

    def __init__(self, *batches: list[Piece] | anyio.Event) -> None:
        self._batches = list(batches)
        self.is_closed = False

    async def next(self) -> list[Piece]:
        while isinstance(batch := self._batches[0], anyio.Event):
            await batch.wait()
            del self._batches[0]
        del self._batches[0]
        return batch

    @asynccontextmanager
    async def opening(self, outlet: Outlet) -> AsyncGenerator[Source]:
        del outlet
        try:
            yield self
        finally:
            self.is_closed = True


class Plain:
    """Writes pieces as words."""

    def begin(self) -> bytes:
        return b"<"

    def feed(self, piece: Piece) -> bytes:
        return piece.text.encode() if isinstance(piece, Text) else b">"

    def failure(self, error: GatewayError) -> bytes:
        return error.message.encode()


async def sent_by(source: Scripted, head_seconds: float = 5.0, until: anyio.Event | None = None) -> list[bytes]:
    sent: list[bytes] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message["body"])
        if until is not None:
            until.set()

    with anyio.fail_after(5):
        await streamed(source.opening, Plain(), head_seconds).produce(Outlet(send, None, FakeClock()))
    return sent


async def test_pieces_that_came_together_are_one_write() -> None:
    source = Scripted([Text("m", "a"), Text("m", "b")], [Text("m", "c")], [Ended()])
    assert await sent_by(source) == [b"<ab", b"c", b">"]
    assert source.is_closed


async def test_a_failure_before_anything_is_an_ordinary_refusal() -> None:
    source = Scripted([FAILED])
    with pytest.raises(Unavailable):
        await sent_by(source)
    assert source.is_closed


@pytest.mark.parametrize("batches", [[[Text("m", "a"), FAILED]], [[Text("m", "a")], [FAILED]]])
async def test_a_failure_behind_something_is_part_of_the_stream(batches: list[list[Piece]]) -> None:
    assert b"".join(await sent_by(Scripted(*batches))) == b"<a>"


async def test_a_stream_that_says_nothing_for_long_begins_all_the_same() -> None:
    begun = anyio.Event()
    source = Scripted(begun, [Text("m", "a"), Ended()])
    assert await sent_by(source, 0.0, begun) == [b"<" + HEARTBEAT, b"a>"]


def test_the_head_of_a_stream_waits_for_its_first_event() -> None:
    stream = streamed(Scripted().opening, Plain())
    assert stream.is_late
    assert stream.failure(Unavailable("no")) == b"no"


async def answer_of(source: Scripted) -> Response:
    fed: list[Piece] = []
    made = held(source.opening, fed.append, lambda ended: {"pieces": len(fed), "reason": ended.reason})

    async def send(message: dict[str, Any]) -> None:
        raise AssertionError(message)

    with anyio.fail_after(5):
        return await made.produce(Outlet(send, None, FakeClock()))


async def test_one_object_at_the_end() -> None:
    source = Scripted([Text("m", "a")], [Text("m", "b"), Ended("length")])
    response = await answer_of(source)
    assert (response.status, json.loads(response.body)) == (200, {"pieces": 3, "reason": "length"})
    assert source.is_closed


async def test_an_answer_that_failed_is_an_ordinary_refusal() -> None:
    source = Scripted([Text("m", "a"), FAILED])
    with pytest.raises(Unavailable):
        await answer_of(source)
    assert source.is_closed
