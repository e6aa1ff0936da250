"""Rows of tasks."""

import msgspec
import pytest

from portico.client.state import ItemState, Phase
from portico.client.timeline import Row, item_row
from portico.client.timeline.kinds.tasks import task_row
from portico.client.words import say
from tests.client.timeline.made import task


@pytest.mark.parametrize(
    ("status", "phase", "preview", "level"),
    [
        ("running", Phase.RUNNING, {}, "info"),
        ("completed", Phase.DONE, {"result_preview": "found"}, "info"),
        ("failed", Phase.FAILED, {"error_preview": "lost"}, "error"),
    ],
)
def test_a_task(status: str, phase: Phase, preview: dict[str, str], level: str) -> None:
    item = msgspec.structs.replace(task(status=status), **preview)
    row = item_row(ItemState("task", item, phase, started_at_ms=7))
    assert (row.kind, row.title, row.text, row.phase, row.level) == ("task", "Look around", status, phase, level)
    assert (row.detail, row.text_words) == ("".join(preview.values()), say(f"task.{status}"))
    assert row.started_at_ms == (7 if phase is Phase.RUNNING else None)


def test_a_status_that_this_client_does_not_know_is_told_as_it_is() -> None:
    row = item_row(ItemState("task", task(status="levitating"), Phase.RUNNING))
    assert (row.text, row.text_words) == ("levitating", None)


def test_what_is_no_task_still_has_a_row() -> None:
    assert task_row(ItemState("i", None, Phase.DONE, text="t"), {"key": "i"}) == Row(key="i", kind="task", text="t")
