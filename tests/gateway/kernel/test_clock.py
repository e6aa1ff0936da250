"""The machine's clock, in three units."""

import time

import anyio

from portico.gateway.kernel.clock import Clock, SystemClock
from tests.kit import FakeClock


def test_the_units_agree() -> None:
    clock = SystemClock()
    before = time.time()
    assert int(before) <= clock.now() <= time.time()
    assert int(before * 1000) <= clock.now_ms() <= time.time() * 1000
    assert clock.monotonic() <= clock.monotonic()


async def test_sleep_gives_way() -> None:
    ran = list[str]()

    async def other() -> None:
        ran.append("other")

    async with anyio.create_task_group() as group:
        group.start_soon(other)
        await SystemClock().sleep(0)
        assert ran == ["other"]


async def test_the_fake_moves_when_told() -> None:
    clock = FakeClock()
    woken = list[str]()

    async def sleeper(name: str, seconds: float) -> None:
        await clock.sleep(seconds)
        woken.append(name)

    with anyio.fail_after(5):
        async with anyio.create_task_group() as group:
            group.start_soon(sleeper, "late", 10)
            group.start_soon(sleeper, "soon", 1)
            await anyio.wait_all_tasks_blocked()
            clock.advance(1)
            await anyio.wait_all_tasks_blocked()
            assert (woken, clock.sleepers) == (["soon"], 1)
            clock.advance(9)
    assert woken == ["soon", "late"]


def test_both_are_clocks() -> None:
    clocks: list[Clock] = [SystemClock(), FakeClock(now=7)]
    assert clocks[1].now() == 7
