"""Providers of a workspace and their models."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from portico.client.state.fresh import Asked, Loaded, LoadFailed, Missed
from portico.client.state.providers import ModelList, ProvidersState, reduce
from portico.protocol.events import ProviderChanged
from portico.protocol.methods.provider import ProviderListResponse, ProviderModelsListResponse
from portico.protocol.types.provider import (
    ModelCapabilities,
    ModelLimits,
    Provider,
    ProviderCapabilities,
    ProviderModel,
)

OPENAI = Provider(
    name="openai", capabilities=ProviderCapabilities(embeddings=True, transcription=True), api_key_configured=True
)
MODEL = ProviderModel(id="m", provider="openai", limits=ModelLimits(), capabilities=ModelCapabilities())
LOADED = reduce(reduce(ProvidersState("w"), Asked()), Loaded(1, ProviderListResponse(providers=[OPENAI])))
LISTED = reduce(LOADED, ProviderModelsListResponse(provider="openai", models=[MODEL], is_stale=True, error="e"))


def told(workspace_id: str = "w") -> ProviderChanged:
    return ProviderChanged(workspace_id=workspace_id, provider="openai", change="key_set")


def test_what_is_known_of_a_provider() -> None:
    assert LISTED.get("openai") == OPENAI
    assert LISTED.models("openai") == ModelList("openai", (MODEL,), is_stale=True, error="e")
    assert LISTED.model("openai", "m") == MODEL
    assert (LISTED.get("x"), LISTED.models("x"), LISTED.model("x", "m"), LISTED.model("openai", "n")) == (None,) * 4


def test_a_changed_key_makes_the_provider_and_its_list_old() -> None:
    state = reduce(LISTED, told())
    listed = state.models("openai")
    assert state.fresh.is_stale
    assert listed is not None
    assert listed.is_outdated
    again = reduce(state, ProviderModelsListResponse(provider="openai", models=[]))
    assert again.lists == (ModelList("openai"),)


def test_another_workspace_is_not_ours() -> None:
    assert reduce(LISTED, told("elsewhere")) is LISTED
    assert reduce(LISTED, "noise") is LISTED


def test_an_older_answer_is_ignored_and_a_lost_one_asked_for_again() -> None:
    assert reduce(LISTED, Loaded(1, ProviderListResponse(providers=[]))) is LISTED
    assert reduce(reduce(LISTED, Asked()), LoadFailed()).fresh.is_stale


EVENTS = [
    told(),
    told("elsewhere"),
    Loaded(2, ProviderListResponse(providers=[])),
    ProviderModelsListResponse(provider="openai", models=[MODEL]),
    LoadFailed(),
]


@given(st.lists(st.sampled_from(EVENTS), max_size=8))
def test_reducing_twice_changes_nothing(events: list[object]) -> None:
    state = reduce(LISTED, Asked())
    for event in events:
        state = reduce(state, event)
        assert reduce(state, event) == state


def test_after_a_break_it_is_loaded_again_and_shown_meanwhile() -> None:
    state = reduce(LISTED, Missed())
    assert state.fresh.is_stale
    assert [one.is_outdated for one in state.lists] == [True]
    assert replace(state, fresh=LISTED.fresh, lists=LISTED.lists) == LISTED
    assert reduce(state, Missed()) == state
