"""Tasks: the row under which stands what was done for them."""

from typing import Any

from portico.client.state.types import ItemState, Phase
from portico.client.timeline.row import Row
from portico.protocol.types.item import TaskItem


def task_row(state: ItemState, fields: dict[str, Any]) -> Row:
    """`title` names it, `text` is its status, `detail` what came of it."""
    task = state.item
    if not isinstance(task, TaskItem):
        return Row(kind="task", text=state.text, **fields)
    level = "error" if state.phase is Phase.FAILED else "info"
    detail = task.error_preview or task.result_preview or ""
    return Row(kind="task", text=task.status, title=task.title, detail=detail, level=level, **fields)
