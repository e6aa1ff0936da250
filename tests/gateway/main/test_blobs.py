"""The worker that removes outputs which nobody needs."""

from typing import Any

import anyio
import pytest

from portico.gateway.main.blobs import EVERY_SECONDS, FIRST_SECONDS, blob_sweeper
from portico.gateway.store.engine import StoreUnavailable
from tests.kit import FakeClock


class FakeBlobs:
    """Counts the looks; `failure` is raised by the next."""

    def __init__(self) -> None:
        self.looks = 0
        self.failure: Exception | None = None

    async def remove_unreferenced(self, store: Any) -> int:
        del store
        self.looks += 1
        failure, self.failure = self.failure, None
        if failure is not None:
            raise failure
        return 1


@pytest.mark.parametrize(
    "failure", [None, StoreUnavailable("the disk is full", reason="disk_full"), PermissionError(13, "no")]
)
async def test_it_looks_after_the_start_and_then_every_hour_whatever_happens(failure: Exception | None) -> None:
    blobs, clock = FakeBlobs(), FakeClock()
    store: Any = None
    worker = blob_sweeper(blobs, store, clock)  # pyright: ignore[reportArgumentType]
    with anyio.fail_after(5):
        async with anyio.create_task_group() as group:
            group.start_soon(worker.run)  # pyright: ignore[reportArgumentType]
            await anyio.wait_all_tasks_blocked()
            assert blobs.looks == 0
            blobs.failure = failure
            for looks, seconds in enumerate((FIRST_SECONDS, EVERY_SECONDS, EVERY_SECONDS), start=1):
                clock.advance(seconds)
                await anyio.wait_all_tasks_blocked()
                assert blobs.looks == looks
            group.cancel_scope.cancel()
