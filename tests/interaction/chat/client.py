"""A client of the chat face as plain as can be: JSON, and server-sent events as they come."""

import io
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp
import anyio.lowlevel
import msgspec

from tests.interaction.chat.reading import Sent, parse, text_of
from tests.kit.gateways import Setup, Site, gateway

ENDS = frozenset({"done", "error"})


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any
    headers: Any

    def __getitem__(self, name: str) -> Any:
        return self.body[name]


class Stream:
    """An answer of server-sent events; `events` is all that came, `raw` its bytes."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self.response = response
        self.events: list[Sent] = []
        self.raw = b""
        self._rest = b""

    @property
    def names(self) -> list[str]:
        return [event.name for event in self.events]

    @property
    def text(self) -> str:
        return text_of(self.events)

    async def more(self) -> bool:
        """Take the next bytes; False at the end."""
        data = await self.response.content.readany()
        self.raw += data
        events, self._rest = parse(self._rest + data)
        self.events += events
        return bool(data)

    async def first(self, name: str) -> Sent:
        """The first event of this name; waits for it."""
        while True:
            for event in self.events:
                if event.name == name:
                    return event
            assert await self.more(), f"{name} never came: {self.names}"

    async def shown(self, text: str) -> None:
        """Wait until the answer has come this far."""
        while not self.text.startswith(text):
            assert await self.more(), self.names

    async def end(self) -> Sent:
        """The last event, after everything has come."""
        while await self.more():
            pass
        return self.events[-1]

    def leave(self) -> None:
        """Close the connection, whatever is under way on it."""
        self.response.close()


class Chat:
    """Calls of one caller."""

    def __init__(self, site: Site, session: aiohttp.ClientSession) -> None:
        self.site = site
        self.session = session

    async def call(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """Send and wait for the whole answer; bytes go as they are. Names of headers are written with underscores."""
        data = io.BytesIO(body) if isinstance(body, bytes) else None if body is None else msgspec.json.encode(body)
        async with self.session.request(method, self.url(path), data=data, headers=_named(headers)) as response:
            try:
                content = await response.read()
            except aiohttp.ClientPayloadError:  # a body that is refused unread: the connection is closed
                return Answer(response.status, {"error": ""}, response.headers)
            is_json = response.content_type == "application/json"
            return Answer(response.status, msgspec.json.decode(content) if is_json else content, response.headers)

    async def get(self, path: str, **headers: str) -> Answer:
        return await self.call("GET", path, **headers)

    async def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        return await self.call("POST", path, body, **headers)

    async def say(self, message: str, conversation: str | None = "c", **given: Any) -> Answer:
        """`POST /v1/chat`."""
        return await self.post("/v1/chat", prompt(message, conversation, **given))

    async def said(self, message: str, conversation: str | None = "c", **given: Any) -> str:
        """The answer to a prompt that must succeed."""
        answer = await self.say(message, conversation, **given)
        assert answer.status == 200, answer
        return answer["assistantText"]

    @asynccontextmanager
    async def stream(
        self, message: str, conversation: str | None = "c", *, path: str = "/v1/chat/stream", **given: Any
    ) -> AsyncGenerator[Stream]:
        """`POST /v1/chat/stream`."""
        async with self.open("POST", path, prompt(message, conversation, **given)) as stream:
            assert stream.response.status == 200, await stream.response.read()
            yield stream

    @asynccontextmanager
    async def resumed(self, run: str, last: str | None = None) -> AsyncGenerator[Stream]:
        """`GET /v1/chat/runs/{run}/stream`."""
        given = {} if last is None else {"last_event_id": last}
        async with self.open("GET", f"/v1/chat/runs/{run}/stream", **given) as stream:
            yield stream

    @asynccontextmanager
    async def open(self, method: str, path: str, body: Any = None, **headers: str) -> AsyncGenerator[Stream]:
        data = None if body is None else msgspec.json.encode(body)
        async with self.session.request(method, self.url(path), data=data, headers=_named(headers)) as response:
            yield Stream(response)

    def url(self, path: str) -> str:
        return f"{self.site.url}{path}"

    async def record(self, conversation: str = "c") -> Any:
        """The conversation as it is listed."""
        answer = await self.get(f"/v1/conversations/{quote(conversation, safe='')}")
        assert answer.status == 200, answer
        return answer.body

    async def until(self, conversation: str = "c", **members: Any) -> None:
        """Ask until the conversation's record has these members; the test's bound ends it."""
        while not members.items() <= (await self.record(conversation)).items():
            await anyio.lowlevel.checkpoint()

    async def ended(self, conversation: str = "c") -> None:
        """Wait until nothing runs or waits in the conversation."""
        await self.until(conversation, running=False, queued=0)

    async def messages(self, conversation: str = "c") -> list[tuple[str, str]]:
        """Who said what."""
        answer = await self.get(f"/v1/conversations/{quote(conversation, safe='')}/messages")
        return [(message["role"], message["text"]) for message in answer["messages"]]

    async def state(self, run: str) -> Answer:
        return await self.get(f"/v1/chat/runs/{run}")


def prompt(message: str, conversation: str | None = "c", **given: Any) -> dict[str, Any]:
    named = {} if conversation is None else {"conversationId": conversation}
    return {"message": message, **named, **given}


@asynccontextmanager
async def chatting(site: Site, token: str | None = None) -> AsyncGenerator[Chat]:
    """A caller with the home's token, or another."""
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(headers=site.bearer(token), connector=connector) as session:
        yield Chat(site, session)


@asynccontextmanager
async def chat_gateway(folder: Path, setup: Setup | None = None) -> AsyncGenerator[Chat]:
    """A gateway and a caller with the home's token."""
    async with gateway(folder, setup) as site, chatting(site) as chat:
        yield chat


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}
