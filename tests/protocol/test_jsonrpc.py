"""Envelopes: any string or integer is an id; an absent one makes a notification."""

from typing import Any

import msgspec
import pytest

from portico.protocol.errors import ErrorData, ErrorKind
from portico.protocol.jsonrpc import ErrorObject, Failure, Incoming, Notification, Request, Success


def encoded(value: object) -> Any:
    return msgspec.json.decode(msgspec.json.encode(value))


@pytest.mark.parametrize("id", ["aaaaaaaaaaaaaaaaaaaaa", "", "x" * 1000, 0, -1, 2**53])
def test_any_id_is_read_and_repeated(id: str | int) -> None:  # noqa: A002
    request = msgspec.json.decode(msgspec.json.encode({"jsonrpc": "2.0", "id": id, "method": "m"}), type=Request)
    assert request.id == id
    assert encoded(Success(id=id, result=msgspec.Raw(b"{}"))) == {"jsonrpc": "2.0", "id": id, "result": {}}


def test_a_request_without_an_id_is_a_notification() -> None:
    request = msgspec.json.decode(b'{"jsonrpc":"2.0","method":"m"}', type=Request)
    assert request.id is msgspec.UNSET
    assert bytes(request.params) == b"{}"


def test_a_null_id_is_told_from_an_absent_one() -> None:
    assert msgspec.json.decode(b'{"jsonrpc":"2.0","id":null,"method":"m"}', type=Request).id is None


@pytest.mark.parametrize(
    "raw",
    [
        b"[]",
        b"1",
        b"{}",
        b'{"method":"m"}',
        b'{"jsonrpc":"1.0","method":"m"}',
        b'{"jsonrpc":2.0,"method":"m"}',
        b'{"jsonrpc":"2.0"}',
        b'{"jsonrpc":"2.0","method":7}',
        b'{"jsonrpc":"2.0","method":"m","id":1.5}',
        b'{"jsonrpc":"2.0","method":"m","id":true}',
        b'{"jsonrpc":"2.0","method":"m","id":[1]}',
        b'{"jsonrpc":"2.0","method":"m","id":{}}',
    ],
)
def test_what_is_no_request_is_refused(raw: bytes) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(raw, type=Request)


@pytest.mark.parametrize("raw", [b"", b"{", b'{"jsonrpc":"2.0",}', b"\xff", b'{"method":"\xff"}', b"[" * 100_000])
def test_what_is_no_json_raises_one_of_two(raw: bytes) -> None:
    with pytest.raises((ValueError, RecursionError)):
        msgspec.json.decode(raw, type=Request)


def test_unknown_members_are_ignored() -> None:
    assert msgspec.json.decode(b'{"jsonrpc":"2.0","method":"m","trace":"t"}', type=Request).method == "m"


def test_a_failure_has_a_null_id_when_it_could_not_be_read() -> None:
    data = ErrorData(code="parse_error", kind=ErrorKind.INVALID, path="$.a")
    assert encoded(Failure(id=None, error=ErrorObject(code=-32700, message="no JSON", data=data))) == {
        "jsonrpc": "2.0",
        "id": None,
        "error": {
            "code": -32700,
            "message": "no JSON",
            "data": {"code": "parse_error", "kind": "invalid", "path": "$.a"},
        },
    }


def test_a_client_tells_answers_from_notifications() -> None:
    told = msgspec.json.encode(Notification(method="m", params=msgspec.Raw(b'{"a":1}')))
    incoming = msgspec.json.decode(told, type=Incoming)
    assert (incoming.method, incoming.id) == ("m", msgspec.UNSET)
    answer = msgspec.json.decode(b'{"jsonrpc":"2.0","id":"x","result":{"a":1}}', type=Incoming)
    assert (answer.id, bytes(answer.result), answer.method) == ("x", b'{"a":1}', None)
