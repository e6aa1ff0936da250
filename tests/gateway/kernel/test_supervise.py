"""A worker that crashes is started again, later each time; one that is needed stops the gateway."""

import anyio
import pytest

from portico.gateway.kernel.supervise import FIRST_DELAY, LONGEST_DELAY, Worker, supervise
from tests.kit import FakeClock


class Crashing:
    """Crashes at each run."""

    def __init__(self) -> None:
        self.runs = 0

    async def run(self) -> None:
        self.runs += 1
        raise RuntimeError("boom")


async def test_a_crashed_worker_is_started_again_with_growing_delays(caplog: pytest.LogCaptureFixture) -> None:
    clock, worker = FakeClock(), Crashing()
    delay = FIRST_DELAY
    with anyio.fail_after(5):
        async with supervise([Worker("crashing", worker.run)], clock):
            await anyio.wait_all_tasks_blocked()
            for run in range(1, 12):
                assert worker.runs == run
                clock.advance(delay - 0.01)
                await anyio.wait_all_tasks_blocked()
                assert worker.runs == run
                clock.advance(0.01)
                await anyio.wait_all_tasks_blocked()
                delay = min(delay * 2, LONGEST_DELAY)
    assert caplog.text.count("worker crashed") == 12


async def test_a_crash_of_one_leaves_the_others() -> None:
    clock, crashing, started = FakeClock(), Crashing(), anyio.Event()
    cancelled = list[bool]()

    async def steady() -> None:
        started.set()
        try:
            await anyio.sleep_forever()
        finally:
            cancelled.append(True)

    with anyio.fail_after(5):
        async with supervise([Worker("crashing", crashing.run), Worker("steady", steady)], clock):
            await started.wait()
            await anyio.wait_all_tasks_blocked()
            assert cancelled == []
    assert cancelled == [True]


async def test_a_worker_the_gateway_cannot_live_without_stops_it() -> None:
    with anyio.fail_after(5), pytest.RaisesGroup(RuntimeError):
        async with supervise([Worker("writer", Crashing().run, on_crash="stop_gateway")], FakeClock()):
            await anyio.sleep_forever()
