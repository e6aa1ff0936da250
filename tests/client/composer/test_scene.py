"""The scene of a draft out of what is known."""

from dataclasses import replace

import pytest

from portico.client.composer import Known, Scene, effective, scene_of
from portico.client.selectors import Choice, model_row, provider_row
from portico.client.state.fresh import Asked, Loaded
from portico.client.state.providers import ProvidersState, reduce
from portico.client.state.queue import QueueState
from portico.protocol.base import Scope
from portico.protocol.methods.provider import ProviderListResponse, ProviderModelsListResponse
from portico.protocol.methods.turn import QueuedTurn
from portico.protocol.types.provider import (
    ModelCapabilities,
    ModelLimits,
    Provider,
    ProviderCapabilities,
    ProviderModel,
)

CAN = ProviderCapabilities(embeddings=False, transcription=False)
OPENAI = Provider(name="openai", capabilities=CAN, api_key_configured=True, default_model="gpt-5.5")
GROQ = Provider(name="groq", capabilities=CAN, api_key_configured=False, default_model="m")
MODEL = ProviderModel(id="gpt-5.5", provider="openai", limits=ModelLimits(), capabilities=ModelCapabilities())
DEFAULTS = Choice("openai", "gpt-5.5")
WAITING = QueueState("t", (QueuedTurn(turn_id="a", thread_id="t", position=1, input=[], queued_at=1),))


def listed(*providers: Provider) -> ProvidersState:
    state = reduce(ProvidersState("w"), Asked())
    state = reduce(state, Loaded(1, ProviderListResponse(providers=list(providers))))
    return reduce(state, ProviderModelsListResponse(provider="openai", models=[MODEL]))


KNOWN = Known(listed(OPENAI, GROQ), DEFAULTS)


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        pytest.param(Choice(), ("openai", "gpt-5.5"), id="the gateway's"),
        pytest.param(Choice(model="o"), ("openai", "o"), id="another model of the gateway's provider"),
        pytest.param(Choice("groq"), ("groq", "m"), id="a provider's own default"),
        pytest.param(Choice("groq", "n"), ("groq", "n"), id="both chosen"),
        pytest.param(Choice("hologram"), ("hologram", None), id="a provider that is not known"),
    ],
)
def test_what_a_choice_comes_to(choice: Choice, expected: tuple[str | None, str | None]) -> None:
    assert effective(choice, KNOWN) == expected


def test_a_scene() -> None:
    known = replace(KNOWN, scopes=frozenset({Scope.CHAT}), max_frame_bytes=None)
    assert scene_of(WAITING, "u", Choice(), known) == Scene(
        "t", "u", 1, frozenset({Scope.CHAT}), provider_row(OPENAI), model_row(MODEL), True, None
    )


def test_a_model_that_was_not_listed_is_not_known() -> None:
    scene = scene_of(WAITING, None, Choice("groq"), KNOWN)
    assert (scene.provider, scene.model) == (provider_row(GROQ), None)


@pytest.mark.parametrize(
    ("state", "has_provider"),
    [
        pytest.param(ProvidersState("w"), True, id="nothing loaded yet"),
        pytest.param(listed(GROQ), False, id="none has a key"),
        pytest.param(listed(OPENAI, GROQ), True, id="one has a key"),
    ],
)
def test_whether_there_is_a_provider_at_all(state: ProvidersState, has_provider: bool) -> None:
    assert scene_of(WAITING, None, Choice(), Known(state, DEFAULTS)).has_provider is has_provider
