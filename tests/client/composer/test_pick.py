"""A new kind of pick is a value in the table."""

from collections.abc import Iterator

import pytest

from portico.client.composer.draft import Draft, Picked, Scene
from portico.client.composer.pick import Pick, Refusal
from portico.client.composer.picks import PICKS, pick_of


def no_check(picked: Picked, scene: Scene) -> Iterator[Refusal]:
    del picked, scene
    yield from ()


def test_a_pick_adds_nothing_unless_it_says_so() -> None:
    pick = Pick("thing", Picked, no_check)
    picked = Picked("1")
    assert (pick.input_of(picked), pick.capability_of(picked), pick.is_attachment) == (None, None, True)
    assert list(pick.check(picked, Scene("t"))) == []


def test_kinds_are_unique_and_every_pick_has_one() -> None:
    assert len({pick.kind for pick in PICKS}) == len({pick.type for pick in PICKS}) == len(PICKS)
    assert Draft().add(Picked("1")).picked
    with pytest.raises(KeyError):
        pick_of(Picked("1"))
