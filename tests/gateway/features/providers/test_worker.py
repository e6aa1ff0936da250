"""The refresher: each thing once at a time, whoever waits is let go."""

import anyio
import anyio.lowlevel

from portico.gateway.features.providers.worker import AT_ONCE, Refresher


async def test_asking_twice_joins_and_asking_later_works_again() -> None:
    refresher, gate, done = Refresher(), anyio.Event(), list[str]()

    async def job() -> None:
        await gate.wait()
        done.append("a")

    with anyio.fail_after(5):
        async with anyio.create_task_group() as group:
            first = refresher.ask("a", job)
            group.start_soon(refresher.run)
            await anyio.wait_all_tasks_blocked()
            assert refresher.ask("a", job) is first
            gate.set()
            await first.wait()
            await refresher.ask("a", job).wait()
            group.cancel_scope.cancel()
    assert done == ["a", "a"]


async def test_a_few_work_at_once_and_all_get_done() -> None:
    refresher, gate = Refresher(), anyio.Event()
    working, done = list[int](), list[int]()

    async def job(number: int) -> None:
        working.append(number)
        await gate.wait()
        done.append(number)

    def ask(number: int) -> anyio.Event:
        return refresher.ask(str(number), lambda: job(number))

    with anyio.fail_after(5):
        async with anyio.create_task_group() as group:
            events = [ask(number) for number in range(AT_ONCE + 2)]
            group.start_soon(refresher.run)
            await anyio.wait_all_tasks_blocked()
            assert len(working) == AT_ONCE
            gate.set()
            for event in events:
                await event.wait()
            group.cancel_scope.cancel()
    assert sorted(done) == list(range(AT_ONCE + 2))


async def test_stopping_lets_those_who_wait_go() -> None:
    refresher, waiting = Refresher(), list[anyio.Event]()
    with anyio.fail_after(5):
        async with anyio.create_task_group() as group:
            group.start_soon(refresher.run)
            waiting.append(refresher.ask("a", anyio.sleep_forever))
            await anyio.wait_all_tasks_blocked()
            group.cancel_scope.cancel()
        assert [event.is_set() for event in waiting] == [True]
        async with anyio.create_task_group() as group:
            group.start_soon(refresher.run)
            await refresher.ask("a", anyio.lowlevel.checkpoint).wait()
            group.cancel_scope.cancel()
