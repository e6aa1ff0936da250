"""Cancelling while the store hangs, or while its caller leaves."""

from pathlib import Path

import anyio
import anyio.lowlevel
import pytest

from portico.gateway.features.turns.service import core
from portico.protocol.types.turn import TurnStatus
from tests.gateway.features.turns.home import caller, working_home
from tests.gateway.features.turns.standing import Standing, cancelling


async def stopped(standing: Standing) -> None:
    """The provider's stream is closed."""
    while not standing.model.closed:
        await anyio.lowlevel.checkpoint()


async def test_it_does_not_wait_for_a_store_that_hangs(tmp_path: Path) -> None:
    standing = Standing()
    async with working_home(tmp_path, standing.setup) as home:
        await home.thread()
        await home.start()
        await standing.wait()
        await home.log.flush()
        goes_on = home.store.hang()
        with anyio.fail_after(5):
            answer = await home.turns.cancel(caller(), cancelling("enough"))
            await stopped(standing)
        assert (answer.turn.id, answer.turn.status, answer.workspace_id) == ("u1", TurnStatus.IN_PROGRESS, "w1")
        goes_on.set()
        turn = await home.ended()
        assert (turn.status, turn.error) == (TurnStatus.INTERRUPTED, "enough")
        await home.log.flush()
        assert await home.threads.signals("t1", "u1") == []


async def test_it_reads_nothing_of_a_running_turn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def read(*_: object) -> None:
        raise AssertionError("a store that hangs would hold this up")

    standing = Standing()
    async with working_home(tmp_path, standing.setup) as home:
        await home.thread()
        await home.start()
        await standing.wait()
        with monkeypatch.context() as patched:
            patched.setattr(home.threads, "state_and_turn", read)
            answer = await home.turns.cancel(caller(), cancelling())
        assert (answer.turn.id, answer.turn.status) == ("u1", TurnStatus.IN_PROGRESS)
        assert (await home.ended()).status is TurnStatus.INTERRUPTED


async def test_the_record_comes_first_while_the_store_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(core, "RECORD_SECONDS", 60)
    standing = Standing()
    async with working_home(tmp_path, standing.setup) as home:
        await home.thread()
        await home.start()
        await standing.wait()
        await home.log.flush()
        goes_on = home.store.hang()
        with anyio.fail_after(5):
            async with anyio.create_task_group() as group:
                group.start_soon(home.turns.cancel, caller(), cancelling("enough"))
                await home.store.held.wait()
                assert not standing.model.closed
                goes_on.set()
            await stopped(standing)
        assert (await home.ended()).error == "enough"


async def test_it_happens_when_its_caller_leaves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(core, "RECORD_SECONDS", 60)
    standing = Standing()
    async with working_home(tmp_path, standing.setup) as home:
        await home.thread()
        await home.start()
        await standing.wait()
        await home.log.flush()
        goes_on = home.store.hang()
        with anyio.fail_after(5):
            async with anyio.create_task_group() as group:
                group.start_soon(home.turns.cancel, caller(), cancelling("enough"))
                await home.store.held.wait()
                group.cancel_scope.cancel()
                goes_on.set()
        turn = await home.ended()
        assert (turn.status, turn.error) == (TurnStatus.INTERRUPTED, "enough")
        assert await home.threads.signals("t1", "u1") == []
