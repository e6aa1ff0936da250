"""Typed answers, and refusals as words."""

import pytest

from portico.boundary.work.threads import Created
from portico.shells.tui.calls import Calls, Told
from tests.shells.tui.rig import FakeBackend, Refusal, workspaces


async def test_an_answer_has_its_type() -> None:
    backend = FakeBackend(thread_create={"id": "t"})
    assert await Calls(backend).ask("thread_create", Created, thread_id="t") == Created(id="t")
    assert backend.asked("thread_create") == [{"thread_id": "t"}]


async def test_a_refusal_is_told_with_its_code() -> None:
    with pytest.raises(Told, match="busy") as told:
        await Calls(FakeBackend(thread_delete=Refusal("busy", "conflict"))).do("thread_delete", thread_id="t")
    assert told.value.code == "conflict"


async def test_events_have_their_types() -> None:
    backend = FakeBackend()
    backend.tell(workspaces("Home"))
    assert await Calls(backend).next_events(0) == [workspaces("Home")]
