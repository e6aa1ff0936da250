"""A model vendor on a local socket that does what the test says, and the recorded streams of real ones."""

import json
import os
import socket
import struct
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import anyio
import anyio.abc

from portico.gateway.agent.model import (
    Failed,
    Finished,
    ModelEvent,
    OpaqueBlock,
    TextDelta,
    ThinkingBlock,
    ThinkingDelta,
    ToolCall,
    UsageReport,
)

CHECKOUT = Path(__file__).resolve().parents[2]
FIXTURES = CHECKOUT / "tests" / "fixtures" / "wire"

Ending = Literal["end", "close", "reset", "hang", "drop"]
"""end: whole, the connection is kept; close: without the last chunk; reset; hang: silence; drop: not even a head."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer: `pieces` are written one after the other, each as a chunk; an event is waited for."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"content-type": "text/event-stream"})
    pieces: tuple[bytes | anyio.Event, ...] = ()
    ending: Ending = "end"


def refusal(status: int, body: object, **headers: str) -> Reply:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, {"content-type": "application/json", **names}, (json.dumps(body).encode(),))


@dataclass(frozen=True, slots=True)
class Seen:
    """A request as the server got it. `connection` counts the connections."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    connection: int

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class WireServer:
    """Answers the requests with `replies`, one after the other; the last one is repeated."""

    def __init__(self, *replies: Reply) -> None:
        self.replies = list(replies)
        self.seen: list[Seen] = []
        self.url = ""
        self.hanging = anyio.Event()
        self.left = anyio.Event()
        """A client closed its connection while the server was silent."""
        self._connections = 0

    @asynccontextmanager
    async def serving(self) -> AsyncGenerator["WireServer"]:
        listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
        port = listener.extra(anyio.abc.SocketAttribute.local_port)
        self.url = f"http://127.0.0.1:{port}"
        async with listener, anyio.create_task_group() as group:
            group.start_soon(listener.serve, self._serve)
            yield self
            group.cancel_scope.cancel()

    def reply_to(self, request: Seen) -> Reply:
        """Which reply this request gets."""
        reply = self.replies[min(len(self.seen), len(self.replies) - 1)]
        self.seen.append(request)
        return reply

    async def _serve(self, stream: anyio.abc.SocketStream) -> None:
        self._connections += 1
        number = self._connections
        buffer = bytearray()
        with suppress(anyio.EndOfStream, anyio.BrokenResourceError, anyio.ClosedResourceError):
            async with stream:
                while await self._answer(stream, await _request(stream, buffer, number)):
                    pass

    async def _answer(self, stream: anyio.abc.SocketStream, request: Seen) -> bool:
        """Whether the connection goes on."""
        reply = self.reply_to(request)
        if reply.ending != "drop":
            lines = [f"HTTP/1.1 {reply.status} x", "transfer-encoding: chunked"]
            lines += [f"{name}: {value}" for name, value in reply.headers.items()]
            await stream.send(("\r\n".join(lines) + "\r\n\r\n").encode())
        for piece in reply.pieces:
            if isinstance(piece, anyio.Event):
                await piece.wait()
                continue
            await stream.send(b"%x\r\n%s\r\n" % (len(piece), piece))
        match reply.ending:
            case "end":
                await stream.send(b"0\r\n\r\n")
            case "reset":
                raw: socket.socket = stream.extra(anyio.abc.SocketAttribute.raw_socket)
                raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            case "hang":
                self.hanging.set()
                with suppress(anyio.EndOfStream, anyio.BrokenResourceError):
                    await stream.receive()
                self.left.set()
            case _:
                pass
        return reply.ending == "end"


async def _request(stream: anyio.abc.SocketStream, buffer: bytearray, number: int) -> Seen:
    while (end := buffer.find(b"\r\n\r\n")) < 0:
        buffer += await stream.receive()
    head = bytes(buffer[:end]).decode("latin-1").split("\r\n")
    del buffer[: end + 4]
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
    length = int(headers.get("content-length", 0))
    while len(buffer) < length:
        buffer += await stream.receive()
    body = bytes(buffer[:length])
    del buffer[:length]
    method, path, _ = head[0].split(" ", 2)
    return Seen(method, path, headers, body, number)


@dataclass(frozen=True, slots=True)
class Recording:
    """A recorded stream."""

    name: str
    wire: str
    body: bytes
    request: Any


def corpus_folder() -> Path:
    return Path(os.environ.get("PORTICO_WIRE_DIR") or CHECKOUT.parent / "shared" / "wire")


def corpus() -> list[Recording]:
    """Every chat completions and messages stream of the corpus, bodies that repeat left out; [] where it is missing."""
    found: dict[bytes, Recording] = {}
    for path in sorted(corpus_folder().glob("*.json")):
        record: dict[str, Any] = json.loads(path.read_text("utf-8"))
        wire = _wire_of(str(record["path"]))
        body = str(record["body"]).encode()
        if wire is not None:
            found.setdefault(body, Recording(path.stem, wire, body, record["request"]))
    return list(found.values())


def fixtures() -> list[Recording]:
    """Our own small streams: `<wire>--<shape>.sse`."""
    return [
        Recording(path.stem, path.stem.partition("--")[0], path.read_bytes(), None)
        for path in sorted(FIXTURES.glob("*.sse"))
    ]


def _wire_of(path: str) -> str | None:
    if "/chat/completions" in path:
        return "chat_completions"
    return "anthropic_messages" if path.endswith("/messages") else None


@dataclass(frozen=True, slots=True)
class Told:
    """What a stream told, deltas joined: equal for every way to cut the same bytes."""

    text: str
    thinking: str
    blocks: tuple[ThinkingBlock, ...]
    calls: tuple[ToolCall, ...]
    opaque: tuple[OpaqueBlock, ...]
    usage: UsageReport | None
    end: Finished | Failed | None


def told(events: list[ModelEvent]) -> Told:
    usage = [e for e in events if isinstance(e, UsageReport)]
    ends = [e for e in events if isinstance(e, (Finished, Failed))]
    return Told(
        text="".join(e.text for e in events if isinstance(e, TextDelta)),
        thinking="".join(e.text for e in events if isinstance(e, ThinkingDelta)),
        blocks=tuple(e for e in events if isinstance(e, ThinkingBlock)),
        calls=tuple(e for e in events if isinstance(e, ToolCall)),
        opaque=tuple(e for e in events if isinstance(e, OpaqueBlock)),
        usage=usage[-1] if usage else None,
        end=ends[-1] if ends else None,
    )


def pieces_of(body: bytes, size: int) -> list[bytes]:
    return [body[at : at + size] for at in range(0, len(body), size)]


def read_all(stream: Any, pieces: list[bytes]) -> list[ModelEvent]:
    """Feed a decoder and finish it; whatever comes after its end is dropped, as a client does."""
    feed: Callable[[bytes], list[ModelEvent]] = stream.feed
    events: list[ModelEvent] = []
    for piece in pieces:
        events += feed(piece)
    events += stream.finish()
    return events
