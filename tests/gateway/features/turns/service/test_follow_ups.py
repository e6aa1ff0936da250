"""Follow-ups: input that waits for the turn's end; nothing that was acknowledged is ever lost or said twice."""

from collections import Counter
from functools import partial
from pathlib import Path
from random import Random

import anyio
import anyio.lowlevel
import pytest

from portico.gateway.agent.model import AssistantMessage, FailureClass, TextPart, UserMessage
from portico.gateway.features.turns.rules.starting import MAX_QUEUED
from portico.gateway.kernel.errors import Conflict, GatewayError
from portico.protocol.base import Scope
from portico.protocol.events import ItemCompleted
from portico.protocol.types.item import UserMessage as UserItem
from portico.protocol.types.turn import TurnStatus
from tests.gateway.agent.dialogue import user
from tests.gateway.features.turns.home import Home, Setup, caller, working_home
from tests.gateway.features.turns.standing import Standing, cancelling, following, steering
from tests.kit.models import ScriptedModel, call, fail
from tests.kit.tools import FakeTool, FakeTools, echo


async def said_by_users(made: Home) -> Counter[str]:
    """How often each message of a user stands in the log."""
    items = [event.item for event in await made.events() if isinstance(event, ItemCompleted)]
    return Counter(item.text for item in items if isinstance(item, UserItem))


async def test_a_follow_up_is_read_when_the_turn_would_end(tmp_path: Path) -> None:
    standing = Standing(["quick"], ["one"], ["two"])
    async with working_home(tmp_path, standing.setup) as made:
        await made.thread()
        await made.start()
        await standing.wait()
        for steer in (following("then this", "f1"), following("then that", "f2"), steering("quickly")):
            answer = await made.turns.steer(caller(), steer)
            assert (answer.turn_id, answer.steer_id) == ("u1", steer.steer_id)
        await made.turns.steer(caller(), following("then this", "f1"))
        with pytest.raises(Conflict) as refused:
            await made.turns.steer(caller(), following("other", "f1"))
        assert refused.value.code == "steer_exists"
        standing.go()
        assert (await made.ended()).status is TurnStatus.COMPLETED
        assert [request.messages[-1] for request in standing.model.requests[1:]] == [
            user("quickly"),
            user("then this"),
            user("then that"),
        ]
        texts = ["hello", "so far!", "quickly", "quick", "then this", "one", "then that", "two"]
        assert await made.texts() == texts
        assert await made.threads.signals("t1", "u1") == []
        # a retry after the end is still harmless, a new one is too late
        await made.turns.steer(caller(), following("then this", "f1"))
        with pytest.raises(Conflict) as refused:
            await made.turns.steer(caller(), following("more", "f3"))
        assert refused.value.code == "turn_not_running"


async def test_a_start_may_follow_up_the_running_turn_and_is_told_its_place(tmp_path: Path) -> None:
    standing = Standing(["one"], ["two"])
    async with working_home(tmp_path, standing.setup) as made:
        await made.thread()
        await made.start()
        await standing.wait()
        for place, turn_id in enumerate(("u2", "u3"), start=1):
            answer = await made.start(turn_id, f"for {turn_id}", when_busy="follow_up")
            assert (answer.outcome, answer.turn.id, answer.queue_position) == ("steered", "u1", place)
        again = await made.start("u2", "for u2", when_busy="follow_up")
        assert (again.outcome, again.queue_position) == ("steered", 2)
        steered = await made.start("u4", "for u4", when_busy="steer")
        assert (steered.outcome, steered.queue_position) == ("steered", 3)
        standing.go()
        await made.ended()
        late = await made.start("u2", "for u2", when_busy="follow_up")
        assert (late.outcome, late.turn.status, late.queue_position) == ("steered", TurnStatus.COMPLETED, None)
        free = await made.start("u5", "new", when_busy="follow_up")
        assert free.outcome == "started"
        await made.ended("u5")


async def test_no_more_waits_for_a_running_turn_than_for_a_thread(tmp_path: Path) -> None:
    standing = Standing(*[["ok"]] * MAX_QUEUED)
    async with working_home(tmp_path, standing.setup) as made:
        await made.thread()
        await made.start()
        await standing.wait()
        for number in range(MAX_QUEUED - 1):
            await made.turns.steer(caller(), following("more", f"f{number}"))
        await made.turns.steer(caller(), steering("quickly"))
        for refusal in (
            partial(made.turns.steer, caller(), steering("one too many", "s2")),
            partial(made.start, "u2", "one too many", when_busy="follow_up"),
            partial(made.start, "u2", "one too many", when_busy="steer"),
        ):
            with pytest.raises(Conflict) as refused:
                await refusal()
            assert refused.value.code == "turn_queue_full"
        await made.turns.steer(caller(), steering("quickly"))
        assert await made.threads.queued("t1") == []
        standing.go()
        await made.ended()
        assert (await said_by_users(made))["one too many"] == 0


async def test_where_no_turn_takes_it_any_more_the_start_is_queued(tmp_path: Path) -> None:
    standing = Standing()
    async with working_home(tmp_path, standing.setup) as made:
        await made.thread()
        await made.start()
        await standing.wait()
        await made.log.flush()
        made.store.left = 0  # the end cannot be written: the turn is over and its thread not free yet
        standing.go()
        with anyio.fail_after(5):
            while not made.clock.sleepers:
                await anyio.lowlevel.checkpoint()
        made.store.heal()
        assert (await made.start("u2", "after", when_busy="follow_up")).outcome == "queued"
        made.clock.advance(1)
        assert (await made.ended("u2")).status is TurnStatus.COMPLETED


async def test_a_follow_up_into_a_turn_with_tools_needs_the_scope_agent(tmp_path: Path) -> None:
    standing = Standing()
    standing.setup.tools = FakeTools({"echo": FakeTool(echo)})
    async with working_home(tmp_path, standing.setup) as made:
        await made.thread()
        await made.start()
        await standing.wait()
        with pytest.raises(GatewayError) as refused:
            await made.turns.steer(caller(Scope.CHAT), following("x"))
        assert refused.value.kind == "denied"
        standing.go()


async def test_a_failed_turn_keeps_them_as_messages(tmp_path: Path) -> None:
    standing = Standing()
    standing.model.rounds[0][-1] = fail(FailureClass.AUTH_EXPIRED)
    async with working_home(tmp_path, standing.setup) as made:
        await made.thread()
        await made.start()
        await standing.wait()
        await made.turns.steer(caller(), following("remember", "f1"))
        await made.turns.steer(caller(), steering("and this", "s1"))
        standing.go()
        assert (await made.ended()).status is TurnStatus.FAILED
        assert await made.texts() == ["hello", "so far", "and this", "remember"]
        await made.start("u2", "now?")
        await made.ended("u2")
        _, said, kept, _, asked = standing.model.requests[1].messages
        assert said == AssistantMessage("so far")
        assert kept == UserMessage((TextPart("and this"), TextPart("remember")))
        assert asked == user("now?")


async def test_they_survive_a_crash_as_messages(tmp_path: Path) -> None:
    standing = Standing()
    standing.setup.grace_seconds = 0
    async with working_home(tmp_path, standing.setup) as made:
        await made.thread()
        await made.start()
        await standing.wait()
        await made.turns.steer(caller(), following("first", "f1"))
        await made.turns.steer(caller(), steering("second", "s1"))
        await made.start("u2", "third", when_busy="follow_up")
        await made.log.flush()
        made.store.left = 0
    async with working_home(tmp_path) as made:
        assert (await made.turn()).status is TurnStatus.INTERRUPTED
        assert await made.texts() == ["hello", "so far", "first", "second", "third"]
        assert await made.threads.signals("t1", "u1") == []
        again = await made.start("u2", "third", when_busy="follow_up")
        assert (again.outcome, again.turn.id) == ("steered", "u1")


def busy(seed: int) -> Setup:
    """A turn of several rounds, with and without tools."""
    dice = Random(seed)
    rounds = [["a", call("echo")] if dice.random() < 0.4 else ["b"] for _ in range(8)]
    return Setup(model=ScriptedModel(*rounds), tools=FakeTools({"echo": FakeTool(echo)}), grace_seconds=0)


class Senders:
    """Input sent at random moments, and what of it was acknowledged."""

    def __init__(self, made: Home, dice: Random) -> None:
        self._made = made
        self._dice = dice
        self.acknowledged: list[str] = []

    async def send(self, number: int) -> None:
        for _ in range(self._dice.randrange(25)):
            await anyio.lowlevel.checkpoint()
        text, made = f"input {number}", self._made
        try:
            match self._dice.randrange(4):
                case 0:
                    await made.turns.steer(caller(), steering(text, f"s{number}"))
                case 1:
                    await made.turns.steer(caller(), following(text, f"s{number}"))
                case 2:
                    async with made.ports.lanes.enter("thread:t1"):  # as the dispatcher does
                        await made.start(f"x{number}", text, when_busy="steer")
                case _:
                    async with made.ports.lanes.enter("thread:t1"):
                        await made.start(f"x{number}", text, when_busy="follow_up")
        except GatewayError:
            return
        self.acknowledged.append(text)


async def trouble(made: Home, seed: int, steps: int) -> None:
    """After some steps a cancellation, a disk that goes away, or nothing."""
    for _ in range(steps):
        await anyio.lowlevel.checkpoint()
    if seed % 3 == 1:
        await made.turns.cancel(caller(), cancelling())
    elif seed % 3 == 2:
        made.store.left = 0


async def stir(made: Home, seed: int) -> list[str]:
    """A turn, input for it, and trouble; what was acknowledged."""
    dice = Random(seed)
    await made.thread()
    await made.start()
    senders = Senders(made, dice)
    with anyio.fail_after(5):
        async with anyio.create_task_group() as group:
            for number in range(6):
                group.start_soon(senders.send, number)
            await trouble(made, seed, dice.randrange(40))
    return senders.acknowledged


@pytest.mark.parametrize("seed", range(25))
async def test_every_acknowledged_input_is_in_the_log_exactly_once(tmp_path: Path, seed: int) -> None:
    """Whatever else happens: the turn ends, is cancelled, or the disk goes away and the gateway is started again."""
    async with working_home(tmp_path, busy(seed)) as made:
        acknowledged = await stir(made, seed)
    async with working_home(tmp_path) as made:
        with anyio.fail_after(5):
            while any([(await made.threads.queued("t1")), (await made.threads.state("t1")).open_turn]):
                await anyio.lowlevel.checkpoint()
        counted = await said_by_users(made)
        assert {text: counted[text] for text in acknowledged} == dict.fromkeys(acknowledged, 1)
        assert max(counted.values()) == 1
        assert await made.log.read("select count(*) from turn_signal") == [(0,)]


@pytest.mark.parametrize("steps", range(0, 40, 2))
async def test_cancelled_at_any_step_with_input_waiting_nothing_is_lost(tmp_path: Path, steps: int) -> None:
    standing = Standing([call("echo")], ["one"], ["two"], ["three"])
    standing.setup.tools = FakeTools({"echo": FakeTool(echo)})
    async with working_home(tmp_path, standing.setup) as made:
        await made.thread()
        await made.start()
        await standing.wait()
        for steer in (following("then", "f1"), steering("now", "s1"), following("last", "f2")):
            await made.turns.steer(caller(), steer)
        standing.go()
        for _ in range(steps):
            await anyio.lowlevel.checkpoint()
        await made.turns.cancel(caller(), cancelling())
        await made.ended()
        assert await said_by_users(made) == Counter(("hello", "then", "now", "last"))
        assert await made.threads.signals("t1", "u1") == []


async def test_the_same_input_twice_at_once_is_written_once(tmp_path: Path) -> None:
    standing = Standing()
    async with working_home(tmp_path, standing.setup) as made:
        await made.thread()
        await made.start()
        await standing.wait()
        await made.log.flush()
        before, goes_on = made.store.commits, made.store.hang()
        with anyio.fail_after(5):
            async with anyio.create_task_group() as group:
                group.start_soon(made.turns.steer, caller(), following("once"))
                group.start_soon(made.turns.steer, caller(), following("once"))
                await anyio.wait_all_tasks_blocked()
                goes_on.set()
        assert made.store.commits - before == 1
        standing.go()
        await made.ended()
        assert (await said_by_users(made))["once"] == 1
