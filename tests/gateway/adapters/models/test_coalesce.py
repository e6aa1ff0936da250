"""Neighbouring deltas of one read become one."""

import pytest

from portico.gateway.adapters.models.coalesce import LARGEST_DELTA_BYTES, Coalescer
from portico.gateway.agent.model import Finished, FinishReason, TextDelta, ThinkingDelta, ToolCallPiece

END = Finished(FinishReason.STOP)


def test_neighbours_join_and_order_stays() -> None:
    out = Coalescer()
    out.thinking("a")
    out.thinking("b")
    out.text("c")
    out.text("d")
    out.piece("1", "x", "{")
    out.piece("1", "x", "}")
    out.piece("2", "y", "")
    out.text("e")
    out.add(END)
    assert out.take() == [
        ThinkingDelta("ab"),
        TextDelta("cd"),
        ToolCallPiece("1", "x", "{}"),
        ToolCallPiece("2", "y", ""),
        TextDelta("e"),
        END,
    ]
    assert out.take() == []


def test_reads_are_not_joined() -> None:
    out = Coalescer()
    out.text("a")
    assert out.take() == [TextDelta("a")]
    out.text("b")
    assert out.take() == [TextDelta("b")]


@pytest.mark.parametrize("letter", ["x", "é", "世", "🙂"])
def test_no_delta_is_larger_than_the_limit(letter: str) -> None:
    out = Coalescer()
    text = letter * 50_000
    out.text(text[:10])
    out.text(text[10:])
    events = [event for event in out.take() if isinstance(event, TextDelta)]
    assert "".join(event.text for event in events) == text
    assert max(len(event.text.encode()) for event in events) <= LARGEST_DELTA_BYTES
