"""The exceptions a caller can act on: six kinds, no deeper tree (style, errors)."""

from typing import Any, ClassVar

from portico.protocol.errors import ErrorKind


class GatewayError(Exception):
    """A refusal with a kind. `code` is the reference's string where it has one; `path` names the bad parameter."""

    kind: ClassVar[ErrorKind] = ErrorKind.INTERNAL

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        path: str | None = None,
        retry_after_seconds: float | None = None,
        **details: Any,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.kind.value
        self.path = path
        self.retry_after_seconds = retry_after_seconds
        self.details = details


class Invalid(GatewayError):
    kind = ErrorKind.INVALID


class NotFound(GatewayError):
    kind = ErrorKind.NOT_FOUND


class Conflict(GatewayError):
    kind = ErrorKind.CONFLICT


class Denied(GatewayError):
    kind = ErrorKind.DENIED


class Unavailable(GatewayError):
    kind = ErrorKind.UNAVAILABLE


class Internal(GatewayError):
    """The unexpected, told by a short reference only; the traceback is in the log under it."""

    kind = ErrorKind.INTERNAL


def misfit(error: Exception) -> tuple[str, str]:
    """What msgspec says of a value that does not fit its type, and the path of it (`$.a[0]`, "" for the whole)."""
    message, _, path = str(error).partition(" - at `")
    return message, path.rstrip("`")
