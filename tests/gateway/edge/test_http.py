"""Health, readiness, metrics."""

from pathlib import Path
from typing import Any

from portico.gateway.edge.http import Probes
from portico.gateway.edge.request import Request
from portico.gateway.features.access import AccessOptions
from tests.gateway.edge.rig import ask, rig, served

NO_STATIC = AccessOptions()
STATIC = AccessOptions(static_token="s3cret")


async def nothing() -> dict[str, Any]:
    raise AssertionError("no body is read here")


async def test_health_liveness_readiness_metrics(tmp_path: Path) -> None:
    async with served(tmp_path, NO_STATIC) as (_, place):
        health = await ask(place, "GET /health", token="")
        assert (health.status, health.body) == (200, b'{"ok":true}')
        live = await ask(place, "GET /livez", token="")
        assert (live.status, live.body) == (204, b"")
        ready = await ask(place, "GET /readyz", token="home-token-1")
        assert ready.json == {"ok": True, "problems": []}
        metrics = await ask(place, "GET /metrics", token="home-token-1")
        assert metrics.headers["content-type"].startswith("text/plain")
        assert b"portico_connections 0.0" in metrics.body


async def test_readiness_names_the_problems(tmp_path: Path) -> None:
    async with rig(tmp_path) as gateway:
        probes = Probes(gateway.gate, lambda: ["the disk is full"], gateway.metrics.render)
        request = Request({"type": "http", "path": "/readyz", "scheme": "http", "headers": []}, nothing)
        answer = await probes.readyz(request, None)
        assert (answer.status, answer.body) == (503, b'{"ok":false,"problems":["the disk is full"]}')


async def test_health_needs_a_credential_where_the_door_is_closed(tmp_path: Path) -> None:
    async with served(tmp_path, STATIC) as (_, place):
        assert [(await ask(place, "GET /health", token=token)).status for token in ("", "s3cret")] == [401, 200]
