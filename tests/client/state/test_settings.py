"""The settings as a client last heard of them."""

from dataclasses import replace

from msgspec.structs import replace as changed

from portico.client.state.fresh import Asked, Loaded, LoadFailed, Missed
from portico.client.state.settings import SettingsState, reduce
from portico.protocol.events import SettingsChanged
from portico.protocol.methods.settings import SettingsResponse
from portico.protocol.types.settings import GatewaySettings, GeneralSettings

OLD = GatewaySettings()
NEW = changed(OLD, general=GeneralSettings(default_model="m"))
LOADED = reduce(reduce(SettingsState(), Asked()), Loaded(1, SettingsResponse(settings=OLD)))


def test_they_are_read_once() -> None:
    assert (LOADED.settings, LOADED.fresh.is_stale) == (OLD, False)
    assert reduce(LOADED, Loaded(1, SettingsResponse(settings=NEW))) is LOADED


def test_a_change_comes_whole_from_whoever_made_it() -> None:
    assert reduce(LOADED, SettingsChanged(settings=NEW)) == SettingsState(NEW, LOADED.fresh)
    assert reduce(LOADED, SettingsResponse(settings=NEW)) == SettingsState(NEW, LOADED.fresh)


def test_an_answer_that_may_be_older_than_a_change_is_asked_for_again() -> None:
    state = reduce(reduce(LOADED, Asked()), SettingsChanged(settings=NEW))
    assert reduce(state, SettingsChanged(settings=NEW)) == state
    assert reduce(state, Loaded(2, SettingsResponse(settings=OLD))).fresh.is_stale
    assert reduce(reduce(LOADED, Asked()), LoadFailed()).fresh.is_stale


def test_something_else_changes_nothing() -> None:
    assert reduce(LOADED, "noise") is LOADED


def test_after_a_break_it_is_loaded_again_and_shown_meanwhile() -> None:
    state = reduce(LOADED, Missed())
    assert state.fresh.is_stale
    assert replace(state, fresh=LOADED.fresh) == LOADED
    assert reduce(state, Missed()) == state
