"""What is noted in a turn beside its items: retries, budgets, compressions. Pure."""

from typing import assert_never

from portico.client.state.types import Level, Notice, Phase, TurnState
from portico.client.words import Phrase, say, say_count
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

Told = tuple[Phrase | str, str, Level, Phase]
"""What is said (a phrase of ours or the gateway's text), code, level, and whether it still goes on."""


def noted(turn: TurnState, event: Trouble) -> TurnState:
    """`turn` with what `event` says. All trouble with one item is one notice, which tells the newest of it."""
    match event:
        case ev.ToolLoopBudgetExceeded(reason=reason):
            return _put(turn, _fresh_key(turn, "budget"), (reason, "budget", "warning", Phase.DONE))
        case ev.ContextCompressing():
            told: Told = (event.message or say("trouble.compressing"), "compressing", "info", Phase.RUNNING)
            return _put(turn, _fresh_key(turn, "compress"), told)
        case ev.ContextCompressed():
            return _put(turn, _open_key(turn) or _fresh_key(turn, "compress"), _compressed(event))
        case _:
            return _put(turn, f"{turn.id}:retry:{event.item_id}", _told(event))


def _told(event: ItemTrouble) -> Told:
    match event:
        case ev.ItemTimeoutDetected(reason=reason):
            return say(f"trouble.{reason}"), "timeout", "warning", Phase.RUNNING
        case ev.ItemRecoveryOpened() | ev.ItemRecoveryAttached():
            return say("trouble.recovering"), "recovering", "warning", Phase.RUNNING
        case ev.ItemRetryScheduled():
            return _scheduled(event), "retry", "warning", Phase.RUNNING
        case ev.ItemRetryAttemptStarted(attempt_number=number):
            return say("trouble.attempt", number=number), "retry", "warning", Phase.RUNNING
        case ev.ItemToolRetryScheduled(attempt_number=number, reason=reason):
            return say("trouble.attempt_why", number=number, why=reason), "retry", "warning", Phase.RUNNING
        case ev.ItemRecoverySucceeded(attempt_number=number):
            return say("trouble.recovered", number=number), "recovered", "info", Phase.DONE
        case ev.ItemToolRetryResolved(resolution="succeeded", attempt_number=number):
            return say("trouble.recovered", number=number), "recovered", "info", Phase.DONE
        case ev.ItemToolRetryResolved(reason=reason):
            return say("trouble.not_again", why=reason), "gave_up", "warning", Phase.DONE
        case ev.ItemRecoveryExhausted(error_message=reason) | ev.ItemToolRetryExhausted(reason=reason):
            return say("trouble.gave_up", why=reason), "gave_up", "error", Phase.FAILED
        case _:
            assert_never(event)


def _scheduled(event: ev.ItemRetryScheduled) -> Phrase:
    """Which of the sentences it is depends on how much is known."""
    id_, values = "trouble.attempt", dict[str, str | int](number=event.attempt_number)
    if event.max_attempts:
        id_, values["most"] = f"{id_}_of", event.max_attempts
    if event.delay_ms and event.delay_ms >= 1_000:
        id_, values["seconds"] = f"{id_}_in", round(event.delay_ms / 1_000)
    if event.reason:
        id_, values["why"] = f"{id_}_why", event.reason
    return say(id_, **values)


def _compressed(event: ev.ContextCompressed) -> Told:
    if event.error:
        return event.error, "compress_failed", "warning", Phase.FAILED
    return say_count("trouble.compressed", event.dropped_turns), "compressed", "info", Phase.DONE


def _fresh_key(turn: TurnState, word: str) -> str:
    return f"{turn.id}:{word}:{sum(notice.key.startswith(f'{turn.id}:{word}:') for notice in turn.notices)}"


def _open_key(turn: TurnState) -> str | None:
    return next((notice.key for notice in reversed(turn.notices) if notice.code == "compressing"), None)


def _put(turn: TurnState, key: str, told: Told) -> TurnState:
    for index, known in enumerate(turn.notices):
        if known.key == key:
            notices = (*turn.notices[:index], _notice(key, known.after, told), *turn.notices[index + 1 :])
            return TurnState(turn.turn, turn.items, notices, turn.started_at_ms)
    fresh = _notice(key, len(turn.items), told)
    return TurnState(turn.turn, turn.items, (*turn.notices, fresh), turn.started_at_ms)


def _notice(key: str, after: int, told: Told) -> Notice:
    said, code, level, phase = told
    return Notice(key, after, str(said), code, level, phase, said if isinstance(said, Phrase) else None)
