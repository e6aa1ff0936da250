"""All connections: the sweep, the end."""

from collections.abc import Sequence
from pathlib import Path

import anyio

from portico.gateway.edge.connection import GOING_AWAY, REVOKED, STALL_SECONDS
from portico.gateway.edge.hub import SWEEP_SECONDS
from portico.gateway.edge.ports import Frame, TransportLost
from portico.gateway.features.access import PROCESS
from portico.gateway.kernel.context import Principal
from tests.gateway.edge.rig import Rig, rig, until


class StuckTransport:
    """A peer whose side has taken `count` bytes of some that wait; None: none wait."""

    def __init__(self, count: int | None) -> None:
        self.count = count
        self.closed = anyio.Event()
        self.farewell: int | None = None
        self.is_aborted = False

    async def receive(self) -> bytes | None:
        await self.closed.wait()

    async def send(self, frames: Sequence[Frame]) -> None:
        await self.closed.wait()
        raise TransportLost

    def taken(self) -> int | None:
        return self.count

    async def close(self, code: int, reason: str) -> None:
        self.farewell = code
        self.closed.set()

    def abort(self) -> None:
        self.is_aborted = True
        self.closed.set()


async def serve(gateway: Rig, transport: StuckTransport, principal: Principal = PROCESS) -> None:
    await gateway.hub.run(principal, transport, is_local=True)


async def keep_sweeping(gateway: Rig) -> None:
    await gateway.hub.sweeper().run()


async def sweep(gateway: Rig, times: int = 1) -> None:
    for _ in range(times):
        before = gateway.clock.sleepers
        gateway.clock.advance(SWEEP_SECONDS)
        await until(lambda before=before: gateway.clock.sleepers == before)
        await anyio.wait_all_tasks_blocked()


async def test_a_peer_that_takes_nothing_for_ten_minutes_is_dropped_and_no_other(tmp_path: Path) -> None:
    with anyio.fail_after(5):
        async with rig(tmp_path) as gateway, anyio.create_task_group() as group:
            stuck, slow, idle = StuckTransport(1000), StuckTransport(0), StuckTransport(None)
            for transport in (stuck, slow, idle):
                group.start_soon(serve, gateway, transport)
            group.start_soon(keep_sweeping, gateway)
            await until(lambda: gateway.hub.count == 3)
            await anyio.wait_all_tasks_blocked()
            for _ in range(int(STALL_SECONDS / SWEEP_SECONDS)):
                assert not stuck.is_aborted
                assert slow.count is not None
                slow.count += 1
                await sweep(gateway)
            await sweep(gateway)
            assert (stuck.is_aborted, slow.is_aborted, idle.is_aborted) == (True, False, False)
            await until(lambda: gateway.hub.count == 2)
            group.cancel_scope.cancel()


async def test_the_sweep_closes_sessions_that_were_idle_for_too_long(tmp_path: Path) -> None:
    with anyio.fail_after(5):
        async with rig(tmp_path) as gateway, anyio.create_task_group() as group:
            principal = gateway.access.authenticate_session(await gateway.access.open_session())
            transport = StuckTransport(None)
            group.start_soon(serve, gateway, transport, principal)
            group.start_soon(keep_sweeping, gateway)
            await anyio.wait_all_tasks_blocked()
            await sweep(gateway)
            assert transport.farewell is None
            gateway.clock.advance(12 * 3600)
            await transport.closed.wait()
            assert transport.farewell == REVOKED
            await until(lambda: gateway.hub.count == 0)
            group.cancel_scope.cancel()


async def test_leaving_says_going_away(tmp_path: Path) -> None:
    with anyio.fail_after(5):
        async with rig(tmp_path) as gateway, anyio.create_task_group() as group:
            transport = StuckTransport(None)
            group.start_soon(serve, gateway, transport)
            await anyio.wait_all_tasks_blocked()
            await gateway.hub.leave()
            assert (transport.farewell, gateway.hub.count) == (GOING_AWAY, 0)


async def test_whoever_does_not_leave_is_dropped(tmp_path: Path) -> None:
    with anyio.fail_after(5):
        async with rig(tmp_path) as gateway, anyio.create_task_group() as group:
            transport = StuckTransport(5)
            group.start_soon(serve, gateway, transport)
            await anyio.wait_all_tasks_blocked()
            gateway.hub.abort()
            await until(lambda: gateway.hub.count == 0)
            assert transport.is_aborted
