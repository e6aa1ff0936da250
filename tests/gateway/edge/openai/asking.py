"""Plain HTTP against a whole gateway: what the OpenAI-compatible face says on the wire."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from tests.kit.gateways import Setup, Site, gateway

CHAT = "/v1/chat/completions"
RESPONSES = "/v1/responses"
HELLO = [{"role": "user", "content": "hello"}]


@dataclass(frozen=True)
class Told:
    """An answer."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def error(self) -> Any:
        return self.json["error"]

    @property
    def events(self) -> list[Any]:
        """The data of every event; [DONE] is a text."""
        lines = [line.removeprefix("data: ") for line in self.body.decode().split("\n") if line.startswith("data: ")]
        return [line if line == "[DONE]" else json.loads(line) for line in lines]


class Asker:
    """Asks a gateway."""

    def __init__(self, site: Site, session: aiohttp.ClientSession) -> None:
        self.site = site
        self._session = session

    async def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Told:
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        async with self._session.request(method, self.site.url + path, data=data, headers=fields) as answer:
            told = {name.lower(): value for name, value in answer.headers.items()}
            return Told(answer.status, told, await answer.read())

    async def chat(self, model: str = "portico", **more: Any) -> Told:
        headers = more.pop("headers", {})
        return await self.ask("POST", CHAT, {"model": model, "messages": HELLO, **more}, **headers)

    async def respond(self, model: str = "portico", **more: Any) -> Told:
        headers = more.pop("headers", {})
        return await self.ask("POST", RESPONSES, {"model": model, "input": "hello", **more}, **headers)

    @asynccontextmanager
    async def streaming(self, **more: Any) -> AsyncGenerator[None]:
        """A streamed response whose caller leaves at the end of the block."""
        body = {"model": "portico", "input": "hello", "stream": True, **more}
        async with self._session.post(self.site.url + RESPONSES, json=body) as answer:
            await answer.content.readline()
            yield

    async def threads(self) -> list[Any]:
        """What stands in the tree of the default workspace."""
        async with self.site.peer() as peer:
            workspace_id = (await peer.call("workspace/default"))["workspace"]["id"]
            return (await peer.call("thread/tree", workspace_id=workspace_id))["threads"]


@asynccontextmanager
async def asking(folder: Path, setup: Setup | None = None, token: str | None = None) -> AsyncGenerator[Asker]:
    """A gateway and a client that has the home's token."""
    async with gateway(folder, setup) as site, aiohttp.ClientSession(headers=site.bearer(token)) as session:
        yield Asker(site, session)
