"""One table from refusals to HTTP and JSON-RPC."""

import msgspec
import pytest

from portico.gateway.edge.errors import STATUS_OF_CODE, error_object, http_body, http_status
from portico.gateway.kernel.errors import Conflict, Denied, GatewayError, Internal, Invalid, NotFound, Unavailable
from portico.gateway.rpc.dispatch import UnknownMethod


@pytest.mark.parametrize(
    ("error", "status", "number"),
    [
        (Invalid("x"), 400, -32602),
        (NotFound("x"), 404, -32602),
        (Conflict("x"), 409, -32600),
        (Denied("x"), 403, -32600),
        (Unavailable("x"), 503, -32001),
        (Internal("x"), 500, -32603),
        (UnknownMethod("x"), 404, -32601),
        (Denied("x", code="missing_credential"), 401, -32600),
        (Denied("x", code="session_revoked"), 401, -32600),
        (Invalid("x", code="payload_too_large"), 413, -32602),
        (Invalid("x", code="method_not_allowed"), 405, -32602),
        (Unavailable("x", code="too_many_attempts"), 429, -32001),
    ],
)
def test_numbers(error: GatewayError, status: int, number: int) -> None:
    assert (http_status(error), error_object(error).code) == (status, number)


def test_codes_with_a_status_of_their_own_are_client_errors_or_a_providers() -> None:
    own = {code: status for code, status in STATUS_OF_CODE.items() if not code.startswith("provider_")}
    assert all(400 <= status < 500 for status in own.values())


def test_the_body_names_code_kind_path_and_reference() -> None:
    error = Invalid("no such field", code="bad_field", path="$.a", ref="abc", limit=3)
    assert msgspec.json.decode(http_body(error)) == {
        "error": "no such field",
        "code": "bad_field",
        "kind": "invalid",
        "path": "$.a",
        "ref": "abc",
        "details": {"limit": 3},
    }
