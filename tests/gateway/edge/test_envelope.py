"""Every rule of the envelope, as tables."""

from typing import Any

import msgspec
import pytest

from portico.gateway.edge.envelope import Refused, failure, parse, success
from portico.gateway.kernel.errors import Conflict, Unavailable
from portico.protocol.jsonrpc import Request

DEEP = b"[" * 100_000


def refusal(parsed: object) -> tuple[int, Any, str | None]:
    """Number, id and path of a refusal."""
    assert isinstance(parsed, Refused)
    answer = msgspec.json.decode(parsed.answer)
    assert answer["jsonrpc"] == "2.0"
    assert set(answer) == {"jsonrpc", "id", "error"}
    return answer["error"]["code"], answer["id"], answer["error"]["data"].get("path")


@pytest.mark.parametrize(
    ("frame", "number", "id", "path"),
    [
        pytest.param(b"", -32700, None, None, id="empty"),
        pytest.param(b"{", -32700, None, None, id="malformed"),
        pytest.param(b"[", -32700, None, None, id="malformed batch"),
        pytest.param(b'{"jsonrpc":"2.0","id":1,"method":"m"} x', -32700, None, None, id="more after the call"),
        pytest.param(b'\xef\xbb\xbf{"jsonrpc":"2.0","id":1,"method":"m"}', -32700, None, None, id="byte order mark"),
        pytest.param(b'{"jsonrpc":"2.0","id":1,"method":"\xff"}', -32700, None, None, id="not UTF-8"),
        pytest.param(b'{"jsonrpc":"2.0","id":"\xed\xa0\x80","method":"m"}', -32700, None, None, id="a surrogate"),
        pytest.param(b'{"jsonrpc":"2.0","id":"\\ud800","method":"m"}', -32700, None, None, id="half a pair"),
        pytest.param(DEEP, -32700, None, None, id="deep batch"),
        pytest.param(
            b'{"jsonrpc":"2.0","id":1,"method":"m","params":' + DEEP + b"]" * 100_000 + b"}",
            -32700,
            None,
            None,
            id="deep",
        ),
        pytest.param(b"null", -32600, None, "$", id="null"),
        pytest.param(b"1", -32600, None, "$", id="a number"),
        pytest.param(b'"call"', -32600, None, "$", id="a string"),
        pytest.param(b"[]", -32600, None, None, id="empty batch"),
        pytest.param(b" \n [ ]", -32600, None, None, id="empty batch after spaces"),
        pytest.param(b"[" + b"1," * 16 + b"1]", -32600, None, None, id="17 calls"),
        pytest.param(b'{"jsonrpc":"2.0","id":7}', -32600, 7, "$", id="no method"),
        pytest.param(b'{"id":7,"method":"m"}', -32600, 7, "$", id="no version"),
        pytest.param(b'{"jsonrpc":"1.0","id":"x","method":"m"}', -32600, "x", "$.jsonrpc", id="other version"),
        pytest.param(b'{"jsonrpc":2.0,"id":"x","method":"m"}', -32600, "x", "$.jsonrpc", id="version is a number"),
        pytest.param(b'{"jsonrpc":"2.0","id":"x","method":1}', -32600, "x", "$.method", id="method is a number"),
        pytest.param(b'{"jsonrpc":"2.0","method":1}', -32600, None, "$.method", id="a bad notification"),
        pytest.param(b'{"jsonrpc":"2.0","id":null,"method":"m"}', -32600, None, "$.id", id="id is null"),
        pytest.param(b'{"jsonrpc":"2.0","id":1.5,"method":"m"}', -32600, None, "$.id", id="id is a fraction"),
        pytest.param(b'{"jsonrpc":"2.0","id":true,"method":"m"}', -32600, None, "$.id", id="id is a boolean"),
        pytest.param(b'{"jsonrpc":"2.0","id":[1],"method":"m"}', -32600, None, "$.id", id="id is a list"),
        pytest.param(b'{"jsonrpc":"2.0","id":' + b"9" * 5000 + b',"method":"m"}', -32600, None, "$.id", id="huge id"),
        pytest.param(b'{"jsonrpc":"2.0","id":1,"method":"m","params":5}', -32600, 1, "$.params", id="params number"),
        pytest.param(b'{"jsonrpc":"2.0","id":1,"method":"m","params":null}', -32600, 1, "$.params", id="params null"),
        pytest.param(b'{"jsonrpc":"2.0","method":"m","params":"x"}', -32600, None, "$.params", id="params string"),
    ],
)
def test_what_is_no_call_is_refused(frame: bytes, number: int, id: Any, path: str | None) -> None:
    assert refusal(parse(frame)) == (number, id, path)


@pytest.mark.parametrize(
    ("frame", "id", "params"),
    [
        pytest.param(b'{"jsonrpc":"2.0","id":"a","method":"m"}', "a", b"{}", id="string"),
        pytest.param(b'{"jsonrpc":"2.0","id":"","method":"m"}', "", b"{}", id="empty string"),
        pytest.param(b'{"jsonrpc":"2.0","id":0,"method":"m"}', 0, b"{}", id="zero"),
        pytest.param(b'{"jsonrpc":"2.0","id":-3,"method":"m"}', -3, b"{}", id="negative"),
        pytest.param(b'{"jsonrpc":"2.0","id":%d,"method":"m"}' % 10**30, 10**30, b"{}", id="beyond 64 bits"),
        pytest.param(b'{"jsonrpc":"2.0","method":"m","params":{"a":1}}', msgspec.UNSET, b'{"a":1}', id="notification"),
        pytest.param(b'{"jsonrpc":"2.0","id":1,"method":"m","params": [1]}', 1, b"[1]", id="a list of params"),
        pytest.param(b'{"jsonrpc":"2.0","id":1,"method":"m","more":2}', 1, b"{}", id="unknown members are ignored"),
        pytest.param('{"jsonrpc":"2.0","id":"ü","method":"m"}'.encode(), "ü", b"{}", id="beyond ASCII"),
    ],
)
def test_calls_are_read(frame: bytes, id: Any, params: bytes) -> None:
    request = parse(frame)
    assert isinstance(request, Request)
    assert (request.id, request.method, bytes(request.params)) == (id, "m", params)


def test_a_batch_is_read_part_by_part() -> None:
    parts = parse(b' [{"jsonrpc":"2.0","id":1,"method":"m"}, 5, [], {"jsonrpc":"2.0","id":"x"}]')
    assert isinstance(parts, list)
    first, *others = parts
    assert isinstance(first, Request)
    assert first.id == 1
    assert [refusal(part) for part in others] == [(-32600, None, "$"), (-32600, None, "$"), (-32600, "x", "$")]


@pytest.mark.parametrize("id", ["a", 'quo"te', 0, -1, 10**40])
def test_answers_carry_the_id_back(id: str | int) -> None:
    assert success(id, b'{"a":1}') == b'{"jsonrpc":"2.0","id":%b,"result":{"a":1}}' % _json(id)
    assert failure(id, Conflict("taken")).startswith(b'{"jsonrpc":"2.0","id":%b,"error":{"code":-32600,' % _json(id))


def test_a_failure_says_what_to_do() -> None:
    answer = msgspec.json.decode(failure(None, Unavailable("busy", retry_after_seconds=0.5, depth=3)))
    data = {"code": "unavailable", "kind": "unavailable", "retry_after_seconds": 0.5, "details": {"depth": 3}}
    assert answer == {"jsonrpc": "2.0", "id": None, "error": {"code": -32001, "message": "busy", "data": data}}


def _json(id: str | int) -> bytes:
    return str(id).encode() if isinstance(id, int) else msgspec.json.encode(id)
