"""Routing, doors and refusals, over a real listener."""

from pathlib import Path

import pytest

from portico.gateway.edge.auth import Perimeter
from portico.gateway.features.access import PROCESS, AccessOptions
from portico.gateway.rpc import CallContext
from portico.protocol.base import Scope
from portico.protocol.methods.access import TokenIssueParams
from tests.gateway.edge.rig import ask, rig, served

SESSION = {(method, "/auth/session") for method in ("GET", "POST", "DELETE")}
PUBLIC = {("GET", "/"), ("GET", "/health"), ("GET", "/livez")} | SESSION


async def test_every_route_names_its_scope(tmp_path: Path) -> None:
    async with rig(tmp_path) as gateway:
        scopes = {(route.method, route.path): route.scope for route in gateway.app.routes}
    assert {place for place, scope in scopes.items() if scope is None} >= PUBLIC
    assert {place: scope for place, scope in scopes.items() if scope}.items() >= {
        ("GET", "/readyz"): Scope.READ,
        ("GET", "/metrics"): Scope.READ,
        ("POST", "/auth/code"): Scope.ADMIN,
    }.items()


@pytest.mark.parametrize(
    ("line", "headers", "status", "code"),
    [
        ("GET /readyz", {}, 200, None),
        ("HEAD /readyz", {}, 200, None),
        ("GET /readyz?token=s3cret", {"token": ""}, 401, "missing_credential"),
        ("GET /readyz", {"token": "wrong"}, 401, "invalid_credential"),
        ("GET /nothing", {}, 404, "not_found"),
        ("GET /nothing", {"token": ""}, 401, "missing_credential"),
        ("POST /readyz", {}, 405, "method_not_allowed"),
        ("DELETE /", {}, 405, "method_not_allowed"),
        ("GET /livez", {"host": "evil.example.com"}, 403, "host_not_allowed"),
        ("GET /livez", {"origin": "https://evil.example.com"}, 403, "origin_not_allowed"),
        ("OPTIONS /readyz", {"token": "", "origin": "https://evil.example.com"}, 403, "origin_not_allowed"),
        ("OPTIONS /readyz", {"token": ""}, 204, None),
        ("GET /%72eadyz", {}, 200, None),
        ("GET http://127.0.0.1/readyz", {}, 200, None),
    ],
)
async def test_answers(tmp_path: Path, line: str, headers: dict[str, str], status: int, code: str | None) -> None:
    async with served(tmp_path) as (_, place):
        answer = await ask(place, line, b"", **headers)
        assert answer.status == status
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        if code is not None:
            assert answer.json["code"] == code
        assert ("www-authenticate" in answer.headers) is (status == 401)
        assert ("allow" in answer.headers) is (status == 405)
        assert line.startswith("HEAD") <= (answer.body == b"")


async def test_a_token_without_the_scope_is_refused(tmp_path: Path) -> None:
    async with served(tmp_path) as (gateway, place):
        made = await gateway.access.issue(CallContext(PROCESS), TokenIssueParams(scopes=[Scope.CHAT]))
        answer = await ask(place, "GET /readyz", token=made.secret)
        assert (answer.status, answer.json["code"]) == (403, "denied")


async def test_the_eleventh_wrong_token_waits_and_a_right_one_does_not(tmp_path: Path) -> None:
    async with served(tmp_path) as (_, place):
        statuses = [(await ask(place, "GET /readyz", token="wrong")).status for _ in range(11)]
        assert statuses == [401] * 10 + [429]
        answer = await ask(place, "GET /readyz", token="wrong")
        assert (answer.status, answer.headers["retry-after"]) == (429, "2")
        assert (await ask(place, "GET /readyz")).status == 200


async def test_cors_is_on_answers_refusals_and_preflights_when_an_origin_is_named(tmp_path: Path) -> None:
    origin = "https://app.example.com"
    async with served(tmp_path, perimeter=Perimeter("127.0.0.1", origins=(origin,))) as (_, place):
        for line, token in (("GET /readyz", "s3cret"), ("GET /readyz", "wrong"), ("OPTIONS /readyz", "")):
            answer = await ask(place, line, token=token, origin=origin)
            assert answer.headers["access-control-allow-origin"] == origin
        stranger = await ask(place, "GET /readyz", origin=origin, host="evil.example.com")
        assert (stranger.status, stranger.headers["access-control-allow-origin"]) == (403, origin)
        preflight = await ask(place, "OPTIONS /v1/anything", token="", origin=origin)
        assert (preflight.status, preflight.body, preflight.headers["access-control-max-age"]) == (204, b"", "600")
        assert preflight.headers["vary"] == "Origin"
        refused = await ask(place, "GET /readyz", origin="https://other.example.com")
        assert (refused.status, "access-control-allow-origin" in refused.headers) == (403, False)
        # without an origin the answer is the same, so that a cache may keep it
        plain = await ask(place, "GET /readyz")
        assert (plain.headers["access-control-allow-origin"], plain.headers["vary"]) == (origin, "Origin")


async def test_an_open_gateway_needs_no_credential(tmp_path: Path) -> None:
    async with served(tmp_path, AccessOptions(mode="none")) as (_, place):
        assert (await ask(place, "GET /readyz", token="")).status == 200


async def test_a_stopping_gateway_answers_unavailable(tmp_path: Path) -> None:
    async with served(tmp_path) as (gateway, place):
        gateway.app.stop_listening()
        answer = await ask(place, "GET /readyz")
        assert (answer.status, answer.headers["retry-after"]) == (503, "1")
        assert (await ask(place, "GET /livez")).status == 204
