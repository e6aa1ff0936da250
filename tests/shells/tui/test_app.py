"""The application over a whole gateway, and what ends it."""

from pathlib import Path

from portico.boundary.events import ThreadGone
from tests.shells.tui.rig import Refusal, at_a_gateway, seated


async def test_a_conversation_with_a_tool_at_a_real_gateway(tmp_path: Path) -> None:
    async with at_a_gateway(tmp_path) as person:
        await person.sees("No threads yet", "Rehearsal answers without a model")
        person.app.composer.put('/tool exec_command {"command": ["echo", "hello"]}\n/say **done** here')
        await person.press("enter")
        await person.sees("Worked", "done here", "tokens in")
        await person.until(lambda: person.app.model.running is None)
        person.app.timeline.focus()
        await person.press("end", "up", "enter")
        await person.sees("exec_command")
        await person.press("ctrl+f", *"done")
        await person.sees("/say **done** here")
        await person.press("escape", "ctrl+n")
        await person.sees("An assistant that works")
        assert person.app.composer.text == ""


async def test_a_turn_is_stopped_and_a_message_waits_at_a_real_gateway(tmp_path: Path) -> None:
    async with at_a_gateway(tmp_path) as person:
        person.app.composer.put('/tool exec_command {"command": ["sleep", "60"]}')
        await person.press("enter")
        await person.sees("exec_command sleep 60")
        await person.press("a", "enter")
        await person.sees("1 waiting")
        await person.press("escape")
        await person.until(lambda: person.app.model.waiting == 0)


async def test_a_draft_is_kept_per_thread() -> None:
    async with seated() as person:
        await person.opens("plan")
        await person.write("half")
        await person.press("ctrl+n")
        assert person.app.composer.text == ""
        person.app.begin(person.app.look_at("plan"))
        await person.until(lambda: person.app.composer.text == "half")


async def test_only_the_second_ctrl_c_leaves() -> None:
    async with seated() as person:
        await person.press("ctrl+c")
        await person.sees("Press Ctrl+C again to quit")
        assert person.app.is_running
        await person.press("ctrl+c")
        await person.until(lambda: not person.app.is_running)


async def test_a_thread_that_is_deleted_elsewhere_is_left() -> None:
    async with seated() as person:
        await person.opens()
        person.backend.tell(ThreadGone(thread_id="plan"))
        await person.sees("The thread was deleted")
        assert person.app.model.thread_id is None


async def test_a_thread_that_cannot_be_opened_is_left_with_the_reason() -> None:
    async with seated() as person:
        person.backend.answers["active_thread_open"] = Refusal("no such thread", "not_found")
        await person.opens()
        await person.sees("no such thread")
        assert person.app.model.thread_id is None
