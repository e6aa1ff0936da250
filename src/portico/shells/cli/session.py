"""A connection for one command: to the gateway that runs, else to one in this process."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import anyio

from portico.client.connection import Connection
from portico.client.errors import ClientError, NotReachable, lone_errors
from portico.client.registry import Target, find
from portico.client.transport import Transport
from portico.client.transport.memory import memory
from portico.client.transport.websocket import websocket
from portico.protocol.base import NoParams
from portico.protocol.methods.settings import GATEWAY_INFO
from portico.protocol.methods.workspace import WORKSPACE_DEFAULT
from portico.protocol.types.gateway import GatewayInfo
from portico.protocol.types.workspace import Workspace
from portico.shells.cli.host import HomeTaken, Host

TRIES = 50
PAUSE_SECONDS = 0.1
"""Between two starts on one home the loser waits until the winner listens."""

Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Session:
    """An open connection, and what was learnt at its start.

    `shares_folders`: the gateway is on this machine, so that our folders are its. A gateway that was named by its
    address may stand at the end of a tunnel, and a credential that was given may not choose folders: then they are
    not taken for ours.
    """

    connection: Connection
    gateway: GatewayInfo
    workspace: Workspace
    is_embedded: bool
    shares_folders: bool


Openings = Sequence[AbstractAsyncContextManager[Session]]


@asynccontextmanager
async def connected(
    host: Host, environ: Mapping[str, str], home: Path | None, sleep: Sleep = anyio.sleep
) -> AsyncGenerator[Session]:
    """A session with the running or an embedded gateway. Raises ClientError, and what the host raises."""
    with lone_errors():
        async with AsyncExitStack() as stack:
            is_owner = not environ.get("PORTICO_TOKEN")
            yield await _open(stack, partial(find, environ, home), partial(_openings, host, home, is_owner), sleep)


async def _open(
    stack: AsyncExitStack,
    look: Callable[[], Target | None],
    openings_of: Callable[[Target | None], Openings],
    sleep: Sleep,
) -> Session:
    refusal: ClientError = NotReachable("no gateway answers")
    for _ in range(TRIES):
        target = look()
        for opening in openings_of(target):
            try:
                return await stack.enter_async_context(opening)
            except (HomeTaken, NotReachable) as refused:
                refusal = refused
        if target is not None and not target.is_home:
            break
        # another start holds the home and does not listen yet, or its gateway is just going
        await sleep(PAUSE_SECONDS)
    raise refusal


def _openings(host: Host, home: Path | None, is_owner: bool, target: Target | None) -> Openings:
    """What is tried, in order: a gateway that holds the home may have died, so one in this process is the second."""
    found = [] if target is None else [_remote(target, is_owner)]
    return [*found, _embedded(host, home)] if target is None or target.is_home else found


@asynccontextmanager
async def _remote(target: Target, is_owner: bool) -> AsyncGenerator[Session]:
    connection = Connection(partial(websocket, target.url, target.token))
    async with _session(connection, is_embedded=False, is_ours=target.is_home and is_owner) as session:
        yield session


@asynccontextmanager
async def _embedded(host: Host, home: Path | None) -> AsyncGenerator[Session]:
    async with (
        host.embedded(home) as (send, receive),
        memory(send, receive) as transport,
        _session(Connection(_Once(transport)), is_embedded=True, is_ours=True) as session,
    ):
        yield session


@asynccontextmanager
async def _session(connection: Connection, *, is_embedded: bool, is_ours: bool) -> AsyncGenerator[Session]:
    async with connection.running():
        info = (await connection.call(GATEWAY_INFO, NoParams())).gateway
        workspace = await connection.call(WORKSPACE_DEFAULT, NoParams())
        yield Session(connection, info, workspace.workspace, is_embedded, is_ours and info.is_local)


class _Once:
    """Opens a transport that is open already; there is no second one to come back to."""

    def __init__(self, transport: Transport) -> None:
        self._transport: Transport | None = transport

    @asynccontextmanager
    async def __call__(self) -> AsyncGenerator[Transport]:
        transport, self._transport = self._transport, None
        if transport is None:
            raise GatewayGone("the gateway in this process has stopped")
        yield transport


class GatewayGone(ClientError):
    """There is nothing to come back to."""
