"""Input for a running turn: delivered once, in order, never lost after it was acknowledged."""

from pathlib import Path

import anyio
import anyio.lowlevel
import pytest

from portico.gateway.agent.model import AssistantMessage
from portico.gateway.features.turns.service import core
from portico.gateway.kernel.errors import Conflict, GatewayError, NotFound
from portico.protocol.base import Scope
from portico.protocol.methods.thread import ThreadDeleteParams
from portico.protocol.types.turn import TurnStatus
from tests.gateway.agent.dialogue import user
from tests.gateway.features.turns.home import caller, working_home
from tests.gateway.features.turns.standing import Standing, cancelling, steering
from tests.kit.tools import FakeTool, FakeTools, echo


async def test_steering_is_delivered_before_the_next_model_call(tmp_path: Path) -> None:
    standing = Standing(["thanks"])
    async with working_home(tmp_path, standing.setup) as home:
        await home.thread()
        await home.start()
        await standing.wait()
        answer = await home.turns.steer(caller(), steering("and quickly"))
        assert (answer.turn_id, answer.steer_id) == ("u1", "s1")
        await home.turns.steer(caller(), steering("and quickly"))
        with pytest.raises(Conflict) as refused:
            await home.turns.steer(caller(), steering("something else"))
        assert refused.value.code == "steer_exists"
        standing.go()
        assert (await home.ended()).status is TurnStatus.COMPLETED
        assert standing.model.requests[1].messages == (
            user("hello"),
            AssistantMessage("so far!"),
            user("and quickly"),
        )
        assert await home.texts() == ["hello", "so far!", "and quickly", "thanks"]
        assert await home.threads.signals("t1", "u1") == []
        # a retry after the end is still harmless, a new one is too late
        await home.turns.steer(caller(), steering("and quickly"))
        for late in (steering("more", "s2"), steering("other turn", "s3", "u7")):
            with pytest.raises(Conflict) as refused:
                await home.turns.steer(caller(), late)
            assert refused.value.code == "turn_not_running"


async def test_input_that_was_acknowledged_is_kept_when_the_turn_is_cancelled(tmp_path: Path) -> None:
    standing = Standing()
    async with working_home(tmp_path, standing.setup) as home:
        await home.thread()
        await home.start()
        await standing.wait()
        await home.turns.steer(caller(), steering("remember"))
        await home.turns.cancel(caller(), cancelling())
        await home.ended()
        assert await home.texts() == ["hello", "so far", "remember"]


async def test_a_start_may_steer_the_running_turn(tmp_path: Path) -> None:
    standing = Standing()
    async with working_home(tmp_path, standing.setup) as home:
        await home.thread()
        await home.start()
        await standing.wait()
        for _ in range(2):
            answer = await home.start("u2", "faster", when_busy="steer")
            assert (answer.outcome, answer.turn.id) == ("steered", "u1")
        standing.go()
        await home.ended()
        again = await home.start("u2", "faster", when_busy="steer")
        assert (again.outcome, again.turn.status) == ("steered", TurnStatus.COMPLETED)
        with pytest.raises(Conflict):
            await home.start("u2", "slower", when_busy="steer")
        free = await home.start("u3", "new", when_busy="steer")
        assert free.outcome == "started"
        await home.ended("u3")
        assert await home.texts() == ["hello", "so far!", "faster", "ok", "new", "ok"]


async def test_steering_a_turn_with_tools_needs_the_scope_agent(tmp_path: Path) -> None:
    standing = Standing()
    standing.setup.tools = FakeTools({"echo": FakeTool(echo)})
    async with working_home(tmp_path, standing.setup) as home:
        await home.thread()
        await home.start()
        await standing.wait()
        for attempt in (
            home.turns.steer(caller(Scope.CHAT), steering("x")),
            home.start("u2", "x", when_busy="steer", ctx=caller(Scope.CHAT)),
        ):
            with pytest.raises(GatewayError) as refused:
                await attempt
            assert refused.value.kind == "denied"
        standing.go()


async def test_a_turn_that_could_not_be_ended_yet_takes_no_input_but_the_queue_does(tmp_path: Path) -> None:
    standing = Standing()
    async with working_home(tmp_path, standing.setup) as home:
        await home.thread()
        await home.start()
        await standing.wait()
        await home.log.flush()
        home.store.left = 0
        standing.go()
        with anyio.fail_after(5):
            while not home.clock.sleepers:
                await anyio.lowlevel.checkpoint()
        home.store.heal()
        with pytest.raises(Conflict) as refused:
            await home.turns.steer(caller(), steering("late"))
        assert refused.value.code == "turn_not_running"
        assert (await home.turns.cancel(caller(), cancelling())).turn.status is TurnStatus.IN_PROGRESS
        assert await home.threads.signals("t1", "u1") == []
        assert (await home.start("u2", "after", when_busy="steer")).outcome == "queued"
        home.clock.advance(1)
        assert (await home.ended("u2")).status is TurnStatus.COMPLETED
        assert await home.texts() == ["hello", "so far!", "after", "ok"]


async def test_input_for_a_thread_that_is_deleted_leaves_no_trace(tmp_path: Path) -> None:
    standing = Standing()
    async with working_home(tmp_path, standing.setup) as home:
        await home.thread()
        await home.start()
        await standing.wait()
        await home.log.flush()
        codes: list[str] = []

        async def delete() -> None:
            await home.threads.delete(caller(), ThreadDeleteParams(workspace_id="w1", thread_id="t1"))

        async def steer() -> None:
            try:
                await home.turns.steer(caller(), steering("private"))
            except (Conflict, NotFound) as error:
                codes.append(error.code)

        goes_on = home.store.hang()
        async with anyio.create_task_group() as group:
            group.start_soon(delete)
            group.start_soon(steer)
            await anyio.wait_all_tasks_blocked()
            goes_on.set()
        # refused by the erased stream, or by the thread that is gone, or taken before and erased with it
        assert codes in (["turn_not_running"], ["thread_not_found"], [])
        assert await home.log.read("select count(*) from turn_signal") == [(0,)]


@pytest.mark.parametrize("is_ended", [True, False], ids=["after its turn ended", "in the middle of its turn"])
async def test_a_start_that_steered_is_known_after_a_restart(tmp_path: Path, is_ended: bool) -> None:
    standing = Standing()
    standing.setup.grace_seconds = 0
    async with working_home(tmp_path, standing.setup) as home:
        await home.thread()
        await home.start()
        await standing.wait()
        assert (await home.start("u2", "faster", when_busy="steer")).outcome == "steered"
        if is_ended:
            standing.go()
            await home.ended()
        else:
            home.store.left = 0  # nothing more gets to the disk: what is left is what a crash leaves
    async with working_home(tmp_path) as home:
        again = await home.start("u2", "faster", when_busy="steer")
        status = TurnStatus.COMPLETED if is_ended else TurnStatus.INTERRUPTED
        assert (again.outcome, again.turn.id, again.turn.status) == ("steered", "u1", status)
        with pytest.raises(Conflict) as refused:
            await home.start("u2", "slower", when_busy="steer")
        assert refused.value.code == "steer_exists"
        assert (await home.texts())[-1] in ("faster", "ok")
        assert (await home.texts()).count("faster") == 1


async def test_a_start_that_steered_is_known_while_its_turn_is_one_of_the_newest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(core, "KNOWN_TURNS", 2)
    standing = Standing()
    async with working_home(tmp_path, standing.setup) as home:
        await home.thread()
        await home.start()
        await standing.wait()
        await home.start("u2", "faster", when_busy="steer")
        standing.go()
        await home.ended()
        for turn_id in ("u3", "u4"):
            assert (await home.start("u2", "faster", when_busy="steer")).outcome == "steered"
            await home.start(turn_id, "next")
            await home.ended(turn_id)
        assert (await home.start("u2", "faster", when_busy="steer")).outcome == "started"


async def test_a_retry_that_meets_the_end_of_the_steered_turn_starts_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    standing = Standing()
    async with working_home(tmp_path, standing.setup) as home:
        await home.thread()
        await home.start()
        await standing.wait()
        await home.start("u2", "faster", when_busy="steer")
        looks: list[str] = []
        said = home.threads.said

        async def slow(thread_id: str, item_id: str, newest: int) -> object:
            """The turn takes the input and ends right after the first look."""
            looks.append(item_id)
            found = await said(thread_id, item_id, newest)
            if len(looks) == 1:
                standing.go()
                await home.ended()
                await anyio.wait_all_tasks_blocked()
            return found

        monkeypatch.setattr(home.threads, "said", slow)
        assert (await home.start("u2", "faster", when_busy="steer")).outcome == "steered"
        assert looks == ["u2", "u2"]


async def test_input_whose_caller_leaves_is_delivered_once_it_is_on_record(tmp_path: Path) -> None:
    standing = Standing(["thanks"])
    async with working_home(tmp_path, standing.setup) as home:
        await home.thread()
        await home.start()
        await standing.wait()
        await home.log.flush()
        goes_on = home.store.hang()
        async with anyio.create_task_group() as group:
            group.start_soon(home.turns.steer, caller(), steering("and quickly"))
            await home.store.held.wait()
            group.cancel_scope.cancel()
            goes_on.set()
        standing.go()
        assert (await home.ended()).status is TurnStatus.COMPLETED
        assert await home.texts() == ["hello", "so far!", "and quickly", "thanks"]
        assert await home.threads.signals("t1", "u1") == []
