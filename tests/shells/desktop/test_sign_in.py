"""Signing the window in, at a real gateway and at things that are none."""

import ssl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trustme
from aiohttp import web

from portico.protocol.base import Scope
from portico.shells.desktop.sign_in import NotSignedIn, SignedIn, judged, sign_in
from tests.kit.gateways import gateway

URL = "https://office.example/portico"


async def test_an_admin_token_opens_a_link(tmp_path: Path) -> None:
    async with gateway(tmp_path) as site:
        signed = await sign_in("Office", site.url, site.token)
        assert isinstance(signed, SignedIn)
        url, _, code = signed.url.partition("/#code=")
        assert url == site.url
        assert await site.it.gateway.features.access.redeem_code(code)
        assert site.token not in signed.url


async def test_a_wrong_a_weak_and_a_revoked_token_are_told_apart(tmp_path: Path) -> None:
    async with gateway(tmp_path) as site, site.peer() as peer:
        issued = await peer.call("token/issue", name="weak", scopes=[Scope.READ.value])
        weak = await sign_in("Office", site.url, issued["secret"])
        assert isinstance(weak, NotSignedIn)
        assert (weak.reason, "scope admin" in weak.words) == ("token", True)
        await peer.call("token/revoke", token_id=issued["token"]["id"])
        for token in (issued["secret"], "wrong"):
            refused = await sign_in("Office", site.url, token)
            assert isinstance(refused, NotSignedIn)
            assert (refused.reason, "does not take this token" in refused.words) == ("token", True), refused
            assert token not in refused.words
        nobody = await sign_in("Office", site.url, None)
        assert isinstance(nobody, NotSignedIn)
        assert (nobody.reason, "needs a token" in nobody.words) == ("token", True)


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "http://no-such-host.invalid", "http://[::1"])
async def test_who_does_not_answer_is_said(url: str) -> None:
    refused = await sign_in("Office", url, "t")
    assert refused == NotSignedIn("network", f"Office does not answer at {url}")


@asynccontextmanager
async def serving(handler: object, tls: ssl.SSLContext | None = None) -> AsyncGenerator[str]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)  # pyright: ignore[reportArgumentType]
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
    await site.start()
    scheme = "https" if tls else "http"
    yield f"{scheme}://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def test_a_redirect_does_not_take_the_token_elsewhere() -> None:
    seen: list[str] = []

    async def handler(request: web.Request) -> web.Response:
        seen.append(request.path)
        raise web.HTTPTemporaryRedirect("/elsewhere")

    async with serving(handler) as url:
        refused = await sign_in("Office", url, "t")
        assert isinstance(refused, NotSignedIn)
        assert "307" in refused.words
    assert seen == ["/auth/code"]


async def test_a_certificate_that_nobody_vouches_for_is_said() -> None:
    async def handler(_: web.Request) -> web.Response:
        return web.Response()

    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(tls)  # pyright: ignore[reportUnknownMemberType]
    async with serving(handler, tls) as url:
        refused = await sign_in("Office", url, "t")
        assert isinstance(refused, NotSignedIn)
        assert "certificate that this computer does not trust" in refused.words
        assert refused.reason == "network"


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        pytest.param(404, b"", "refused", id="an old gateway"),
        pytest.param(429, b"", "refused", id="too many attempts"),
        pytest.param(502, b"", "refused", id="a proxy"),
        pytest.param(200, b"<html>", "refused", id="a page"),
        pytest.param(200, b'{"url":"http://x/"}', "refused", id="no code"),
        pytest.param(200, b'{"url":"http://x/#code=<b>"}', "refused", id="no code of ours"),
        pytest.param(200, b'{"url":"http://x:[/#code=a"}', "refused", id="no address"),
        pytest.param(200, b"[" * 9_999, "refused", id="too deep"),
    ],
)
def test_what_is_no_gateway_of_ours(status: int, body: bytes, reason: str) -> None:
    found = judged("Office", URL, status, body, has_token=True)
    assert isinstance(found, NotSignedIn)
    assert found.reason == reason


def test_of_the_answer_only_the_code_is_taken() -> None:
    found = judged("Office", URL, 200, b'{"url":"http://evil.example/#code=a-B_9"}', has_token=True)
    assert found == SignedIn(f"{URL}/#code=a-B_9")
