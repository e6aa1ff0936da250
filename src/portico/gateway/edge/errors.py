"""Turns GatewayError into the answers of the edge: JSON-RPC objects, HTTP statuses, headers and bodies."""

from typing import Any, Literal

import msgspec

from portico.gateway.kernel.errors import GatewayError, Unavailable
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
    "turn_queue_full": 429,
    "spend_cap_reached": 429,
    "provider_failed": 502,
    "provider_auth": 502,
    "provider_rate_limited": 429,
    "provider_unprocessable": 422,
    "provider_too_large": 413,
}
"""Codes whose status is more exact than their kind's; the names are the reference's (14.4) where it has one."""


OPENAI_TYPES: dict[int, str] = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    405: "invalid_request_error",
    409: "conflict_error",
    413: "invalid_request_error",
    422: "invalid_request_error",
    429: "rate_limit_error",
}


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
    """`{"error": "what is wrong", "code", "kind", ...}` (reference chat-http A4: `error` is a string)."""
    return msgspec.json.encode({"error": error.message, **msgspec.to_builtins(error_data(error))})


def openai_body(error: GatewayError) -> bytes:
    """`{"error": {"message", "type", "param", "code"}}` (reference interop 9)."""
    kind = OPENAI_TYPES.get(http_status(error), "api_error")
    # a provider's own word is more exact than ours, and what clients of that provider look for
    code = error.details.get("provider_code") or error.code
    param = (error.path or "").removeprefix("$").removeprefix(".") or None
    told = {"message": error.message, "type": kind, "param": param, "code": code}
    return msgspec.json.encode({"error": told})


def error_body(error: GatewayError, style: Literal["plain", "openai"]) -> bytes:
    return openai_body(error) if style == "openai" else http_body(error)


def refusal_headers(error: GatewayError, status: int) -> tuple[tuple[str, str], ...]:
    """What a client needs beside the body to act on a refusal."""
    headers: list[tuple[str, str]] = []
    if status == 401:
        headers.append(("www-authenticate", "Bearer"))
    if error.retry_after_seconds is not None and (isinstance(error, Unavailable) or status == 429):
        headers.append(("retry-after", str(max(1, round(error.retry_after_seconds)))))
    if error.details.get("may_retry") is False:
        # SDKs ask again by themselves after 429 and 5xx
        headers.append(("x-should-retry", "false"))
    if status == 405:
        headers.append(("allow", ", ".join(error.details["allow"])))
    if status in {408, 413}:
        # the rest of the body is not read
        headers.append(("connection", "close"))
    return tuple(headers)
