"""A draft as values."""

from portico.client.composer import Draft, Mention
from portico.client.selectors import Choice
from portico.protocol.types.thread import ThreadMode

A = Mention("1", "a", "/a")
B = Mention("2", "b", "/b")


def test_picks_are_added_once_and_removed() -> None:
    draft = Draft().add(A).add(B)
    assert draft.picked == (A, B)
    newer = Mention("1", "c", "/c")
    assert draft.add(newer).picked == (B, newer)
    assert draft.remove("1").picked == (B,)
    assert draft.remove("nobody") == draft


def test_what_stays_after_sending() -> None:
    draft = Draft("hello", (A,), Choice("p", "m"), ThreadMode.CHAT, "steer")
    assert draft.sent() == Draft("", (), Choice("p", "m"), ThreadMode.CHAT, "steer")
