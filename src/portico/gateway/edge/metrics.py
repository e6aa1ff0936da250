"""What the gateway counts, and how Prometheus reads it (design 6).

Counting touches plain dictionaries; prometheus-client is imported, on a thread, when somebody asks for the first time.
"""

from collections.abc import Callable, Iterator
from typing import Any

import anyio.to_thread

COMMIT_BUCKETS = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0)
Labels = tuple[str, ...]


class GatewayMetrics:
    """Counters of one gateway. `connections`, `lag` and `queue` are asked for at each scrape."""

    def __init__(self) -> None:
        self.connections: Callable[[], int] = lambda: 0
        self.lag: Callable[[], int] = lambda: 0
        self.queue: Callable[[], int] = lambda: 0
        self._requests: dict[Labels, int] = {}
        self._provider_calls: dict[Labels, int] = {}
        self._tokens: dict[Labels, int] = {}
        self._turns_open = 0
        self._deltas = 0
        self._commits = [0] * (len(COMMIT_BUCKETS) + 1)
        self._commit_seconds = 0.0

    def request(self, method: str, outcome: str) -> None:
        _add(self._requests, (method, outcome), 1)

    def turns_open(self, change: int) -> None:
        self._turns_open += change

    def deltas(self, count: int) -> None:
        self._deltas += count

    def commit(self, seconds: float) -> None:
        self._commit_seconds += seconds
        for place, bound in enumerate(COMMIT_BUCKETS):
            if seconds <= bound:
                self._commits[place] += 1
                return
        self._commits[-1] += 1

    def provider_call(self, provider: str, outcome: str) -> None:
        _add(self._provider_calls, (provider, outcome), 1)

    def tokens(self, provider: str, direction: str, count: int) -> None:
        _add(self._tokens, (provider, direction), count)

    async def render(self) -> tuple[bytes, str]:
        """The exposition and its content type."""
        gauges = {
            "portico_connections": ("Open connections.", self.connections()),
            "portico_watcher_lag_versions": ("Versions that the slowest watcher has yet to get.", self.lag()),
            "portico_turns_open": ("Turns that run now.", self._turns_open),
            "portico_writer_queue_bytes": ("What waits for the log's writer.", self.queue()),
        }
        counters = {
            "portico_requests": ("Calls by method and outcome.", ("method", "outcome"), dict(self._requests)),
            "portico_provider_calls": (
                "Model calls by provider and outcome.",
                ("provider", "outcome"),
                dict(self._provider_calls),
            ),
            "portico_tokens": ("Tokens by provider and direction.", ("provider", "direction"), dict(self._tokens)),
            "portico_deltas": ("Streamed pieces received from models.", (), {(): self._deltas}),
        }
        commits = (list(self._commits), self._commit_seconds)
        return await anyio.to_thread.run_sync(_render, gauges, counters, commits)


def _add(counts: dict[Labels, int], labels: Labels, amount: int) -> None:
    counts[labels] = counts.get(labels, 0) + amount


def _render(
    gauges: dict[str, tuple[str, int]],
    counters: dict[str, tuple[str, Labels, dict[Labels, int]]],
    commits: tuple[list[int], float],
) -> tuple[bytes, str]:
    from prometheus_client import CollectorRegistry, core, exposition  # noqa: PLC0415

    class Snapshot:
        def collect(self) -> Iterator[Any]:
            for name, (text, value) in gauges.items():
                yield core.GaugeMetricFamily(name, text, value=value)
            for name, (text, labels, values) in counters.items():
                family = core.CounterMetricFamily(name, text, labels=labels)
                for key, value in values.items():
                    family.add_metric(key, value)
                yield family
            family = core.HistogramMetricFamily("portico_commit_seconds", "How long commits of the log took.")
            family.add_metric([], _cumulative(commits[0]), sum_value=commits[1])
            yield family

    registry = CollectorRegistry()
    registry.register(Snapshot())
    return exposition.generate_latest(registry), exposition.CONTENT_TYPE_LATEST


def _cumulative(counts: list[int]) -> list[tuple[str, float]]:
    total = 0
    buckets: list[tuple[str, float]] = []
    for bound, count in zip([*map(str, COMMIT_BUCKETS), "+Inf"], counts, strict=True):
        total += count
        buckets.append((bound, total))
    return buckets
