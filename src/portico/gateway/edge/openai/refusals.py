"""A provider's failure as the refusal of a call: what is not the caller's fault is not told as if it were."""

from typing import Any

from portico.gateway.agent.model import FailureClass, ProviderFailure
from portico.gateway.kernel.errors import GatewayError, Invalid, NotFound, Unavailable
from portico.gateway.kernel.redact import Redactor

_AUTH = frozenset({401, 402, 403})
_LIMITED = frozenset({429, 529})
_CALLERS: dict[int, tuple[type[GatewayError], str]] = {
    400: (Invalid, "provider_refused"),
    404: (NotFound, "model_not_found"),
    413: (Invalid, "provider_too_large"),
    422: (Invalid, "provider_unprocessable"),
}
"""Statuses that stay: the caller can do something about them."""


def refused(failure: ProviderFailure, redactor: Redactor) -> GatewayError:
    """What a caller is told of `failure`, without a secret. The provider's own code is in `details`.

    400, 404, 413, 422 and 429 stay; 401 to 403 are `provider_auth`, for the key is the gateway's; the rest is
    `provider_failed` (both 502). Where there is no status, the class of the failure decides.
    """
    status, kind = failure.http_status, failure.failure_class
    told = redactor.text(f"{failure.provider}: {failure.message}")
    code = redactor.text(failure.provider_code) if failure.provider_code else None
    after = failure.retry_after_seconds
    if status in _AUTH:
        return refused_as(FailureClass.AUTH_EXPIRED, told)
    if status in _LIMITED:
        return refused_as(FailureClass.RATE_LIMIT, told, after, provider_code=code)
    if status in _CALLERS and kind is not FailureClass.PROMPT_TOO_LONG:
        error, word = _CALLERS[status]
        return error(told, code=word, provider_code=code)
    if status is None or status in _CALLERS:
        return refused_as(kind, told, after, provider_code=code)
    return refused_as(FailureClass.UNKNOWN, told, after, provider_code=code)


def refused_as(kind: FailureClass, message: str, retry_after: float | None = None, **details: Any) -> GatewayError:
    """The refusal for a class of failures."""
    match kind:
        case FailureClass.RATE_LIMIT:
            return Unavailable(message, code="provider_rate_limited", retry_after_seconds=retry_after, **details)
        case FailureClass.AUTH_EXPIRED | FailureClass.PERMISSION_DENIED:
            # the vendor's own code would send the caller looking at a key of its own
            told = f"{message} (the gateway's credential for this provider)"
            return Unavailable(told, code="provider_auth", may_retry=False)
        case FailureClass.MODEL_NOT_FOUND:
            return NotFound(message, code="model_not_found", path="model", **details)
        case FailureClass.PROMPT_TOO_LONG:
            return Invalid(message, code="context_length_exceeded", **details)
        case FailureClass.INVALID_REQUEST:
            return Invalid(message, code="provider_refused", **details)
        case _:
            return Unavailable(message, code="provider_failed", retry_after_seconds=retry_after, **details)
