"""What the model reads of a tool's answer."""

import pytest

from portico.gateway.agent.model import ToolResultMessage


@pytest.mark.parametrize(
    ("content", "note", "told"),
    [
        pytest.param("gave this", "", "gave this", id="the answer"),
        pytest.param("gave this", "and mind that", "gave this\n\nand mind that", id="with a note below"),
        pytest.param("", "", "", id="nothing"),
    ],
)
def test_a_note_is_told_below_the_answer(content: str, note: str, told: str) -> None:
    assert ToolResultMessage("c", "look", content, note=note).told == told
