"""Sign-in by code and by token, who is signed in, sign-out."""

from pathlib import Path
from typing import Any

import pytest

from portico.gateway.features.access import PROCESS, AccessOptions
from portico.gateway.rpc import CallContext
from portico.protocol.base import Scope
from portico.protocol.methods.access import TokenIssueParams, TokenRevokeParams
from tests.gateway.edge.rig import VERSION, ask, served

NO_STATIC = AccessOptions()
OPEN = AccessOptions(mode="none")
NOBODY = {"signed_in": False, "auth": "token", "version": VERSION}
ALL = ["read", "chat", "agent", "admin"]
EVERYBODY = {"signed_in": True, "auth": "none", "name": "open", "scopes": ALL}


@pytest.mark.parametrize(
    ("options", "headers", "expected"),
    [
        pytest.param(NO_STATIC, {"token": ""}, NOBODY, id="nobody"),
        pytest.param(AccessOptions(static_token="s3cret"), {"token": ""}, NOBODY, id="nobody at a closed one"),
        pytest.param(NO_STATIC, {"token": "wrong"}, NOBODY, id="a wrong token"),
        pytest.param(NO_STATIC, {"token": "", "authorization": "Basic eDp5"}, NOBODY, id="another scheme"),
        pytest.param(NO_STATIC, {"token": "", "cookie": "portico_session_{port}=old"}, NOBODY, id="a stale cookie"),
        pytest.param(
            NO_STATIC, {"token": "home-token-1"}, {"signed_in": True, "name": "token file", "scopes": ALL}, id="a token"
        ),
        pytest.param(OPEN, {"token": ""}, EVERYBODY, id="open"),
        pytest.param(
            OPEN,
            {"token": "", "cookie": "portico_session_{port}=old"},
            EVERYBODY,
            id="open, with the cookie of another time",
        ),
    ],
)
async def test_who_is_signed_in(
    tmp_path: Path, options: AccessOptions, headers: dict[str, str], expected: dict[str, Any]
) -> None:
    async with served(tmp_path, options) as (_, place):
        given = {name: value.replace("{port}", str(place.port)) for name, value in headers.items()}
        answer = await ask(place, "GET /auth/session", b"", **given)
        assert (answer.status, answer.json) == (200, {**NOBODY, **expected})
        assert (answer.headers["cache-control"], "set-cookie" in answer.headers) == ("no-store", False)


async def test_a_lesser_token_is_told_what_it_may(tmp_path: Path) -> None:
    async with served(tmp_path, NO_STATIC) as (gateway, place):
        made = await gateway.access.issue(
            CallContext(PROCESS), TokenIssueParams(name="phone", scopes=[Scope.CHAT, Scope.READ])
        )
        told = (await ask(place, "GET /auth/session", token=made.secret)).json
        assert told == {**NOBODY, "signed_in": True, "name": "phone", "scopes": ["read", "chat"]}


async def test_asking_keeps_a_session_and_its_cookie_alive(tmp_path: Path) -> None:
    async with served(tmp_path, NO_STATIC) as (gateway, place):
        opened = await ask(place, "POST /auth/session", token="home-token-1")
        cookie = opened.headers["set-cookie"].partition(";")[0]
        for _ in range(3):
            gateway.clock.advance(43_000)
            answer = await ask(place, "GET /auth/session", token="", cookie=cookie)
            assert answer.json == {**NOBODY, "signed_in": True, "name": "browser", "scopes": ALL}
            assert answer.headers["set-cookie"] == opened.headers["set-cookie"]
        gateway.clock.advance(43_200)
        assert (await ask(place, "GET /auth/session", token="", cookie=cookie)).json == NOBODY


async def test_asking_with_wrong_tokens_is_throttled_and_with_stale_cookies_is_not(tmp_path: Path) -> None:
    async with served(tmp_path) as (_, place):
        cookie = f"portico_session_{place.port}=old"
        for _ in range(12):
            assert (await ask(place, "GET /auth/session", token="", cookie=cookie)).status == 200
        statuses = [(await ask(place, "GET /auth/session", token="wrong")).status for _ in range(11)]
        assert statuses == [200] * 10 + [429]


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
        opened = await ask(place, "POST /auth/session", b"{}", token=full.secret)
        assert opened.status == 200
        cookie = opened.headers["set-cookie"].partition(";")[0]
        linked = (await ask(place, "POST /auth/code", token="", cookie=cookie)).json["url"].partition("=")[2]
        later = await ask(place, "POST /auth/session", b'{"code":"%s"}' % linked.encode(), token="")
        await gateway.access.revoke(CallContext(PROCESS), TokenRevokeParams(token_id=full.token.id))
        for one in (cookie, later.headers["set-cookie"].partition(";")[0]):
            assert (await ask(place, "GET /readyz", token="", cookie=one)).status == 401


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
