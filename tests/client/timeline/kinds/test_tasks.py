"""Rows of tasks."""

import msgspec
import pytest

from portico.client.state import ItemState, Phase
from portico.client.timeline import Row, item_row
from portico.client.timeline.kinds.tasks import task_row
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
    row = item_row(ItemState("task", item, phase))
    assert (row.kind, row.title, row.text, row.phase, row.level) == ("task", "Look around", status, phase, level)
    assert row.detail == "".join(preview.values())


def test_what_is_no_task_still_has_a_row() -> None:
    assert task_row(ItemState("i", None, Phase.DONE, text="t"), {"key": "i"}) == Row(key="i", kind="task", text="t")
