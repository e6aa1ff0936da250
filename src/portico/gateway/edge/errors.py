"""Turns GatewayError into the answers of the two languages of the edge: JSON-RPC objects and HTTP statuses."""

from typing import Any

import msgspec

from portico.gateway.kernel.errors import GatewayError
from portico.gateway.rpc.dispatch import UnknownMethod
from portico.protocol.errors import JSONRPC_CODES, UNKNOWN_METHOD, ErrorData, ErrorKind
from portico.protocol.jsonrpc import ErrorObject

HTTP_STATUS: dict[ErrorKind, int] = {
    ErrorKind.INVALID: 400,
    ErrorKind.NOT_FOUND: 404,
    ErrorKind.CONFLICT: 409,
    ErrorKind.DENIED: 403,
    ErrorKind.UNAVAILABLE: 503,
    ErrorKind.INTERNAL: 500,
}

STATUS_OF_CODE: dict[str, int] = {
    "missing_credential": 401,
    "duplicate_credential": 401,
    "malformed_credential": 401,
    "unsupported_credential": 401,
    "invalid_credential": 401,
    "credential_expired": 401,
    "session_revoked": 401,
    "session_expired": 401,
    "method_not_allowed": 405,
    "request_timeout": 408,
    "payload_too_large": 413,
    "unsupported_media_type": 415,
    "too_many_attempts": 429,
}
"""Codes whose status is more exact than their kind's; the names are the reference's (14.4) where it has one."""


def http_status(error: GatewayError) -> int:
    return STATUS_OF_CODE.get(error.code, HTTP_STATUS[error.kind])


def error_data(error: GatewayError) -> ErrorData:
    """`error.data`; `ref` is the name under which the log holds the traceback."""
    details: dict[str, Any] = dict(error.details)
    ref = details.pop("ref", None)
    return ErrorData(
        code=error.code,
        kind=error.kind,
        path=error.path,
        retry_after_seconds=error.retry_after_seconds,
        ref=ref if isinstance(ref, str) else None,
        details=details or None,
    )


def error_object(error: GatewayError) -> ErrorObject:
    """The `error` member of a JSON-RPC answer."""
    number = UNKNOWN_METHOD if isinstance(error, UnknownMethod) else JSONRPC_CODES[error.kind]
    return ErrorObject(code=number, message=error.message, data=error_data(error))


def http_body(error: GatewayError) -> bytes:
    """`{"error": {"message", "code", "kind", ...}}`."""
    return msgspec.json.encode({"error": {"message": error.message, **msgspec.to_builtins(error_data(error))}})
