"""Tasks: the row under which stands what was done for them."""

from typing import Any

from portico.client.state.types import ItemState, Phase
from portico.client.timeline.row import Row
from portico.client.words import Phrase, catalogue, say
from portico.protocol.types.item import TaskItem


def task_row(state: ItemState, fields: dict[str, Any]) -> Row:
    """`title` names it, `text` is its status, `detail` what came of it."""
    task = state.item
    if not isinstance(task, TaskItem):
        return Row(kind="task", text=state.text, **fields)
    words = status_words(task.status)
    return Row(
        kind="task",
        text=str(words or task.status),
        text_words=words,
        title=task.title,
        detail=task.error_preview or task.result_preview or "",
        level="error" if state.phase is Phase.FAILED else "info",
        started_at_ms=state.running_since_ms,
        **fields,
    )


def status_words(status: str) -> Phrase | None:
    """How a task is; None for a status of a later protocol, which is told as it is."""
    id_ = f"task.{status}"
    return say(id_) if id_ in catalogue("en") else None
