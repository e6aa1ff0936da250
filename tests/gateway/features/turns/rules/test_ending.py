"""The terminal event of a turn, and the batch that it stands in."""

import pytest

from portico.gateway.agent.loop import Ending
from portico.gateway.features.threads import signal_drop
from portico.gateway.features.turns.rules import ending
from portico.gateway.log import Append, Batch
from portico.protocol.events import ItemCompleted, TurnBlocked, TurnCompleted, TurnFailed
from portico.protocol.types.item import AgentMessage
from portico.protocol.types.turn import PromptDiagnostic, PromptManifest, Turn, TurnResume, TurnStatus, Usage

OPEN = Turn(id="u", status=TurnStatus.IN_PROGRESS, created_at=1)
RESUME = TurnResume(
    reason_class="r", human_message="m", resume_requirements=[], resume_command="c", can_resume_same_turn=False
)
MANIFEST = PromptManifest(
    compiler_version="1",
    profile="assistant_full",
    section_ids=[],
    fingerprint_stable="",
    fingerprint_dynamic="",
    fingerprint_full="",
    diagnostics=[PromptDiagnostic(code="a", message="a")],
    hook_sources=[],
)


def test_a_turn_keeps_how_it_ended_and_what_it_used() -> None:
    usage = Usage(input_tokens=3, provider_calls=1)
    assert ending.ended(OPEN, Ending(TurnStatus.FAILED, "no", "unknown"), 9, usage) == Turn(
        id="u",
        status=TurnStatus.FAILED,
        error="no",
        error_class="unknown",
        created_at=1,
        completed_at=9,
        usage=usage,
    )


def test_a_turn_that_called_nobody_has_no_usage() -> None:
    assert ending.ended(OPEN, Ending(TurnStatus.INTERRUPTED), 9, Usage()).usage is None


@pytest.mark.parametrize(
    ("status", "event"),
    [
        (TurnStatus.COMPLETED, TurnCompleted),
        (TurnStatus.INTERRUPTED, TurnCompleted),
        (TurnStatus.FAILED, TurnFailed),
        (TurnStatus.BLOCKED, TurnBlocked),
    ],
)
def test_terminal_events(status: TurnStatus, event: type) -> None:
    told = ending.terminal_event(Turn(id="u", status=status), RESUME)
    assert isinstance(told, event)
    assert told.turn.status is status
    assert getattr(told, "resume", RESUME) == RESUME


def test_diagnostics_of_the_run_join_those_of_the_prompt() -> None:
    more = [PromptDiagnostic(code="b", message="b")]
    turn = ending.noted(Turn(id="u", status=TurnStatus.COMPLETED, prompt_manifest=MANIFEST), more)
    assert turn.prompt_manifest is not None
    assert [told.code for told in turn.prompt_manifest.diagnostics] == ["a", "b"]
    assert ending.noted(OPEN, more) == OPEN


def test_what_ends_a_turn_is_one_batch() -> None:
    done = ItemCompleted(item=AgentMessage(id="i", text="x"))
    terminal = TurnCompleted(turn=Turn(id="u", status=TurnStatus.COMPLETED))
    assert ending.last_batch("t", 4, [done], terminal) == Batch(
        appends=(
            Append("thread:t", done, turn_id="u", fence=4, flow=True),
            Append("thread:t", terminal, turn_id="u", fence=4, closes=True),
        ),
        records=(signal_drop("t", "u"),),
    )
