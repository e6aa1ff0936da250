"""Which gateway a command gets."""

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
import msgspec
import pytest

from portico.client.errors import ClientError, NotReachable
from portico.client.transport.memory import Receive, Send
from portico.gateway.kernel.home import Home
from portico.protocol.base import NoParams
from portico.protocol.methods.workspace import WORKSPACE_LIST
from portico.shells.cli.host import HomeTaken
from portico.shells.cli.session import TRIES, connected
from tests.kit.peer import FakePeer
from tests.shells.cli.rig import host_of

INFO = {"version": "1", "epoch": "e", "is_local": True, "default_model_provider": "p", "default_model": "m"}
WORKSPACE = {"id": "w", "name": "W", "is_active": True, "is_current": True, "created_at": 1, "updated_at": 1}


class FakeHost:
    """Refuses the home as often as `taken` says, then embeds a gateway that a peer plays."""

    def __init__(self, taken: int = 0) -> None:
        self.taken = taken
        self.opened = 0

    @asynccontextmanager
    async def embedded(self, home: Path | None) -> AsyncGenerator[tuple[Send, Receive]]:
        self.opened += 1
        if self.opened <= self.taken:
            raise HomeTaken("the home is held by another")
        peer = FakePeer()
        async with anyio.create_task_group() as group:
            group.start_soon(_greet, peer)
            yield peer.send, peer.receive
            group.cancel_scope.cancel()

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(name)


async def _greet(peer: FakePeer) -> None:
    await peer.answer("gateway/info", {"gateway": INFO})
    await peer.answer("workspace/default", {"workspace": WORKSPACE})


class Pauses:
    """Counts what would be slept."""

    def __init__(self) -> None:
        self.count = 0

    async def __call__(self, seconds: float) -> None:
        self.count += 1
        await anyio.lowlevel.checkpoint()


async def test_without_a_gateway_there_is_one_in_this_process(tmp_path: Path) -> None:
    async with connected(host_of(FakeHost()), {}, tmp_path) as session:
        assert (session.is_embedded, session.shares_folders, session.gateway.version) == (True, True, "1")


async def test_the_one_that_was_named_is_not_replaced_by_another(tmp_path: Path) -> None:
    host = FakeHost()
    with pytest.raises(NotReachable, match="no gateway answers at http://127.0.0.1:1"):
        async with connected(host_of(host), {"PORTICO_URL": "http://127.0.0.1:1"}, tmp_path):
            raise AssertionError("never reached")
    assert host.opened == 0


async def test_what_a_dead_gateway_left_is_passed_over(tmp_path: Path) -> None:
    lock = msgspec.json.encode({"pid": os.getpid(), "url": "http://127.0.0.1:1"})
    (tmp_path / "lock").write_bytes(lock)
    async with connected(host_of(FakeHost()), {}, tmp_path) as session:
        assert session.is_embedded


async def test_of_two_that_start_at_once_the_loser_waits(tmp_path: Path) -> None:
    host, pauses = FakeHost(taken=3), Pauses()
    async with connected(host_of(host), {}, tmp_path, pauses) as session:
        assert session.is_embedded
    assert (host.opened, pauses.count) == (4, 3)


async def test_but_not_for_ever(tmp_path: Path) -> None:
    pauses = Pauses()
    with pytest.raises(HomeTaken, match="held by another"):
        async with connected(host_of(FakeHost(taken=TRIES)), {}, tmp_path, pauses):
            raise AssertionError("never reached")
    assert pauses.count == TRIES


async def test_an_embedded_gateway_that_stops_is_not_tried_again(tmp_path: Path) -> None:
    class Leaving(FakeHost):
        @asynccontextmanager
        async def embedded(self, home: Path | None) -> AsyncGenerator[tuple[Send, Receive]]:
            peer = FakePeer()
            async with anyio.create_task_group() as group:
                group.start_soon(_greet_and_leave, peer)
                yield peer.send, peer.receive
                group.cancel_scope.cancel()

    with anyio.fail_after(5):
        async with connected(host_of(Leaving()), {}, tmp_path) as session:
            assert str(await session.connection.over()) == "the gateway in this process has stopped"
            with pytest.raises(ClientError, match="has stopped"):
                await session.connection.call(WORKSPACE_LIST, NoParams())


async def _greet_and_leave(peer: FakePeer) -> None:
    await _greet(peer)
    peer.hang_up()


async def test_an_error_of_the_body_is_its_own(tmp_path: Path) -> None:
    with pytest.raises(NotReachable, match="mine"):
        async with connected(host_of(FakeHost()), {}, tmp_path):
            raise NotReachable("mine")
    assert Home(tmp_path).running() is None
