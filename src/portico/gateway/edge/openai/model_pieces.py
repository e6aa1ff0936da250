"""An answer that a provider's model gives: its events as pieces, read beside the caller's connection."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream

from portico.gateway.agent.model import (
    Failed,
    Finished,
    FinishReason,
    ModelEvent,
    ModelRequest,
    TextDelta,
    ThinkingDelta,
    ToolCall,
    ToolCallPiece,
    UsageReport,
)
from portico.gateway.agent.ports import ModelPort
from portico.gateway.edge.openai.answers import Call, CallPart, Ended, Piece, Reason, Text, Thought
from portico.gateway.edge.openai.refusals import refused
from portico.gateway.edge.streams import Outlet, PeerGone
from portico.gateway.kernel.errors import GatewayError, Unavailable
from portico.gateway.kernel.ids import Ids
from portico.gateway.kernel.redact import Redactor

WAITING = 256
"""Events that may wait for a slow caller; above it the provider is not read."""
MAX_CHARACTERS = 32 * 1024 * 1024
"""As much of an answer is kept for its end."""
CLOSE_SECONDS = 0.25
_REASONS: dict[FinishReason, Reason] = {
    FinishReason.LENGTH: "length",
    FinishReason.CONTENT_FILTER: "content_filter",
    FinishReason.REFUSAL: "content_filter",
}


class ModelFold:
    """The state of one answer. The gateway's secrets are taken out of what the model says."""

    def __init__(self, ids: Ids, redactor: Redactor) -> None:
        self._ids = ids
        self._redactor = redactor
        self._text_id = ids.new()
        self._thought_id = ids.new()
        self._text = redactor.stream()
        self._thought = redactor.stream()
        self._calls: dict[str, _Writing] = {}
        self._has_called = False
        self.usage = UsageReport()
        self.characters = 0
        """How much the model has written."""
        self.ended: Ended | None = None

    def feed(self, event: ModelEvent) -> list[Piece]:
        """The pieces of the model's next event."""
        match event:
            case TextDelta(text=text):
                self.characters += len(text)
                return [*self._thinks(self._thought.flush()), *self._said(self._text.feed(text))]
            case ThinkingDelta(text=text):
                self.characters += len(text)
                return [*self._said(self._text.flush()), *self._thinks(self._thought.feed(text))]
            case ToolCallPiece(piece=text):
                self.characters += len(text)
                return self._writes(event)
            case ToolCall():
                return self._called(event)
            case UsageReport():
                self.usage = event
                return []
            case Finished(reason=reason):
                told: Reason = _REASONS.get(reason, "tool_calls" if self._has_called else "stop")
                return self._end(Ended(told, self.usage))
            case Failed(failure=failure):
                return self._end(Ended("stop", self.usage, refused(failure, self._redactor)))
            case _:
                return []

    def cut(self, message: str) -> list[Piece]:
        """The end of a stream that had none of its own."""
        return self._end(Ended("stop", self.usage, Unavailable(message, code="provider_failed")))

    def _writes(self, event: ToolCallPiece) -> list[Piece]:
        """Servers may tell a call's name late: nothing is shown before."""
        known = self._calls.get(event.id)
        rest = self._rest() if known is None else []
        if known is None:
            known = self._calls[event.id] = _Writing(self._ids.new(), self._redactor)
        shown = known.feed(event.piece) if event.id and event.name else known.hold(event.piece)
        return rest if shown is None else [*rest, CallPart(known.item_id, event.id, event.name, shown)]

    def _called(self, call: ToolCall) -> list[Piece]:
        self._has_called = True
        known = self._calls.pop(call.id, None) or _Writing(self._ids.new(), self._redactor)
        told = replace(call, arguments=self._redactor.text(call.arguments))
        return [*self._rest(), Call(known.item_id, told, known.rest_of(told.arguments))]

    def _end(self, ended: Ended) -> list[Piece]:
        self.ended = ended
        return [*self._rest(), ended]

    def _rest(self) -> list[Piece]:
        """What was held back because a secret might have begun in it."""
        return [*self._thinks(self._thought.flush()), *self._said(self._text.flush())]

    def _said(self, text: str) -> list[Piece]:
        return [Text(self._text_id, text)] if text else []

    def _thinks(self, text: str) -> list[Piece]:
        return [Thought(self._thought_id, text)] if text else []


class _Writing:
    """A call that is being written, and what of its arguments was shown."""

    def __init__(self, item_id: str, redactor: Redactor) -> None:
        self.item_id = item_id
        self._stream = redactor.stream()
        self._held = ""
        self._shown: list[str] = []

    def hold(self, piece: str) -> None:
        self._held += piece

    def feed(self, piece: str) -> str | None:
        """What can be shown now; None: nothing new."""
        is_first = not self._shown
        text, self._held = self._stream.feed(self._held + piece), ""
        self._shown.append(text)
        return text if text or is_first else None

    def rest_of(self, arguments: str) -> str:
        """What of the whole was not shown yet."""
        shown = "".join(self._shown)
        return arguments[len(shown) :] if arguments.startswith(shown) else ""


class ModelSource:
    """The Source over a model's stream."""

    def __init__(self, outlet: Outlet, fold: ModelFold, events: MemoryObjectReceiveStream[ModelEvent]) -> None:
        self._outlet = outlet
        self._fold = fold
        self._events = events

    async def next(self) -> list[Piece]:
        while True:
            pieces = self._taken()
            if pieces:
                return pieces
            await self._outlet.wait()

    def _taken(self) -> list[Piece]:
        pieces: list[Piece] = []
        while self._fold.ended is None:
            try:
                pieces += self._fold.feed(self._events.receive_nowait())
            except anyio.WouldBlock:
                return pieces
            except anyio.EndOfStream:
                pieces += self._fold.cut("the provider's stream ended before the answer did")
            if self._fold.ended is None and self._fold.characters > MAX_CHARACTERS:
                pieces += self._fold.cut(f"the provider's answer is longer than {MAX_CHARACTERS} characters")
        return pieces


@asynccontextmanager
async def listening(
    port: ModelPort, request: ModelRequest, outlet: Outlet, fold: ModelFold
) -> AsyncGenerator[ModelSource]:
    """Ask the model while the block runs; leaving it closes the provider's connection at once."""
    problem: PeerGone | GatewayError | None = None
    send, receive = anyio.create_memory_object_stream[ModelEvent](WAITING)
    with send, receive:
        async with anyio.create_task_group() as group:
            group.start_soon(_read, port, request, send, outlet)
            try:
                yield ModelSource(outlet, fold, receive)
            except (PeerGone, GatewayError) as error:
                problem = error
            group.cancel_scope.cancel()
    if problem is not None:
        raise problem


async def _read(
    port: ModelPort, request: ModelRequest, send: MemoryObjectSendStream[ModelEvent], outlet: Outlet
) -> None:
    events = port.stream(request)
    try:
        with send:
            async for event in events:
                await send.send(event)
                outlet.wake()
        outlet.wake()
    finally:
        with anyio.move_on_after(CLOSE_SECONDS, shield=True):
            await events.aclose()
