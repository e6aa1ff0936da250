"""The fold of a turn's events, event by event."""

from typing import Any

import msgspec
import pytest

from portico.gateway.edge.chat.events import PARTIAL_CHARS, RunFold
from portico.protocol.events import (
    ContextCompressed,
    Event,
    ItemCompleted,
    ItemDelta,
    ItemRecoveryExhausted,
    ItemUpdated,
    TurnCompleted,
    TurnFailed,
    TurnQueueChanged,
)
from portico.protocol.types.item import AgentMessage, HiddenDisplay, SummaryDisplay, SystemEvent
from portico.protocol.types.turn import Turn, TurnStatus
from tests.gateway.edge.chat import recorded as it

Told = list[tuple[str, dict[str, Any]]]
SPOKEN = ("agent_message", "reasoning")


def fold(events: list[Event], folding: RunFold | None = None) -> Told:
    folding = folding or RunFold()
    told: list[tuple[str, bytes]] = []
    for event in events:
        if not isinstance(event, ItemDelta):
            told += folding.take(event)
        elif event.stream in SPOKEN:
            block = folding.spoken(event)
            told.append((block.name, block.delta(event.delta)))
        else:
            folding.printed(event)
            update = folding.update(event.item_id)
            told += [update] if update else []
    return [(name, msgspec.json.decode(data)) for name, data in told]


def test_a_plain_turn() -> None:
    told = fold([it.began(), it.said("p", "hi"), *it.answered("a", "Good ", "day"), TurnCompleted(turn=it.DONE)])
    assert told == [
        ("agent_start", {}),
        ("assistant_message_update", {"updateType": "text_start", "contentIndex": 0}),
        ("assistant_text_delta", {"contentIndex": 0, "delta": "Good "}),
        ("assistant_text_delta", {"contentIndex": 0, "delta": "day"}),
        ("assistant_message_update", {"updateType": "text_end", "contentIndex": 0, "content": "Good day"}),
        ("agent_end", {"assistantMessages": 1, "toolCalls": 0, "retries": 0}),
    ]


def test_thinking_is_a_block_of_its_own() -> None:
    told = fold([*it.thought("r", "hm"), *it.answered("a", "so")])
    assert [(name, data["contentIndex"]) for name, data in told] == [
        ("assistant_message_update", 0),
        ("assistant_thinking_delta", 0),
        ("assistant_message_update", 0),
        ("assistant_message_update", 1),
        ("assistant_text_delta", 1),
        ("assistant_message_update", 1),
    ]
    assert told[2][1] == {"updateType": "thinking_end", "contentIndex": 0, "content": "hm"}


def test_the_next_message_counts_its_blocks_anew() -> None:
    told = fold([*it.answered("a", "x"), *it.ran("c"), *it.answered("b", "y")])
    assert [data["contentIndex"] for name, data in told if name == "assistant_text_delta"] == [0, 0]


def test_a_tool_call() -> None:
    told = fold(it.ran("x", "one\n", "two\n"))
    call = {"toolCallId": "x", "toolName": "exec_command", "args": {"command": ["ls"]}}
    assert told[0] == ("tool_start", call)
    text = [data["partialResult"]["content"][0]["text"] for name, data in told if name == "tool_update"]
    assert text == ["one\n", "one\ntwo\n"]
    name, ended = told[-1]
    assert (name, ended["isError"], ended["durationMs"]) == ("tool_end", False, 7)
    assert ended["result"]["content"] == [{"type": "text", "text": "one\ntwo\n"}]
    assert ended["result"]["details"]["kind"] == "shell"


def test_a_call_that_was_never_announced_is_whole() -> None:
    told = fold([ItemCompleted(item=it.command("z", output="", success=False))])
    assert [(name, data.get("isError")) for name, data in told] == [("tool_start", None), ("tool_end", True)]


def test_only_the_end_of_a_long_output_is_repeated() -> None:
    told = fold(
        [it.begins(it.command("x")), it.delta("x", "a" * PARTIAL_CHARS, "stdout"), it.delta("x", "b", "stderr")]
    )
    assert [data["truncated"] for name, data in told if name == "tool_update"] == [False, True]
    last = told[-1][1]["partialResult"]["content"][0]["text"]
    assert (len(last), last[-2:]) == (PARTIAL_CHARS, "ab")


@pytest.mark.parametrize(
    ("display", "text"),
    [
        (SummaryDisplay(title="T", lines=["a", "b"], metadata={}, truncated=False), "T\na\nb"),
        (HiddenDisplay(), ""),
    ],
)
def test_every_display_has_a_text(display: Any, text: str) -> None:
    item = msgspec.structs.replace(it.command("x", output="", success=True), display=display)
    assert fold([ItemCompleted(item=item)])[-1][1]["result"]["content"] == [{"type": "text", "text": text}]


def test_retries_and_their_end() -> None:
    told = fold([it.retried(1), it.retried(2), it.recovered(2)])
    assert told == [
        ("retry_start", {"attempt": 1, "maxAttempts": 3, "delayMs": 2000, "errorMessage": "rate_limit"}),
        ("retry_start", {"attempt": 2, "maxAttempts": 3, "delayMs": 2000, "errorMessage": "rate_limit"}),
        ("retry_end", {"success": True, "attempt": 2}),
    ]


@pytest.mark.parametrize("is_told", [True, False])
def test_retries_that_brought_nothing(is_told: bool) -> None:
    exhausted = ItemRecoveryExhausted(
        item_id="m",
        item_type="agent_message",
        recovery_job_id="m",
        attempt_number=1,
        status="failed",
        error_message="why",
    )
    failed = Turn(id="u", status=TurnStatus.FAILED, error="why")
    told = fold([it.retried(1), *([exhausted] if is_told else []), TurnFailed(turn=failed)])
    assert told[1:] == [
        ("retry_end", {"success": False, "attempt": 1, "finalError": "why"}),
        ("agent_end", {"assistantMessages": 0, "toolCalls": 0, "retries": 1}),
    ]


def test_a_compression_that_failed() -> None:
    failed = ContextCompressed(
        reason="overflow", tokens_before=9, tokens_after=9, dropped_turns=0, error="nothing left"
    )
    assert fold([failed]) == [
        (
            "compaction_end",
            {
                "reason": "overflow",
                "result": None,
                "aborted": False,
                "willRetry": False,
                "errorMessage": "nothing left",
            },
        )
    ]


@pytest.mark.parametrize("shown", ["", "fol", "folded"])
def test_what_deltas_did_not_tell_is_told_by_the_whole(shown: str) -> None:
    events: list[Event] = [it.delta("b", shown)] if shown else []
    told = fold([*events, ItemCompleted(item=AgentMessage(id="b", text="folded"))])
    assert "".join(data["delta"] for name, data in told if name == "assistant_text_delta") == "folded"
    assert told[-1][1]["content"] == "folded"


def test_why_an_answer_is_not_whole() -> None:
    folding = RunFold()
    notice = SystemEvent(id="n", level="warning", message="cut", code="length")
    fold([*it.answered("a", "x"), ItemCompleted(item=notice), TurnCompleted(turn=it.DONE)], folding)
    assert (folding.cut, folding.text, folding.turn) == ("length", "x", it.DONE)


def test_other_things_are_not_told() -> None:
    folding = RunFold()
    notice = SystemEvent(id="n", level="info", message="m", code="other")
    others: list[Event] = [
        TurnQueueChanged(depth=0, change="queued", queued_turn_id="x"),
        ItemUpdated(item=it.command("x")),
        ItemCompleted(item=notice),
        it.begins(notice),
        it.said("p", "m"),
        it.delta("unknown", "x", "stdout"),
    ]
    assert fold(others, folding) == []
    assert (folding.cut, folding.users) == (None, 1)


@pytest.mark.promise("chat.events")
def test_every_event_of_the_seed_is_made() -> None:
    told = fold(it.rich_turn())
    assert {name for name, _ in told} == {
        "agent_start",
        "agent_end",
        "assistant_text_delta",
        "assistant_thinking_delta",
        "assistant_message_update",
        "tool_start",
        "tool_update",
        "tool_end",
        "retry_start",
        "retry_end",
        "compaction_start",
        "compaction_end",
    }
