"""Use is written down every minute."""

from pathlib import Path

import anyio

from portico.gateway.features.access import PROCESS, AccessOptions, AccessPorts, AccessService, last_use_worker
from portico.gateway.features.access.worker import FLUSH_SECONDS
from portico.gateway.rpc import CallContext
from portico.protocol.methods.access import TokenIssueParams
from tests.gateway.features.access.ports import HomeInMemory, KeyInMemory
from tests.kit import FakeClock, FakeIds
from tests.kit.logs import sqlite_log


async def test_use_is_written_every_minute(tmp_path: Path) -> None:
    clock = FakeClock()
    async with sqlite_log(tmp_path, (), clock) as log:
        access = AccessService(log, clock, FakeIds(), AccessOptions(), AccessPorts(KeyInMemory(), HomeInMemory()))
        await access.load()
        made = await access.issue(CallContext(PROCESS), TokenIssueParams())

        async def keep_working() -> None:
            await last_use_worker(access, clock).run()

        async def wait_for_use(at: int) -> None:
            while (await log.read("select last_used_at from token")) != [(at,)]:
                await anyio.lowlevel.checkpoint()

        with anyio.fail_after(5):
            async with anyio.create_task_group() as group:
                group.start_soon(keep_working)
                await anyio.wait_all_tasks_blocked()
                access.authenticate(made.secret)
                at = clock.now()
                clock.advance(FLUSH_SECONDS)
                await wait_for_use(at)
                group.cancel_scope.cancel()
