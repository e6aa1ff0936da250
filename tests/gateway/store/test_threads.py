"""Jobs on threads of their own, answers in the loop."""

import threading
from queue import SimpleQueue

import anyio
import pytest

from portico.gateway.store.engine import StoreUnavailable
from portico.gateway.store.threads import Threads


class Owned:
    """Counts how often one was made and closed."""

    made = 0
    closed = 0

    def __init__(self) -> None:
        type(self).made += 1
        self.thread = threading.current_thread().name

    def close(self) -> None:
        type(self).closed += 1


@pytest.fixture
def owned() -> type[Owned]:
    class Fresh(Owned):
        made = 0
        closed = 0

    return Fresh


async def test_a_job_returns_or_raises_what_the_work_does(owned: type[Owned]) -> None:
    threads = Threads("work", owned, 1)
    threads.start()

    def fail(_: Owned, text: str) -> None:
        raise LookupError(text)

    with anyio.fail_after(5):
        assert await threads.run(lambda own, n: (own.thread, n), 3) == ("work-0", 3)
        with pytest.raises(LookupError, match="gone"):
            await threads.run(fail, "gone")
        assert await threads.run(lambda _, n: n, 4) == 4
        await threads.close()
    assert (owned.made, owned.closed) == (1, 1)


async def test_one_thread_keeps_the_order(owned: type[Owned]) -> None:
    threads = Threads("work", owned, 1)
    threads.start()
    seen: list[int] = []

    def note(_: Owned, n: int) -> None:
        seen.append(n)

    with anyio.fail_after(5):
        async with anyio.create_task_group() as group:
            for n in range(20):
                group.start_soon(threads.run, note, n)
        await threads.close()
    assert seen == list(range(20))


async def test_two_threads_work_at_once(owned: type[Owned]) -> None:
    threads = Threads("work", owned, 2)
    threads.start()
    meeting = threading.Barrier(2, timeout=5)
    names: set[str] = set()

    async def meet() -> None:
        names.add(await threads.run(lambda own, _: (meeting.wait(), own.thread)[1], None))

    with anyio.fail_after(10):
        async with anyio.create_task_group() as group:
            group.start_soon(meet)
            group.start_soon(meet)
        await threads.close()
    assert names == {"work-0", "work-1"}


async def test_a_failure_of_making_fails_the_job_and_the_next_tries_anew() -> None:
    outcomes = [OSError("no disk"), None]

    def make() -> Owned:
        error = outcomes.pop(0)
        if error is not None:
            raise error
        return Owned()

    threads = Threads("work", make, 1)
    threads.start()
    with anyio.fail_after(5):
        with pytest.raises(OSError, match="no disk"):
            await threads.run(lambda _, n: n, 1)
        assert await threads.run(lambda _, n: n, 2) == 2
        await threads.close()


async def test_what_waits_is_done_before_the_threads_end(owned: type[Owned]) -> None:
    threads = Threads("work", owned, 1)
    threads.start()
    gate: SimpleQueue[None] = SimpleQueue()
    done: list[str] = []
    with anyio.fail_after(5):
        threads.post(lambda _, __: gate.get(timeout=5), None)
        threads.post(lambda _, name: done.append(name), "late")
        gate.put(None)
        await threads.close()
    assert done == ["late"]
    assert owned.closed == 1


async def test_after_closing_a_job_is_refused_and_a_post_is_dropped(owned: type[Owned]) -> None:
    threads = Threads("work", owned, 1)
    threads.start()
    with anyio.fail_after(5):
        await threads.close()
        threads.post(lambda _, n: n, 1)
        with pytest.raises(StoreUnavailable) as refusal:
            await threads.run(lambda _, n: n, 1)
    assert refusal.value.details == {"reason": "closed"}


async def test_a_cancelled_wait_leaves_the_thread_alive(owned: type[Owned]) -> None:
    threads = Threads("work", owned, 1)
    threads.start()
    gate: SimpleQueue[None] = SimpleQueue()

    def wait(_: Owned, seconds: float) -> None:
        gate.get(timeout=seconds)

    with anyio.fail_after(5):
        async with anyio.create_task_group() as group:
            group.start_soon(threads.run, wait, 5.0)
            await anyio.wait_all_tasks_blocked()
            group.cancel_scope.cancel()
        gate.put(None)
        assert await threads.run(lambda _, n: n, 5) == 5
        await threads.close()


async def test_what_a_posted_job_raises_leaves_the_thread_alive(owned: type[Owned]) -> None:
    threads = Threads("work", owned, 1)
    threads.start()

    def fail(_: Owned, text: str) -> None:
        raise LookupError(text)

    with anyio.fail_after(5):
        threads.post(fail, "unheard")
        assert await threads.run(lambda _, n: n, 5) == 5
        await threads.close()
