"""Rows of what was said."""

import pytest

from portico.client.state import ItemState, Phase
from portico.client.timeline import Row, item_row
from portico.protocol.types.input import ImageInput
from portico.protocol.types.item import AgentMessage, ReasoningItem, SystemEvent, TurnItem, UserMessage

IMAGE = ImageInput(url="data:image/png;base64,x")


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (
            UserMessage(id="i", text="t", attachments=[IMAGE]),
            Row(key="i", kind="user", text="t", attachments=(IMAGE,)),
        ),
        (
            AgentMessage(id="i", text="t", phase="commentary"),
            Row(key="i", kind="assistant", text="t", title="commentary"),
        ),
        (ReasoningItem(id="i", summary=[], content=[]), Row(key="i", kind="reasoning", text="t")),
        (
            SystemEvent(id="i", level="warning", message="t", code="c"),
            Row(key="i", kind="notice", text="t", level="warning", code="c"),
        ),
    ],
)
def test_messages(item: TurnItem, expected: Row) -> None:
    assert item_row(ItemState("i", item, Phase.DONE, text="t")) == expected


def test_thinking_ticks_while_it_goes_on() -> None:
    thought = ReasoningItem(id="i", summary=[], content=[])
    rows = [item_row(ItemState("i", thought, phase, started_at_ms=7)) for phase in (Phase.RUNNING, Phase.DONE)]
    assert [row.started_at_ms for row in rows] == [7, None]
