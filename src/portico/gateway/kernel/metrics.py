"""What the layers report about their work; only the edge knows how it is shown."""

from typing import Protocol


class Metrics(Protocol):
    """Counters and observations. Every method is cheap, never waits and never raises."""

    def request(self, method: str, outcome: str) -> None:
        """A call was answered; `outcome` is `ok` or the kind of the error."""
        ...

    def turns_open(self, change: int) -> None:
        """A turn began (+1) or ended (-1)."""
        ...

    def deltas(self, count: int) -> None:
        """Streamed pieces that were received from a model."""
        ...

    def commit(self, seconds: float) -> None:
        """How long one commit of the log took."""
        ...

    def provider_call(self, provider: str, outcome: str) -> None:
        """A try of a model call ended; `outcome` is `ok`, `cancelled` or the failure class (reference 8.7)."""
        ...

    def tokens(self, provider: str, direction: str, count: int) -> None:
        """Tokens that a provider reported; `direction` is `input` or `output`."""
        ...


class NoMetrics:
    """Nobody listens."""

    def request(self, method: str, outcome: str) -> None:
        del method, outcome

    def turns_open(self, change: int) -> None:
        del change

    def deltas(self, count: int) -> None:
        del count

    def commit(self, seconds: float) -> None:
        del seconds

    def provider_call(self, provider: str, outcome: str) -> None:
        del provider, outcome

    def tokens(self, provider: str, direction: str, count: int) -> None:
        del provider, direction, count
