"""Typed answers, and refusals as words."""

from pathlib import Path
from typing import Any

import pytest

from portico.boundary.calls import BoundaryRefused, Calls
from portico.boundary.work.threads import Created
from portico.client.registry_plan import Registry
from tests.shells.desktop.rig import boundary
from tests.shells.tui.rig import FakeBackend, Refusal, workspaces


async def test_an_answer_has_its_type() -> None:
    backend = FakeBackend(thread_create={"id": "t"})
    assert await Calls(backend).ask("thread_create", Created, thread_id="t") == Created(id="t")
    assert backend.asked("thread_create") == [{"thread_id": "t"}]


async def test_a_refusal_is_told_with_its_code() -> None:
    with pytest.raises(BoundaryRefused, match="busy") as told:
        await Calls(FakeBackend(thread_delete=Refusal("busy", "conflict"))).do("thread_delete", thread_id="t")
    assert told.value.code == "conflict"


async def test_events_have_their_types() -> None:
    backend = FakeBackend()
    backend.tell(workspaces("Home"))
    assert await Calls(backend).next_events(0) == [workspaces("Home")]


async def test_a_call_answers_its_value(tmp_path: Path) -> None:
    async with boundary(tmp_path) as made:
        assert await Calls(made).ask("registry_list", Registry) == Registry()


async def test_a_refusal_is_an_error_with_its_code(tmp_path: Path) -> None:
    async with boundary(tmp_path) as made:
        with pytest.raises(BoundaryRefused, match="no gateway is connected") as refused:
            await Calls(made).ask("health", dict[str, Any])
    assert refused.value.code == "not_connected"
