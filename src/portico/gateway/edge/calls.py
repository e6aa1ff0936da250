"""Calls at work on a connection: who waits for which answer, and what each will follow once it is sent."""

from collections.abc import Callable
from functools import partial
from typing import Protocol

import msgspec

from portico.gateway.edge.outbox import Cursor, Outbox
from portico.gateway.log import workspace_stream
from portico.gateway.log.feed import Feeds
from portico.protocol.jsonrpc import Request, RequestId

Sink = Callable[[bytes | None, list[Cursor]], None]
"""Takes the answer (None for a notification's) and the streams to send after it."""


class Call:
    """A request at work. `sinks` are those who wait for its answer, each with the limit that it counts against."""

    __slots__ = ("call_id", "id", "request", "sinks")

    def __init__(self, request: Request, id: RequestId | None, call_id: str, sinks: list[tuple[Sink, bool]]) -> None:
        self.request = request
        self.id = id
        self.call_id = call_id
        self.sinks = sinks

    def is_same(self, other: Request) -> bool:
        """The same call sent again."""
        return self.request.method == other.method and _bytes(self.request.params) == _bytes(other.params)


class Batch:
    """The answers of a batch; the array goes out when the last is there, in the order of the calls."""

    def __init__(self, sink: Sink, size: int) -> None:
        self._sink = sink
        self._answers: list[bytes | None] = [None] * size
        self._missing = size
        self._follows: list[Cursor] = []

    def sink(self, place: int) -> Sink:
        return partial(self._fill, place)

    def _fill(self, place: int, answer: bytes | None, follows: list[Cursor]) -> None:
        self._answers[place] = answer
        self._follows.extend(follows)
        self._missing -= 1
        if not self._missing:
            answers = [answer for answer in self._answers if answer is not None]
            # only notifications: nothing at all is answered
            self._sink(b"[%b]" % b",".join(answers) if answers else None, self._follows)


class _Client(Protocol):
    """The connection behind a view."""

    id: str
    is_local: bool
    workspace_id: str | None
    outbox: Outbox


class CallView:
    """The connection as one call sees it: what it subscribes to begins after its answer (design 4)."""

    __slots__ = ("_client", "_selected", "_wanted")

    def __init__(self, client: _Client) -> None:
        self._client = client
        self._selected: str | None = None
        self._wanted: dict[str, int] = {}

    @property
    def id(self) -> str:
        return self._client.id

    @property
    def is_local(self) -> bool:
        return self._client.is_local

    @property
    def workspace_id(self) -> str | None:
        return self._selected or self._client.workspace_id

    def select_workspace(self, workspace_id: str) -> None:
        self._selected = workspace_id

    def subscribe(self, stream: str, version: int) -> None:
        if not self._client.outbox.follows(stream):
            self._wanted.setdefault(stream, version)

    def unsubscribe(self, stream: str) -> bool:
        was_wanted = self._wanted.pop(stream, None) is not None
        return self._client.outbox.forget(stream) or was_wanted

    async def open(self, feeds: Feeds, into: list[Cursor]) -> None:
        """Open what the call asked to follow, appended to `into`. Raises GatewayError."""
        outbox = self._client.outbox
        for stream, version in self._wanted.items():
            cursor = Cursor(outbox, stream, version)
            into.append(cursor)
            await cursor.open(feeds)
        selected, before = self._selected, self._client.workspace_id
        if selected is None or selected == before:
            return
        cursor = Cursor(outbox, workspace_stream(selected), 0)
        into.append(cursor)
        await cursor.open(feeds, at_head=True)
        self._client.workspace_id = selected
        if before is not None:
            outbox.forget(workspace_stream(before))


def _bytes(raw: msgspec.Raw) -> bytes:
    return bytes(raw)
