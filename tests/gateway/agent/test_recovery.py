"""The one rule about turns that a crash left open, and the last form of open items."""

import pytest
from msgspec.structs import replace

from portico.gateway.agent.recovery import Interrupted, Shown, cut_short, decide
from portico.protocol.types.item import (
    AgentMessage,
    Outcome,
    ReasoningItem,
    ShellDisplay,
    SystemEvent,
    ToolStatus,
    TurnItem,
    UserMessage,
)
from portico.protocol.types.turn import Turn, TurnStatus
from tests.kit.tools import fake_item

LEFT = Interrupted("the gateway stopped while this turn was running", "gateway_restart")
MESSAGE, THOUGHT = AgentMessage(id="i", text=""), ReasoningItem(id="i", summary=[], content=[])
SAID, NOTICE = UserMessage(id="i", text="x"), SystemEvent(id="i", level="info", message="m")
TOOL = fake_item("i", "run")
FAILED = replace(
    TOOL,
    status=ToolStatus.FAILED,
    success=False,
    outcome=Outcome(status="recoverable_error", error_class="cancelled", incomplete=True, incomplete_reason="why"),
)


@pytest.mark.parametrize("status", list(TurnStatus))
def test_only_an_open_turn_is_interrupted(status: TurnStatus) -> None:
    expected = LEFT if status is TurnStatus.IN_PROGRESS else None
    assert decide(Turn(id="u", status=status)) == expected


@pytest.mark.parametrize(
    ("item", "shown", "expected"),
    [
        pytest.param(MESSAGE, {"agent_message": "so far"}, replace(MESSAGE, text="so far"), id="message"),
        pytest.param(replace(MESSAGE, text="x"), {}, replace(MESSAGE, text="x"), id="message without deltas"),
        pytest.param(THOUGHT, {"reasoning": "hm"}, replace(THOUGHT, content=["hm"]), id="reasoning"),
        pytest.param(THOUGHT, {}, THOUGHT, id="reasoning without deltas"),
        pytest.param(SAID, {}, SAID, id="what the user said"),
        pytest.param(NOTICE, {}, NOTICE, id="a notice"),
        pytest.param(
            TOOL,
            {"stdout": "out", "stderr": "err"},
            replace(FAILED, display=ShellDisplay(stdout="out", stderr="err", truncated=True)),
            id="a command with its output",
        ),
        pytest.param(
            fake_item("i", "quiet"),
            {"stdout": "out"},
            replace(FAILED, tool_name="quiet", command=["quiet"], display=fake_item("i", "quiet").display),
            id="a tool that shows nothing",
        ),
    ],
)
def test_an_open_item_keeps_what_was_shown(item: TurnItem, shown: Shown, expected: TurnItem) -> None:
    assert cut_short(item, shown, "why") == expected


def test_the_phase_of_a_message_may_be_corrected() -> None:
    assert cut_short(MESSAGE, {}, "why", "commentary") == replace(MESSAGE, phase="commentary")
