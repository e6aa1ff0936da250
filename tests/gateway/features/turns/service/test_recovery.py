"""A crash anywhere in a turn: after the restart it has ended exactly once, and nothing that was shown is lost."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
import pytest

from portico.gateway.agent.ports import DeltaSink
from portico.gateway.kernel.errors import Unavailable
from portico.protocol.events import Event, ItemCompleted, ItemDelta, ItemStarted, TurnCompleted, TurnFailed, TurnStarted
from portico.protocol.methods.turn import TurnSteerParams
from portico.protocol.types.input import TextInput
from portico.protocol.types.item import AgentMessage, CommandExecution, ShellDisplay, ToolStatus
from portico.protocol.types.turn import TurnStatus
from tests.gateway.agent.dialogue import unbalanced
from tests.gateway.features.turns.home import Home, Setup, caller, home, working_home
from tests.kit.models import Reach, ScriptedModel, Wait, call, think
from tests.kit.tools import FakeTool, FakeTools, echo

ENDS = (TurnCompleted, TurnFailed)


async def paced(arguments: dict[str, Any], sink: DeltaSink) -> str:
    """Shows its output in two commits."""
    await echo(arguments, sink)
    await anyio.lowlevel.checkpoint()
    sink("more", "stdout")
    return "paced"


def setup(commits: int | None = None) -> Setup:
    rounds = [[think("hm"), "let ", "me", call("paced", {"n": 1}), call("echo")], ["all ", "done"]]
    tools = FakeTools({"paced": FakeTool(paced), "echo": FakeTool(echo, "exclusive")})
    return Setup(model=ScriptedModel(*rounds), tools=tools, commits=commits, grace_seconds=0)


@asynccontextmanager
async def killed_after(folder: Path, commits: int) -> AsyncGenerator[Home]:
    """A home whose disk took `commits` commits of the turn, then nothing any more."""
    async with working_home(folder, setup()) as made:
        await made.thread()
        made.store.left = commits
        try:
            await made.start()
        except Unavailable:
            assert commits == 0
        else:
            await _settle(made)
        yield made


async def _settle(made: Home, thread_id: str = "t1") -> None:
    """Wait until the turn ended, or could not be ended."""
    with anyio.fail_after(5):
        while not made.clock.sleepers:
            state = await made.threads.state(thread_id)
            if state.open_turn is None:
                return
            await anyio.lowlevel.checkpoint()


async def stored(folder: Path) -> list[Event]:
    async with home(folder) as made:
        return await made.events()


@pytest.mark.parametrize("commits", range(16))
async def test_killed_after_each_commit_the_turn_ends_exactly_once(tmp_path: Path, commits: int) -> None:
    async with killed_after(tmp_path, commits):
        pass
    before = await stored(tmp_path)
    was_started = any(isinstance(event, TurnStarted) for event in before)
    had_ended = any(isinstance(event, ENDS) for event in before)
    async with working_home(tmp_path) as made:
        events = await made.events()
        assert events[: len(before)] == before
        assert sum(isinstance(event, ENDS) for event in events) == int(was_started)
        assert unbalanced(events) == []
        assert shown(before) <= shown_in_items(events)
        if was_started and not had_ended:
            turn = await made.turn()
            assert (turn.status, turn.error_class) == (TurnStatus.INTERRUPTED, "gateway_restart")
        await made.start("u2", "again")
        assert (await made.ended("u2")).status is TurnStatus.COMPLETED
    assert (await stored(tmp_path))[: len(events)] == events


async def test_the_scripted_turn_has_about_so_many_commits(tmp_path: Path) -> None:
    async with working_home(tmp_path, setup()) as made:
        await made.thread()
        before = made.store.commits
        await made.start()
        await made.ended()
        assert 5 <= made.store.commits - before <= 16


@pytest.mark.parametrize("commits", [0, 1])
async def test_a_crash_in_the_middle_of_recovery_changes_nothing_or_all(tmp_path: Path, commits: int) -> None:
    for thread_id in ("t1", "t2"):
        async with working_home(tmp_path, setup()) as made:
            await made.thread(thread_id)
            made.store.left = 3
            await made.start(thread_id=thread_id)
            await _settle(made, thread_id)
    async with home(tmp_path) as made:
        left = {turn.thread_id for turn in await made.threads.open_turns()}
        assert "t2" in left
        made.store.left = commits
        if len(left) > commits:
            with pytest.raises(Unavailable):
                await made.turns.recover()
    async with working_home(tmp_path) as made:
        for thread_id in ("t1", "t2"):
            ends = [event for event in await made.events(thread_id) if isinstance(event, ENDS)]
            assert len(ends) == 1
        assert await made.threads.open_turns() == []


async def test_recovery_keeps_shown_text_output_and_acknowledged_input(tmp_path: Path) -> None:
    shown_output, never, standing = anyio.Event(), anyio.Event(), anyio.Event()

    async def stuck(arguments: dict[str, Any], sink: DeltaSink) -> str:
        await echo(arguments, sink)
        shown_output.set()
        await never.wait()
        return ""

    tools = FakeTools({"stuck": FakeTool(stuck)})
    model = ScriptedModel(["partial", Reach(standing), Wait(never)])
    async with working_home(tmp_path, Setup(model=model, grace_seconds=0)) as made:
        await made.thread()
        await made.start()
        with anyio.fail_after(5):
            await standing.wait()
        steer = TurnSteerParams(
            thread_id="t1", expected_turn_id="u1", steer_id="s1", input=[TextInput(text="remember")]
        )
        await made.turns.steer(caller(), steer)
        await made.log.flush()
        made.store.left = 0
    async with working_home(
        tmp_path, Setup(model=ScriptedModel([call("stuck")]), tools=tools, grace_seconds=0)
    ) as made:
        assert (await made.turn()).status is TurnStatus.INTERRUPTED
        assert await made.texts() == ["hello", "partial", "remember"]
        assert await made.threads.signals("t1", "u1") == []
        await made.start("u2")
        with anyio.fail_after(5):
            await shown_output.wait()
        await made.log.flush()
        made.store.left = 0
    async with working_home(tmp_path) as made:
        [done] = [
            event.item
            for event in await made.events(turn_id="u2")
            if isinstance(event, ItemCompleted) and isinstance(event.item, CommandExecution)
        ]
        assert (done.status, done.success) == (ToolStatus.FAILED, False)
        assert isinstance(done.display, ShellDisplay)
        assert done.display.stdout == "{}"


async def test_cancelled_at_any_step_the_log_is_consistent(tmp_path: Path) -> None:
    """The gateway stops with no grace after the first, second, third ... step of the event loop."""
    for steps in range(0, 60, 3):
        folder = tmp_path / str(steps)
        folder.mkdir()
        async with working_home(folder, setup()) as made:
            await made.thread()
            await made.start()
            for _ in range(steps):
                await anyio.lowlevel.checkpoint()
        async with home(folder) as made:
            assert await made.threads.open_turns() == []
            events = await made.events()
            assert sum(isinstance(event, ENDS) for event in events) == 1
            assert unbalanced(events) == []


async def test_nothing_starts_before_turns_are_accepted(tmp_path: Path) -> None:
    async with home(tmp_path) as made:
        await made.thread()
        with pytest.raises(Unavailable):
            await made.start()
        assert len(await made.events()) == 1


def shown(events: list[Event]) -> set[str]:
    """Item ids with the text that was shown of each."""
    texts: dict[str, str] = {}
    for event in events:
        if isinstance(event, ItemDelta) and event.stream == "agent_message":
            texts[event.item_id] = texts.get(event.item_id, "") + event.delta
    return {f"{item_id} {text}" for item_id, text in texts.items()}


def shown_in_items(events: list[Event]) -> set[str]:
    items = [event.item for event in events if isinstance(event, ItemCompleted)]
    assert all(
        not isinstance(event.item, AgentMessage) or not event.item.text
        for event in events
        if isinstance(event, ItemStarted)
    )
    return {f"{item.id} {item.text}" for item in items if isinstance(item, AgentMessage)}
