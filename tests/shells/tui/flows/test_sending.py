"""Sending: at once, in the right way, and nothing is lost."""

from portico.boundary.events import ComposerTold
from portico.client.words import say
from portico.protocol.methods.turn import QueuedTurn
from portico.protocol.types.input import TextInput
from tests.shells.tui.rig import FakeBackend, Refusal, seated


async def test_the_first_message_makes_a_thread() -> None:
    async with seated() as person:
        await person.write("hello you")
        await person.press("enter")
        await person.until(lambda: person.backend.asked("composer_send"))
        made = person.backend.asked("thread_create")[0]["thread_id"]
        sent = person.backend.asked("composer_send")[0]
        assert (sent["thread_id"], sent["text"], sent["busy"], sent["mode"]) == (made, "hello you", "queue", "Agent")
        assert not person.backend.asked("thread_tree_refresh")


async def test_a_blank_message_is_not_sent() -> None:
    async with seated() as person:
        await person.opens()
        await person.press("space", "enter")
        assert person.backend.asked("composer_send") == []


async def test_what_is_refused_comes_back_with_the_reason() -> None:
    refused = {"action": "start", "refusals": [{"words": say("composer.no_provider")}]}
    async with seated(FakeBackend(composer_send=refused)) as person:
        await person.opens()
        await person.press("h", "i", "enter")
        await person.sees("No provider is set up yet")
        assert person.app.composer.text == "hi"


async def test_what_may_have_arrived_is_sent_again_under_the_same_ids() -> None:
    async with seated(FakeBackend(composer_send=Refusal("the connection broke", "connection_lost"))) as person:
        await person.opens()
        await person.press("h", "i", "enter")
        await person.until(lambda: person.app.composer.text == "hi")
        await person.press("enter")
        await person.until(lambda: len(person.backend.asked("composer_send")) == 2)
        first, second = person.backend.asked("composer_send")
        assert first == second


async def test_while_a_turn_runs_a_person_chooses_to_steer_and_escape_stops_it() -> None:
    async with seated() as person:
        await person.opens()
        person.backend.runs("t1")
        await person.sees("Working", "esc stops", "enter queues")
        await person.press("ctrl+s")
        await person.sees("enter steers")
        await person.press("n", "o", "enter")
        await person.until(lambda: person.backend.asked("composer_send"))
        assert person.backend.asked("composer_send")[0]["busy"] == "steer"
        await person.press("escape")
        await person.until(lambda: person.backend.asked("active_thread_stop") == [{"thread_id": "plan"}])
        person.backend.runs(None)
        await person.until(lambda: person.app.model.running is None)
        await person.press("escape", "escape")
        assert len(person.backend.asked("active_thread_stop")) == 1


async def test_a_waiting_message_is_taken_back() -> None:
    waiting = QueuedTurn(turn_id="q", thread_id="plan", position=0, input=[TextInput(text="and then")], queued_at=1)
    async with seated(FakeBackend(active_thread_queue_remove={"removed": True})) as person:
        await person.opens()
        person.app.action_run("queue")
        await person.sees("Nothing waits")
        person.backend.tell(ComposerTold(thread_id="plan", running="t", queued=(waiting,)))
        await person.sees("1 waiting")
        person.app.action_run("queue")
        await person.sees("and then")
        await person.press("enter")
        await person.until(lambda: person.backend.asked("active_thread_queue_remove"))
        assert person.backend.asked("active_thread_queue_remove") == [{"thread_id": "plan", "turn_id": "q"}]
