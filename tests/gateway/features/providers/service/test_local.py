"""Whether Ollama runs here, seen without waiting."""

import anyio

from portico.gateway.features.providers.service.local import FRESH_SECONDS, LocalModels
from portico.gateway.features.providers.worker import Refresher
from tests.kit import FakeClock
from tests.kit.providers import FakeLists

URL = "http://127.0.0.1:11434/v1"


async def test_the_first_look_is_waited_for_and_later_ones_are_not() -> None:
    lists, clock, refresher = FakeLists(), FakeClock(), Refresher()
    local = LocalModels(lists, clock, refresher)
    with anyio.fail_after(5):
        async with anyio.create_task_group() as group:
            group.start_soon(refresher.run)
            assert local.seen(URL) is None
            assert await local.read(URL) is None
            lists.local = ("llama",)
            assert await local.read(URL) is None
            clock.advance(FRESH_SECONDS)
            lists.gate = anyio.Event()
            assert await local.read(URL) is None
            lists.gate.set()
            await anyio.wait_all_tasks_blocked()
            assert await local.read(URL) == ("llama",)
            assert local.seen(URL) == ("llama",)
            group.cancel_scope.cancel()
    assert lists.looked == [URL, URL]


async def test_each_address_has_its_own_look() -> None:
    lists, refresher = FakeLists(), Refresher()
    lists.local = ("llama",)
    local = LocalModels(lists, FakeClock(), refresher)
    with anyio.fail_after(5):
        async with anyio.create_task_group() as group:
            group.start_soon(refresher.run)
            assert await local.read(URL) == ("llama",)
            assert local.seen("http://other/v1") is None
            assert local.seen(None) is None
            assert await local.read("http://other/v1") == ("llama",)
            group.cancel_scope.cancel()


async def test_a_server_that_hangs_does_not_hold_anybody_up() -> None:
    lists, refresher = FakeLists(), Refresher()
    lists.gate = anyio.Event()
    with anyio.fail_after(5):
        async with anyio.create_task_group() as group:
            group.start_soon(refresher.run)
            local = LocalModels(lists, FakeClock(), refresher)
            assert await local.read(URL) is None
            assert await local.read(URL) is None
            group.cancel_scope.cancel()
    assert lists.looked == [URL]
