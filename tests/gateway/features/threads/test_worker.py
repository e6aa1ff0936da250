"""The filler catches up once and then rests."""

from pathlib import Path

import anyio

from portico.gateway.features.threads import search_filler
from portico.gateway.kernel.supervise import supervise
from portico.gateway.log import Batch, Put
from tests.gateway.features.threads.desk import Desk, desk


async def test_the_filler_catches_up_and_rests(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        await at.log.write(Batch(records=(Put("search_backlog", {"thread_id": "gone"}, {}),)))
        async with supervise([search_filler(at.search)], at.clock):
            await emptied(at)
            assert at.clock.sleepers == 0


async def emptied(at: Desk) -> None:
    """Wait until the list is."""
    with anyio.fail_after(5):
        while await at.rows("search_backlog"):
            await anyio.wait_all_tasks_blocked()
