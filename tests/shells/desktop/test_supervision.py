"""The gateway of the home: used, started, started again."""

from collections.abc import Callable

import anyio
import pytest

from portico.client.errors import ClientError
from portico.client.registry import Target
from portico.shells.desktop.supervision import Found, Happened, LocalGateway, Lost, Starting, pause_after, port_of

URL = "http://127.0.0.1:4711"


class Child:
    """A gateway that lives until the test ends it."""

    def __init__(self, yard: "Yard", refusal: str = "") -> None:
        self.dead = anyio.Event()
        self.stopped = False
        self.refusal = refusal
        self._yard = yard

    async def ready(self) -> str:
        if self.refusal:
            raise ClientError(self.refusal)
        self._yard.running = Target(URL, "token", is_home=True)
        return URL

    async def gone(self) -> None:
        await self.dead.wait()
        self._yard.running = None

    async def stop(self, hurry: anyio.Event | None = None) -> None:
        del hurry
        self.stopped = True


class Yard:
    """Where gateways run. `sleep` lets the test say when time has passed."""

    def __init__(self, *refusals: str) -> None:
        self.running: Target | None = None
        self.children: list[Child] = []
        self.ports: list[int | None] = []
        self.told: list[Happened] = []
        self.slept: list[float] = []
        self._refusals = list(refusals)
        self._news = anyio.Event()
        self.local = LocalGateway(lambda: self.running, self._start, sleep=self._sleep)

    async def tell(self, happened: Happened) -> None:
        self.told.append(happened)
        self._rang()

    async def until(self, fits: Callable[[], bool]) -> None:
        with anyio.fail_after(5):
            while not fits():
                await self._news.wait()

    async def _start(self, port: int | None) -> Child:
        self.ports.append(port)
        self.children.append(Child(self, self._refusals.pop(0) if self._refusals else ""))
        return self.children[-1]

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self._rang()
        await anyio.lowlevel.checkpoint()

    def _rang(self) -> None:
        news, self._news = self._news, anyio.Event()
        news.set()


async def test_without_a_gateway_one_is_started_and_again_when_it_dies() -> None:
    yard = Yard()
    async with anyio.create_task_group() as group:
        group.start_soon(yard.local.run, yard.tell)
        await yard.until(lambda: len(yard.told) == 2)
        assert yard.told == [Starting(), Found(Target(URL, "token", is_home=True), is_ours=True)]
        yard.children[0].dead.set()
        await yard.until(lambda: len(yard.told) == 5)
        assert yard.told[2:4] == [Lost(0.5), Starting()]
        assert yard.ports == [None, 4711]
        yard.children[1].dead.set()
        await yard.until(lambda: len(yard.told) == 8)
        assert yard.told[5] == Lost(1.0)
        await yard.local.stop()
        assert yard.children[2].stopped
        group.cancel_scope.cancel()


async def test_a_gateway_that_runs_is_used_and_kept() -> None:
    yard = Yard()
    before = yard.running = Target("http://127.0.0.1:1", "t", is_home=True)
    async with anyio.create_task_group() as group:
        group.start_soon(yard.local.run, yard.tell)
        await yard.until(lambda: len(yard.slept) > 1)
        assert yard.told == [Found(before, is_ours=False)]
        await yard.local.stop()
        assert yard.children == []
        # somebody ends it: from now on it is ours to start
        yard.running = None
        await yard.until(lambda: len(yard.told) == 4)
        assert yard.told[3] == Found(Target(URL, "token", is_home=True), is_ours=True)
        group.cancel_scope.cancel()


async def test_one_that_does_not_start_says_why_and_tries_any_port_next() -> None:
    yard = Yard("the port is taken", "still")
    async with anyio.create_task_group() as group:
        group.start_soon(yard.local.run, yard.tell)
        await yard.until(lambda: len(yard.told) >= 6)
        assert yard.told[1] == Lost(0.5, "the port is taken")
        assert yard.told[3] == Lost(1.0, "still")
        assert yard.ports == [None, 0, None]
        assert yard.local.is_ours
        group.cancel_scope.cancel()


async def test_who_leaves_while_it_starts_leaves_nothing_behind() -> None:
    yard = Yard()

    class Slow(Child):
        async def ready(self) -> str:
            await anyio.sleep_forever()
            return ""

    slow = Slow(yard)

    async def start(_: int | None) -> Child:
        return slow

    local = LocalGateway(lambda: None, start, sleep=anyio.sleep)
    async with anyio.create_task_group() as group:
        group.start_soon(local.run, yard.tell)
        await anyio.wait_all_tasks_blocked()
        group.cancel_scope.cancel()
    assert slow.stopped
    assert not local.is_ours


def test_pauses_grow_to_a_bound() -> None:
    assert [pause_after(n) for n in (0, 1, 2, 6, 1_000)] == [0.5, 1.0, 2.0, 30.0, 30.0]


@pytest.mark.parametrize(("url", "port"), [(URL, 4711), ("http://[::1]:80/", 80), ("https://x", None)])
def test_the_port_of_an_address(url: str, port: int | None) -> None:
    assert port_of(url) == port
