"""Health, sign-in by code and by token, sign-out."""

from pathlib import Path
from typing import Any

import pytest

from portico.gateway.edge.errors import http_status
from portico.gateway.edge.http import Pages
from portico.gateway.edge.page import content_security_policy
from portico.gateway.edge.request import Request
from portico.gateway.features.access import PROCESS, AccessOptions
from portico.gateway.kernel.errors import GatewayError
from portico.gateway.rpc import CallContext
from portico.protocol.base import Scope
from portico.protocol.methods.access import TokenIssueParams
from tests.gateway.edge.rig import ask, rig, served

NO_STATIC = AccessOptions()
STATIC = AccessOptions(static_token="s3cret")
HTML = "text/html,application/xhtml+xml"


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
        pages = Pages(gateway.gate, lambda: ["the disk is full"], gateway.metrics.render)
        request = Request({"type": "http", "path": "/readyz", "scheme": "http", "headers": []}, nothing)
        answer = await pages.readyz(request, None)
        assert (answer.status, answer.body) == (503, b'{"ok":false,"problems":["the disk is full"]}')


@pytest.mark.parametrize(
    ("options", "token", "accept", "expected"),
    [
        (NO_STATIC, "", HTML, (200, True)),
        (NO_STATIC, "", "*/*", (200, True)),
        (NO_STATIC, "home-token-1", HTML, (200, True)),
        (STATIC, "", HTML, (401, True)),
        (STATIC, "", "application/json", (401, False)),
        (STATIC, "s3cret", HTML, (200, True)),
    ],
)
async def test_the_root_page(
    tmp_path: Path, options: AccessOptions, token: str, accept: str, expected: tuple[int, bool]
) -> None:
    status, is_page = expected
    async with served(tmp_path, options) as (_, place):
        answer = await ask(place, "GET /", token=token, accept=accept)
        assert answer.status == status
        assert answer.body.startswith(b"<!doctype html>") is is_page
        assert (b'id="message"' in answer.body) is bool(token)
        assert answer.headers.get("content-security-policy") == (content_security_policy() if is_page else None)
        health = await ask(place, "GET /health", token=token)
        assert health.status == (401 if options is STATIC and not token else 200)


@pytest.mark.parametrize("path", ["/", "/assets/icon.svg"])
@pytest.mark.parametrize(
    ("options", "token", "expected"),
    [
        (NO_STATIC, "", (404, "Web UI disabled")),
        (STATIC, "s3cret", (404, "Web UI disabled")),
        (STATIC, "", (401, "a credential is needed")),
    ],
)
async def test_without_the_page_there_is_nothing_but_the_rest(
    tmp_path: Path, path: str, options: AccessOptions, token: str, expected: tuple[int, str]
) -> None:
    async with rig(tmp_path, options) as gateway:
        pages = Pages(gateway.gate, list, gateway.metrics.render, has_page=False)
        (route,) = [route for route in pages.routes() if route.path == path]
        headers = [(b"authorization", f"Bearer {token}".encode())] if token else []
        request = Request({"type": "http", "path": path, "scheme": "http", "headers": headers}, nothing)
        with pytest.raises(GatewayError) as refused:
            await route.handler(request, None)
        assert (http_status(refused.value), refused.value.message) == expected
        assert (await pages.livez(request, None)).status == 204


async def test_the_icon_is_public(tmp_path: Path) -> None:
    async with served(tmp_path, STATIC) as (_, place):
        answer = await ask(place, "GET /assets/icon.svg", token="")
        assert (answer.status, answer.headers["content-type"], answer.body[:4]) == (200, "image/svg+xml", b"<svg")


async def test_a_code_is_exchanged_once_for_a_cookie_that_signs_in_and_out(tmp_path: Path) -> None:
    async with served(tmp_path, NO_STATIC) as (gateway, place):
        made = await ask(place, "POST /auth/code", token="home-token-1")
        url, _, code = made.json["url"].partition("#code=")
        assert (url, made.json["expires_at"]) == (f"{place.url}/", gateway.clock.now() + 300)
        body = b'{"code":"%b"}' % code.encode()
        signed_in = await ask(place, "POST /auth/session", body, token="", origin=place.url)
        assert signed_in.json == {"ok": True}
        cookie, *attributes = signed_in.headers["set-cookie"].split("; ")
        assert set(attributes) == {"Path=/", "Max-Age=43200", "HttpOnly", "SameSite=Strict"}
        assert cookie.startswith(f"portico_session_{place.port}=")
        assert (await ask(place, "GET /readyz", token="", cookie=cookie)).status == 200
        again = await ask(place, "POST /auth/session", body, token="")
        assert (again.status, "set-cookie" in again.headers) == (401, False)
        signed_out = await ask(place, "DELETE /auth/session", token="", cookie=cookie)
        assert (signed_out.status, "Max-Age=0" in signed_out.headers["set-cookie"]) == (204, True)
        assert (await ask(place, "GET /readyz", token="", cookie=cookie)).status == 401
        assert (await ask(place, "DELETE /auth/session", token="")).status == 204


async def test_a_credential_with_every_scope_opens_a_session_and_a_lesser_one_does_not(tmp_path: Path) -> None:
    async with served(tmp_path) as (gateway, place):
        assert "set-cookie" in (await ask(place, "POST /auth/session")).headers
        assert (await ask(place, "POST /auth/session", token="")).status == 401
        lesser = await gateway.access.issue(CallContext(PROCESS), TokenIssueParams(scopes=[Scope.READ]))
        assert (await ask(place, "POST /auth/session", token=lesser.secret)).status == 403
        full = await gateway.access.issue(CallContext(PROCESS), TokenIssueParams(scopes=list(Scope)))
        assert (await ask(place, "POST /auth/session", b"{}", token=full.secret)).status == 200


async def test_guessing_codes_is_throttled(tmp_path: Path) -> None:
    async with served(tmp_path) as (gateway, place):
        for _ in range(10):
            assert (await ask(place, "POST /auth/session", b'{"code":"wrong"}', token="")).status == 401
        answer = await ask(place, "POST /auth/session", b'{"code":"wrong"}', token="")
        assert (answer.status, answer.headers["retry-after"]) == (429, "1")
        code, _ = gateway.access.make_code()
        right = await ask(place, "POST /auth/session", b'{"code":"%b"}' % code.encode(), token="")
        assert right.status == 200


@pytest.mark.parametrize(
    ("body", "status", "path"),
    [(b'{"code":5}', 400, "$.code"), (b'{"cod":"x"}', 400, "$"), (b"{", 400, "$"), (b"x" * 1_048_577, 413, None)],
)
async def test_bad_bodies(tmp_path: Path, body: bytes, status: int, path: str | None) -> None:
    async with served(tmp_path) as (_, place):
        answer = await ask(place, "POST /auth/session", body)
        assert (answer.status, answer.json.get("path")) == (status, path)
