"""Every failure has one answer, and none repeats what was sent."""

import msgspec
import pytest

from portico.boundary.answers import Expected, Failed, Ok, Refused, failure_of, internal, unfit
from portico.client.errors import CallFailed, ClientError, NotReachable, SignInRefused, TransportClosed
from portico.protocol.base import Params
from portico.protocol.errors import ErrorData, ErrorKind
from portico.protocol.jsonrpc import ErrorObject

DENIED = ErrorObject(
    code=-32600,
    message="the scope admin is needed",
    data=ErrorData(code="missing_scope", kind=ErrorKind.DENIED, path="$.x"),
)


class Taken(Params, frozen=True, kw_only=True):
    count: int


def problem(raw: bytes) -> Exception:
    try:
        msgspec.json.decode(raw, type=Taken)
    except (ValueError, RecursionError) as error:
        return error
    raise AssertionError("it can be read")


@pytest.mark.parametrize(
    ("error", "code", "kind", "path"),
    [
        pytest.param(Refused(ErrorKind.CONFLICT, "c", "m", "$.p"), "c", "conflict", "$.p", id="the boundary's own"),
        pytest.param(CallFailed("a/b", DENIED), "missing_scope", "denied", "$.x", id="the gateway's, as it is"),
        pytest.param(SignInRefused("m"), "sign_in_refused", "denied", None, id="a sign-in"),
        pytest.param(NotReachable("m"), "not_reachable", "unavailable", None, id="nobody there"),
        pytest.param(TransportClosed("m"), "connection_lost", "unavailable", None, id="a break"),
        pytest.param(ClientError("m"), "client_error", "unavailable", None, id="any other"),
    ],
)
def test_a_failure_is_told(error: Expected, code: str, kind: str, path: str | None) -> None:
    failed = failure_of(error)
    assert (failed.code, failed.kind, failed.path) == (code, ErrorKind(kind), path)
    assert failed.message


def test_an_answer_that_does_not_fit_is_another_version() -> None:
    error = problem(b'{"count":"sk-secret"}')
    assert isinstance(error, msgspec.ValidationError)
    failed = failure_of(error)
    assert (failed.code, failed.kind) == ("protocol_mismatch", ErrorKind.UNAVAILABLE)
    assert "secret" not in failed.message


@pytest.mark.parametrize(
    ("raw", "path", "message"),
    [
        pytest.param(b'{"count":"x"}', "$.count", "Expected `int`, got `str`", id="a wrong type"),
        pytest.param(b"{}", "$", "Object missing required field `count`", id="a missing field"),
        pytest.param(b"{", None, "the parameters are no JSON", id="no JSON"),
        pytest.param(b"\xff", None, "the parameters are no JSON", id="no UTF-8"),
    ],
)
def test_parameters_that_do_not_fit(raw: bytes, path: str | None, message: str) -> None:
    failed = unfit(problem(raw)).failed
    assert (failed.kind, failed.path, failed.message) == (ErrorKind.INVALID, path, message)


def test_answers_are_tagged() -> None:
    assert msgspec.json.encode(Ok(value={"a": 1})) == b'{"status":"ok","value":{"a":1}}'
    told = msgspec.json.decode(msgspec.json.encode(internal("abc")), type=Failed)
    assert told == Failed(message="something broke in the client (abc)", code="internal", kind=ErrorKind.INTERNAL)
