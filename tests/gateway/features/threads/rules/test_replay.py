"""Which versions a page of history covers, and what was shown of items that never completed."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portico.gateway.features.threads.rules import replay
from portico.gateway.features.threads.rules.replay import Window
from portico.gateway.features.threads.rules.state import OpenItem
from portico.protocol.base import SAFE_INT
from portico.protocol.events import ItemCompleted, ItemDelta, ItemEvent, ItemStarted, ItemTimeoutDetected, ItemUpdated
from portico.protocol.events.item import DeltaStream
from portico.protocol.methods.thread import ThreadHistoryParams
from portico.protocol.types.item import (
    AgentMessage,
    FileChange,
    HiddenDisplay,
    NoStorage,
    OutputPolicy,
    ReasoningItem,
    ToolStatus,
)


def asked(**fields: Any) -> ThreadHistoryParams:
    return ThreadHistoryParams(thread_id="t", **fields)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        pytest.param({}, Window(0, SAFE_INT, True, 200, True), id="newest"),
        pytest.param({"limit": 7, "include_deltas": False}, Window(0, SAFE_INT, True, 7, False), id="newest 7"),
        pytest.param({"after_version": 0}, Window(0, SAFE_INT, False, 200, True), id="from the beginning"),
        pytest.param({"after_version": 5}, Window(5, SAFE_INT, False, 200, True), id="after"),
        pytest.param({"before_version": 5}, Window(0, 5, True, 200, True), id="before"),
        pytest.param({"after_version": 2, "before_version": 5}, Window(2, 5, False, 200, True), id="between"),
    ],
)
def test_window(fields: dict[str, Any], expected: Window) -> None:
    assert replay.window(asked(**fields)) == expected


def test_a_reset_keeps_limit_and_deltas() -> None:
    p = asked(after_version=2, before_version=5, limit=3, include_deltas=False, epoch="x")
    assert replay.newest(p) == Window(0, SAFE_INT, True, 3, False)


@pytest.mark.parametrize(
    ("fields", "is_foreign"),
    [
        ({}, False),
        ({"epoch": "other"}, False),
        ({"after_version": 9}, False),
        ({"after_version": 10}, False),
        ({"after_version": 11}, True),
        ({"after_version": 9, "epoch": "mine"}, False),
        ({"after_version": 0, "epoch": "other"}, True),
        ({"before_version": 11}, False),
        ({"before_version": 12}, True),
        ({"before_version": 3, "epoch": "other"}, True),
    ],
)
def test_a_cursor_of_another_time(fields: dict[str, Any], is_foreign: bool) -> None:
    assert replay.is_foreign(asked(**fields), "mine", 10) is is_foreign


@pytest.mark.parametrize(
    ("fields", "ends", "is_whole", "expected"),
    [
        pytest.param({}, (3, 10), False, (3, 10), id="newest, more before"),
        pytest.param({}, (3, 9), True, (1, 10), id="newest, all of them"),
        pytest.param({}, None, True, (1, 10), id="newest, only deltas"),
        pytest.param({"after_version": 4}, (5, 7), False, (5, 7), id="after, more to come"),
        pytest.param({"after_version": 4}, (6, 8), True, (5, 10), id="after, deltas around"),
        pytest.param({"after_version": 10}, None, True, (11, 10), id="after the head"),
        pytest.param({"before_version": 5}, (2, 3), False, (2, 4), id="before, more before"),
        pytest.param({"before_version": 5}, (2, 4), True, (1, 4), id="before, all"),
        pytest.param({"before_version": 1}, None, True, (1, 0), id="before the first"),
        pytest.param({"before_version": 0}, None, True, (1, 0), id="before nothing"),
        pytest.param({"after_version": 7, "before_version": 3}, None, True, (8, 7), id="crossed"),
    ],
)
def test_covered(
    fields: dict[str, Any], ends: tuple[int, int] | None, is_whole: bool, expected: tuple[int, int]
) -> None:
    assert replay.covered(replay.window(asked(**fields)), ends, 10, is_whole=is_whole) == expected


POLICY = OutputPolicy(llm="full", timeline="full", storage="full", recovery="none", deltas="persist_and_display")
FILE = FileChange(
    id="f",
    tool_name="apply_patch",
    arguments={},
    status=ToolStatus.IN_PROGRESS,
    output_policy=POLICY,
    display=HiddenDisplay(),
    storage=NoStorage(),
    changed_files=[],
)


def message(text: str = "") -> AgentMessage:
    return AgentMessage(id="m", text=text)


def thought(*content: str) -> ReasoningItem:
    return ReasoningItem(id="r", summary=[], content=list(content))


def delta(item_id: str, text: str, stream: DeltaStream = "agent_message") -> ItemDelta:
    return ItemDelta(item_id=item_id, delta=text, stream=stream)


TIMEOUT = ItemTimeoutDetected(item_id="m", item_type="agent_message", attempt_number=1, reason="lease_expired")


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        pytest.param([], [], id="nothing"),
        pytest.param([ItemStarted(item=message())], [OpenItem(message(), {})], id="no delta yet"),
        pytest.param([ItemStarted(item=message()), ItemCompleted(item=message("a"))], [], id="completed"),
        pytest.param([ItemCompleted(item=message("a"))], [], id="never started"),
        pytest.param([delta("m", "a"), TIMEOUT], [], id="deltas of nothing"),
        pytest.param(
            [ItemStarted(item=message("A")), delta("m", "b"), TIMEOUT, delta("m", "c")],
            [OpenItem(message("Abc"), {"agent_message": "bc"})],
            id="text after the start",
        ),
        pytest.param(
            [ItemStarted(item=message()), delta("m", "old"), ItemUpdated(item=message("new")), delta("m", "er")],
            [OpenItem(message("newer"), {"agent_message": "er"})],
            id="the last whole form counts",
        ),
        pytest.param(
            [ItemStarted(item=thought("x")), delta("r", "so", "reasoning"), delta("r", " it", "reasoning")],
            [OpenItem(thought("x", "so it"), {"reasoning": "so it"})],
            id="thinking",
        ),
        pytest.param([ItemStarted(item=thought("x"))], [OpenItem(thought("x"), {})], id="no thinking yet"),
        pytest.param(
            [ItemStarted(item=FILE), delta("f", "o", "stdout"), delta("f", "e", "stderr"), delta("f", "p", "stdout")],
            [OpenItem(FILE, {"stdout": "op", "stderr": "e"})],
            id="a tool's output stays apart",
        ),
        pytest.param(
            [
                ItemStarted(item=thought()),
                ItemStarted(item=message()),
                delta("m", "a"),
                ItemStarted(item=FILE),
                ItemCompleted(item=thought()),
            ],
            [OpenItem(message("a"), {"agent_message": "a"}), OpenItem(FILE, {})],
            id="in the order of their start",
        ),
    ],
)
def test_open_items(events: list[ItemEvent], expected: list[OpenItem]) -> None:
    assert replay.open_items(events) == tuple(expected)


@given(st.lists(st.tuples(st.sampled_from(["m", "n"]), st.text(max_size=5)), max_size=30))
def test_shown_text_is_all_deltas_of_the_item_in_order(pieces: list[tuple[str, str]]) -> None:
    events: list[ItemEvent] = [ItemStarted(item=AgentMessage(id=name, text="")) for name in ("m", "n")]
    events += [delta(name, text) for name, text in pieces]
    shown = {open_item.item.id: open_item.item for open_item in replay.open_items(events)}
    for name in ("m", "n"):
        assert shown[name] == AgentMessage(id=name, text="".join(text for owner, text in pieces if owner == name))
