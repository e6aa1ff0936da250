"""Rows that are no projections: queued starts and signals, as changes for a batch's records."""

from portico.gateway.features.threads.rules.state import QueuedRow, SignalRow
from portico.gateway.log import Change, Drop, Put, Value


def queue_put(thread_id: str, row: QueuedRow) -> Change:
    """Let `row` wait for its thread."""
    values: dict[str, Value] = {
        "position": row.position,
        "scopes": row.scopes,
        "params": row.params,
        "queued_at": row.queued_at,
    }
    return Put("queued_turn", {"thread_id": thread_id, "turn_id": row.turn_id}, values)


def queue_drop(thread_id: str, turn_id: str) -> Change:
    """Take a queued start out."""
    return Drop("queued_turn", {"thread_id": thread_id, "turn_id": turn_id})


def signal_put(thread_id: str, turn_id: str, row: SignalRow) -> Change:
    """Leave `row` for the task that runs the turn; the same id again replaces it."""
    values: dict[str, Value] = {
        "kind": row.kind,
        "position": row.position,
        "data": row.data,
        "created_at": row.created_at,
    }
    return Put("turn_signal", {"thread_id": thread_id, "turn_id": turn_id, "id": row.id}, values)


def signal_drop(thread_id: str, turn_id: str, signal_id: str | None = None) -> Change:
    """Remove one signal of a turn, or all of them."""
    where: dict[str, Value] = {"thread_id": thread_id, "turn_id": turn_id}
    if signal_id is not None:
        where["id"] = signal_id
    return Drop("turn_signal", where)
