"""Clients of one thread show the same, however and whenever they came: the rows of the client core, not frames."""

from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from typing import Any

import anyio

from portico.client.connection import Connection, Step
from portico.client.timeline import Row, rows
from portico.client.transport.memory import memory
from portico.client.transport.websocket import websocket
from portico.gateway.main import attach
from portico.protocol.events import TurnCompleted
from tests.kit.gateways import Site, gateway


class Terminal:
    """What one terminal shows of a thread."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.turns: dict[str, anyio.Event] = {}
        self.steps: list[int] = []

    async def follow(self, thread_id: str) -> None:
        await self._connection.follow(thread_id, self._stepped)

    def rows(self, thread_id: str) -> list[Row]:
        state = self._connection.state(thread_id)
        assert state is not None
        return rows(state)

    async def ended(self, turn_id: str) -> None:
        await self.turns.setdefault(turn_id, anyio.Event()).wait()

    def _stepped(self, step: Step) -> None:
        self.steps.append(step.version)
        if isinstance(step.event, TurnCompleted):
            self.turns.setdefault(step.event.turn.id, anyio.Event()).set()


async def opened(stack: AsyncExitStack, site: Site, *, is_local: bool) -> Terminal:
    if is_local:
        transport: Any = memory(*await stack.enter_async_context(attach(site.it)))
    else:
        transport = websocket(site.url, site.token)
    return Terminal(await stack.enter_async_context(Connection(partial(_same, transport)).running()))


def _same(transport: Any) -> Any:
    return transport


async def test_two_terminals_on_one_thread_show_the_same(tmp_path: Path) -> None:
    gate = anyio.Event()
    async with gateway(tmp_path) as site, site.peer() as peer, AsyncExitStack() as stack:
        calls = site.vendor.calls(("exec_command", {"command": ["echo", "from the tool"]}), text="let me see")
        site.vendor.script("first", calls, site.vendor.says("it ", "says ", gate, "so"))
        await peer.thread()
        one, two = [await opened(stack, site, is_local=is_local) for is_local in (True, False)]
        for terminal in (one, two):
            await terminal.follow("t1")
        await peer.start("u1", "first")
        await peer.shown("u1", "let me seeit says ")
        late = await opened(stack, site, is_local=False)
        await late.follow("t1")
        gate.set()
        for terminal in (one, two, late):
            await terminal.ended("u1")
        shown = one.rows("t1")
        assert [row.title for row in shown if row.title]
        assert "from the tool" in repr(shown)
        assert "it says so" in repr(shown)
        assert two.rows("t1") == late.rows("t1") == shown
        assert one.steps == two.steps == sorted(set(one.steps))
