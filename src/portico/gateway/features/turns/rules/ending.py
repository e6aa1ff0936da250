"""How a turn ends on record: one terminal event, beside what completes its open items."""

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from portico.gateway.agent.loop import Ending
from portico.gateway.agent.recovery import Interrupted
from portico.gateway.features.threads import signal_drop
from portico.gateway.log import Append, Batch, thread_stream
from portico.protocol.events import Event, TurnBlocked, TurnCompleted, TurnFailed
from portico.protocol.types.turn import PromptDiagnostic, Turn, TurnResume, TurnStatus, Usage

TerminalEvent = TurnCompleted | TurnFailed | TurnBlocked


def ended(turn: Turn, ending: Ending | Interrupted, at: int, usage: Usage | None = None) -> Turn:
    """The turn as it stands from now on."""
    return replace(
        turn,
        status=ending.status,
        error=ending.error,
        error_class=ending.error_class,
        completed_at=at,
        usage=usage if usage is not None and usage.provider_calls else turn.usage,
    )


def noted(turn: Turn, diagnostics: Sequence[PromptDiagnostic]) -> Turn:
    """The turn with more diagnostics in its manifest."""
    if turn.prompt_manifest is None or not diagnostics:
        return turn
    manifest = turn.prompt_manifest
    return replace(turn, prompt_manifest=replace(manifest, diagnostics=[*manifest.diagnostics, *diagnostics]))


def terminal_event(turn: Turn, resume: TurnResume | None = None) -> TerminalEvent:
    """`turn/completed` announces Interrupted too; the status inside decides."""
    match turn.status:
        case TurnStatus.FAILED:
            return TurnFailed(turn=turn)
        case TurnStatus.BLOCKED:
            return TurnBlocked(turn=turn, resume=resume)
        case _:
            return TurnCompleted(turn=turn)


def last_batch(thread_id: str, fence: int, closing: Iterable[Event], terminal: TerminalEvent) -> Batch:
    """Everything that ends a turn, all or nothing: it is refused when the turn has ended already."""
    stream, turn_id = thread_stream(thread_id), terminal.turn.id
    appends = [Append(stream, event, turn_id=turn_id, fence=fence, flow=True) for event in closing]
    appends.append(Append(stream, terminal, turn_id=turn_id, fence=fence, closes=True))
    return Batch(appends=tuple(appends), records=(signal_drop(thread_id, turn_id),))
