"""Running turns: taken, drained, interrupted, each ended once, and never a danger to each other."""

from contextlib import suppress

import anyio
import anyio.lowlevel
import pytest

from portico.gateway.agent.loop import Ending
from portico.gateway.features.turns.running import STOPPED, RunningTurns
from portico.gateway.kernel.errors import Conflict, Internal, Unavailable
from portico.gateway.kernel.metrics import NoMetrics
from portico.protocol.types.turn import TurnStatus
from tests.kit.clock import FakeClock
from tests.kit.ids import FakeIds

DONE = Ending(TurnStatus.COMPLETED)


class Counting(NoMetrics):
    def __init__(self) -> None:
        self.open = 0

    def turns_open(self, change: int) -> None:
        self.open += change


class FakeRun:
    """Works until `go`; `work_error` is raised then, `end_errors` one by one at each end."""

    def __init__(self, thread_id: str = "t", *end_errors: Exception) -> None:
        self.thread_id = thread_id
        self.turn_id = f"turn of {thread_id}"
        self.scope = anyio.CancelScope()
        self.interruption: Ending | None = None
        self.go = anyio.Event()
        self.began = anyio.Event()
        self.work_error: Exception | None = None
        self.endings: list[Ending] = []
        self._end_errors = list(end_errors)

    async def work(self) -> Ending:
        self.began.set()
        await self.go.wait()
        if self.work_error is not None:
            raise self.work_error
        return DONE

    async def end(self, ending: Ending) -> None:
        await anyio.lowlevel.checkpoint()
        self.endings.append(ending)
        if self._end_errors:
            raise self._end_errors.pop(0)


class Around:
    """The running turns with what tests look at."""

    def __init__(self, grace_seconds: float = 10) -> None:
        self.clock = FakeClock()
        self.metrics = Counting()
        self.free: list[str] = []
        self.running: RunningTurns[FakeRun] = RunningTurns(self.clock, FakeIds(), self.metrics, grace_seconds)

    async def ended(self, thread_id: str) -> None:
        self.free.append(thread_id)

    async def tick(self, seconds: float) -> None:
        """Wake who sleeps, once somebody does."""
        with anyio.fail_after(5):
            while not self.clock.sleepers:
                await anyio.lowlevel.checkpoint()
            self.clock.advance(seconds)
            while self.clock.sleepers:
                await anyio.lowlevel.checkpoint()

    async def until_free(self, count: int = 1) -> None:
        with anyio.fail_after(5):
            while len(self.free) < count:
                await anyio.lowlevel.checkpoint()


async def test_a_run_is_found_while_it_works_and_its_thread_is_free_afterwards() -> None:
    around, run = Around(), FakeRun()
    async with around.running.accepting(around.ended):
        around.running.start(run)
        assert around.running.find("t") is run
        assert around.metrics.open == 1
        run.go.set()
        await around.until_free()
        assert around.running.find("t") is None
    assert (run.endings, around.free, around.metrics.open) == ([DONE], ["t"], 0)


@pytest.mark.parametrize(
    ("error", "error_class"),
    [
        pytest.param(Unavailable("the disk is full", code="disk_full"), "disk_full", id="a refusal"),
        pytest.param(RuntimeError("secret detail"), "internal", id="the unexpected"),
    ],
)
async def test_a_run_that_raises_fails_and_others_go_on(error: Exception, error_class: str) -> None:
    around, bad, good = Around(), FakeRun("bad"), FakeRun("good")
    bad.work_error = error
    async with around.running.accepting(around.ended):
        around.running.start(bad)
        around.running.start(good)
        bad.go.set()
        await around.until_free()
        [ending] = bad.endings
        assert (ending.status, ending.error_class) == (TurnStatus.FAILED, error_class)
        assert "secret" not in (ending.error or "")
        good.go.set()
    assert good.endings == [DONE]


async def test_a_cancelled_run_ends_as_it_was_interrupted() -> None:
    around, run = Around(), FakeRun()
    run.interruption = Ending(TurnStatus.INTERRUPTED, "enough", "cancelled")
    async with around.running.accepting(around.ended):
        around.running.start(run)
        run.scope.cancel()
        await around.until_free()
    assert run.endings == [run.interruption]


async def test_runs_may_finish_while_the_gateway_stops_and_none_begins() -> None:
    around, run = Around(), FakeRun()

    async def finish() -> None:
        while around.running.is_accepting:
            await anyio.lowlevel.checkpoint()
        with pytest.raises(Unavailable):
            around.running.start(FakeRun("late"))
        run.go.set()

    async with anyio.create_task_group() as group, around.running.accepting(around.ended):
        around.running.start(run)
        group.start_soon(finish)
    assert run.endings == [DONE]
    assert around.free == []


async def test_without_grace_they_are_interrupted_and_still_write_their_end() -> None:
    around, run = Around(grace_seconds=0), FakeRun()
    async with around.running.accepting(around.ended):
        around.running.start(run)
        await run.began.wait()
    assert run.endings == [STOPPED]


async def test_a_second_signal_ends_the_grace() -> None:
    around, run = Around(grace_seconds=3_600), FakeRun()

    async def hurry() -> None:
        while around.running.is_accepting:
            await anyio.lowlevel.checkpoint()
        around.running.hurry()

    with anyio.fail_after(5):
        async with anyio.create_task_group() as group, around.running.accepting(around.ended):
            around.running.start(run)
            group.start_soon(hurry)
    assert run.endings == [STOPPED]


async def test_hurrying_before_the_stop_leaves_no_grace() -> None:
    around, run = Around(grace_seconds=3_600), FakeRun()
    with anyio.fail_after(5):
        async with around.running.accepting(around.ended):
            around.running.start(run)
            around.running.hurry()
            await anyio.lowlevel.checkpoint()
            assert run.endings == []
    assert run.endings == [STOPPED]


async def test_an_end_that_the_store_refuses_is_written_when_it_can_be() -> None:
    full = Unavailable("the disk is full")
    around, run = Around(), FakeRun("t", full, full, full)
    async with around.running.accepting(around.ended):
        around.running.start(run)
        run.go.set()
        for seconds in (1, 2, 4):
            await around.tick(seconds)
            assert around.running.find("t") is run
            assert around.free == []
        await around.until_free()
    assert run.endings == [DONE] * 4
    assert around.metrics.open == 0


async def test_an_end_that_cannot_be_written_at_the_stop_is_left_to_recovery() -> None:
    around, run = Around(grace_seconds=0), FakeRun("t", *[Unavailable("the disk is full")] * 9)
    with anyio.fail_after(5):
        async with around.running.accepting(around.ended):
            around.running.start(run)
            await run.began.wait()
    assert run.endings == [STOPPED]


@pytest.mark.parametrize("error", [Conflict("no", code="constraint"), Internal("no"), RuntimeError("no")])
async def test_an_end_that_is_refused_for_good_is_logged_and_the_thread_is_free(error: Exception) -> None:
    around, run, other = Around(), FakeRun("t", error), FakeRun("o", Unavailable("full"), error)
    async with around.running.accepting(around.ended):
        for one in (run, other):
            around.running.start(one)
            one.go.set()
        await around.tick(1)
        await around.until_free(2)
        assert around.running.find("t") is None
    assert around.metrics.open == 0


async def test_trouble_with_the_next_turn_stays_where_it_is() -> None:
    around, run = Around(), FakeRun()
    told = anyio.Event()

    async def ended(thread_id: str) -> None:
        told.set()
        raise RuntimeError(thread_id)

    async with around.running.accepting(ended):
        around.running.start(run)
        run.go.set()
        with anyio.fail_after(5):
            await told.wait()
        around.running.start(FakeRun("other"))
        found = around.running.find("other")
        assert found is not None
        found.go.set()


async def test_an_error_of_the_block_stops_the_turns_too() -> None:
    around, run = Around(grace_seconds=0), FakeRun()
    with suppress(BaseExceptionGroup, RuntimeError):
        async with around.running.accepting(around.ended):
            around.running.start(run)
            await run.began.wait()
            raise RuntimeError("the listener broke")
    assert run.endings == [STOPPED]
