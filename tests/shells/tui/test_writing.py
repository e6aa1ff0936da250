"""Drafts stay with their thread and gateway, and outlive the program."""

from pathlib import Path

import msgspec

from portico.boundary.work.gateway import Connected
from portico.shells.tui.drafts import Draft, Drafts
from portico.shells.tui.ui import Target
from tests.shells.tui.rig import GATEWAY, FakeBackend, Refusal, seated


def kept(path: Path, gateway: str = "") -> Drafts:
    drafts = Drafts(path, gateway)
    drafts.load()
    return drafts


def keeping_nothing() -> FakeBackend:
    gateway = msgspec.structs.replace(GATEWAY, is_persistent=False)
    return FakeBackend(gateway_connect=msgspec.to_builtins(Connected(gateway=gateway)))


async def test_a_draft_is_written_down_when_it_rests_and_is_there_again(tmp_path: Path) -> None:
    path = tmp_path / "tui" / "drafts.json"
    async with seated(drafts=kept(path)) as person:
        await person.write("half")
        await person.until(lambda: kept(path).of(None).text == "half")
        await person.opens("plan")
        await person.write("other")
    assert kept(path).of("plan") == Draft(text="other")
    async with seated(drafts=kept(path)) as person:
        assert person.app.composer.text == "half"
        await person.opens("plan")
        assert person.app.composer.text == "other"
        await person.press("enter")
        await person.until(lambda: person.backend.asked("composer_send"))
    assert kept(path).of("plan") == Draft()
    assert kept(path).of(None).text == "half"


async def test_what_may_have_arrived_is_sent_again_by_the_next_program_under_the_same_ids(tmp_path: Path) -> None:
    path = tmp_path / "drafts.json"
    refusing = FakeBackend(composer_send=Refusal("the connection broke", "connection_lost"))
    async with seated(refusing, drafts=kept(path)) as person:
        await person.opens()
        await person.press("h", "i", "enter")
        await person.until(lambda: person.app.composer.text == "hi")
    async with seated(drafts=kept(path)) as person:
        await person.opens()
        await person.press("enter")
        await person.until(lambda: person.backend.asked("composer_send"))
        ids = [(one["turn_id"], one["steer_id"]) for one in person.backend.asked("composer_send")]
        assert ids == [(one["turn_id"], one["steer_id"]) for one in refusing.asked("composer_send")]


async def test_another_gateway_has_other_drafts() -> None:
    async with seated() as person:
        await person.opens("plan")
        await person.write("here")
        person.app.connect_to(Target("https://x", ""))
        await person.until(lambda: person.app.model.thread_id is None)
        assert person.app.composer.text == ""
        await person.write("there")
        person.app.connect_to(None)
        await person.until(lambda: person.app.composer.text == "")
        await person.opens("plan")
        await person.until(lambda: person.app.composer.text == "here")


async def test_at_a_gateway_that_keeps_nothing_no_draft_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "drafts.json"
    async with seated(drafts=kept(path)) as person:
        await person.write("before")
    assert kept(path).of(None).text == "before"
    async with seated(keeping_nothing(), drafts=kept(path)) as person:
        assert person.app.composer.text == "before"
        await person.until(lambda: not path.exists())
        await person.opens("plan")
        await person.write("secret")
    assert not path.exists()
