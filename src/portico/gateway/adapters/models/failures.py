"""What went wrong with a provider call, as one of the reference's classes (8.7). Pure."""

import email.utils
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import msgspec

from portico.gateway.adapters.http_port import FailureKind, HttpFailure
from portico.gateway.agent.model import FailureClass, ProviderFailure, Stage

MESSAGE_LIMIT = 600
SHORTEST_SECRET = 6

_RECOVERABLE = frozenset(
    {
        FailureClass.NETWORK_TRANSIENT,
        FailureClass.RATE_LIMIT,
        FailureClass.PROVIDER_5XX,
        FailureClass.STREAM_STALL,
        FailureClass.STREAM_TRUNCATED,
        FailureClass.PROMPT_TOO_LONG,
        FailureClass.MAX_OUTPUT_TOKENS,
        FailureClass.EMPTY_RESPONSE,
    }
)
_BY_STATUS = {
    401: FailureClass.AUTH_EXPIRED,
    402: FailureClass.PERMISSION_DENIED,
    403: FailureClass.PERMISSION_DENIED,
    404: FailureClass.MODEL_NOT_FOUND,
    408: FailureClass.NETWORK_TRANSIENT,
    409: FailureClass.NETWORK_TRANSIENT,
    413: FailureClass.PROMPT_TOO_LONG,
    425: FailureClass.NETWORK_TRANSIENT,
    429: FailureClass.RATE_LIMIT,
    529: FailureClass.RATE_LIMIT,
}
_BY_CODE = {
    "authentication_error": FailureClass.AUTH_EXPIRED,
    "invalid_api_key": FailureClass.AUTH_EXPIRED,
    "billing_error": FailureClass.PERMISSION_DENIED,
    "insufficient_quota": FailureClass.PERMISSION_DENIED,
    "permission_error": FailureClass.PERMISSION_DENIED,
    "model_not_found": FailureClass.MODEL_NOT_FOUND,
    "not_found_error": FailureClass.MODEL_NOT_FOUND,
    "context_length_exceeded": FailureClass.PROMPT_TOO_LONG,
    "request_too_large": FailureClass.PROMPT_TOO_LONG,
    "rate_limit_error": FailureClass.RATE_LIMIT,
    "rate_limit_exceeded": FailureClass.RATE_LIMIT,
    "overloaded_error": FailureClass.RATE_LIMIT,
    "engine_overloaded_error": FailureClass.RATE_LIMIT,
    "api_error": FailureClass.PROVIDER_5XX,
    "server_error": FailureClass.PROVIDER_5XX,
    "internal_server_error": FailureClass.PROVIDER_5XX,
    "timeout_error": FailureClass.PROVIDER_5XX,
}
_BY_TEXT = (
    (
        re.compile(
            r"context.{0,3}(length|window)|maximum context|(prompt|input|messages?) (is|are) too (long|large)"
            r"|too many (input )?tokens|exceeds? the (model's )?(maximum|limit|context)",
            re.IGNORECASE,
        ),
        FailureClass.PROMPT_TOO_LONG,
    ),
    (re.compile(r"token limit reached", re.IGNORECASE), FailureClass.MAX_OUTPUT_TOKENS),
    (
        re.compile(r"model\b.{0,80}(not found|not exist|not supported|unknown)|(unknown|invalid|no such) model", re.I),
        FailureClass.MODEL_NOT_FOUND,
    ),
    (re.compile(r"(invalid|incorrect|missing) api.?key|api.?key not valid", re.I), FailureClass.AUTH_EXPIRED),
)
_BY_KIND: dict[FailureKind, FailureClass] = {
    "invalid": FailureClass.INVALID_REQUEST,
    "connect": FailureClass.NETWORK_TRANSIENT,
    "connect_timeout": FailureClass.NETWORK_TRANSIENT,
    "stall": FailureClass.STREAM_STALL,
    "reset": FailureClass.NETWORK_TRANSIENT,
    "too_large": FailureClass.UNKNOWN,
}
_CREDENTIALS = re.compile(r"(?<=://)[^/\s@]+@")
_QUERY = re.compile(r"(?i)([?&](?:api[-_]?key|key|token|access_token|sig)=)[^&\s\"']+")


@dataclass(frozen=True, slots=True)
class Origin:
    """Who answers for a failure; `secrets` never appear in a message."""

    provider: str
    model: str
    secrets: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class _Said:
    """What a vendor's error object says, whatever its shape."""

    message: str = ""
    code: str | None = None
    status: int | None = None


def of_status(origin: Origin, status: int, headers: Mapping[str, str], body: bytes, now: int) -> ProviderFailure:
    """An answer that is no stream. `now` is in Unix seconds, for a Retry-After that is a date."""
    said = _said_by_body(body)
    plain = said.message or f"HTTP {status}"
    if 300 <= status < 400:
        plain = f"HTTP {status}: it sends us elsewhere, and keys are not sent on; set the base URL it means"
    return ProviderFailure(
        provider=origin.provider,
        model=origin.model,
        failure_class=(failure_class := _class(status, said)),
        stage="connect",
        message=scrub(plain, origin.secrets),
        http_status=status,
        provider_code=_code(said, origin),
        retry_after_seconds=retry_after(headers, now),
        is_recoverable=failure_class in _RECOVERABLE,
    )


def of_error(origin: Origin, error: Any, stage: Stage) -> ProviderFailure:
    """An error object inside a stream."""
    said = _said(error)
    failure_class = _class(said.status, said)
    return ProviderFailure(
        provider=origin.provider,
        model=origin.model,
        failure_class=failure_class,
        stage=stage,
        message=scrub(said.message or "the provider reported an error without a word", origin.secrets),
        http_status=said.status,
        provider_code=_code(said, origin),
        is_recoverable=failure_class in _RECOVERABLE,
    )


def of_network(origin: Origin, problem: HttpFailure, stage: Stage) -> ProviderFailure:
    """A broken exchange: in mid-stream a broken connection is a truncated stream."""
    failure_class = _BY_KIND[problem.kind]
    if problem.kind == "reset" and stage == "mid_stream":
        failure_class = FailureClass.STREAM_TRUNCATED
    return of_class(origin, failure_class, problem.message, stage)


def of_class(origin: Origin, failure_class: FailureClass, message: str, stage: Stage) -> ProviderFailure:
    """A failure that we found ourselves."""
    return ProviderFailure(
        provider=origin.provider,
        model=origin.model,
        failure_class=failure_class,
        stage=stage,
        message=scrub(message, origin.secrets),
        is_recoverable=failure_class in _RECOVERABLE,
    )


def retry_after(headers: Mapping[str, str], now: int) -> float | None:
    """Seconds to wait, as `retry-after-ms` or Retry-After (seconds or a date) asks; None if neither does."""
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    text = headers.get("retry-after")
    seconds = _number(text)
    if seconds is not None or text is None:
        return seconds
    try:
        return max(0.0, email.utils.parsedate_to_datetime(text).timestamp() - now)
    except (ValueError, OverflowError):
        return None


def secrets_of(*values: str | None) -> tuple[str, ...]:
    """Those that are there and long enough to be told from other text."""
    return tuple(value for value in values if value and len(value) >= SHORTEST_SECRET)


def scrub(text: str, secrets: tuple[str, ...]) -> str:
    """One line for people: no secret, no credentials of a URL, no control characters, at most MESSAGE_LIMIT long."""
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= SHORTEST_SECRET:
            text = text.replace(secret, "[redacted]")
    text = _QUERY.sub(r"\1[redacted]", _CREDENTIALS.sub("[redacted]@", text))
    text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return text if len(text) <= MESSAGE_LIMIT else text[: MESSAGE_LIMIT - 1] + "…"


def _class(status: int | None, said: _Said) -> FailureClass:
    by_code = _BY_CODE.get((said.code or "").lower())
    if by_code is not None:
        return by_code
    if status is not None and status in _BY_STATUS:
        return _BY_STATUS[status]
    if status is not None and status >= 500:
        return FailureClass.PROVIDER_5XX
    for pattern, failure_class in _BY_TEXT:
        if pattern.search(said.message):
            return failure_class
    if status is not None or said.code == "invalid_request_error":
        return FailureClass.INVALID_REQUEST
    return FailureClass.UNKNOWN


def _code(said: _Said, origin: Origin) -> str | None:
    return scrub(said.code, origin.secrets) if said.code else None


def _said_by_body(body: bytes) -> _Said:
    try:
        answer = msgspec.json.decode(body)
    except (ValueError, RecursionError):
        text = body.decode("utf-8", "replace")
        return _Said("" if text.lstrip().startswith("<") else text)
    return _said(answer)


def _said(error: Any) -> _Said:
    """Vendors nest differently: {error: {…}}, {error: "…"}, {message}, {detail}, a list of one."""
    if isinstance(error, list) and error:
        return _said(cast("list[Any]", error)[0])
    if isinstance(error, str):
        return _Said(error)
    if not isinstance(error, dict):
        return _Said()
    members = cast("dict[str, Any]", error)
    inner = members.get("error")
    if isinstance(inner, (dict, str)):
        return _said(inner)
    return _Said(_message(members), _code_of(members), _status_of(members))


def _message(members: dict[str, Any]) -> str:
    for name in ("message", "detail", "error_message", "msg"):
        value = members.get(name)
        if isinstance(value, str) and value:
            return value
        if value:
            return msgspec.json.encode(value).decode()
    return ""


def _code_of(members: dict[str, Any]) -> str | None:
    """`code` names the fault more closely than `type`, if it is a word that we do not know better from `type`."""
    words = [v for v in (members.get("code"), members.get("type")) if isinstance(v, str) and v and not v.isdigit()]
    known = [word for word in words if word.lower() in _BY_CODE]
    return (known or words or [None])[0]


def _status_of(members: dict[str, Any]) -> int | None:
    for name in ("status_code", "code", "status"):
        value = members.get(name)
        if isinstance(value, str) and value.isdigit():
            value = int(value)
        if isinstance(value, int) and 100 <= value < 600:
            return value
    return None


def _number(text: str | None) -> float | None:
    try:
        value = float(text) if text is not None else math.nan
    except ValueError:
        return None
    return max(0.0, value) if math.isfinite(value) else None
