"""When something must be loaded again."""

from hypothesis import given
from hypothesis import strategies as st

from portico.client.state.fresh import Freshness

NEW = Freshness()


def test_nothing_is_loaded_at_first() -> None:
    assert (NEW.is_stale, NEW.is_loaded) == (True, False)
    assert not NEW.ask().is_stale
    assert (NEW.ask().took(1).is_stale, NEW.ask().took(1).is_loaded) == (False, True)


def test_a_change_while_a_load_is_on_its_way_needs_another() -> None:
    changed = NEW.ask().changed()
    assert changed.is_stale
    assert changed.took(1).is_stale
    assert not changed.took(1).ask().took(2).is_stale


def test_what_was_told_whole_needs_a_load_only_beside_one() -> None:
    loaded = NEW.ask().took(1)
    assert loaded.told() == loaded
    assert loaded.ask().told().is_stale


def test_a_load_that_failed_is_asked_for_again() -> None:
    assert NEW.ask().failed().is_stale
    loaded = NEW.ask().took(1)
    assert loaded.failed() == loaded


@given(st.lists(st.sampled_from(["ask", "changed", "told", "failed"]), max_size=20))
def test_loading_once_more_always_makes_it_fresh(steps: list[str]) -> None:
    fresh = NEW
    for step in steps:
        fresh = getattr(fresh, step)()
    fresh = fresh.ask()
    assert not fresh.took(fresh.asked).is_stale
