"""The table of picks."""

import pytest

from portico.client.composer.draft import Picked
from portico.client.composer.picks import PICKS, Image, Mention, pick_of


def test_each_pick_has_its_kind() -> None:
    picked = (Image("1", "a.png", "image/png", b"x"), Mention("2", "a", "/a"))
    assert [pick_of(one).kind for one in picked] == ["image", "mention"] == [pick.kind for pick in PICKS]


def test_a_pick_that_the_table_lacks_is_a_fault_of_ours() -> None:
    with pytest.raises(KeyError):
        pick_of(Picked("1"))
