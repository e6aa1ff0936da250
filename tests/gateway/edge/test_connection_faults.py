"""A connection whose log, peer or credential fails: what it says last, and that it ends."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import msgspec

from portico.gateway.edge.connection import FAREWELL_SECONDS, REVOKED, TRY_LATER
from portico.gateway.edge.hub import Hub
from portico.gateway.edge.ports import Frame, TransportLost
from portico.gateway.features.access import PROCESS
from portico.gateway.kernel.context import Principal
from portico.gateway.kernel.errors import Unavailable
from portico.gateway.log.feed import Facts, Frames, Watch
from portico.gateway.log.writer import LogWriter
from portico.gateway.rpc import CallContext
from portico.protocol.base import NoParams
from tests.gateway.edge.rig import Rig, call, rig, until


class FaultyWatch:
    """A watch whose pages cannot be read."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self.close = watch.close
        self.is_erased = False

    @property
    def head(self) -> int:
        return self._watch.head

    def facts(self, after: int, limit_bytes: int) -> Facts | None:
        del after, limit_bytes

    async def page_facts(self, after: int, limit_bytes: int) -> Facts:
        raise Unavailable("the disk cannot be read")

    def ready(self, after: int, limit_bytes: int) -> Frames | None:
        del after, limit_bytes

    async def page(self, after: int, limit_bytes: int) -> Frames:
        raise Unavailable("the disk cannot be read")


class FaultyFeeds:
    """The log's streams, of which those named in `refused` cannot be opened and those in `broken` not be read."""

    def __init__(self, log: LogWriter, refused: str = "", broken: str = "") -> None:
        self._log = log
        self._refused = refused
        self._broken = broken

    @property
    def epoch(self) -> str:
        return self._log.epoch

    async def head(self, stream: str) -> int:
        return await self._log.head(stream)

    async def watch(self, stream: str, wake: Callable[[], None]) -> Watch:
        if stream == self._refused:
            raise Unavailable("the disk cannot be read")
        watch = await self._log.watch(stream, wake)
        return FaultyWatch(watch) if stream == self._broken else watch


class ScriptedTransport:
    """Sends what it is given, keeps what it gets; takes nothing while it is stuck."""

    def __init__(self, *, is_stuck: bool = False) -> None:
        self._to_gateway, self._incoming = anyio.create_memory_object_stream[bytes | None](100)
        self._is_stuck = is_stuck
        self.sent: list[Any] = []
        self.farewell: int | None = None
        self.is_aborted = False

    def say(self, frame: str) -> None:
        self._to_gateway.send_nowait(frame.encode())

    async def receive(self) -> bytes | None:
        return await self._incoming.receive()

    async def send(self, frames: Sequence[Frame]) -> None:
        if self._is_stuck:
            await anyio.sleep_forever()
        if self.is_aborted:
            raise TransportLost
        self.sent.extend(msgspec.json.decode(frame) for frame in frames)

    def taken(self) -> int | None:
        return None

    async def close(self, code: int, reason: str) -> None:
        assert reason
        self.farewell = code
        self._to_gateway.send_nowait(None)

    def abort(self) -> None:
        self.is_aborted = True
        self._to_gateway.send_nowait(None)

    def drop(self) -> None:
        self._to_gateway.close()
        self._incoming.close()


@asynccontextmanager
async def talking(
    folder: Path, transport: ScriptedTransport, principal: Principal = PROCESS, **faults: str
) -> AsyncGenerator[tuple[Rig, Hub]]:
    """A gateway with faulty feeds that serves `transport` while the block runs; the block ends after the client."""
    async with rig(folder) as gateway:
        hub = Hub(replace(gateway.services, feeds=FaultyFeeds(gateway.log, **faults)))

        async def serve() -> None:
            await hub.run(principal, transport, is_local=True)

        with anyio.fail_after(5), hub.rechecking():
            async with anyio.create_task_group() as group:
                group.start_soon(serve)
                yield gateway, hub
        transport.drop()


async def test_a_gateway_stream_that_cannot_be_opened(tmp_path: Path) -> None:
    transport = ScriptedTransport()
    async with talking(tmp_path, transport, refused="gateway"):
        pass
    assert transport.farewell == TRY_LATER


async def test_a_stream_that_cannot_be_opened_is_the_calls_answer(tmp_path: Path) -> None:
    transport = ScriptedTransport()
    async with talking(tmp_path, transport, refused="thread:t"):
        transport.say(call("a", "test/follow"))
        await until(lambda: len(transport.sent) == 1)
        transport.say(call("b", "test/echo"))
        await until(lambda: len(transport.sent) == 2)
        transport.abort()
    assert (transport.sent[0]["error"]["code"], transport.sent[1]["id"]) == (-32001, "b")


async def test_a_stream_that_cannot_be_read_closes_the_connection(tmp_path: Path) -> None:
    transport = ScriptedTransport()
    async with talking(tmp_path, transport, broken="thread:t") as (gateway, _):
        transport.say(call("a", "test/follow"))
        await until(lambda: len(transport.sent) == 1)
        await gateway.publish("lost")
    assert transport.farewell == TRY_LATER


async def test_a_peer_that_is_gone_ends_the_connection(tmp_path: Path) -> None:
    transport = ScriptedTransport()
    transport.is_aborted = True
    async with talking(tmp_path, transport) as (_, hub):
        transport.say(call("a", "test/echo"))
    assert (hub.count, transport.sent) == (0, [])


async def test_a_stuck_peer_whose_credential_is_void_is_dropped(tmp_path: Path) -> None:
    transport = ScriptedTransport(is_stuck=True)
    with anyio.fail_after(5):
        async with rig(tmp_path) as first:
            home = first.access.authenticate("home-token-1")
    async with talking(tmp_path, transport, home) as (gateway, hub):
        transport.say(call("a", "test/echo"))
        await anyio.wait_all_tasks_blocked()
        await gateway.access.rotate(CallContext(PROCESS), NoParams())
        await until(lambda: gateway.clock.sleepers == 1)
        assert not transport.is_aborted
        gateway.clock.advance(FAREWELL_SECONDS)
    assert (transport.is_aborted, hub.count) == (True, 0)


async def test_a_void_credential_is_noticed_at_the_next_frame_at_the_latest(tmp_path: Path) -> None:
    transport = ScriptedTransport()
    with anyio.fail_after(5):
        async with rig(tmp_path) as first:
            session = await first.access.open_session()
            principal = first.access.authenticate_session(session)
    async with talking(tmp_path, transport, principal) as (gateway, _):
        transport.say(call("a", "test/echo"))
        await until(lambda: len(transport.sent) == 1)
        gateway.clock.advance(13 * 3600)
        transport.say(call("b", "test/echo"))
    assert (transport.farewell, [frame["id"] for frame in transport.sent]) == (REVOKED, ["a"])
