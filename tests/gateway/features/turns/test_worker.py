"""Conversations that nobody uses leave the memory."""

from pathlib import Path

import anyio
import pytest

from portico.gateway.features.turns import unloader
from portico.gateway.features.turns.service.conversations import IDLE_SECONDS
from portico.gateway.features.turns.worker import LOOK_SECONDS
from tests.gateway.features.turns.home import Setup, working_home
from tests.gateway.features.turns.standing import Standing
from tests.kit.models import ScriptedModel


@pytest.mark.promise("conversation.unload")
async def test_an_idle_conversation_is_forgotten_after_half_an_hour_and_read_again(tmp_path: Path) -> None:
    model = ScriptedModel(["one"], ["two"])
    async with working_home(tmp_path, Setup(model=model)) as made:
        await made.thread()
        assert not made.turns.is_loaded("t1")
        await made.start("u1", "first")
        await made.ended("u1")
        assert made.turns.is_loaded("t1")
        worker = unloader(made.turns, made.clock)

        async def keep_working() -> None:
            await worker.run()

        with anyio.fail_after(5):
            async with anyio.create_task_group() as group:
                group.start_soon(keep_working)
                await anyio.wait_all_tasks_blocked()
                made.clock.advance(IDLE_SECONDS - LOOK_SECONDS)
                await anyio.wait_all_tasks_blocked()
                assert made.turns.is_loaded("t1")
                made.clock.advance(LOOK_SECONDS)
                await anyio.wait_all_tasks_blocked()
                assert not made.turns.is_loaded("t1")
                group.cancel_scope.cancel()
        await made.start("u2", "second")
        await made.ended("u2")
        assert made.turns.is_loaded("t1")
        assert await made.texts() == ["first", "one", "second", "two"]
        made.turns.forget("t1")
        assert not made.turns.is_loaded("t1")


async def test_a_turn_that_runs_for_an_hour_keeps_its_conversation(tmp_path: Path) -> None:
    standing = Standing()
    async with working_home(tmp_path, standing.setup) as made:
        await made.thread()
        await made.start("u1", "first")
        await standing.wait()
        made.clock.advance(2 * IDLE_SECONDS)
        assert made.turns.unload() == 0
        made.turns.forget("t1")
        assert made.turns.is_loaded("t1")
        standing.go()
        await made.ended("u1")
    assert not made.turns.is_loaded("t1")
