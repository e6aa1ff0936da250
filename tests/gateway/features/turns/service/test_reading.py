"""Reading turns: one, pages, events, the timeline."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from portico.gateway.features.turns.service.reading import user_item
from portico.gateway.kernel.errors import Invalid, NotFound
from portico.protocol.methods.turn import (
    QueuedSteer,
    TurnListParams,
    TurnQueueListParams,
    TurnRef,
    TurnStartParams,
    TurnTimelineParams,
)
from portico.protocol.types.history import HistoryEvent
from portico.protocol.types.input import LocalFileInput, TextInput, UserInput
from tests.gateway.features.turns.home import Home, Setup, caller, working_home
from tests.gateway.features.turns.standing import Standing, following, steering
from tests.kit.models import ScriptedModel

U1 = TurnRef(thread_id="t1", turn_id="u1")


async def talk(made: Home, count: int) -> None:
    await made.thread()
    for number in range(1, count + 1):
        await made.start(f"u{number}", f"ask {number}")
        await made.ended(f"u{number}")


def rows(events: list[Any]) -> list[tuple[int, str]]:
    decoded = [msgspec.json.decode(event, type=HistoryEvent) for event in events]
    return [(event.sequence, msgspec.json.decode(event.payload)["type"]) for event in decoded]


async def test_a_turn_by_its_id(tmp_path: Path) -> None:
    async with working_home(tmp_path) as made:
        await talk(made, 1)
        answer = await made.reader.get(caller(), U1)
        assert (answer.thread_id, answer.workspace_id, answer.turn.id) == ("t1", "w1", "u1")
        for other in (TurnRef(thread_id="t1", turn_id="u9"), TurnRef(thread_id="t9", turn_id="u1")):
            with pytest.raises(NotFound):
                await made.reader.get(caller(), other)
            with pytest.raises(NotFound):
                await made.reader.items(caller(), other)


async def test_turns_are_listed_newest_first_in_pages(tmp_path: Path) -> None:
    async with working_home(tmp_path) as made:
        await talk(made, 5)
        seen: list[str] = []
        cursor: str | None = None
        while True:
            page = await made.reader.list(caller(), TurnListParams(thread_id="t1", limit=2, cursor=cursor))
            seen += [turn.id for turn in page.items]
            cursor = page.next_cursor
            if cursor is None:
                break
        assert seen == ["u5", "u4", "u3", "u2", "u1"]
        whole = await made.reader.list(caller(), TurnListParams(thread_id="t1", limit=5))
        assert (len(whole.items), whole.next_cursor) == (5, None)
        with pytest.raises(NotFound):
            await made.reader.list(caller(), TurnListParams(thread_id="t9"))


@pytest.mark.parametrize("cursor", ["", "x", "-1", "1e3", "9" * 30, "٣"])
async def test_a_bad_cursor_is_invalid(tmp_path: Path, cursor: str) -> None:
    async with working_home(tmp_path) as made:
        await made.thread()
        with pytest.raises(Invalid) as refused:
            await made.reader.list(caller(), TurnListParams(thread_id="t1", cursor=cursor))
        assert refused.value.path == "$.cursor"


async def test_items_and_timeline_tell_the_same_events(tmp_path: Path) -> None:
    async with working_home(tmp_path, Setup(model=ScriptedModel(["hi"]))) as made:
        await talk(made, 1)
        items = await made.reader.items(caller(), U1)
        expected = [(2, "itemCompleted"), (3, "itemStarted"), (4, "itemDelta"), (5, "itemCompleted")]
        assert rows(items.events) == expected
        assert (items.workspace_id, items.turn_id, items.last_sequence) == ("w1", "u1", 6)
        timeline = await made.reader.timeline(caller(), TurnTimelineParams(thread_id="t1", turn_id="u1"))
        assert rows([item.payload.event for item in timeline.items]) == expected
        assert [item.id for item in timeline.items] == ["u1:2", "u1:3", "u1:4", "u1:5"]
        assert [(item.origin.kind, item.origin.lane) for item in timeline.items] == [("parent_turn", "parent")] * 4
        assert [item.origin.origin_sequence for item in timeline.items] == [2, 3, 4, 5]
        assert timeline.last_sequence == 6
        with pytest.raises(NotFound):
            await made.reader.timeline(caller(), TurnTimelineParams(thread_id="t1", turn_id="u9"))


async def test_the_queue_of_an_unknown_thread_is_not_found(tmp_path: Path) -> None:
    async with working_home(tmp_path) as made:
        with pytest.raises(NotFound):
            await made.reader.queue_list(caller(), TurnQueueListParams(thread_id="t1"))
        await made.thread()
        assert (await made.reader.queue_list(caller(), TurnQueueListParams(thread_id="t1"))).items == []


async def test_what_the_user_said_is_found_by_its_id(tmp_path: Path) -> None:
    async with working_home(tmp_path, Setup(model=ScriptedModel(["about nobody and id000"]))) as made:
        await talk(made, 1)
        events = await made.threads.turn_events("t1", "u1")
        said = next(row for row in events.rows if row.type == "itemCompleted")
        item_id = msgspec.json.decode(said.data)["payload"]["item"]["id"]
        found = user_item(events, item_id)
        assert found is not None
        assert found.text == "ask 1"
        assert user_item(events, "nobody") is None


def test_a_start_that_waits_is_stored_as_it_was_asked() -> None:
    asked = TurnStartParams(thread_id="t", turn_id="u", input=[], tools=["a"])
    assert msgspec.json.decode(msgspec.json.encode(asked), type=TurnStartParams) == asked


async def test_the_queue_shows_what_the_running_turn_has_not_taken(tmp_path: Path) -> None:
    standing = Standing(["two"], ["three"])
    async with working_home(tmp_path, standing.setup) as made:
        await made.thread()
        await made.start()
        await standing.wait()
        await made.turns.steer(caller(), following("then", "f1"))
        await made.turns.steer(caller(), steering("now", "s1"))
        given: list[UserInput] = [TextInput(text="/x", is_literal=True), LocalFileInput(path="a")]
        await made.start("u2", input=given, when_busy="follow_up")
        answer = await made.reader.queue_list(caller(), TurnQueueListParams(thread_id="t1"))
        assert answer.items == []
        assert answer.steers == [
            QueuedSteer(steer_id="f1", delivery="follow_up", input=[TextInput(text="then")]),
            QueuedSteer(steer_id="s1", delivery="steer", input=[TextInput(text="now")]),
            QueuedSteer(steer_id="u2", delivery="follow_up", input=given),
        ]
        standing.go()
        await made.ended()
        assert (await made.reader.queue_list(caller(), TurnQueueListParams(thread_id="t1"))).steers == []
