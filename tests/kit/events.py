"""A reader of server-sent events over HTTP, as plain as can be."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import msgspec


@dataclass(frozen=True)
class Event:
    """One event; `name` and `id` are empty when they were not sent."""

    name: str
    id: str
    data: str

    @property
    def json(self) -> Any:
        return msgspec.json.decode(self.data)


class EventReader:
    """The events of one answer, in order. `comments` counts the lines that say nothing."""

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self.status = answer.status
        self.headers = answer.headers
        self.comments = 0
        self._answer = answer

    async def next(self) -> Event | None:
        """The next event; None at the end."""
        fields: dict[str, str] = {}
        while True:
            line = (await self._answer.content.readline()).decode()
            if not line:
                return None
            name, _, value = line.rstrip("\n").partition(":")
            if name:
                fields[name] = value.removeprefix(" ")
            elif line == "\n" and "data" in fields:
                return Event(fields.get("event", ""), fields.get("id", ""), fields["data"])
            else:
                self.comments += line.startswith(":")

    async def take(self, count: int) -> list[Event]:
        """The next `count` events; fewer at the end."""
        taken: list[Event] = []
        while len(taken) < count and (event := await self.next()) is not None:
            taken.append(event)
        return taken

    async def rest(self) -> list[Event]:
        """All events up to the end."""
        return await self.take(1_000_000)

    async def body(self) -> Any:
        """The JSON of an answer that is no stream."""
        return msgspec.json.decode(await self._answer.read())


@asynccontextmanager
async def events(url: str, headers: dict[str, str], body: Any = None) -> AsyncGenerator[EventReader]:
    """Ask for a stream, with a JSON body by POST; whatever the answer is."""
    timeout = aiohttp.ClientTimeout(total=None)
    method = "GET" if body is None else "POST"
    async with (
        aiohttp.ClientSession(timeout=timeout) as session,
        session.request(method, url, headers=headers, json=body) as answer,
    ):
        yield EventReader(answer)
