"""The shared client core against a whole gateway: what two of them see of one thread is the same."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import anyio
import anyio.lowlevel
import pytest

from portico.client.connection import Connection, Step
from portico.client.errors import CallFailed, SignInRefused
from portico.client.state import ThreadState
from portico.client.timeline import rows
from portico.client.transport import Transport
from portico.client.transport.memory import memory
from portico.client.transport.websocket import websocket
from portico.gateway.main import attach
from portico.protocol.base import NoParams
from portico.protocol.errors import ErrorKind
from portico.protocol.events import TurnCompleted
from portico.protocol.methods.thread import THREAD_DELETE, THREAD_START, ThreadDeleteParams, ThreadStartParams
from portico.protocol.methods.turn import TURN_START, TurnStartParams
from portico.protocol.methods.workspace import WORKSPACE_DEFAULT
from portico.protocol.types.input import TextInput
from tests.gateway.main.rig import rehearsing
from tests.kit.gateways import Site, gateway


class Watch:
    """Follows a thread and keeps its newest state."""

    def __init__(self) -> None:
        self.state: ThreadState | None = None
        self.versions: list[int] = []
        self._ended = anyio.Event()

    def __call__(self, step: Step) -> None:
        self.state = step.state
        self.versions.append(step.version)
        if isinstance(step.event, TurnCompleted):
            self._ended.set()

    async def ended(self) -> ThreadState:
        """The state after the next turn that completes."""
        await self._ended.wait()
        self._ended = anyio.Event()
        assert self.state is not None
        return self.state


@asynccontextmanager
async def in_memory(site: Site) -> AsyncGenerator[Connection]:
    @asynccontextmanager
    async def opener() -> AsyncGenerator[Transport]:
        async with attach(site.it) as (send, receive), memory(send, receive) as transport:
            yield transport

    async with Connection(opener).running() as connection:
        yield connection


def over_a_socket(site: Site, **more: object) -> Connection:
    return Connection(partial(websocket, site.url, site.token), **more)  # pyright: ignore[reportArgumentType]


async def begin(connection: Connection) -> str:
    """A thread `t` in the default workspace; the workspace's id."""
    workspace = (await connection.call(WORKSPACE_DEFAULT, NoParams())).workspace
    await connection.call(THREAD_START, ThreadStartParams(thread_id="t", workspace_id=workspace.id))
    return workspace.id


async def say(connection: Connection, turn_id: str, text: str) -> None:
    params = TurnStartParams(thread_id="t", turn_id=turn_id, input=[TextInput(text=text)])
    await connection.call(TURN_START, params)


def shown(state: ThreadState | None) -> list[tuple[str, str]]:
    assert state is not None
    return [(row.kind, row.text) for row in rows(state)]


async def test_two_clients_see_the_same_and_a_late_one_too(tmp_path: Path) -> None:
    async with gateway(tmp_path, rehearsing()) as site, in_memory(site) as one, over_a_socket(site).running() as two:
        await begin(one)
        first, second, late = Watch(), Watch(), Watch()
        await one.follow("t", first)
        await two.follow("t", second)
        await say(one, "u1", '/think hm\n/tool list_dir {"path": "."}\n/say done')
        await first.ended()
        await second.ended()
        assert first.versions == second.versions == list(range(2, first.versions[-1] + 1))
        assert shown(first.state) == shown(second.state)
        assert ("assistant", "done") in shown(first.state)
        loaded = await two.follow("t", late)
        assert shown(loaded) == shown(first.state)
        assert loaded.version == first.versions[-1]


async def test_after_a_break_nothing_is_missing_and_nothing_doubled(tmp_path: Path) -> None:
    async def no_wait(_: float) -> None:
        await anyio.lowlevel.checkpoint()

    async with gateway(tmp_path, rehearsing()) as site, over_a_socket(site, sleep=no_wait).running() as connection:
        await begin(connection)
        watch, breaks = Watch(), list[str]()
        connection.on_break = lambda error, _: breaks.append(str(error))
        await connection.follow("t", watch)
        for number in range(3):
            await say(connection, f"u{number}", f"/say {'word ' * 50}")
            site.it.gateway.hub.abort()
            await watch.ended()
        assert breaks
        assert watch.versions == list(range(2, watch.versions[-1] + 1))


async def test_a_refusal_is_typed(tmp_path: Path) -> None:
    async with gateway(tmp_path, rehearsing()) as site, in_memory(site) as connection:
        with pytest.raises(CallFailed) as refusal:
            await say(connection, "u1", "hi")
        assert refusal.value.kind is ErrorKind.NOT_FOUND


async def test_a_void_credential_is_refused_at_the_door(tmp_path: Path) -> None:
    async with gateway(tmp_path, rehearsing()) as site:
        with pytest.raises(SignInRefused, match="HTTP 401"):
            async with Connection(partial(websocket, site.url, "void")).running():
                raise AssertionError("never reached")


async def test_a_deleted_thread_is_closed_for_those_who_follow_it(tmp_path: Path) -> None:
    async with gateway(tmp_path, rehearsing()) as site, in_memory(site) as connection:
        workspace_id = await begin(connection)
        notices: list[str] = []
        connection.on_notice = lambda method, _: notices.append(method)
        await connection.follow("t", Watch())
        await connection.call(THREAD_DELETE, ThreadDeleteParams(workspace_id=workspace_id, thread_id="t"))
        with pytest.raises(CallFailed):
            await say(connection, "u1", "hi")
