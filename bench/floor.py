"""The floor: the same client straight at the provider, without a gateway."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import aiohttp
import msgspec

from bench.rig import PROVIDER_URL, Seen, now


class _Piece(msgspec.Struct):
    content: str | None = None


class _Choice(msgspec.Struct):
    delta: _Piece


class _Chunk(msgspec.Struct):
    choices: list[_Choice] = msgspec.field(default_factory=list[_Choice])


_decode = msgspec.json.Decoder(_Chunk).decode


class Floor:
    """Chat completions over HTTP and SSE, of the provider itself or of a gateway that passes them through."""

    def __init__(self, session: aiohttp.ClientSession, url: str, model: str) -> None:
        self._session = session
        self._url = f"{url}/v1/chat/completions"
        self._model = model

    async def turn(self, prompt: str) -> Seen:
        seen = Seen(asked=now())
        body = {"model": self._model, "stream": True, "messages": [{"role": "user", "content": prompt}]}
        async with self._session.post(self._url, json=body) as answer:
            answer.raise_for_status()
            buffer = b""
            async for data in answer.content.iter_any():
                at = now()
                *lines, buffer = (buffer + data).split(b"\n\n")
                for line in filter(_is_chunk, lines):
                    self._take(seen, at, line[6:])
        seen.ended = now()
        return seen

    def _take(self, seen: Seen, at: float, line: bytes) -> None:
        choices = _decode(line).choices
        if choices and choices[0].delta.content:
            seen.take(at, choices[0].delta.content)


def _is_chunk(line: bytes) -> bool:
    return line.startswith(b"data: {")


@asynccontextmanager
async def floor(
    url: str = PROVIDER_URL, model: str = "pb-model", headers: dict[str, str] | None = None
) -> AsyncGenerator[Floor]:
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, read_bufsize=1 << 20, headers=headers) as session:
        yield Floor(session, url, model)
