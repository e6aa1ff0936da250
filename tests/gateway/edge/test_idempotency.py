"""A request that is sent again is known by its key and what it asks."""

from typing import Any

import pytest

from portico.gateway.edge.idempotency import claim_of
from portico.gateway.edge.request import Request
from portico.gateway.kernel.errors import Invalid


def request(path: str = "/a", key: str | None = None) -> Request:
    headers = [] if key is None else [(b"idempotency-key", key.encode("latin-1"))]
    scope: dict[str, Any] = {"type": "http", "scheme": "http", "path": path, "headers": headers}
    return Request(scope, nothing)


async def nothing() -> dict[str, Any]:
    raise AssertionError("the body is given")


def test_a_request_without_a_key_claims_nothing() -> None:
    assert claim_of(request(), b"a") is None


def test_a_claim_is_of_what_is_asked_where() -> None:
    told = [
        claim_of(request(path, "k"), asked) for path, asked in (("/a", b"x"), ("/a", b"x"), ("/a", b"y"), ("/b", b"x"))
    ]
    assert told[0] == told[1]
    assert len({claim.digest for claim in told if claim}) == 3


@pytest.mark.parametrize("key", ["", "k" * 256, "k\xe9y", "a\x00b"])
def test_a_key_that_is_none_is_refused(key: str) -> None:
    with pytest.raises(Invalid) as refused:
        claim_of(request(key=key), b"a")
    assert refused.value.path == "Idempotency-Key"
