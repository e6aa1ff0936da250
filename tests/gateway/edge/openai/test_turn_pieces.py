"""The events of a turn as pieces of an answer."""

from typing import Any

import pytest

from portico.gateway.edge.openai.answers import Ended, Text, Thought
from portico.gateway.edge.openai.turn_pieces import TurnFold, ended_in
from portico.protocol.events import Event, ItemCompleted, ItemDelta, ItemStarted, TurnBlocked, TurnCompleted
from portico.protocol.types.item import (
    AgentMessage,
    DynamicToolCall,
    HiddenDisplay,
    NoStorage,
    OutputPolicy,
    ReasoningItem,
    SystemEvent,
    ToolStatus,
    UserMessage,
)
from portico.protocol.types.turn import Turn, TurnStatus

TURN = Turn(id="u", status=TurnStatus.COMPLETED)
POLICY = OutputPolicy(llm="full", timeline="full", storage="full", recovery="none", deltas="disabled")


def tool(status: ToolStatus) -> DynamicToolCall:
    return DynamicToolCall(
        id="i3",
        tool_name="read_file",
        arguments={"path": "a secret place"},
        status=status,
        output_policy=POLICY,
        display=HiddenDisplay(),
        storage=NoStorage(),
    )


def folded(*events: Event) -> list[Any]:
    fold = TurnFold()
    return [piece for event in events for piece in fold.feed(event)]


def test_text_and_thinking_as_they_come() -> None:
    assert folded(
        ItemStarted(item=ReasoningItem(id="i1", summary=[], content=[])),
        ItemDelta(item_id="i1", delta="hm", stream="reasoning"),
        ItemCompleted(item=ReasoningItem(id="i1", summary=[], content=["hm"])),
        ItemStarted(item=AgentMessage(id="i2", text="")),
        ItemDelta(item_id="i2", delta="hel"),
        ItemDelta(item_id="i2", delta="lo"),
        ItemCompleted(item=AgentMessage(id="i2", text="hello")),
        TurnCompleted(turn=TURN),
    ) == [Thought("i1", "hm"), Text("i2", "hel"), Text("i2", "lo"), Ended()]


def test_what_no_delta_told_comes_with_the_whole_item() -> None:
    assert folded(
        ItemCompleted(item=ReasoningItem(id="i1", summary=[], content=["h", "m"])),
        ItemDelta(item_id="i2", delta="hel"),
        ItemCompleted(item=AgentMessage(id="i2", text="hello")),
    ) == [Thought("i1", "hm"), Text("i2", "hel"), Text("i2", "lo")]


def test_tools_of_the_gateway_are_a_line_without_their_arguments() -> None:
    pieces = folded(
        ItemStarted(item=tool(ToolStatus.IN_PROGRESS)),
        ItemDelta(item_id="i3", delta="output", stream="stdout"),
        ItemCompleted(item=tool(ToolStatus.FAILED)),
        TurnCompleted(turn=TURN),
    )
    assert pieces == [Thought("i3", "read_file …\n"), Thought("i3", "read_file failed\n"), Ended()]


@pytest.mark.parametrize(
    ("code", "reason"), [("length", "length"), ("content_filter", "content_filter"), ("refusal", "content_filter")]
)
def test_a_notice_says_why_an_answer_was_cut(code: str, reason: str) -> None:
    notice = SystemEvent(id="i4", level="warning", message="cut", code=code)
    assert folded(ItemCompleted(item=notice), TurnCompleted(turn=TURN)) == [Ended(reason)]  # type: ignore[arg-type]


def test_other_events_say_nothing() -> None:
    assert (
        folded(
            ItemCompleted(item=UserMessage(id="i5", text="hello")),
            ItemCompleted(item=tool(ToolStatus.COMPLETED)),
            ItemCompleted(item=SystemEvent(id="i6", level="info", message="so")),
        )
        == []
    )


def test_a_blocked_turn_ends_like_one_at_a_limit() -> None:
    blocked = Turn(id="u", status=TurnStatus.BLOCKED, error="budget")
    assert folded(TurnBlocked(turn=blocked)) == [Ended("length")]


def test_the_end_is_the_last_piece() -> None:
    assert ended_in([Text("i", "x"), Ended("length")]) == Ended("length")
    assert ended_in([Text("i", "x")]) is None
    assert ended_in([]) is None
