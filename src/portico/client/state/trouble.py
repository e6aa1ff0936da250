"""What is noted in a turn beside its items: retries, budgets, compressions. Pure."""

from typing import assert_never

from portico.client.state.types import Level, Notice, Phase, TurnState
from portico.protocol import events as ev

ItemTrouble = (
    ev.ItemTimeoutDetected
    | ev.ItemRecoveryOpened
    | ev.ItemRecoveryAttached
    | ev.ItemRetryScheduled
    | ev.ItemRetryAttemptStarted
    | ev.ItemRecoverySucceeded
    | ev.ItemRecoveryExhausted
    | ev.ItemToolRetryScheduled
    | ev.ItemToolRetryResolved
    | ev.ItemToolRetryExhausted
)
Trouble = ItemTrouble | ev.ToolLoopBudgetExceeded | ev.ContextCompressing | ev.ContextCompressed

Told = tuple[str, str, Level, Phase]
"""Text, code, level, and whether it still goes on."""


def noted(turn: TurnState, event: Trouble) -> TurnState:
    """`turn` with what `event` says. All trouble with one item is one notice, which tells the newest of it."""
    match event:
        case ev.ToolLoopBudgetExceeded(reason=reason):
            return _put(turn, _fresh_key(turn, "budget"), (reason, "budget", "warning", Phase.DONE))
        case ev.ContextCompressing():
            told: Told = (event.message or "making room in the conversation", "compressing", "info", Phase.RUNNING)
            return _put(turn, _fresh_key(turn, "compress"), told)
        case ev.ContextCompressed():
            return _put(turn, _open_key(turn) or _fresh_key(turn, "compress"), _compressed(event))
        case _:
            return _put(turn, f"{turn.id}:retry:{event.item_id}", _told(event))


def _told(event: ItemTrouble) -> Told:
    match event:
        case ev.ItemTimeoutDetected(reason=reason):
            return f"timed out: {reason.replace('_', ' ')}", "timeout", "warning", Phase.RUNNING
        case ev.ItemRecoveryOpened() | ev.ItemRecoveryAttached():
            return "recovering", "recovering", "warning", Phase.RUNNING
        case ev.ItemRetryScheduled():
            return _scheduled(event), "retry", "warning", Phase.RUNNING
        case ev.ItemRetryAttemptStarted(attempt_number=number):
            return f"attempt {number}", "retry", "warning", Phase.RUNNING
        case ev.ItemToolRetryScheduled(attempt_number=number, reason=reason):
            return f"attempt {number}: {reason}", "retry", "warning", Phase.RUNNING
        case ev.ItemRecoverySucceeded(attempt_number=number):
            return f"recovered at attempt {number}", "recovered", "info", Phase.DONE
        case ev.ItemToolRetryResolved(resolution="succeeded", attempt_number=number):
            return f"recovered at attempt {number}", "recovered", "info", Phase.DONE
        case ev.ItemToolRetryResolved(reason=reason):
            return f"not tried again: {reason}", "gave_up", "warning", Phase.DONE
        case ev.ItemRecoveryExhausted(error_message=reason) | ev.ItemToolRetryExhausted(reason=reason):
            return f"gave up: {reason}", "gave_up", "error", Phase.FAILED
        case _:
            assert_never(event)


def _scheduled(event: ev.ItemRetryScheduled) -> str:
    of = f" of {event.max_attempts}" if event.max_attempts else ""
    wait = f" in {event.delay_ms / 1_000:.0f} s" if event.delay_ms and event.delay_ms >= 1_000 else ""
    why = f": {event.reason}" if event.reason else ""
    return f"attempt {event.attempt_number}{of}{wait}{why}"


def _compressed(event: ev.ContextCompressed) -> Told:
    if event.error:
        return event.error, "compress_failed", "warning", Phase.FAILED
    turns = f"the {event.dropped_turns} oldest turns were" if event.dropped_turns != 1 else "the oldest turn was"
    return f"{turns} left out to make room", "compressed", "info", Phase.DONE


def _fresh_key(turn: TurnState, word: str) -> str:
    return f"{turn.id}:{word}:{sum(notice.key.startswith(f'{turn.id}:{word}:') for notice in turn.notices)}"


def _open_key(turn: TurnState) -> str | None:
    return next((notice.key for notice in reversed(turn.notices) if notice.code == "compressing"), None)


def _put(turn: TurnState, key: str, told: Told) -> TurnState:
    for index, known in enumerate(turn.notices):
        if known.key == key:
            changed = Notice(key, known.after, *told)
            return TurnState(turn.turn, turn.items, (*turn.notices[:index], changed, *turn.notices[index + 1 :]))
    fresh = Notice(key, len(turn.items), *told)
    return TurnState(turn.turn, turn.items, (*turn.notices, fresh))
