"""What other features read of a thread, on a real log in each store."""

from collections.abc import AsyncGenerator
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest

from portico.gateway.features.threads import (
    ConversationItem,
    OpenItem,
    OpenTurn,
    QueuedRow,
    SignalRow,
    queue_drop,
    queue_put,
    signal_drop,
    signal_put,
)
from portico.gateway.features.threads.store import core
from portico.gateway.log import Batch
from portico.gateway.log.plan import SCHEMA
from portico.gateway.log.upcast import upcast
from portico.protocol.events import ItemCompleted, ItemDelta, ItemStarted
from portico.protocol.types.input import TextInput
from portico.protocol.types.item import AgentMessage, ReasoningItem, TurnItem, UserMessage
from portico.protocol.types.turn import TurnStatus
from tests.gateway.features.threads.desk import Desk, desk
from tests.kit.stores import ENGINES


@pytest.fixture(params=ENGINES)
async def at(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncGenerator[Desk]:
    async with desk(tmp_path, request.param) as at:
        await at.start()
        yield at


async def test_state_tells_versions_and_the_running_turn(at: Desk) -> None:
    await at.turn_start("a")
    await at.turn_flow("a", ItemStarted(item=AgentMessage(id="i", text="")), ItemDelta(item_id="i", delta="x"))
    state = await at.threads.state("t1")
    assert (state.decided, state.head, state.open_turn, state.thread.turns) == (3, 5, "a", [])
    await at.turn_end("a")
    state = await at.threads.state("t1")
    assert (state.decided, state.head, state.open_turn) == (6, 6, None)


async def test_turns_are_listed_newest_first(at: Desk) -> None:
    for turn_id in ("a", "b", "c"):
        await at.whole_turn(turn_id, deltas=0)
    assert [(row.turn.id, row.position) for row in await at.threads.turns("t1", 2)] == [("c", 12), ("b", 7)]
    assert [row.turn.id for row in await at.threads.turns("t1", 2, 7)] == ["a"]
    assert await at.threads.turns("t1", 2, 2) == []
    assert await at.threads.turns("t9", 2) == []


async def test_a_turn_is_told_with_what_started_it(at: Desk) -> None:
    await at.whole_turn("a", "hello")
    row = await at.threads.turn("t1", "a")
    assert row is not None
    assert (row.turn.status, row.position, row.request.turn.status) == (TurnStatus.COMPLETED, 2, "InProgress")
    assert row.request.input == [TextInput(text="hello")]
    assert await at.threads.turn("t1", "b") is None
    assert await at.threads.turn("t2", "a") is None


async def test_the_events_of_one_turn(at: Desk) -> None:
    await at.whole_turn("a")
    await at.whole_turn("b")
    told = await at.threads.turn_events("t1", "b")
    assert [row.sequence for row in told.rows] == [1, 2, 3, 4, 5, 6, 7]
    assert [row.type for row in told.rows][::6] == ["turnStarted", "turnCompleted"]
    assert {row.at for row in told.rows} == {at.clock.now()}
    assert msgspec.json.decode(told.rows[3].data)["payload"] == {"type": "itemDelta", "itemId": "b-a", "delta": "x"}
    assert told.last_sequence == 7
    assert (await at.threads.turn_events("t1", "c")).last_sequence == 0


async def test_the_conversation_is_what_was_said_in_order(at: Desk) -> None:
    await at.whole_turn("a", "one")
    await at.turn_start("b", "two")
    thinking = ReasoningItem(id="r", summary=[], content=["hm"])
    await at.turn_flow("b", ItemCompleted(item=thinking), ItemStarted(item=AgentMessage(id="late", text="")))
    told = await at.threads.conversation("t1")
    assert [(item.turn_id, item.type, item.position) for item in told] == [
        ("a", "user_message", 3),
        ("a", "agent_message", 4),
        ("b", "user_message", 10),
    ]
    assert told[1] == ConversationItem("a", "agent_message", 4, b'{"type":"agentMessage","id":"a-a","text":"xx"}')
    assert msgspec.json.decode(told[2].data, type=TurnItem).id == "b-u"  # pyright: ignore[reportArgumentType]


async def test_open_items_are_told_as_clients_saw_them(at: Desk) -> None:
    await at.turn_start("a")
    await at.turn_flow(
        "a",
        ItemStarted(item=ReasoningItem(id="r", summary=[], content=[])),
        ItemDelta(item_id="r", delta="so", stream="reasoning"),
        ItemStarted(item=AgentMessage(id="m", text="")),
        ItemDelta(item_id="m", delta="Hel"),
        ItemDelta(item_id="m", delta="lo"),
        ItemCompleted(item=ReasoningItem(id="r", summary=[], content=["so"])),
    )
    assert await at.threads.open_items("t1", "a") == (
        OpenItem(AgentMessage(id="m", text="Hello"), {"agent_message": "Hello"}),
    )
    assert await at.threads.open_items("t1", "b") == ()


async def test_open_turns_of_all_threads(at: Desk) -> None:
    for thread_id in ("t2", "t3"):
        await at.start(thread_id)
    first = await at.turn_start("a", thread_id="t2")
    await at.whole_turn("b", thread_id="t3")
    second = await at.turn_start("c", thread_id="t3")
    assert await at.threads.open_turns() == [OpenTurn("t2", "a", first), OpenTurn("t3", "c", second)]


async def test_starts_wait_in_order(at: Desk) -> None:
    rows = [QueuedRow(f"q{n}", n, "agent chat", b'{"n":1}', 7) for n in (2, 1, 3)]
    await at.log.write(Batch(records=tuple(queue_put("t1", row) for row in rows)))
    await at.log.write(Batch(records=(queue_put("t2", rows[0]),)))
    assert await at.threads.queued("t1") == [rows[1], rows[0], rows[2]]
    assert await at.threads.queued_threads() == ["t1", "t2"]
    await at.log.write(Batch(records=(queue_drop("t1", "q2"), queue_drop("t2", "q2"))))
    assert await at.threads.queued("t1") == [rows[1], rows[2]]
    assert await at.threads.queued_threads() == ["t1"]


async def test_signals_of_a_turn_are_left_in_order_and_taken(at: Desk) -> None:
    rows = [SignalRow(f"s{n}", "steer", n, b"{}", 7) for n in (2, 1)]
    records = (*(signal_put("t1", "a", row) for row in rows), signal_put("t1", "b", rows[0]))
    await at.log.write(Batch(records=records))
    assert await at.threads.signals("t1", "a") == [rows[1], rows[0]]
    await at.log.write(Batch(records=(signal_drop("t1", "a", "s1"),)))
    assert await at.threads.signals("t1", "a") == [rows[0]]
    await at.log.write(Batch(records=(signal_drop("t1", "a"),)))
    assert await at.threads.signals("t1", "a") == []
    assert await at.threads.signals("t1", "b") == [rows[0]]


async def test_what_the_user_said_is_found_by_its_id_in_the_newest_turns(at: Desk) -> None:
    for turn_id in ("a", "b", "c"):
        await at.whole_turn(turn_id, f"said in {turn_id}")
    assert await at.threads.said("t1", "b-u", 2) == ("b", UserMessage(id="b-u", text="said in b"))
    assert await at.threads.said("t1", "a-u", 2) is None
    assert await at.threads.said("t1", "b-a", 2) is None
    assert await at.threads.said("t9", "b-u", 2) is None


async def test_events_of_an_older_schema_are_read_in_todays_form(at: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    await at.whole_turn("a", deltas=1)
    before = (await at.history(include_deltas=True)).events

    def step(old: dict[str, Any]) -> dict[str, Any]:
        return {**old, "risen": True}

    monkeypatch.setattr(core, "SCHEMA", SCHEMA + 1)
    monkeypatch.setattr(core, "upcast", partial(upcast, steps={SCHEMA: step}, newest=SCHEMA + 1))
    risen = [step(msgspec.json.decode(event)) for event in before]
    assert [msgspec.json.decode(event) for event in (await at.history(include_deltas=True)).events] == risen
    turn = await at.threads.turn_events("t1", "a")
    assert [msgspec.json.decode(row.data) for row in turn.rows] == risen[1:]
