"""What was chosen belongs to a thread."""

from portico.boundary.work.choosing import ChoiceTold, Chosen
from portico.protocol.types.thread import ThreadMode
from portico.shells.tui.ui import Picked


def told(chosen: Chosen) -> ChoiceTold:
    return ChoiceTold(chosen=chosen, provider="p", model="m", provider_title="P", model_title="M", row=None, efforts=())


def test_what_a_person_chose_stays_with_the_thread_and_what_is_the_thread_s_own_is_asked_again() -> None:
    picked = Picked()
    by_hand, own = Chosen(provider="p", model="m", effort="high", is_manual=True), Chosen(provider="p", model="o")
    picked.take("plan", told(by_hand))
    assert picked.params == {"provider": "p", "model": "m", "effort": "high", "mode": ThreadMode.AGENT}
    picked.look_at("list")
    assert (picked.chosen, picked.told) == (Chosen(), None)
    picked.take("list", told(own))
    assert picked.chosen == own
    picked.look_at("plan")
    assert picked.chosen == by_hand
    picked.look_at("list")
    assert picked.chosen == Chosen()


def test_a_thread_that_is_made_takes_the_choice_along() -> None:
    picked = Picked()
    by_hand = Chosen(model="m", is_manual=True)
    picked.take(None, told(by_hand))
    picked.adopt("new")
    picked.look_at("new")
    assert picked.chosen == by_hand
    picked.look_at(None)
    assert picked.chosen == Chosen()
    picked.adopt("another")
    picked.look_at("another")
    assert picked.chosen == Chosen()
