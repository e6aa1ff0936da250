"""Starts that wait: in order, durable, bounded, removable; a start that became impossible is told."""

from functools import partial
from pathlib import Path

import anyio
import pytest

from portico.gateway.features.threads import QueuedRow
from portico.gateway.features.turns.service.queue import params_of, principal_of
from portico.gateway.kernel.errors import Conflict, Denied, Invalid
from portico.protocol.base import Scope
from portico.protocol.events import Event, ItemCompleted, TurnCompleted, TurnFailed, TurnQueueChanged, TurnStarted
from portico.protocol.methods.turn import TurnCancelParams, TurnQueueListParams, TurnRef
from portico.protocol.types.turn import TurnStatus
from tests.gateway.features.turns.home import Home, Setup, caller, home, params, working_home
from tests.kit.models import Reach, ScriptedModel, Wait
from tests.kit.tools import FakeTool, FakeTools, echo


class Standing:
    """The first turn stands still until `go`."""

    def __init__(self) -> None:
        self.reached, self.gate = anyio.Event(), anyio.Event()
        self.model = ScriptedModel([Reach(self.reached), Wait(self.gate), "first"])

    async def wait(self) -> None:
        with anyio.fail_after(5):
            await self.reached.wait()


async def waiting(made: Home) -> list[str]:
    answer = await made.reader.queue_list(caller(), TurnQueueListParams(thread_id="t1"))
    assert [item.position for item in answer.items] == list(range(1, len(answer.items) + 1))
    return [item.turn_id for item in answer.items]


async def order(made: Home) -> list[str]:
    return [event.turn.id for event in await made.events() if isinstance(event, TurnStarted)]


async def test_queued_turns_start_in_order_whatever_ended_before_them(tmp_path: Path) -> None:
    standing = Standing()
    async with working_home(tmp_path, Setup(model=standing.model)) as made:
        await made.thread()
        await made.start()
        await standing.wait()
        for place, turn_id in enumerate(("u2", "u3", "u4"), start=1):
            answer = await made.start(turn_id, turn_id, when_busy="queue")
            assert (answer.outcome, answer.queue_position, answer.turn.id) == ("queued", place, turn_id)
        again = await made.start("u3", "u3", when_busy="queue")
        assert (again.outcome, again.queue_position) == ("queued", 2)
        with pytest.raises(Conflict) as refused:
            await made.start("u3", "other", when_busy="queue")
        assert refused.value.code == "turn_exists"
        assert await waiting(made) == ["u2", "u3", "u4"]
        await made.turns.cancel(caller(), TurnCancelParams(thread_id="t1", turn_id="u1"))
        assert (await made.ended("u4")).status is TurnStatus.COMPLETED
        assert await order(made) == ["u1", "u2", "u3", "u4"]
        assert await waiting(made) == []
        changes = [event for event in await made.events() if isinstance(event, TurnQueueChanged)]
        assert [(event.change, event.queued_turn_id, event.depth) for event in changes] == [
            ("queued", "u2", 1),
            ("queued", "u3", 2),
            ("queued", "u4", 3),
            ("started", "u2", 2),
            ("started", "u3", 1),
            ("started", "u4", 0),
        ]


async def test_a_start_may_be_taken_out(tmp_path: Path) -> None:
    standing = Standing()
    async with working_home(tmp_path, Setup(model=standing.model)) as made:
        await made.thread()
        await made.start()
        await standing.wait()
        await made.start("u2", when_busy="queue")
        await made.start("u3", when_busy="queue")
        ref = TurnRef(thread_id="t1", turn_id="u2")
        assert [(await made.turns.queue_remove(caller(), ref)).removed for _ in range(2)] == [True, False]
        assert await waiting(made) == ["u3"]
        standing.gate.set()
        await made.ended("u3")
        assert await order(made) == ["u1", "u3"]


async def test_the_queue_is_bounded(tmp_path: Path) -> None:
    standing = Standing()
    async with working_home(tmp_path, Setup(model=standing.model, grace_seconds=0)) as made:
        await made.thread()
        await made.start()
        await standing.wait()
        for number in range(32):
            await made.start(f"q{number}", when_busy="queue")
        with pytest.raises(Conflict) as refused:
            await made.start("q32", when_busy="queue")
        assert refused.value.code == "turn_queue_full"


async def test_a_free_thread_does_not_queue_and_bad_starts_are_refused_at_once(tmp_path: Path) -> None:
    standing = Standing()
    async with working_home(tmp_path, Setup(model=standing.model)) as made:
        await made.thread()
        assert (await made.start(when_busy="queue")).outcome == "started"
        await standing.wait()
        with pytest.raises(Invalid):
            await made.start("u2", when_busy="queue", model_provider="nobody")
        with pytest.raises(Conflict) as refused:
            await made.start("u2")
        assert refused.value.code == "turn_already_running"
        standing.gate.set()


async def test_what_waited_starts_after_a_restart(tmp_path: Path) -> None:
    standing = Standing()
    async with working_home(tmp_path, Setup(model=standing.model, grace_seconds=0)) as made:
        await made.thread()
        await made.start()
        await standing.wait()
        await made.start("u2", when_busy="queue")
        await made.start("u3", when_busy="queue")
    async with home(tmp_path) as made:
        assert await waiting(made) == ["u2", "u3"]
        await made.turns.recover()
        async with made.turns.accepting():
            assert (await made.ended("u3")).status is TurnStatus.COMPLETED
            assert (await made.turn()).status is TurnStatus.INTERRUPTED
            assert await order(made) == ["u1", "u2", "u3"]


async def test_a_queue_that_cannot_be_resumed_does_not_stop_the_gateway(tmp_path: Path) -> None:
    standing = Standing()
    async with working_home(tmp_path, Setup(model=standing.model, grace_seconds=0)) as made:
        await made.thread()
        await made.start()
        await standing.wait()
        await made.start("u2", when_busy="queue")
    async with home(tmp_path) as made:
        await made.turns.recover()
        made.store.left = 0
        async with made.turns.accepting():
            made.store.heal()
            assert await waiting(made) == ["u2"]
            async with made.ports.lanes.enter("thread:t1"):
                answer = await made.start("u3", when_busy="queue")
            assert answer.queue_position == 2
            assert (await made.ended("u3")).status is TurnStatus.COMPLETED
            assert await order(made) == ["u1", "u2", "u3"]


async def test_a_start_that_became_impossible_fails_and_the_next_one_runs(tmp_path: Path) -> None:
    standing = Standing()
    setup = Setup(model=standing.model, tools=FakeTools({"echo": FakeTool(echo)}))
    async with working_home(tmp_path, setup) as made:
        await made.thread()
        await made.start()
        await standing.wait()
        gone = made.root / "gone"
        gone.mkdir()
        await made.start("u2", when_busy="queue", cwd=str(gone))
        await made.start("u3", when_busy="queue")
        gone.rmdir()
        standing.gate.set()
        assert (await made.ended("u3")).status is TurnStatus.COMPLETED
        failed = await made.turn("u2")
        assert (failed.status, failed.error_class) == (TurnStatus.FAILED, "cwd_missing")


async def test_a_queued_start_keeps_its_callers_scopes(tmp_path: Path) -> None:
    standing = Standing()
    setup = Setup(model=standing.model, tools=FakeTools({"echo": FakeTool(echo)}))
    async with working_home(tmp_path, setup) as made:
        await made.thread()
        await made.start()
        await standing.wait()
        await made.start("u2", when_busy="queue", ctx=caller(Scope.CHAT))
        with pytest.raises(Denied):
            await made.start("u3", when_busy="queue", tools="all", ctx=caller(Scope.CHAT))
        standing.gate.set()
        await made.ended("u2")
        assert standing.model.requests[0].tools != ()
        assert standing.model.requests[1].tools == ()


async def test_a_turn_that_ends_while_a_start_is_queued_leaves_nothing_behind(tmp_path: Path) -> None:
    """Whatever the order of the end and the queueing: the queued turn runs."""
    for steps in range(12):
        standing = Standing()
        folder = tmp_path / str(steps)
        folder.mkdir()
        async with working_home(folder, Setup(model=standing.model)) as made:
            await made.thread()
            await made.start()
            await standing.wait()
            standing.gate.set()
            for _ in range(steps):
                await anyio.lowlevel.checkpoint()
            async with made.ports.lanes.enter("thread:t1"):
                await made.start("u2", when_busy="queue")
            assert (await made.ended("u2")).status is TurnStatus.COMPLETED
            assert await order(made) == ["u1", "u2"]


async def test_a_start_whose_caller_leaves_is_begun_once_it_is_on_record(tmp_path: Path) -> None:
    """The running turn ends while the start is being written: only the start's own call can begin it."""
    standing = Standing()
    async with working_home(tmp_path, Setup(model=standing.model)) as made:
        await made.thread()
        await made.start()
        await standing.wait()
        await made.log.flush()
        goes_on = made.store.hang()
        async with anyio.create_task_group() as group:
            group.start_soon(partial(made.start, "u2", "second", when_busy="queue"))
            with anyio.fail_after(5):
                await made.store.held.wait()
            group.cancel_scope.cancel()
            standing.gate.set()
            goes_on.set()
        assert (await made.ended("u2")).status is TurnStatus.COMPLETED
        assert await waiting(made) == []
        again = await made.start("u2", "second", when_busy="queue")
        assert (again.outcome, again.turn.status) == ("started", TurnStatus.COMPLETED)
        assert await order(made) == ["u1", "u2"]


def test_a_row_gives_back_what_was_asked_and_by_whom() -> None:
    asked = params("u1", "hello", model="m")
    row = QueuedRow(
        "u1",
        1,
        "agent chat",
        b'{"thread_id":"t1","turn_id":"u1","input":[{"type":"text","text":"hello"}],"model":"m"}',
        5,
    )
    assert params_of(row) == asked
    assert principal_of(row).scopes == {Scope.AGENT, Scope.CHAT}


ENDS = (TurnCompleted, TurnFailed)


async def left_by(folder: Path, *, crash: bool) -> None:
    """A running turn, and behind it an attended start, an unattended one, and an attended one."""
    standing = Standing()
    async with working_home(folder, Setup(model=standing.model, grace_seconds=0)) as made:
        await made.thread()
        await made.start()
        await standing.wait()
        await made.start("u2", "waited for", when_busy="queue", attended=True)
        await made.start("u3", "not waited for", when_busy="queue")
        await made.start("u4", "waited for, too", when_busy="queue", attended=True)
        await made.log.flush()
        if crash:
            made.store.left = 0


@pytest.mark.parametrize("crash", [True, False], ids=["crash", "clean stop"])
async def test_a_start_whose_caller_waited_is_not_run_after_a_restart(tmp_path: Path, crash: bool) -> None:
    await left_by(tmp_path, crash=crash)
    model = ScriptedModel()
    async with working_home(tmp_path, Setup(model=model)) as made:
        assert (await made.ended("u3")).status is TurnStatus.COMPLETED
        for turn_id, text in (("u2", "waited for"), ("u4", "waited for, too")):
            turn = await made.turn(turn_id)
            assert (turn.status, turn.error_class) == (TurnStatus.INTERRUPTED, "gateway_stopped")
            events = await made.events(turn_id=turn_id)
            assert [type(event) for event in events] == [TurnStarted, ItemCompleted, TurnCompleted]
            assert text in await made.texts()
        # those whose callers are gone are told before anything runs
        assert await order(made) == ["u1", "u2", "u4", "u3"]
        assert await waiting(made) == []
        # a retry is answered with what became of it
        again = await made.start("u2", "waited for", when_busy="queue", attended=True)
        assert (again.outcome, again.turn.status) == ("started", TurnStatus.INTERRUPTED)
    assert len(model.requests) == 1
    changes = [event for event in await stored(tmp_path) if isinstance(event, TurnQueueChanged)]
    assert [event.depth for event in changes if event.change == "started"] == [2, 1, 0]


async def test_an_attended_start_runs_while_its_process_lives(tmp_path: Path) -> None:
    standing = Standing()
    async with working_home(tmp_path, Setup(model=standing.model)) as made:
        await made.thread()
        await made.start()
        await standing.wait()
        await made.start("u2", when_busy="queue", attended=True)
        standing.gate.set()
        assert (await made.ended("u2")).status is TurnStatus.COMPLETED


async def test_an_attended_start_that_could_not_be_ended_at_once_is_ended_later_and_never_run(tmp_path: Path) -> None:
    await left_by(tmp_path, crash=True)
    model = ScriptedModel()
    async with home(tmp_path, Setup(model=model)) as made:
        await made.turns.recover()
        made.store.left = 0
        async with made.turns.accepting():
            made.store.heal()
            assert await waiting(made) == ["u2", "u3", "u4"]
            async with made.ports.lanes.enter("thread:t1"):
                await made.start("u5", when_busy="queue", attended=True)
            assert (await made.ended("u5")).status is TurnStatus.COMPLETED
            assert [(await made.turn(name)).status for name in ("u2", "u4")] == [TurnStatus.INTERRUPTED] * 2
            assert await order(made) == ["u1", "u2", "u3", "u4", "u5"]
    assert len(model.requests) == 2


@pytest.mark.parametrize("commits", range(4))
async def test_a_crash_while_they_are_ended_ends_each_exactly_once(tmp_path: Path, commits: int) -> None:
    await left_by(tmp_path, crash=True)
    async with home(tmp_path) as made:
        await made.turns.recover()
        made.store.left = commits
        async with made.turns.accepting():
            await made.log.flush()
    async with working_home(tmp_path) as made:
        assert (await made.ended("u3")).status is not TurnStatus.IN_PROGRESS
        events = await made.events()
        assert sum(isinstance(event, TurnStarted) for event in events) == 4
        assert sum(isinstance(event, ENDS) for event in events) == 4
        assert sorted(await order(made)) == ["u1", "u2", "u3", "u4"]


async def stored(folder: Path) -> list[Event]:
    async with home(folder) as made:
        return await made.events()
