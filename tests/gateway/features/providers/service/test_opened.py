"""Opened models are kept while they are used."""

from portico.gateway.features.providers import Resolved
from portico.gateway.features.providers.service.opened import IDLE_SECONDS, KEPT, OpenedModels
from tests.kit import FakeClock
from tests.kit.providers import open_model


def resolved(fingerprint: str, workspace_id: str = "w", model: str = "m") -> Resolved:
    return Resolved(
        workspace_id=workspace_id,
        provider="openai",
        model=model,
        kind="chat_completions",
        base_url="https://a",
        api_key=None,
        proxy_url=None,
        fingerprint=fingerprint,
    )


def test_the_same_authority_gives_the_same_instance_whatever_the_model() -> None:
    opened = OpenedModels(open_model, FakeClock())
    first = opened.open(resolved("a"))
    assert opened.open(resolved("a", model="other")) is first
    assert opened.open(resolved("b")) is not first
    assert opened.open(resolved("a", workspace_id="v")) is not first
    assert opened.open(resolved("a")) is first


def test_one_that_was_idle_for_half_an_hour_is_made_anew() -> None:
    clock = FakeClock()
    opened = OpenedModels(open_model, clock)
    first = opened.open(resolved("a"))
    clock.advance(IDLE_SECONDS - 1)
    assert opened.open(resolved("a")) is first
    clock.advance(IDLE_SECONDS - 1)
    other = opened.open(resolved("b"))
    clock.advance(1)
    assert opened.open(resolved("b")) is other
    assert opened.open(resolved("a")) is not first


def test_at_most_256_are_kept_the_newest() -> None:
    opened = OpenedModels(open_model, FakeClock())
    ports = [opened.open(resolved(str(number))) for number in range(KEPT + 1)]
    assert opened.open(resolved(str(KEPT))) is ports[KEPT]
    assert opened.open(resolved("1")) is ports[1]
    assert opened.open(resolved("0")) is not ports[0]
