"""A pass-through without sockets: a provider that follows a script, and a client that can be slow or leave."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
import msgspec

from portico.gateway.agent.model import FailureClass, ProviderFailure
from portico.gateway.edge.errors import http_status
from portico.gateway.edge.openai.relay import Passthrough, PassthroughNeeds
from portico.gateway.edge.request import Response
from portico.gateway.edge.streams import EventStream, Held, Outlet, PeerGone
from portico.gateway.features.providers import Resolved
from portico.gateway.kernel.clock import Clock
from portico.gateway.kernel.context import ALL_SCOPES, Principal
from portico.gateway.kernel.errors import GatewayError
from portico.protocol.methods.usage import UsageListParams
from portico.protocol.types.usage import UsageRow
from tests.kit.calls import caller
from tests.kit.providers import ProviderHome, ProviderWorld

CALLER = Principal(id="me", name="me", scopes=ALL_SCOPES, kind="token")
WISH = Resolved(
    workspace_id="default",
    provider="openai",
    model="m-1",
    kind="chat_completions",
    base_url="http://vendor",
    api_key="sk-the-key",
    proxy_url=None,
    fingerprint="f",
)
CHUNK = b'data: {"id":"r","model":"m-1","choices":[{"index":0,"delta":{"content":"hello"},"finish_reason":null}]}\n\n'
STOP = b'data: {"id":"r","model":"m-1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n'
USAGE = b'data: {"id":"r","model":"m-1","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2}}\n\n'
DONE = b"data: [DONE]\n\n"
ANSWER = (
    b'{"id":"r","model":"m-1","choices":[{"message":{"content":"hello"}}],'
    b'"usage":{"prompt_tokens":3,"completion_tokens":2}}'
)

Piece = bytes | ProviderFailure | anyio.Event
"""What a read gives; an event is waited for."""


class ScriptedAnswer:
    """Reads give `pieces`, one after the other, then the end."""

    def __init__(self, *pieces: Piece) -> None:
        self.pieces = list(pieces)
        self.reads = 0
        self.is_closed = False
        self.was_whole = False
        self.waiting = anyio.Event()

    async def read(self) -> bytes | ProviderFailure:
        await anyio.lowlevel.checkpoint()
        self.reads += 1
        while self.pieces:
            piece = self.pieces.pop(0)
            if not isinstance(piece, anyio.Event):
                return piece
            self.waiting.set()
            await piece.wait()
        return b""

    async def close(self, *, is_whole: bool = False) -> None:
        await anyio.lowlevel.checkpoint()
        self.is_closed = True
        self.was_whole = is_whole


@dataclass
class ScriptedRelay:
    """Answers each call with the next of `answers`, the last one repeated."""

    answers: list[ScriptedAnswer | ProviderFailure]
    asked: list[tuple[Resolved, bytes, bytes | None]] = field(
        default_factory=list[tuple[Resolved, bytes, bytes | None]]
    )

    async def open(
        self, resolved: Resolved, body: bytes, plain: bytes | None = None
    ) -> ScriptedAnswer | ProviderFailure:
        await anyio.lowlevel.checkpoint()
        self.asked.append((resolved, body, plain))
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


class Client:
    """What came to the peer; while `gate` is there it takes nothing."""

    def __init__(self, clock: Clock) -> None:
        self.outlet = Outlet(self.take, CALLER, clock)
        self.pieces: list[bytes] = []
        self.is_begun = False
        self.gate: anyio.Event | None = None
        self.blocked = anyio.Event()
        self.error: GatewayError | None = None

    @property
    def body(self) -> bytes:
        return b"".join(self.pieces)

    async def take(self, message: dict[str, Any]) -> None:
        if self.gate is not None:
            self.blocked.set()
            await self.gate.wait()
        await anyio.lowlevel.checkpoint()
        self.pieces.append(message["body"])

    async def begin(self) -> None:
        self.is_begun = True


@dataclass
class Front:
    """A pass-through on a real provider service."""

    home: ProviderHome
    relay: ScriptedRelay
    passthrough: Passthrough

    def client(self) -> Client:
        return Client(self.home.clock)

    async def ask(self, client: Client | None = None, **body: Any) -> Client:
        """A call and its end, as the edge runs it: an error before the first piece is the answer itself."""
        client = client or self.client()
        told = msgspec.json.encode({"model": "openai/m-1", "messages": [], **body})
        try:
            answer = await self.passthrough.chat(CALLER, told, WISH)
            await self._run(client, answer)
        except PeerGone:
            pass
        except GatewayError as error:
            client.error = error
        return client

    async def _run(self, client: Client, answer: Response | EventStream | Held) -> None:
        match answer:
            case EventStream():
                assert answer.is_late
                client.outlet.hold(client.begin)
                try:
                    await answer.produce(client.outlet)
                except GatewayError as error:
                    if not client.is_begun:
                        raise
                    client.pieces.append(answer.failure(error))
            case Held():
                client.outlet.hold(None)
                client.pieces.append((await answer.produce(client.outlet)).body)
            case Response():
                client.pieces.append(answer.body)

    async def rows(self) -> list[UsageRow]:
        """Every row of usage, newest first."""
        return (await self.home.providers.usage.list(caller(), UsageListParams())).items

    async def statuses(self) -> list[str]:
        return [row.status for row in await self.rows()]


def named(data: bytes) -> bytes:
    return data.replace(b'"model":"m-1"', b'"model":"openai/m-1"')


def cut(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


def refusal_of(client: Client) -> tuple[int, str]:
    """Status and code of a call that was refused."""
    assert client.error is not None
    assert not client.is_begun
    return http_status(client.error), client.error.code


def failure(status: int | None = None, message: str = "no", **changes: Any) -> ProviderFailure:
    kind = changes.pop("failure_class", FailureClass.UNKNOWN)
    return ProviderFailure("openai", "m-1", kind, "connect", message, http_status=status, **changes)


@asynccontextmanager
async def front(
    folder: Path, *answers: ScriptedAnswer | ProviderFailure, cap: int | None = None
) -> AsyncGenerator[Front]:
    """A pass-through whose provider answers so, for at most five seconds."""
    with anyio.fail_after(5):
        async with ProviderWorld(folder, cap=cap).start() as home:
            relay = ScriptedRelay(list(answers))
            needs = PassthroughNeeds(home.providers, relay, home.redactor, home.clock)
            yield Front(home, relay, Passthrough(needs))
