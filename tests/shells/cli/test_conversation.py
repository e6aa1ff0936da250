"""One thread, driven over a connection that a test plays."""

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest

from portico.client.connection import Connection, Step
from portico.client.errors import CallFailed
from portico.protocol.types.gateway import GatewayInfo
from portico.protocol.types.turn import TurnStatus
from portico.protocol.types.workspace import Workspace
from portico.shells.cli.conversation import ChatOptions, Conversation
from portico.shells.cli.session import Session, connected
from tests.kit.peer import FakeGateway, FakePeer
from tests.shells.cli.rig import HOST, Shell

INFO = GatewayInfo(version="1", epoch="e", is_local=True, default_model_provider="p", default_model="m")
WORKSPACE = Workspace(id="w", name="W", is_active=True, is_current=True, created_at=1, updated_at=1)
MISSING: dict[str, Any] = {"code": -32602, "message": "no", "data": {"code": "thread_not_found", "kind": "not_found"}}


class Shown:
    """Keeps what it is shown; `failure` is raised instead."""

    def __init__(self, failure: OSError | None = None) -> None:
        self.events: list[str] = []
        self._failure = failure
        self._stirred = anyio.Event()

    def show(self, step: Step) -> None:
        if self._failure is not None:
            raise self._failure
        self.events.append(type(step.event).__name__)
        self._stirred.set()

    async def until(self, event: str) -> None:
        while event not in self.events:
            self._stirred = anyio.Event()
            await self._stirred.wait()

    def started(self, turn_id: str) -> None:
        self.events.append("started")

    def close(self) -> None:
        self.events.append("close")


@asynccontextmanager
async def conversing(
    peer: FakePeer, options: ChatOptions, shown: Shown, *, shares_folders: bool = True
) -> AsyncGenerator[Conversation]:
    connection = Connection(FakeGateway(peer).open)
    with anyio.fail_after(5):
        async with connection.running():
            session = Session(connection, INFO, WORKSPACE, is_embedded=False, shares_folders=shares_folders)
            yield Conversation(session, options, shown)


@pytest.mark.parametrize(
    ("options", "shares_folders", "expected"),
    [
        pytest.param(ChatOptions(), True, ("Agent", "here"), id="a gateway of this machine works in our folder"),
        pytest.param(ChatOptions(), False, ("Agent", None), id="another machine has its own"),
        pytest.param(ChatOptions(cwd="/there"), False, ("Agent", "/there"), id="unless it is named"),
        pytest.param(ChatOptions(cwd="/there", is_chat=True), True, ("Chat", "/there"), id="without tools"),
    ],
)
async def test_a_new_thread(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    options: ChatOptions,
    shares_folders: bool,
    expected: tuple[str, str | None],
) -> None:
    monkeypatch.chdir(tmp_path)
    peer = FakePeer()
    async with (
        conversing(peer, options, Shown(), shares_folders=shares_folders) as it,
        anyio.create_task_group() as group,
    ):
        group.start_soon(it.open)
        params = (await peer.request("thread/start"))["params"]
        told = {str(tmp_path): "here"}.get(params.get("cwd"), params.get("cwd"))
        assert (params["mode"], told) == expected
        assert (params["thread_id"], len(it.thread_id)) == (it.thread_id, 21)
        group.cancel_scope.cancel()


async def test_a_named_thread_that_is_not_there_yet_is_started() -> None:
    peer = FakePeer()
    async with conversing(peer, ChatOptions(thread="t"), Shown()) as it, anyio.create_task_group() as group:
        group.start_soon(it.open)
        asked = await peer.request("thread/get")
        peer.say(id=asked["id"], error=MISSING)
        assert (await peer.request("thread/start"))["params"]["thread_id"] == "t"
        group.cancel_scope.cancel()


async def test_another_refusal_is_told() -> None:
    peer = FakePeer()
    refusal: dict[str, Any] = {"code": -32600, "message": "not yours", "data": {"code": "denied", "kind": "denied"}}
    async with conversing(peer, ChatOptions(thread="t"), Shown()) as it:

        async def refuse() -> None:
            peer.say(id=(await peer.request("thread/get"))["id"], error=refusal)

        async with anyio.create_task_group() as group:
            group.start_soon(refuse)
            with pytest.raises(CallFailed, match="not yours"):
                await it.open()


@asynccontextmanager
async def rehearsing(shell: Shell, options: ChatOptions, shown: Shown) -> AsyncGenerator[Conversation]:
    """A conversation with a whole gateway."""
    with anyio.fail_after(10):
        async with connected(HOST, os.environ, shell.home) as session:
            conversation = Conversation(session, options, shown)
            await conversation.open()
            yield conversation


async def test_turns_run_to_their_end(shell: Shell) -> None:
    shown = Shown()
    async with rehearsing(shell, ChatOptions(thread="t"), shown) as it:
        assert await it.say("/say hello") is TurnStatus.COMPLETED
        assert await it.say("/fail auth") is TurnStatus.FAILED
        assert (shown.events[0], shown.events[-1], shown.events.count("close")) == ("started", "close", 2)
        await it.leave()
        assert it.thread_id != "t"
        assert await it.say("/say on another thread") is TurnStatus.COMPLETED


async def test_a_turn_is_cancelled_and_without_one_nothing_is(shell: Shell) -> None:
    shown = Shown()
    async with rehearsing(shell, ChatOptions(), shown) as it:
        await it.cancel()
        ended: list[TurnStatus] = []

        async def say() -> None:
            ended.append(await it.say('/tool exec_command {"command": ["sleep", "30"]}'))

        async with anyio.create_task_group() as group:
            group.start_soon(say)
            await shown.until("ItemStarted")
            await it.cancel()
        assert ended == [TurnStatus.INTERRUPTED]


async def test_a_turn_that_nobody_can_be_shown_is_cancelled(shell: Shell) -> None:
    async with rehearsing(shell, ChatOptions(), Shown(BrokenPipeError())) as it:
        with pytest.raises(BrokenPipeError):
            await it.say('/tool exec_command {"command": ["sleep", "30"]}')


@pytest.mark.parametrize(
    "options", [ChatOptions(provider="nobody"), ChatOptions(cwd="relative"), ChatOptions(cwd="/missing/folder")]
)
async def test_what_the_gateway_refuses_is_raised(shell: Shell, options: ChatOptions) -> None:
    with pytest.raises(CallFailed):
        async with rehearsing(shell, options, Shown()) as it:
            await it.say("hi")
