"""Turns on real SQLite: started, retried, refused, steered, cancelled, ended once."""

from pathlib import Path
from typing import Any

import anyio
import pytest

from portico.gateway.agent.model import AssistantMessage, FailureClass, TextPart, UserMessage
from portico.gateway.agent.ports import DeltaSink
from portico.gateway.kernel.errors import Conflict, Invalid, NotFound, Unavailable
from portico.protocol.events import ItemCompleted, TurnCompleted, TurnStarted
from portico.protocol.methods.thread import ThreadDeleteParams, ThreadUpdateParams
from portico.protocol.types.turn import TurnStatus, Usage
from tests.gateway.agent.dialogue import story, unbalanced, user
from tests.gateway.features.turns.home import CHAT, Following, Setup, caller, params, working_home
from tests.gateway.features.turns.standing import Standing, cancelling
from tests.kit.models import ScriptedModel, call, fail, think, usage
from tests.kit.tools import FakeTool, FakeTools, echo


async def test_a_turn_is_on_record_before_it_is_answered_and_ends_once(tmp_path: Path) -> None:
    model = ScriptedModel([think("hm"), "hi ", "there", usage(10, 4)])
    async with working_home(tmp_path, Setup(model=model)) as home:
        await home.thread()
        connection = Following()
        answer = await home.start(ctx=caller(connection=connection))
        assert (answer.outcome, answer.head_version, answer.epoch) == ("started", 1, "epoch-1")
        assert connection.streams == {"thread:t1": 1}
        assert answer.turn.status is TurnStatus.IN_PROGRESS
        turn = await home.ended()
        assert (turn.status, turn.error) == (TurnStatus.COMPLETED, None)
        assert turn.usage == Usage(input_tokens=10, output_tokens=4, provider_calls=1)
        assert (turn.model, turn.model_provider) == ("scripted-1", "rehearsal")
        assert turn.prompt_manifest is not None
        events = await home.events(turn_id="u1")
        assert isinstance(events[0], TurnStarted)
        assert isinstance(events[-1], TurnCompleted)
        assert sum(isinstance(event, TurnCompleted) for event in events) == 1
        assert unbalanced(events) == []
        assert await home.texts() == ["hello", "hi there"]


async def test_the_next_turn_sees_the_conversation_and_not_the_tools_results(tmp_path: Path) -> None:
    model = ScriptedModel(["look", call("echo", {"n": 1})], ["seen"], ["again"])
    async with working_home(tmp_path, Setup(model=model, tools=FakeTools({"echo": FakeTool(echo)}))) as home:
        await home.thread()
        await home.start("u1", "one")
        await home.ended("u1")
        await home.start("u2", "two")
        await home.ended("u2")
    assert model.requests[2].messages == (user("one"), AssistantMessage("look\n\nseen"), user("two"))
    async with working_home(tmp_path, Setup(model=(fresh := ScriptedModel()))) as home:
        await home.start("u3", "three")
        await home.ended("u3")
    assert fresh.requests[0].messages[:3] == model.requests[2].messages
    assert fresh.requests[0].messages[3:] == (AssistantMessage("again"), user("three"))


async def test_the_same_turn_again_answers_the_same_and_other_content_conflicts(tmp_path: Path) -> None:
    async with working_home(tmp_path) as home:
        await home.thread()
        first = await home.start(model="scripted-1")
        await home.ended()
        again = await home.start(model_provider="rehearsal")
        assert (again.head_version, again.outcome) == (first.head_version, "started")
        assert again.turn.status is TurnStatus.COMPLETED
        for other in ({"text": "other"}, {"model": "another"}, {"model_provider": "openai"}):
            with pytest.raises(Conflict) as refused:
                await home.start(**other)
            assert refused.value.code == "turn_exists"
        assert len(await home.events(turn_id="u1")) == len(await home.events()) - 1


async def test_a_second_turn_of_a_busy_thread_is_rejected_and_of_another_runs(tmp_path: Path) -> None:
    standing = Standing()
    async with working_home(tmp_path, standing.setup) as home:
        await home.thread()
        await home.thread("t2")
        await home.start()
        await standing.wait()
        with pytest.raises(Conflict) as refused:
            await home.start("u2")
        assert refused.value.code == "turn_already_running"
        await home.start("u2", thread_id="t2")
        assert (await home.ended("u2", "t2")).status is TurnStatus.COMPLETED
        standing.go()
        assert (await home.ended()).status is TurnStatus.COMPLETED


async def test_two_starts_at_once_are_one_turn_and_one_refusal(tmp_path: Path) -> None:
    """Outside the lane, as two nodes would: the log's guard decides."""
    standing, refused = Standing(), list[str]()
    async with working_home(tmp_path, standing.setup) as home:
        await home.thread()

        async def start(turn_id: str) -> None:
            try:
                await home.start(turn_id)
            except Conflict as error:
                refused.append(error.code)

        async with anyio.create_task_group() as group:
            group.start_soon(start, "u1")
            group.start_soon(start, "u2")
        assert refused == ["turn_already_running"]
        standing.go()


async def test_a_failed_provider_fails_the_turn_and_the_thread_goes_on(tmp_path: Path) -> None:
    model = ScriptedModel(["par", fail(FailureClass.PROVIDER_5XX, "the provider is down")])
    async with working_home(tmp_path, Setup(model=model)) as home:
        await home.thread()
        await home.start()
        turn = await home.ended()
        assert (turn.status, turn.error) == (TurnStatus.FAILED, "the provider is down")
        assert turn.error_class == "provider_5xx"
        assert await home.texts() == ["hello", "par"]
        await home.start("u2", "again")
        await home.ended("u2")
        assert model.requests[1].messages == (user("hello"), AssistantMessage("par"), user("again"))


async def test_cancelling_ends_the_turn_with_what_was_shown(tmp_path: Path) -> None:
    standing = Standing()
    async with working_home(tmp_path, standing.setup) as home:
        await home.thread()
        await home.start()
        await standing.wait()
        answer = await home.turns.cancel(caller(), cancelling("enough"))
        assert (answer.turn.id, answer.workspace_id) == ("u1", "w1")
        turn = await home.ended()
        assert (turn.status, turn.error, turn.error_class) == (TurnStatus.INTERRUPTED, "enough", "cancelled")
        assert standing.model.closed == 1
        assert await home.texts() == ["hello", "so far"]
        again = await home.turns.cancel(caller(), cancelling())
        assert again.turn == turn
        assert unbalanced(await home.events(turn_id="u1")) == []
        assert await home.threads.signals("t1", "u1") == []
        with pytest.raises(NotFound):
            await home.turns.cancel(caller(), cancelling(turn_id="u9"))


async def test_a_cancel_reaches_a_tool_that_runs(tmp_path: Path) -> None:
    running, stopped = anyio.Event(), anyio.Event()

    async def stuck(arguments: dict[str, Any], sink: DeltaSink) -> str:
        del arguments
        sink("working", "stdout")
        running.set()
        try:
            await anyio.sleep_forever()
        finally:
            stopped.set()
        return ""

    setup = Setup(model=ScriptedModel([call("stuck")]), tools=FakeTools({"stuck": FakeTool(stuck)}))
    async with working_home(tmp_path, setup) as home:
        await home.thread()
        await home.start()
        with anyio.fail_after(5):
            await running.wait()
        await home.turns.cancel(caller(), cancelling())
        turn = await home.ended()
        assert stopped.is_set()
        assert turn.status is TurnStatus.INTERRUPTED
        events = await home.events(turn_id="u1")
        assert unbalanced(events) == []
        assert "- stuck failed" in story(events)


async def test_a_cancel_does_not_wait_behind_fifty_calls_of_its_thread(tmp_path: Path) -> None:
    standing = Standing()
    async with working_home(tmp_path, standing.setup) as home:
        await home.thread()
        await home.start()
        await standing.wait()
        held, waiting = anyio.Event(), 0

        async def wait_in_lane() -> None:
            nonlocal waiting
            waiting += 1
            async with home.ports.lanes.enter("thread:t1"):
                await held.wait()

        async with anyio.create_task_group() as group:
            for _ in range(50):
                group.start_soon(wait_in_lane)
            await anyio.wait_all_tasks_blocked()
            assert waiting == 50
            await home.turns.cancel(caller(), cancelling())
            assert (await home.ended()).status is TurnStatus.INTERRUPTED
            assert not held.is_set()
            held.set()


async def test_a_cancel_works_while_the_disk_is_full(tmp_path: Path) -> None:
    standing = Standing()
    async with working_home(tmp_path, standing.setup) as home:
        await home.thread()
        await home.start()
        await standing.wait()
        await home.log.flush()
        home.store.left = 0
        with pytest.raises(Unavailable):
            await home.turns.cancel(caller(), cancelling())
        with anyio.fail_after(5):
            while not home.clock.sleepers:
                await anyio.lowlevel.checkpoint()
        assert standing.model.closed == 1
        home.store.heal()
        home.clock.advance(1)
        assert (await home.ended()).status is TurnStatus.INTERRUPTED
        await home.start("u2")
        assert (await home.ended("u2")).status is TurnStatus.COMPLETED


async def test_a_full_disk_fails_the_turn_and_nothing_is_acknowledged(tmp_path: Path) -> None:
    setup = Setup(model=ScriptedModel([call("echo")]), tools=FakeTools({"echo": FakeTool(echo)}))
    async with working_home(tmp_path, setup) as home:
        await home.thread()
        home.store.left = 0
        with pytest.raises(Unavailable) as refused:
            await home.start()
        assert refused.value.code == "disk_full"
        assert len(await home.events()) == 1
        home.store.left = 1
        await home.start()
        with anyio.fail_after(5):
            while not home.clock.sleepers:
                await anyio.lowlevel.checkpoint()
        assert setup.tools.log == []
        home.store.heal()
        home.clock.advance(1)
        turn = await home.ended()
        assert (turn.status, turn.error_class) == (TurnStatus.FAILED, "disk_full")


async def test_two_hundred_renames_during_a_turn_all_succeed(tmp_path: Path) -> None:
    deltas = ["word "] * 2_000
    async with working_home(tmp_path, Setup(model=ScriptedModel(deltas))) as home:
        await home.thread()
        await home.start()
        for number in range(200):
            wish = ThreadUpdateParams(workspace_id="w1", thread_id="t1", name=f"name {number}")
            await home.threads.update(caller(), wish)
        turn = await home.ended()
        assert turn.status is TurnStatus.COMPLETED
        assert await home.texts() == ["hello", "word " * 2_000]


async def test_a_deleted_thread_fences_its_turn_off(tmp_path: Path) -> None:
    standing = Standing()
    async with working_home(tmp_path, standing.setup) as home:
        await home.thread()
        await home.start()
        await standing.wait()
        deleted = await home.threads.delete(caller(), ThreadDeleteParams(workspace_id="w1", thread_id="t1"))
        assert deleted.deleted
        with anyio.fail_after(5):
            while not standing.model.closed:
                await anyio.lowlevel.checkpoint()
        await anyio.wait_all_tasks_blocked()
        assert await home.events() == []
        for table in ("turn", "turn_item", "turn_signal", "queued_turn"):
            assert await home.log.read(f"select count(*) from {table}") == [(0,)]


async def test_a_stop_interrupts_what_does_not_finish_in_time(tmp_path: Path) -> None:
    standing = Standing()
    standing.setup.grace_seconds = 0
    async with working_home(tmp_path, standing.setup) as home:
        await home.thread()
        await home.start()
        await standing.wait()
    async with working_home(tmp_path) as home:
        turn = await home.turn()
        assert (turn.status, turn.error_class) == (TurnStatus.INTERRUPTED, "gateway_stopped")
        assert await home.texts() == ["hello", "so far"]


async def test_a_stop_lets_turns_finish(tmp_path: Path) -> None:
    standing = Standing()
    async with working_home(tmp_path, standing.setup) as home:
        await home.thread()
        await home.start()
        await standing.wait()
        standing.go()
    async with working_home(tmp_path) as home:
        assert (await home.turn()).status is TurnStatus.COMPLETED


async def test_a_forgotten_conversation_is_read_again(tmp_path: Path) -> None:
    model = ScriptedModel()
    async with working_home(tmp_path, Setup(model=model)) as home:
        await home.thread()
        await home.start("u1", "one")
        await home.ended("u1")
        home.turns.forget("t1")
        await home.start("u2", "two")
        await home.ended("u2")
    assert model.requests[1].messages == (user("one"), AssistantMessage("ok"), user("two"))


async def test_chat_mode_is_one_call_without_tools(tmp_path: Path) -> None:
    model = ScriptedModel(["hi"])
    async with working_home(tmp_path, Setup(model=model, tools=FakeTools({"echo": FakeTool(echo)}))) as home:
        await home.thread(mode=CHAT)
        await home.start()
        await home.ended()
    assert model.requests[0].tools == ()
    assert model.requests[0].messages == (UserMessage((TextPart("hello"),)),)


async def test_unknown_threads_and_bad_input_write_nothing(tmp_path: Path) -> None:
    async with working_home(tmp_path) as home:
        with pytest.raises(NotFound):
            await home.start()
        await home.thread()
        with pytest.raises(Invalid) as refused:
            await home.turns.start(caller(), params(input=[]))
        assert refused.value.path == "$.input"
        assert len(await home.events()) == 1


async def test_user_messages_are_items_of_their_turn(tmp_path: Path) -> None:
    async with working_home(tmp_path) as home:
        await home.thread()
        await home.start()
        await home.ended()
        asked = (await home.events(turn_id="u1"))[1]
        assert isinstance(asked, ItemCompleted)
