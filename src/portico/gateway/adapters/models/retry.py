"""Whether and when a call is sent again. Only before anything of the answer was shown."""

from collections.abc import Callable
from dataclasses import dataclass

from portico.gateway.agent.model import FailureClass, ProviderFailure

RETRIED = frozenset({FailureClass.NETWORK_TRANSIENT, FailureClass.PROVIDER_5XX, FailureClass.RATE_LIMIT})
RETRIES = 3
"""Calls sent again, besides the first."""
LONGEST_WAIT_SECONDS = 60.0
"""A server that asks for more is not waited for: the failure says how long it wants."""
FIRST_DELAY_SECONDS = 0.5
LONGEST_DELAY_SECONDS = 8.0


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """`random` gives numbers in [0, 1); the delay doubles and is spread over its upper half."""

    random: Callable[[], float]
    retries: int = RETRIES

    def delay(self, failure: ProviderFailure, attempt: int) -> float | None:
        """Seconds to wait before retry number `attempt` (from 1), or None to give up."""
        if failure.failure_class not in RETRIED or attempt > self.retries:
            return None
        asked = failure.retry_after_seconds
        if asked is not None:
            return asked if asked <= LONGEST_WAIT_SECONDS else None
        delay = min(FIRST_DELAY_SECONDS * 2 ** (attempt - 1), LONGEST_DELAY_SECONDS)
        return delay * (0.5 + self.random() / 2)
