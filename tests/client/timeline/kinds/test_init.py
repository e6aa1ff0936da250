"""Every item has a row of its kind, and those of no known kind have one too."""

from typing import get_args

import msgspec
import pytest

from portico.client.state import ItemState, Phase
from portico.client.timeline import KINDS, Row, item_row
from portico.client.timeline.kinds import kind_of
from portico.protocol.types import item as it
from tests.client.timeline.made import call, command, task


def test_every_item_of_the_protocol_is_in_the_table() -> None:
    assert set(KINDS) == set(get_args(it.TurnItem))


def test_what_is_not_understood_is_shown_plainly() -> None:
    state = ItemState("i", None, Phase.RUNNING, output="?", item_type="hologram")
    assert item_row(state, "u") == Row(
        key="i", kind="unknown", turn_id="u", text="?", title="hologram", phase=Phase.RUNNING
    )


@pytest.mark.parametrize(
    ("item", "stream"),
    [
        (it.UserMessage(id="i", text=""), "text"),
        (it.AgentMessage(id="i", text=""), "text"),
        (it.ReasoningItem(id="i", summary=[], content=[]), "text"),
        (it.SystemEvent(id="i", level="info", message=""), "text"),
        (task(), None),
        (command(display=it.ShellDisplay()), "output"),
        (call(display=it.ProgressDisplay(stage="running", metadata={})), "output"),
        (call(display=it.SummaryDisplay(title="", lines=[], metadata={}, truncated=False)), None),
        (None, None),
    ],
)
def test_where_deltas_are_appended(item: it.TurnItem | None, stream: str | None) -> None:
    state = ItemState("i", item, Phase.RUNNING, text="t", output="o")
    assert kind_of(state).stream(state) == stream
    if stream is not None:
        longer = ItemState("i", item, Phase.RUNNING, text="t+", output="o+")
        row = item_row(state)
        assert item_row(longer) == msgspec.structs.replace(row, text=row.text + "+")
