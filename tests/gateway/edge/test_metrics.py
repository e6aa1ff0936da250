"""What Prometheus reads is what was counted."""

from portico.gateway.edge.metrics import GatewayMetrics


async def test_everything_is_exposed() -> None:
    metrics = GatewayMetrics()
    metrics.connections = lambda: 3
    metrics.lag = lambda: 7
    metrics.queue = lambda: 4096
    metrics.request("turn/start", "ok")
    metrics.request("turn/start", "ok")
    metrics.request("turn/start", "conflict")
    metrics.turns_open(2)
    metrics.turns_open(-1)
    metrics.deltas(40)
    for seconds in (0.0004, 0.003, 0.004, 5.0):
        metrics.commit(seconds)
    metrics.provider_call("openai", "rate_limited")
    metrics.tokens("openai", "input", 100)
    metrics.tokens("openai", "input", 11)
    body, content_type = await metrics.render()
    lines = [line for line in body.decode().splitlines() if not line.startswith("#")]
    assert content_type.startswith("text/plain")
    for expected in (
        "portico_connections 3.0",
        "portico_watcher_lag_versions 7.0",
        "portico_turns_open 1.0",
        "portico_writer_queue_bytes 4096.0",
        'portico_requests_total{method="turn/start",outcome="ok"} 2.0',
        'portico_requests_total{method="turn/start",outcome="conflict"} 1.0',
        "portico_deltas_total 40.0",
        'portico_provider_calls_total{outcome="rate_limited",provider="openai"} 1.0',
        'portico_tokens_total{direction="input",provider="openai"} 111.0',
        'portico_commit_seconds_bucket{le="0.0005"} 1.0',
        'portico_commit_seconds_bucket{le="0.005"} 3.0',
        'portico_commit_seconds_bucket{le="1.0"} 3.0',
        'portico_commit_seconds_bucket{le="+Inf"} 4.0',
        "portico_commit_seconds_count 4.0",
        "portico_commit_seconds_sum 5.0074",
    ):
        assert expected in lines


async def test_a_gateway_that_did_nothing_yet_is_readable() -> None:
    body, _ = await GatewayMetrics().render()
    assert b"portico_turns_open 0.0" in body
