"""The six kinds of refusal have the numbers of design section 6."""

from portico.protocol.errors import JSONRPC_CODES, ErrorData, ErrorKind


def test_each_kind_has_its_number() -> None:
    assert {kind.value: number for kind, number in JSONRPC_CODES.items()} == {
        "invalid": -32602,
        "not_found": -32602,
        "conflict": -32600,
        "denied": -32600,
        "unavailable": -32001,
        "internal": -32603,
    }
    assert JSONRPC_CODES.keys() == set(ErrorKind)


def test_the_data_says_code_and_kind_and_nothing_that_is_absent() -> None:
    data = ErrorData(code="turn_running", kind=ErrorKind.CONFLICT)
    assert {name: getattr(data, name) for name in data.__struct_fields__ if getattr(data, name) is not None} == {
        "code": "turn_running",
        "kind": "conflict",
    }
