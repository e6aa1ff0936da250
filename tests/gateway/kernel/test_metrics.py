"""Nobody listening is no reason to fail."""

from portico.gateway.edge.metrics import GatewayMetrics
from portico.gateway.kernel.metrics import Metrics, NoMetrics


def report(metrics: Metrics) -> None:
    metrics.request("m", "ok")
    metrics.turns_open(1)
    metrics.deltas(1)
    metrics.commit(0.1)
    metrics.provider_call("p", "ok")
    metrics.tokens("p", "input", 1)


def test_both_implementations_take_every_report() -> None:
    report(NoMetrics())
    report(GatewayMetrics())
