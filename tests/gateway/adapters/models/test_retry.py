"""When a call is sent again."""

import pytest

from portico.gateway.adapters.models.failures import Origin, of_class
from portico.gateway.adapters.models.retry import RetryPolicy
from portico.gateway.agent.model import FailureClass, ProviderFailure

RETRIED = {FailureClass.NETWORK_TRANSIENT, FailureClass.PROVIDER_5XX, FailureClass.RATE_LIMIT}


def failure(kind: FailureClass, asked: float | None = None) -> ProviderFailure:
    made = of_class(Origin("p", "m"), kind, "x", "connect")
    return ProviderFailure(made.provider, made.model, kind, "connect", "x", retry_after_seconds=asked)


@pytest.mark.parametrize("kind", list(FailureClass))
def test_only_trouble_that_passes_is_tried_again(kind: FailureClass) -> None:
    delay = RetryPolicy(lambda: 0.0).delay(failure(kind), 1)
    assert (delay is not None) == (kind in RETRIED)


@pytest.mark.parametrize(
    ("attempt", "random", "expected"),
    [(1, 0.0, 0.25), (1, 1.0, 0.5), (2, 0.0, 0.5), (3, 0.5, 1.5), (4, 0.0, None)],
)
def test_delays_grow_and_are_spread(attempt: int, random: float, expected: float | None) -> None:
    assert RetryPolicy(lambda: random).delay(failure(FailureClass.PROVIDER_5XX), attempt) == expected


def test_delays_have_an_upper_end() -> None:
    assert RetryPolicy(lambda: 1.0, retries=50).delay(failure(FailureClass.PROVIDER_5XX), 50) == 8.0


@pytest.mark.parametrize(("asked", "expected"), [(0.0, 0.0), (7.0, 7.0), (60.0, 60.0), (60.5, None)])
def test_what_the_server_asks_for_counts(asked: float, expected: float | None) -> None:
    assert RetryPolicy(lambda: 1.0).delay(failure(FailureClass.RATE_LIMIT, asked), 1) == expected
