"""A fake model provider: chat completions and Anthropic messages over HTTP, scripted by the prompt.

The last marker `[[pb id=A n=200 s=20 d=5 tool=NAME args=BASE64JSON]]` in the request body is the script: `n` deltas of
`s` bytes, `d` milliseconds apart, after one call of `tool` if named (once per id). Each delta starts with a stamp,
`@` + 11 hex digits of CLOCK_MONOTONIC microseconds + `#` + 6 hex digits of its number, so that a client on this machine
can time it; with `md=1` the deltas are pieces of Markdown instead. `GET /ctl/log?id=A` tells when the requests of a
script came.
"""

import argparse
import base64
import json
import re
import time
from collections import deque
from dataclasses import asdict, dataclass, field
from functools import cache

import anyio
import anyio.abc

from bench.prose import pieces, prose

MARK = re.compile(rb"\[\[pb ([^\]]*)\]\]")
STAMP = re.compile(r"@([0-9a-f]{11})#([0-9a-f]{6})")
BURST = 64
"""Deltas per socket write when none of them has to wait."""
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Script:
    """What a request asked for."""

    id: str = ""
    n: int = 1
    s: int = 20
    d: float = 0.0
    tool: str = ""
    args: str = "e30"
    md: bool = False

    @property
    def arguments(self) -> str:
        return base64.urlsafe_b64decode(self.args + "===").decode()


@dataclass(slots=True)
class Seen:
    """When a request came, spoke first and ended: monotonic seconds."""

    id: str
    t_arrive: float
    what: str = "text"
    t_first: float = 0.0
    t_end: float = 0.0


@dataclass(slots=True)
class Provider:
    """What was seen, and which scripts have had their tool call."""

    log: deque[Seen] = field(default_factory=lambda: deque(maxlen=100_000))
    called: set[str] = field(default_factory=set[str])


def parse(body: bytes) -> Script:
    """The script of a request; without a marker, one short delta."""
    marks = MARK.findall(body)
    if not marks:
        return Script()
    given = dict(part.split("=", 1) for part in marks[-1].decode().split())
    return Script(
        given.get("id", ""),
        int(given.get("n", 1)),
        int(given.get("s", 20)),
        float(given.get("d", 0)) / 1000,
        given.get("tool", ""),
        given.get("args", "e30"),
        "md" in given,
    )


def mark(*, tool: str = "", args: dict[str, object] | None = None, **script: object) -> str:
    """A prompt with a script for the provider."""
    words = [f"{name}={value}" for name, value in script.items()]
    if tool:
        packed = base64.urlsafe_b64encode(json.dumps(args or {}).encode()).decode().rstrip("=")
        words += [f"tool={tool}", f"args={packed}"]
    return f"go [[pb {' '.join(words)}]]"


def stamp(number: int, size: int) -> bytes:
    text = b"@%011x#%06x " % (time.monotonic_ns() // 1000, number)
    return text if size <= 20 else text + b"x" * (size - 21) + b" "


@cache
def _prose() -> tuple[bytes, ...]:
    """Pieces of Markdown, encoded as they stand in a JSON text."""
    return tuple(json.dumps(piece)[1:-1].encode() for piece in pieces(prose(100)))


def delta(script: Script, number: int) -> bytes:
    """The delta of that number."""
    return _prose()[number % len(_prose())] if script.md else stamp(number, script.s)


class Wire:
    """How a protocol frames an answer."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        piece = {"type": "text_delta", "text": "{}"}
        frame = (
            _chat({"content": "{}"}, None) if kind == "chat" else _event("content_block_delta", index=0, delta=piece)
        )
        self._before, self._after = frame.split(b"{}")

    def delta(self, text: bytes) -> bytes:
        return self._before + text + self._after

    def open(self) -> bytes:
        if self._kind == "chat":
            return _chat({"role": "assistant", "content": ""}, None)
        usage = {"input_tokens": 100, "output_tokens": 1}
        start: dict[str, object] = {
            "id": "pb",
            "type": "message",
            "role": "assistant",
            "model": "pb-model",
            "content": list[str](),
            "usage": usage,
        }
        return _event("message_start", message=start)

    def text(self) -> bytes:
        if self._kind == "chat":
            return b""
        return _event("content_block_start", index=0, content_block={"type": "text", "text": ""})

    def call(self, script: Script, call_id: str) -> bytes:
        if self._kind == "chat":
            function = {"name": script.tool, "arguments": script.arguments}
            call = {"index": 0, "id": call_id, "type": "function", "function": function}
            return _chat({"tool_calls": [call]}, None) + self._end("tool_calls", 1)
        block: dict[str, object] = {"type": "tool_use", "id": call_id, "name": script.tool, "input": {}}
        piece = {"type": "input_json_delta", "partial_json": script.arguments}
        return (
            _event("content_block_start", index=0, content_block=block)
            + _event("content_block_delta", index=0, delta=piece)
            + _event("content_block_stop", index=0)
            + self._end("tool_use", 1)
        )

    def close(self, count: int) -> bytes:
        if self._kind == "chat":
            return self._end("stop", count)
        return _event("content_block_stop", index=0) + self._end("end_turn", count)

    def _end(self, reason: str, count: int) -> bytes:
        if self._kind == "chat":
            usage = {"prompt_tokens": 100, "completion_tokens": count, "total_tokens": 100 + count}
            return _chat({}, reason) + _data({"id": "pb", "choices": [], "usage": usage}) + b"data: [DONE]\n\n"
        delta = {"stop_reason": reason, "stop_sequence": None}
        return _event("message_delta", delta=delta, usage={"output_tokens": count}) + _event("message_stop")


def _data(value: object) -> bytes:
    return b"data: " + json.dumps(value, separators=(",", ":")).encode() + b"\n\n"


def _event(kind: str, **more: object) -> bytes:
    return b"event: " + kind.encode() + b"\n" + _data({"type": kind, **more})


def _chat(delta: dict[str, object], reason: str | None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": reason}
    return _data(
        {"id": "pb", "object": "chat.completion.chunk", "created": 1, "model": "pb-model", "choices": [choice]}
    )


def _chunk(body: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(body), body)


class Peer:
    """One HTTP/1.1 connection, kept alive."""

    def __init__(self, provider: Provider, stream: anyio.abc.SocketStream) -> None:
        self._provider = provider
        self._stream = stream
        self._buffer = b""

    async def serve(self) -> None:
        try:
            while True:
                line, body = await self._request()
                await self._answer(line, body, time.monotonic())
        except (anyio.EndOfStream, anyio.BrokenResourceError, anyio.ClosedResourceError):
            return

    async def _request(self) -> tuple[str, bytes]:
        while b"\r\n\r\n" not in self._buffer:
            self._buffer += await self._stream.receive()
        head, _, rest = self._buffer.partition(b"\r\n\r\n")
        match = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
        length = int(match.group(1)) if match else 0
        while len(rest) < length:
            rest += await self._stream.receive()
        self._buffer = rest[length:]
        return head.split(b"\r\n", 1)[0].decode(), rest[:length]

    async def _answer(self, line: str, body: bytes, arrived: float) -> None:
        path, _, query = line.split(" ")[1].partition("?")
        if path.endswith("/chat/completions"):
            await self._speak(Wire("chat"), parse(body), arrived)
        elif path.endswith("/messages"):
            await self._speak(Wire("messages"), parse(body), arrived)
        elif path.endswith("/ctl/log"):
            wanted = query.removeprefix("id=")
            await self._json([asdict(row) for row in self._provider.log if row.id == wanted])
        else:
            await self._json({"object": "list", "data": [{"id": "pb-model", "object": "model", "owned_by": "pb"}]})

    async def _json(self, value: object) -> None:
        body = json.dumps(value).encode()
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
        await self._stream.send(head + body)

    async def _speak(self, wire: Wire, script: Script, arrived: float) -> None:
        seen = Seen(script.id, arrived)
        self._provider.log.append(seen)
        seen.t_first = time.monotonic()
        if script.tool and script.id not in self._provider.called:
            self._provider.called.add(script.id)
            seen.what = "tool"
            await self._stream.send(HEAD + _chunk(wire.open() + wire.call(script, f"call_{script.id}")) + b"0\r\n\r\n")
        else:
            await self._stream.send(HEAD + _chunk(wire.open() + wire.text()))
            await self._deltas(wire, script, seen)
            await self._stream.send(_chunk(wire.close(script.n)) + b"0\r\n\r\n")
        seen.t_end = time.monotonic()

    async def _deltas(self, wire: Wire, script: Script, seen: Seen) -> None:
        seen.t_first = time.monotonic()
        if script.d:
            due = seen.t_first
            for number in range(script.n):
                await self._stream.send(_chunk(wire.delta(delta(script, number))))
                due += script.d
                await anyio.sleep(max(0.0, due - time.monotonic()))
            return
        for first in range(0, script.n, BURST):
            numbers = range(first, min(first + BURST, script.n))
            await self._stream.send(b"".join([_chunk(wire.delta(delta(script, n))) for n in numbers]))


async def serve(port: int) -> None:
    """Answer on loopback until the process is ended."""
    provider = Provider()

    async def handle(stream: anyio.abc.SocketStream) -> None:
        async with stream:
            await Peer(provider, stream).serve()

    listener = await anyio.create_tcp_listener(local_host="127.0.0.1", local_port=port, backlog=1024)
    async with listener:
        print(f"fake provider on 127.0.0.1:{port}", flush=True)
        await listener.serve(handle)


def main() -> None:
    parser = argparse.ArgumentParser(description="fake model provider")
    parser.add_argument("--port", type=int, default=18080)
    arguments = parser.parse_args()
    anyio.run(serve, arguments.port, backend_options={"use_uvloop": True})


if __name__ == "__main__":
    main()
