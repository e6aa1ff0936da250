"""Reading requests: headers, cookies, bodies, where the peer is."""

from typing import Any

import msgspec
import pytest

from portico.gateway.edge.request import MAX_BODY, Request, Response, split_authority
from portico.gateway.kernel.errors import Invalid


class Body(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    count: int = 0


def asked(headers: list[tuple[str, str]], chunks: list[bytes] | None = None, client: str = "127.0.0.1") -> Request:
    """A request whose body comes in `chunks`, after which the client is gone."""
    messages: list[dict[str, Any]] = [
        {"type": "http.request", "body": chunk, "more_body": place < len(chunks or []) - 1}
        for place, chunk in enumerate(chunks or [])
    ]

    async def receive() -> dict[str, Any]:
        return messages.pop(0) if messages else {"type": "http.disconnect"}

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/x",
        "scheme": "https",
        "headers": [(name.encode(), value.encode()) for name, value in headers],
        "client": (client, 1),
        "server": None,
    }
    return Request(scope, receive)


@pytest.mark.parametrize(
    ("authority", "expected"),
    [
        ("localhost", ("localhost", None)),
        ("LocalHost:80", ("localhost", 80)),
        ("host.", ("host", None)),
        ("[::1]", ("::1", None)),
        ("[::1]:80", ("::1", 80)),
        ("::1", ("", None)),
        ("a:b", ("", None)),
        ("a:²", ("", None)),
        ("a:65535", ("a", 65_535)),
        pytest.param("a:" + "1" * 5_000, ("", None), id="no port"),
        ("", ("", None)),
    ],
)
def test_authorities(authority: str, expected: tuple[str, int | None]) -> None:
    assert split_authority(authority) == expected


@pytest.mark.parametrize(
    ("client", "headers", "is_local"),
    [
        ("127.0.0.1", [("host", "localhost:1")], True),
        ("127.8.8.8", [("host", "127.0.0.1")], True),
        ("::1", [("host", "[::1]:1")], True),
        ("10.0.0.1", [("host", "localhost")], False),
        ("127.0.0.1", [("host", "gw.example.com")], False),
        ("127.0.0.1", [("host", "localhost"), ("x-forwarded-for", "10.0.0.1")], False),
        ("127.0.0.1", [("host", "localhost"), ("forwarded", "for=10.0.0.1")], False),
        ("not an address", [("host", "localhost")], False),
    ],
)
def test_where_the_peer_is(client: str, headers: list[tuple[str, str]], is_local: bool) -> None:
    assert asked(headers, client=client).is_local is is_local


def test_headers_and_cookies() -> None:
    request = asked(
        [("Accept", "text/html,*/*"), ("cookie", "a=1; b=x=y"), ("cookie", "c=3;d"), ("twice", "1"), ("twice", "2")]
    )
    assert request.accepts_html()
    assert [request.cookie(name) for name in "abcde"] == ["1", "x=y", "3", "", None]
    assert (request.header("none"), request.is_tls, request.port) == (None, True, 0)
    with pytest.raises(Invalid):
        request.header("twice")


async def test_bodies() -> None:
    assert await asked([], [b"ab", b"", b"c"]).body() == b"abc"
    assert not asked([("content-length", "0")]).has_body()
    assert asked([("content-length", "3")]).has_body()
    assert asked([("transfer-encoding", "chunked")]).has_body()


@pytest.mark.parametrize(
    ("headers", "chunks", "code"),
    [
        pytest.param([("content-length", str(MAX_BODY + 1))], [b""], "payload_too_large", id="announced"),
        pytest.param([], [b"x" * MAX_BODY, b"x"], "payload_too_large", id="sent"),
        pytest.param([], [], "invalid", id="the client left"),
    ],
)
async def test_bodies_that_are_refused(headers: list[tuple[str, str]], chunks: list[bytes], code: str) -> None:
    with pytest.raises(Invalid) as refused:
        await asked(headers, chunks).body()
    assert refused.value.code == code


async def test_a_body_of_the_whole_limit_is_read() -> None:
    assert len(await asked([], [b"x" * MAX_BODY]).body()) == MAX_BODY


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (b'{"count":"x"}', "$.count"),
        (b'{"other":1}', "$"),
        (b"[]", "$"),
        (b"{", "$"),
        (b"", "$"),
        (b"\xff", "$"),
        (b'{"count":' + b"[" * 100_000, "$"),
    ],
)
async def test_json_that_does_not_fit_names_its_path(body: bytes, path: str) -> None:
    with pytest.raises(Invalid) as refused:
        await asked([], [body]).json(Body)
    assert refused.value.path is not None
    assert refused.value.path.startswith(path)


async def test_json() -> None:
    assert await asked([], [b'{"count":3}']).json(Body) == Body(count=3)
    assert Response.json({"a": 1}, 201) == Response(201, b'{"a":1}', "application/json")
