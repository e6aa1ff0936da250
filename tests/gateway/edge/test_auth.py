"""Host, Origin, credentials, throttling: tables over one gate."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest

from portico.gateway.edge.auth import Perimeter, clear_cookie, cookie_name, set_cookie
from portico.gateway.edge.request import Request
from portico.gateway.features.access import OPEN, AccessOptions
from portico.gateway.kernel.errors import Denied, GatewayError, Unavailable
from tests.gateway.edge.rig import Rig, rig

PERIMETER = Perimeter("127.0.0.1", ("gw.example.com",), ("https://app.example.com",))


async def nothing() -> Any:
    raise AssertionError("no body is read here")


def asked(
    headers: dict[str, str], client: str = "127.0.0.1", scheme: str = "http", local: str = "127.0.0.1"
) -> Request:
    """A request on port 17878; a header named twice stands behind a space."""
    pairs = [(name.strip().encode(), value.encode("latin-1")) for name, value in headers.items()]
    if "host" not in headers:
        pairs.append((b"host", b"127.0.0.1:17878"))
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/",
        "scheme": scheme,
        "headers": pairs,
        "client": (client, 5000),
        "server": (local, 17878),
    }
    return Request(scope, nothing)


@asynccontextmanager
async def gate(
    folder: Path, options: AccessOptions | None = None, origins: tuple[str, ...] = PERIMETER.origins
) -> AsyncGenerator[Rig]:
    perimeter = Perimeter(PERIMETER.host, PERIMETER.hosts, origins)
    with anyio.fail_after(5):
        async with rig(folder, options or AccessOptions(static_token="s3cret"), perimeter) as made:
            yield made


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, None),
        ({"host": "localhost:17878"}, None),
        ({"host": "LOCALHOST"}, None),
        ({"host": "localhost."}, None),
        ({"host": "[::1]:17878"}, None),
        ({"host": "gw.example.com"}, None),
        ({"host": "10.1.2.3:17878"}, None),
        ({"host": "evil.example.com"}, "host_not_allowed"),
        ({"host": "127.0.0.1.evil.example.com"}, "host_not_allowed"),
        ({"host": "10.1.2.4"}, "host_not_allowed"),
        ({"host": ""}, "host_not_allowed"),
        ({"host": "localhost:x"}, "host_not_allowed"),
        ({"host": "a:b:c"}, "host_not_allowed"),
        ({"origin": "http://127.0.0.1:17878"}, None),
        ({"origin": "http://localhost:17878"}, None),
        ({"origin": "https://gw.example.com", "host": "gw.example.com"}, None),
        ({"origin": "https://app.example.com"}, None),
        ({"origin": "http://localhost:3000"}, "origin_not_allowed"),
        ({"origin": "https://gw.example.com"}, "origin_not_allowed"),
        ({"origin": "http://app.example.com"}, "origin_not_allowed"),
        ({"origin": "https://app.example.com:8443"}, "origin_not_allowed"),
        ({"origin": "https://evil.example.com"}, "origin_not_allowed"),
        ({"origin": "null"}, "origin_not_allowed"),
        ({"origin": ""}, "origin_not_allowed"),
        ({"origin": "file://localhost:17878"}, "origin_not_allowed"),
        ({"host": "localhost", " host": "localhost"}, "invalid"),
        ({"origin": "http://localhost:17878", " origin": "http://localhost:17878"}, "invalid"),
    ],
)
async def test_places(tmp_path: Path, headers: dict[str, str], code: str | None) -> None:
    async with gate(tmp_path) as gateway:
        request = asked(headers, local="10.1.2.3" if headers.get("host", "").startswith("10.") else "127.0.0.1")
        if code is None:
            gateway.gate.check_place(request)
            return
        with pytest.raises(GatewayError) as refused:
            gateway.gate.check_place(request)
        assert refused.value.code == code


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"authorization": "Bearer s3cret"}, "static"),
        ({"authorization": "bEARER   s3cret "}, "static"),
        ({"authorization": "Bearer home-token-1"}, "home_token"),
        ({}, "missing_credential"),
        ({"authorization": "Bearer wrong"}, "invalid_credential"),
        ({"authorization": "Bearer"}, "malformed_credential"),
        ({"authorization": "Bearer a b"}, "malformed_credential"),
        ({"authorization": "Bearer a,b"}, "malformed_credential"),
        ({"authorization": "Basic s3cret"}, "unsupported_credential"),
        ({"authorization": ""}, "unsupported_credential"),
        ({"authorization": "Bearer s3cret", " authorization": "Bearer s3cret"}, "invalid"),
        ({"cookie": "portico_session_17878=unknown"}, "session_revoked"),
        ({"cookie": "portico_session_1=unknown"}, "missing_credential"),
    ],
)
async def test_credentials(tmp_path: Path, headers: dict[str, str], expected: str) -> None:
    async with gate(tmp_path) as gateway:
        try:
            result = gateway.gate.principal(asked(headers)).kind
        except GatewayError as error:
            result = error.code
        assert result == expected


async def test_an_open_gateway_asks_for_nothing_but_still_refuses_a_wrong_credential(tmp_path: Path) -> None:
    async with gate(tmp_path, AccessOptions(mode="none")) as gateway:
        assert gateway.gate.principal(asked({})) == OPEN
        with pytest.raises(Denied):
            gateway.gate.principal(asked({"authorization": "Bearer wrong"}))
        with pytest.raises(Denied):
            gateway.gate.check_place(asked({"origin": "https://evil.example.com"}))


@pytest.mark.parametrize(
    ("origin", "kind"),
    [
        (None, "session"),
        ("http://127.0.0.1:17878", "session"),
        ("https://app.example.com", "missing_credential"),
    ],
)
async def test_a_cookie_is_read_from_our_own_pages_only(tmp_path: Path, origin: str | None, kind: str) -> None:
    async with gate(tmp_path, origins=("*", "https://app.example.com")) as gateway:
        session = await gateway.access.open_session()
        headers = {"cookie": f"other=1; {cookie_name(17878)}={session}; more=2"}
        try:
            result = gateway.gate.principal(asked(headers | ({"origin": origin} if origin else {}))).kind
        except Denied as error:
            result = error.code
        assert result == kind


async def test_ten_failures_a_minute_then_429_but_never_for_a_valid_credential(tmp_path: Path) -> None:
    async with gate(tmp_path) as gateway:
        wrong, right = {"authorization": "Bearer wrong"}, {"authorization": "Bearer s3cret"}
        for _ in range(10):
            with pytest.raises(Denied):
                gateway.gate.principal(asked(wrong, client="10.0.0.9"))
        waits: list[float | None] = []
        for _ in range(3):
            with pytest.raises(Unavailable) as refused:
                gateway.gate.principal(asked(wrong, client="10.0.0.9"))
            waits.append(refused.value.retry_after_seconds)
            assert refused.value.code == "too_many_attempts"
        assert waits == [1, 2, 4]
        assert gateway.gate.principal(asked(right, client="10.0.0.9")).kind == "static"
        with pytest.raises(Denied):
            gateway.gate.principal(asked(wrong, client="10.0.0.8"))
        gateway.clock.advance(60)
        with pytest.raises(Denied):
            gateway.gate.principal(asked(wrong, client="10.0.0.9"))


async def test_a_stale_cookie_and_no_credential_are_no_attempts(tmp_path: Path) -> None:
    async with gate(tmp_path) as gateway:
        stale: dict[str, str] = {"cookie": "portico_session_17878=stale"}
        for headers in [stale, {}] * 30:
            with pytest.raises(Denied):
                gateway.gate.principal(asked(headers))


@pytest.mark.parametrize(
    ("origins", "origin", "expected"),
    [
        ((), "http://127.0.0.1:17878", None),
        (("https://app.example.com",), None, "https://app.example.com"),
        (("https://app.example.com", "https://b.example.com"), None, None),
        (("*",), None, "*"),
        (("https://app.example.com",), "http://127.0.0.1:17878", None),
        (("https://app.example.com/",), "https://app.example.com", "https://app.example.com"),
        (("*",), "https://any.example.com", "*"),
        (("*", "https://app.example.com"), "https://app.example.com", "https://app.example.com"),
    ],
)
async def test_cors(tmp_path: Path, origins: tuple[str, ...], origin: str | None, expected: str | None) -> None:
    async with gate(tmp_path, origins=origins) as gateway:
        headers = dict(gateway.gate.cors(asked({"origin": origin} if origin else {})))
        assert headers.get("access-control-allow-origin") == expected
        if expected:
            allowed = "Content-Type, Authorization, Idempotency-Key, Last-Event-ID"
            assert headers["access-control-allow-headers"] == allowed
            assert headers["access-control-expose-headers"] == "Retry-After, X-Request-Id"
            assert headers.get("vary") == (None if expected == "*" else "Origin")
            assert "access-control-max-age" not in headers
            assert headers["access-control-allow-methods"] == "GET, POST, DELETE, OPTIONS"
            assert "access-control-allow-credentials" not in headers


@pytest.mark.parametrize(
    ("wanted", "added"),
    [
        (
            "x-stainless-os, X-Stainless-Retry-Count,openai-organization",
            "x-stainless-os, x-stainless-retry-count, openai-organization",
        ),
        ("content-type, x-other, x-stainless-, openai", ""),
        ("x-stainless-a\r\nset-cookie: b=c", ""),
        ("x-stainless-" + "a" * 61, ""),
        (",,,", ""),
    ],
)
async def test_a_preflight_allows_what_client_libraries_add_and_nothing_else(
    tmp_path: Path, wanted: str, added: str
) -> None:
    async with gate(tmp_path, origins=("*",)) as made:
        request = asked({"origin": "https://a.example.com", "access-control-request-headers": wanted})
        request.method = "OPTIONS"
        headers = dict(made.gate.cors(request))
        names = headers["access-control-allow-headers"].removeprefix(
            "Content-Type, Authorization, Idempotency-Key, Last-Event-ID"
        )
        assert names.removeprefix(", ") == added
        assert headers["access-control-max-age"] == "600"


def test_cookies() -> None:
    plain = "portico_session_17878=abc; Path=/; Max-Age=43200; HttpOnly; SameSite=Strict"
    assert set_cookie(asked({}), "abc") == ("set-cookie", plain)
    assert set_cookie(asked({}, scheme="https"), "abc") == ("set-cookie", plain + "; Secure")
    assert "Max-Age=0" in clear_cookie(asked({}))[1]


async def test_another_perimeter_holds_from_now_on(tmp_path: Path) -> None:
    async with gate(tmp_path) as made:
        gone, new = asked({"host": "gw.example.com"}), asked({"host": "new.lan", "origin": "https://page.example.com"})
        made.gate.check_place(gone)
        made.gate.enclose(Perimeter("127.0.0.1", ("new.lan",), ("https://page.example.com",)))
        made.gate.check_place(new)
        with pytest.raises(Denied):
            made.gate.check_place(gone)
