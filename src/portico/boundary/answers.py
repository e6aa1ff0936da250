"""Tagged answers, and how every failure becomes one."""

import re
from typing import Any

import msgspec

from portico.client.connection import MISFIT
from portico.client.errors import CallFailed, ClientError, NotReachable, SignInRefused, TransportClosed
from portico.protocol.base import Wire
from portico.protocol.errors import ErrorKind

_AT = re.compile(r" - at `([^`]+)`$")


class Ok(Wire, frozen=True, kw_only=True, tag_field="status", tag="ok"):
    value: Any


class Failed(Wire, frozen=True, kw_only=True, tag_field="status", tag="error"):
    """`code` is for programs, `kind` one of the six; `path` is the place in the parameters, where it is one."""

    message: str
    code: str
    kind: ErrorKind
    path: str | None = None


class Refused(ClientError):
    """The boundary itself refuses a call."""

    def __init__(self, kind: ErrorKind, code: str, message: str, path: str | None = None) -> None:
        super().__init__(message)
        self.failed = Failed(message=message, code=code, kind=kind, path=path)


Expected = ClientError | msgspec.ValidationError
"""What a caller, a gateway or a network may cause; anything else is our fault."""


def failure_of(error: Expected) -> Failed:
    """The answer that tells of the error."""
    match error:
        case Refused(failed=failed):
            return failed
        case CallFailed():
            return Failed(message=error.message, code=error.code, kind=error.kind, path=error.path)
        case SignInRefused():
            return _told(error, "sign_in_refused", ErrorKind.DENIED)
        case NotReachable():
            return _told(error, "not_reachable", ErrorKind.UNAVAILABLE)
        case TransportClosed():
            return _told(error, "connection_lost", ErrorKind.UNAVAILABLE)
        case ClientError():
            return _told(error, "client_error", ErrorKind.UNAVAILABLE)
        case msgspec.ValidationError():
            # its words may repeat what came
            return Failed(message=MISFIT, code="protocol_mismatch", kind=ErrorKind.UNAVAILABLE)


def unfit(error: Exception) -> Refused:
    """The parameters do not fit, or are no JSON."""
    if not isinstance(error, msgspec.ValidationError):
        return Refused(ErrorKind.INVALID, "invalid", "the parameters are no JSON")
    found = _AT.search(str(error))
    return Refused(ErrorKind.INVALID, "invalid", _AT.sub("", str(error)), found[1] if found else "$")


def internal(ref: str) -> Failed:
    """What is said of our own fault; the ring of diagnostics has it under `ref`."""
    return Failed(message=f"something broke in the client ({ref})", code="internal", kind=ErrorKind.INTERNAL)


def _told(error: ClientError, code: str, kind: ErrorKind) -> Failed:
    return Failed(message=str(error), code=code, kind=kind)
