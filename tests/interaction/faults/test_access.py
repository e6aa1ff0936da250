"""Who may come in and what they may do, seen from outside."""

import base64
from pathlib import Path
from typing import Any

import anyio
import msgspec
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from portico.gateway.edge.throttle import FREE_FAILURES, WINDOW_SECONDS
from tests.gateway.edge.rig import Answer, ask
from tests.kit import FakeClock
from tests.kit.gateways import Peer, Setup, Site, gateway

pytestmark = pytest.mark.promise("faults.access")


async def status_of(site: Site, path: str = "/rpc", **headers: str) -> int:
    """The HTTP status of an upgrade: 101 when it is let in."""
    fields = {"Authorization": f"Bearer {site.token}"} | {k.title(): v for k, v in headers.items()}
    fields = {name: value for name, value in fields.items() if value}
    try:
        async with connect(site.it.listening.ws.removesuffix("/rpc") + path, additional_headers=fields):
            return 101
    except InvalidStatus as error:
        return error.response.status_code


async def get(site: Site, line: str, token: str | None = None, body: bytes = b"", **headers: str) -> Answer:
    return await ask(site.it.listening, line, body, token=site.token if token is None else token, **headers)


async def test_a_socket_needs_a_credential_a_host_and_an_origin_of_ours(tmp_path: Path) -> None:
    async with gateway(tmp_path) as site:
        port = site.it.listening.port
        told = {
            "ours": await status_of(site),
            "at the root": await status_of(site, "/"),
            "elsewhere": await status_of(site, "/v1/nothing"),
            "no credential": await status_of(site, authorization=""),
            "a wrong one": await status_of(site, authorization="Bearer nonsense"),
            "another scheme": await status_of(site, authorization=f"Basic {base64.b64encode(b'a:b').decode()}"),
            "our own page": await status_of(site, origin=f"http://127.0.0.1:{port}"),
            "our page by name": await status_of(site, origin=f"http://localhost:{port}"),
            "a foreign page": await status_of(site, origin="https://evil.example"),
            "a page of another port": await status_of(site, origin="http://127.0.0.1:1"),
            "a null origin": await status_of(site, origin="null"),
        }
        assert told == {
            "ours": 101,
            "at the root": 101,
            "elsewhere": 404,
            "no credential": 401,
            "a wrong one": 401,
            "another scheme": 401,
            "our own page": 101,
            "our page by name": 101,
            "a foreign page": 403,
            "a page of another port": 403,
            "a null origin": 403,
        }
        assert (await get(site, "GET /health")).status == 200
        assert (await get(site, "GET /health", host=f"evil.example:{port}")).status == 403
        assert (await get(site, "GET /metrics", token="")).status == 401


HELLO = [{"type": "text", "text": "hello"}]
CALLS: dict[str, tuple[str, dict[str, Any]]] = {
    "read": ("thread/get", {"thread_id": "t1"}),
    "chat": ("turn/queue/remove", {"thread_id": "t1", "turn_id": "none"}),
    "agent": ("turn/start", {"thread_id": "t1", "turn_id": "u1", "input": HELLO, "tools": "all"}),
    "admin": ("token/list", {}),
}


async def allowed(peer: Peer) -> set[str]:
    """The scopes of `CALLS` that are let through; the others are denied."""
    found: set[str] = set()
    for scope, (method, params) in CALLS.items():
        error = (await peer.answer(await peer.send(method, **params))).get("error")
        if error is None or error["data"]["kind"] != "denied":
            found.add(scope)
        else:
            assert error["code"] == -32600
    return found


async def test_each_scope_lets_its_own_calls_through(tmp_path: Path) -> None:
    told: dict[str, set[str]] = {}
    async with gateway(tmp_path) as site, site.peer() as admin:
        await admin.thread()
        for scope in ("read", "chat", "agent", "admin"):
            token = (await admin.call("token/issue", scopes=[scope]))["secret"]
            async with site.socket(token) as peer:
                told[scope] = await allowed(peer)
    # a turn with tools needs chat as well as agent
    assert told == {"read": {"read"}, "chat": {"chat"}, "agent": set(), "admin": {"admin"}}


async def test_without_the_scope_agent_a_turn_has_no_tools(tmp_path: Path) -> None:
    async with gateway(tmp_path) as site, site.peer() as admin:
        await admin.thread()
        both = (await admin.call("token/issue", scopes=["chat", "agent"]))["secret"]
        async with site.socket(both) as peer:
            await peer.call("turn/start", **turn("u2"))
            assert (await admin.ended("u2"))["status"] == "Completed"
            assert "tools" in site.vendor.asked[-1].json
        chat = (await admin.call("token/issue", scopes=["chat"]))["secret"]
        site.vendor.script("hello", site.vendor.calls(("write_file", {"path": "x", "content": "x"})))
        async with site.socket(chat) as peer:
            await peer.call("turn/start", **turn("u3"))
            assert (await admin.ended("u3"))["status"] == "Failed"
            assert "tools" not in site.vendor.asked[-1].json
            assert not (site.root / "x").exists()
            site.vendor.script("hello", site.vendor.says("one", anyio.Event()))
            await admin.call("turn/start", **turn("u4"))
            steer = {"thread_id": "t1", "expected_turn_id": "u4", "steer_id": "s", "input": turn("")["input"]}
            assert (await peer.refused("turn/steer", **steer))["data"]["kind"] == "denied"
            await peer.call("turn/cancel", thread_id="t1", turn_id="u4")
            assert (await admin.ended("u4"))["status"] == "Interrupted"


def turn(turn_id: str) -> dict[str, Any]:
    return {"thread_id": "t1", "turn_id": turn_id, "input": [{"type": "text", "text": "hello"}]}


async def test_a_revoked_token_closes_its_sockets_at_once_and_ends_no_turn(tmp_path: Path) -> None:
    gate = anyio.Event()
    async with gateway(tmp_path) as site, site.peer() as admin:
        await admin.thread()
        issued = await admin.call("token/issue", name="phone")
        site.vendor.script("hello", site.vendor.says("one", gate, "two"))
        async with site.socket(issued["secret"]) as first, site.socket(issued["secret"]) as second:
            await first.call("turn/start", **turn("u1"))
            await first.shown("u1", "one")
            await admin.call("token/revoke", token_id=issued["token"]["id"])
            await first.closed.wait()
            await second.closed.wait()
            assert (first.close_code, second.close_code) == (4403, 4403)
        assert await status_of(site, authorization=f"Bearer {issued['secret']}") == 401
        gate.set()
        assert (await admin.ended("u1"))["status"] == "Completed"


async def test_a_token_that_ends_closes_its_socket(tmp_path: Path) -> None:
    clock = FakeClock()
    async with gateway(tmp_path, Setup(clock=clock)) as site, site.peer() as admin:
        issued = await admin.call("token/issue", ttl_seconds=60)
        async with site.socket(issued["secret"]) as peer, site.socket() as other:
            await peer.call("gateway/info")
            clock.advance(59)
            await peer.call("gateway/info")
            clock.advance(1)
            await peer.closed.wait()
            assert peer.close_code == 4403
            await other.call("gateway/info")


async def test_who_guesses_is_slowed_and_who_knows_is_not(tmp_path: Path) -> None:
    clock = FakeClock()
    async with gateway(tmp_path, Setup(clock=clock)) as site:
        told = [(await get(site, "GET /metrics", token="guess")).status for _ in range(FREE_FAILURES + 2)]
        assert told == [401] * FREE_FAILURES + [429, 429]
        slowed = await get(site, "GET /metrics", token="guess")
        assert int(slowed.headers["retry-after"]) >= 4
        assert await status_of(site, authorization="Bearer guess") == 429
        assert (await get(site, "GET /metrics")).status == 200
        assert await status_of(site) == 101
        clock.advance(WINDOW_SECONDS)
        assert (await get(site, "GET /metrics", token="guess")).status == 401


async def test_a_code_signs_a_browser_in_once(tmp_path: Path) -> None:
    async with gateway(tmp_path) as site:
        link = (await get(site, "POST /auth/code")).json["url"]
        body = msgspec.json.encode({"code": link.partition("#code=")[2]})
        kind = {"content_type": "application/json"}
        opened = await get(site, "POST /auth/session", token="", body=body, **kind)
        cookie = opened.headers["set-cookie"].partition(";")[0]
        assert "HttpOnly; SameSite=Strict" in opened.headers["set-cookie"]
        assert (await get(site, "POST /auth/session", token="", body=body, **kind)).status == 401
        origin = site.url
        assert await status_of(site, authorization="", cookie=cookie, origin=origin) == 101
        assert await status_of(site, authorization="", cookie=cookie, origin="https://evil.example") == 403
        assert (await get(site, "DELETE /auth/session", token="", cookie=cookie, origin=origin)).status < 300
        assert await status_of(site, authorization="", cookie=cookie, origin=origin) == 401


async def test_no_token_is_told_in_an_answer_or_an_event(tmp_path: Path) -> None:
    async with gateway(tmp_path) as site, site.peer() as admin:
        secret = (await admin.call("token/issue", name="phone"))["secret"]
        rotated = (await admin.call("token/rotate"))["secret"]
        place = len(admin.frames)
        await admin.call("token/list")
        await admin.call("secret/list")
        await admin.call("gateway/info")
        text = str([f for f in admin.frames if "method" in f] + admin.frames[place:])
        assert (secret in text, rotated in text, site.token in text) == (False, False, False)
        assert rotated == site.token
        assert secret.encode() not in site.database
