"""Conversations in memory: read once, continued, forgotten, bounded."""

from pathlib import Path

from portico.gateway.agent.context import past_turn
from portico.gateway.agent.model import AssistantMessage
from portico.gateway.features.turns.service.conversations import IDLE_SECONDS, Conversations
from tests.gateway.agent.dialogue import user
from tests.gateway.features.turns.home import Home, Setup, working_home
from tests.kit.models import ScriptedModel


async def talk(made: Home, count: int, thread_id: str = "t1") -> None:
    await made.thread(thread_id)
    for number in range(count):
        await made.start(f"{thread_id}-{number}", f"ask {number}", thread_id=thread_id)
        await made.ended(f"{thread_id}-{number}", thread_id)


async def test_what_is_read_equals_what_was_kept(tmp_path: Path) -> None:
    model = ScriptedModel(*([f"answer {number}"] for number in range(4)))
    async with working_home(tmp_path, Setup(model=model)) as made:
        await talk(made, 4)
        fresh = Conversations(made.threads, made.ports.host, made.clock)
        read = await fresh.past("t1", "t1-3", made.root)
        assert [turn.turn_id for turn in read] == ["t1-0", "t1-1", "t1-2"]
        assert tuple(message for turn in read for message in turn.messages) == model.requests[3].messages[:-1]


async def test_a_conversation_is_read_once(tmp_path: Path) -> None:
    async with working_home(tmp_path) as made:
        await talk(made, 1)
        kept = Conversations(made.threads, made.ports.host, made.clock)
        first = await kept.past("t1", "new", made.root)
        added = past_turn("new", [user("a"), AssistantMessage("b")])
        kept.add("t1", added)
        assert await kept.past("t1", "newer", made.root) == (*first, added)
        assert kept.size == sum(turn.size for turn in (*first, added))
        kept.forget("t1")
        assert kept.size == 0
        assert await kept.past("t1", "newer", made.root) == first


async def test_one_that_is_not_in_memory_is_not_continued(tmp_path: Path) -> None:
    async with working_home(tmp_path) as made:
        await talk(made, 1)
        kept = Conversations(made.threads, made.ports.host, made.clock)
        kept.add("t1", past_turn("x", [user("a")]))
        assert kept.size == 0
        assert [turn.turn_id for turn in await kept.past("t1", "new", made.root)] == ["t1-0"]


async def test_the_least_used_go_when_the_memory_is_full(tmp_path: Path) -> None:
    async with working_home(tmp_path) as made:
        for thread_id in ("t1", "t2", "t3"):
            await talk(made, 1, thread_id)
        one = (await Conversations(made.threads, made.ports.host, made.clock).past("t1", "", made.root))[0].size
        kept = Conversations(made.threads, made.ports.host, made.clock, limit_bytes=2 * one)
        for thread_id in ("t1", "t2", "t1", "t3"):
            await kept.past(thread_id, "", made.root)
        assert kept.size == 2 * one
        kept.forget("t2")
        assert kept.size == 2 * one
        kept.add("t1", past_turn("big", [user("x" * 4 * one)]))
        assert kept.size == 0


async def test_oldest_turns_that_do_not_fit_are_left_out_and_it_is_told(tmp_path: Path) -> None:
    long = "x" * 200_000
    model = ScriptedModel([long], [long], [long], ["end"])
    async with working_home(tmp_path, Setup(model=model)) as made:
        await talk(made, 4)
        asked = [message for message in model.requests[3].messages if message == user("ask 0")]
        assert asked == []
        assert len(model.requests[3].messages) == 5
        turn = await made.turn("t1-3")
        assert turn.prompt_manifest is not None
        assert [told.code for told in turn.prompt_manifest.diagnostics] == ["total_budget_truncated"]


async def test_what_no_turn_uses_is_unloaded_and_what_runs_is_not(tmp_path: Path) -> None:
    async with working_home(tmp_path) as made:
        kept = Conversations(made.threads, made.ports.host, made.clock)
        for thread_id in ("t1", "t2", "t3"):
            await talk(made, 1, thread_id)
            await kept.past(thread_id, "", made.root)
        made.clock.advance(IDLE_SECONDS - 1)
        assert kept.unload(lambda _: False) == 0
        kept.add("t2", past_turn("x", [user("a")]))
        made.clock.advance(1)
        assert kept.unload(lambda thread_id: thread_id == "t3") == 1
        assert [thread_id in kept for thread_id in ("t1", "t2", "t3")] == [False, True, True]
        made.clock.advance(IDLE_SECONDS)
        assert kept.unload(lambda _: False) == 2
        assert kept.size == 0
