"""The six kinds of refusal and the numbers they have in JSON-RPC."""

from enum import StrEnum
from typing import Any

from portico.protocol.base import Wire


class ErrorKind(StrEnum):
    """Why a call was refused; HTTP statuses are mapped at the edge (design 6)."""

    INVALID = "invalid"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    DENIED = "denied"
    UNAVAILABLE = "unavailable"
    INTERNAL = "internal"


PARSE_ERROR = -32700
INVALID_REQUEST = -32600
UNKNOWN_METHOD = -32601
INVALID_PARAMS = -32602
INTERNAL_ERROR = -32603
OVERLOADED = -32001

JSONRPC_CODES: dict[ErrorKind, int] = {
    ErrorKind.INVALID: INVALID_PARAMS,
    ErrorKind.NOT_FOUND: INVALID_PARAMS,
    ErrorKind.CONFLICT: INVALID_REQUEST,
    ErrorKind.DENIED: INVALID_REQUEST,
    ErrorKind.UNAVAILABLE: OVERLOADED,
    ErrorKind.INTERNAL: INTERNAL_ERROR,
}


class ErrorData(Wire, frozen=True, kw_only=True):
    """`error.data`: `code` is the reference's string if it has one, else the kind."""

    code: str
    kind: ErrorKind
    path: str | None = None
    retry_after_seconds: float | None = None
    ref: str | None = None
    details: dict[str, Any] | None = None
