"""Stale decisions are made again, other refusals are not."""

import pytest

from portico.gateway.kernel.errors import Conflict, GatewayError, Unavailable
from portico.gateway.log import decide


class Attempts:
    """Raises what it was given, one after the other, then answers how often it was called."""

    def __init__(self, *refusals: GatewayError) -> None:
        self._refusals = list(refusals)
        self.calls = 0

    async def __call__(self) -> int:
        self.calls += 1
        if self._refusals:
            raise self._refusals.pop(0)
        return self.calls


def stale() -> Conflict:
    return Conflict("the state changed meanwhile", code="stale_decision")


@pytest.mark.parametrize("times", [0, 1, 2, 3])
async def test_a_stale_decision_is_made_again(times: int) -> None:
    assert await decide(Attempts(*(stale() for _ in range(times)))) == times + 1


async def test_it_is_made_again_three_times_at_most() -> None:
    attempts = Attempts(*(stale() for _ in range(9)))
    with pytest.raises(Conflict) as refusal:
        await decide(attempts)
    assert (refusal.value.code, attempts.calls) == ("stale_decision", 4)


@pytest.mark.parametrize("refusal", [Conflict("taken", code="thread_exists"), Unavailable("full")])
async def test_other_refusals_are_told_at_once(refusal: GatewayError) -> None:
    attempts = Attempts(stale(), refusal)
    with pytest.raises(type(refusal)) as told:
        await decide(attempts)
    assert (told.value, attempts.calls) == (refusal, 2)
