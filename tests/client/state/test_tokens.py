"""Issued credentials."""

from dataclasses import replace

from portico.client.state.fresh import Asked, Loaded, LoadFailed, Missed
from portico.client.state.tokens import TokensState, reduce
from portico.protocol.base import Scope
from portico.protocol.events import TokensChanged
from portico.protocol.methods.access import TokenIssueResponse, TokenListResponse
from portico.protocol.types.access import Token

OWN = Token(id="1", name="own", scopes=[Scope.ADMIN], created_at=1, is_current=True)
NEW = Token(id="2", name="new", scopes=[Scope.READ], created_at=2)
LOADED = reduce(reduce(TokensState(), Asked()), Loaded(1, TokenListResponse(tokens=[OWN])))


def test_one_is_this_clients_own() -> None:
    assert (LOADED.own, TokensState().own) == (OWN, None)


def test_an_issued_one_is_there_without_its_secret() -> None:
    issued = TokenIssueResponse(token=NEW, secret="shown-once")
    state = reduce(LOADED, issued)
    assert state.tokens == (OWN, NEW)
    assert "shown-once" not in repr(state)
    assert reduce(state, issued) == state


def test_a_change_elsewhere_is_loaded_again() -> None:
    told = TokensChanged(change="revoked", token_id="1")
    state = reduce(LOADED, told)
    assert state.fresh.is_stale
    assert reduce(state, told) == state
    assert reduce(reduce(state, Asked()), Loaded(2, TokenListResponse(tokens=[]))).tokens == ()


def test_older_lost_and_foreign_answers() -> None:
    assert reduce(LOADED, Loaded(1, TokenListResponse(tokens=[]))) is LOADED
    assert reduce(reduce(LOADED, Asked()), LoadFailed()).fresh.is_stale
    assert reduce(LOADED, "noise") is LOADED


def test_after_a_break_it_is_loaded_again_and_shown_meanwhile() -> None:
    state = reduce(LOADED, Missed())
    assert state.fresh.is_stale
    assert replace(state, fresh=LOADED.fresh) == LOADED
    assert reduce(state, Missed()) == state
