"""The HTTP faces as a client sees them: a chat's stream of events, and many streams that are silent."""

import resource
import socket
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from urllib.parse import urlsplit

import aiohttp
import msgspec

from bench.rig import Gateway, Seen, now

_MARK = b"event: assistant_text_delta\ndata: "
READY = b"event: ready"


class _Text(msgspec.Struct):
    delta: str = ""


_decode = msgspec.json.Decoder(_Text).decode


class Chat:
    """Messages to conversations, over one session."""

    def __init__(self, session: aiohttp.ClientSession, it: Gateway) -> None:
        self._session = session
        self._url = f"{it.url}/v1/chat/stream"
        self._headers = {"authorization": f"Bearer {it.token}"}

    async def turn(self, conversation: str, prompt: str) -> Seen:
        """Send a message and read its stream to the end."""
        seen = Seen(asked=now())
        body = {"conversationId": conversation, "message": prompt}
        async with self._session.post(self._url, json=body, headers=self._headers) as answer:
            answer.raise_for_status()
            buffer = b""
            async for data in answer.content.iter_any():
                at = now()
                *told, buffer = (buffer + data).split(b"\n\n")
                for event in told:
                    self._take(seen, at, event)
        seen.ended = now()
        return seen

    def _take(self, seen: Seen, at: float, event: bytes) -> None:
        _, mark, text = event.partition(_MARK)
        if mark:
            seen.take(at, _decode(text).delta)


@asynccontextmanager
async def chatting(it: Gateway) -> AsyncGenerator[Chat]:
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, read_bufsize=1 << 20) as session:
        yield Chat(session, it)


@contextmanager
def silent_streams(it: Gateway, thread: str, count: int) -> Generator[None]:
    """So many followers of a thread, while the block runs; all have heard that they are."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    address = urlsplit(it.url)
    fields = {
        "host": address.netloc,
        "authorization": f"Bearer {it.token}",
        "accept": "text/event-stream",
        "accept-encoding": "gzip, deflate, br",
        "accept-language": "en-US,en;q=0.9",
        "cache-control": "no-cache",
        "user-agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)",
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    request = f"GET /v1/threads/{thread}/events HTTP/1.1\r\n{lines}\r\n".encode()
    made: list[socket.socket] = []
    try:
        for _ in range(count):
            made.append(_asked(address.hostname or "", address.port or 0, request))
        yield
    finally:
        for one in made:
            one.close()


def _asked(host: str, port: int, request: bytes) -> socket.socket:
    made = socket.create_connection((host, port))
    made.sendall(request)
    told = b""
    while READY not in told:
        data = made.recv(4_096)
        if not data:
            raise RuntimeError(f"the stream ended: {told[:200]!r}")
        told += data
    return made
