"""The reducer: live and replay give the same state, and nothing is applied twice."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portico.client.state import ItemState, Phase, ThreadState, TurnState, reduce, reduce_unknown
from portico.client.state.reduce import text_of
from portico.protocol import events as ev
from portico.protocol.types.item import (
    AgentMessage,
    DynamicToolCall,
    HiddenDisplay,
    NoStorage,
    OutputPolicy,
    ReasoningItem,
    SystemEvent,
    ToolStatus,
    TurnItem,
    UserMessage,
)
from portico.protocol.types.settings import GatewaySettings
from portico.protocol.types.thread import OriginKind, SidebarVisibility, Thread, ThreadMode, ThreadStatus
from portico.protocol.types.turn import Turn, TurnStatus
from tests.client.timeline.made import task

POLICY = OutputPolicy(llm="full", timeline="full", storage="none", recovery="none", deltas="disabled")
OPEN = Turn(id="u", status=TurnStatus.IN_PROGRESS)
DONE = Turn(id="u", status=TurnStatus.COMPLETED)
NEXT = Turn(id="v", status=TurnStatus.IN_PROGRESS)
EMPTY = ThreadState("t")
THREAD = Thread(
    workspace_id="w",
    id="t",
    preview="",
    mode=ThreadMode.CHAT,
    model="",
    model_provider="",
    created_at=1,
    updated_at=1,
    status=ThreadStatus.IDLE,
    origin_kind=OriginKind.USER,
    sidebar_visibility=SidebarVisibility.VISIBLE,
)
RUNNING = ThreadState("t", current=TurnState(OPEN), running="u")


def tool(status: ToolStatus) -> DynamicToolCall:
    return DynamicToolCall(
        id="i",
        tool_name="read_file",
        arguments={"path": "a"},
        status=status,
        output_policy=POLICY,
        display=HiddenDisplay(),
        storage=NoStorage(),
    )


def with_item(item: ItemState) -> ThreadState:
    return replace(RUNNING, current=TurnState(OPEN, (item,)))


@pytest.mark.parametrize(
    ("state", "event", "expected"),
    [
        pytest.param(EMPTY, ev.ThreadStarted(thread=THREAD), replace(EMPTY, thread=THREAD), id="thread started"),
        pytest.param(EMPTY, ev.ThreadUpdated(thread=THREAD), replace(EMPTY, thread=THREAD), id="thread updated"),
        pytest.param(
            RUNNING,
            ev.ThreadClosed(workspace_id="w", thread_id="t"),
            replace(RUNNING, is_closed=True, running=None),
            id="thread closed",
        ),
        pytest.param(
            EMPTY,
            ev.TurnStarted(workspace_id="w", thread_id="t", turn=OPEN, input=[]),
            replace(RUNNING, current=TurnState(OPEN, started_at_ms=7)),
            id="turn started",
        ),
        pytest.param(
            RUNNING, ev.TurnCompleted(turn=DONE), ThreadState("t", current=TurnState(DONE)), id="turn completed"
        ),
        pytest.param(
            replace(RUNNING, running="v"),
            ev.TurnFailed(turn=DONE),
            ThreadState("t", current=TurnState(DONE), running="v"),
            id="another turn runs on",
        ),
        pytest.param(
            EMPTY,
            ev.TurnQueueChanged(depth=2, change="queued", queued_turn_id="v"),
            replace(EMPTY, queue_depth=2, queue=("v",)),
            id="queue",
        ),
        pytest.param(
            replace(EMPTY, queue_depth=3, queue=("v", "w", "x")),
            ev.TurnQueueChanged(depth=2, change="started", queued_turn_id="v"),
            replace(EMPTY, queue_depth=2, queue=("w", "x")),
            id="the first of the queue starts",
        ),
        pytest.param(
            replace(EMPTY, queue_depth=3, queue=("v", "w", "x")),
            ev.TurnQueueChanged(depth=1, change="removed", queued_turn_id="x"),
            replace(EMPTY, queue_depth=1, queue=("w",)),
            id="the depth has the last word",
        ),
        pytest.param(
            replace(EMPTY, queue_depth=1, queue=("v",)),
            ev.TurnQueueChanged(depth=0, change="removed", queued_turn_id="v"),
            EMPTY,
            id="an empty queue",
        ),
        pytest.param(
            RUNNING,
            ev.TurnStarted(workspace_id="w", thread_id="t", turn=DONE, input=[]),
            replace(RUNNING, current=TurnState(DONE)),
            id="the newest turn again",
        ),
        pytest.param(
            RUNNING,
            ev.TurnStarted(workspace_id="w", thread_id="t", turn=NEXT, input=[]),
            ThreadState("t", past=(TurnState(OPEN),), current=TurnState(NEXT, started_at_ms=7), running="v"),
            id="the next turn",
        ),
        pytest.param(
            replace(RUNNING, past=(TurnState(OPEN),), current=TurnState(NEXT)),
            ev.ItemDelta(item_id="i", delta="late"),
            replace(
                RUNNING,
                past=(TurnState(OPEN, (ItemState("i", None, Phase.RUNNING, text="late", started_at_ms=7),)),),
                current=TurnState(NEXT),
            ),
            id="a delta of a turn before",
        ),
        pytest.param(
            EMPTY, ev.TurnFailed(turn=DONE), ThreadState("t", current=TurnState(DONE)), id="an end without a start"
        ),
        pytest.param(
            RUNNING,
            ev.ItemStarted(item=tool(ToolStatus.IN_PROGRESS)),
            with_item(ItemState("i", tool(ToolStatus.IN_PROGRESS), Phase.RUNNING, started_at_ms=7)),
            id="item started",
        ),
        pytest.param(
            with_item(ItemState("i", tool(ToolStatus.IN_PROGRESS), Phase.RUNNING, started_at_ms=5)),
            ev.ItemCompleted(item=tool(ToolStatus.FAILED)),
            with_item(ItemState("i", tool(ToolStatus.FAILED), Phase.FAILED, started_at_ms=5, completed_at_ms=7)),
            id="a failed tool",
        ),
        pytest.param(
            with_item(ItemState("i", None, Phase.RUNNING, text="Hel")),
            ev.ItemDelta(item_id="i", delta="lo"),
            with_item(ItemState("i", None, Phase.RUNNING, text="Hello")),
            id="delta",
        ),
        pytest.param(
            RUNNING,
            ev.ItemDelta(item_id="i", delta="out", stream="stdout"),
            with_item(ItemState("i", None, Phase.RUNNING, output="out", started_at_ms=7)),
            id="a delta whose item is not known yet",
        ),
        pytest.param(
            with_item(ItemState("i", None, Phase.RUNNING, text="Hel")),
            ev.ItemCompleted(item=AgentMessage(id="i", text="Hello")),
            with_item(ItemState("i", AgentMessage(id="i", text="Hello"), Phase.DONE, text="Hello", completed_at_ms=7)),
            id="the completed text replaces what deltas built",
        ),
        pytest.param(
            RUNNING, ev.SettingsChanged(settings=GatewaySettings()), RUNNING, id="a hint about something else"
        ),
        pytest.param(EMPTY, ev.ItemDelta(item_id="i", delta="x"), EMPTY, id="a delta of no known turn"),
    ],
)
def test_reduce(state: ThreadState, event: ev.Event, expected: ThreadState) -> None:
    assert reduce(state, event, version=0, turn_id="u", at_ms=7) == expected


def test_trouble_is_noted_in_its_turn() -> None:
    event = ev.ToolLoopBudgetExceeded(limit_kind="tool_calls", limit=1, observed=2, action="stop", reason="used up")
    (turn,) = reduce(RUNNING, event, version=0, turn_id="u").turns
    assert [notice.text for notice in turn.notices] == ["used up"]


@pytest.mark.parametrize(
    ("status", "phase"), [("running", Phase.RUNNING), ("completed", Phase.DONE), ("failed", Phase.FAILED)]
)
def test_a_task_is_as_far_as_it_says(status: str, phase: Phase) -> None:
    state = reduce(RUNNING, ev.ItemCompleted(item=task(status=status)), version=0, turn_id="u")
    assert state.turns[0].items[0].phase is phase


def test_what_was_streamed_and_whose_it_is_outlives_the_completion() -> None:
    known = ItemState("i", None, Phase.RUNNING, output="out", started_at_ms=3, parent="task")
    state = reduce(with_item(known), ev.ItemCompleted(item=tool(ToolStatus.COMPLETED)), version=0, turn_id="u", at_ms=9)
    (item,) = state.turns[0].items
    assert (item.output, item.started_at_ms, item.completed_at_ms, item.parent) == ("out", 3, 9, "task")


def test_an_item_began_with_what_was_first_known_of_it() -> None:
    state = reduce(RUNNING, ev.ItemDelta(item_id="i", delta="x", stream="stdout"), version=0, turn_id="u", at_ms=5)
    state = reduce(state, ev.ItemStarted(item=tool(ToolStatus.IN_PROGRESS)), version=0, turn_id="u", at_ms=7)
    (item,) = state.turns[0].items
    assert (item.running_since_ms, item.completed_at_ms) == (5, None)
    state = reduce(state, ev.ItemCompleted(item=tool(ToolStatus.COMPLETED)), version=0, turn_id="u", at_ms=9)
    (item,) = state.turns[0].items
    assert (item.running_since_ms, item.started_at_ms, item.completed_at_ms) == (None, 5, 9)


def test_a_time_that_is_not_known_is_none() -> None:
    state = reduce(RUNNING, ev.ItemStarted(item=tool(ToolStatus.IN_PROGRESS)), version=0, turn_id="u")
    assert state.turns[0].items[0].running_since_ms is None


@pytest.mark.parametrize(
    "event",
    [
        pytest.param(ev.ItemDelta(item_id="i", delta="x"), id="delta"),
        pytest.param(ev.ItemStarted(item=tool(ToolStatus.IN_PROGRESS)), id="item"),
        pytest.param(
            ev.ToolLoopBudgetExceeded(limit_kind="tool_calls", limit=1, observed=2, action="stop", reason="r"),
            id="trouble",
        ),
        pytest.param(ev.TurnCompleted(turn=DONE), id="end"),
    ],
)
def test_when_a_turn_began_is_kept(event: ev.Event) -> None:
    state = replace(RUNNING, current=TurnState(OPEN, started_at_ms=5))
    current = reduce(state, event, version=0, turn_id="u", at_ms=7).current
    assert current is not None
    assert current.started_at_ms == 5


UNREAD = {"type": "itemCompleted", "item": {"id": "x", "type": "hologram", "title": "Look", "depth": 3}}


@pytest.mark.parametrize(
    ("payload", "items"),
    [
        pytest.param(
            UNREAD, (ItemState("x", None, Phase.DONE, text="Look", item_type="hologram"),), id="an item of a later kind"
        ),
        pytest.param({"type": "later"}, (), id="no item"),
        pytest.param({"item": {"id": 5}}, (), id="no id"),
        pytest.param({"item": "x"}, (), id="nonsense"),
    ],
)
def test_what_cannot_be_read_is_counted_and_its_item_kept(payload: dict[str, Any], items: Any) -> None:
    state = reduce_unknown(replace(RUNNING, version=4), payload, version=5, turn_id="u")
    assert state == replace(RUNNING, version=5, unknown=1, current=TurnState(OPEN, items))
    assert reduce_unknown(state, payload, version=5, turn_id="u") is state


@pytest.mark.parametrize(
    ("item", "text"),
    [
        (UserMessage(id="i", text="a"), "a"),
        (AgentMessage(id="i", text="b"), "b"),
        (ReasoningItem(id="i", summary=["s"], content=["c", "d"]), "c\n\nd"),
        (ReasoningItem(id="i", summary=["s"], content=[]), "s"),
        (SystemEvent(id="i", level="info", message="m"), "m"),
        (task(), "Look around"),
        (tool(ToolStatus.COMPLETED), ""),
    ],
)
def test_what_a_person_reads_of_an_item(item: TurnItem, text: str) -> None:
    assert text_of(item) == text


LOG: list[ev.Event] = [
    ev.ThreadStarted(thread=THREAD),
    ev.TurnStarted(workspace_id="w", thread_id="t", turn=OPEN, input=[]),
    ev.ItemStarted(item=AgentMessage(id="m", text="")),
    ev.ItemDelta(item_id="m", delta="Hel"),
    ev.ItemDelta(item_id="m", delta="lo"),
    ev.ItemCompleted(item=AgentMessage(id="m", text="Hello")),
    ev.TurnCompleted(turn=DONE),
]


def replay(upto: int) -> ThreadState:
    state = EMPTY
    for version, event in enumerate(LOG[:upto], 1):
        state = reduce(state, event, version=version, turn_id="u")
    return state


@given(st.lists(st.integers(1, len(LOG)), max_size=20))
def test_reducing_a_version_again_changes_nothing(again: list[int]) -> None:
    state = replay(len(LOG))
    for version in again:
        state = reduce(state, LOG[version - 1], version=version, turn_id="u")
    assert state == replay(len(LOG))


def test_a_known_version_gives_the_same_object() -> None:
    state = replay(3)
    assert reduce(state, LOG[2], version=3, turn_id="u") is state


def test_a_turn_is_found_from_the_newest() -> None:
    state = replay(len(LOG))
    assert state.turn("u") == state.turns[0]
    assert state.turn("nobody") is None
