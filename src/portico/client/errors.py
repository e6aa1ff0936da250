"""How a call or a connection fails for a client."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import cast

from portico.protocol.errors import ErrorKind
from portico.protocol.jsonrpc import ErrorObject


class ClientError(Exception):
    """Anything a shell shows as one line."""


class TransportClosed(ClientError):
    """The connection ended; what was in flight has no answer."""


class NotReachable(ClientError):
    """No gateway answers there."""


class SignInRefused(ClientError):
    """The gateway does not take the credential."""


class CallFailed(ClientError):
    """The gateway refused a call."""

    def __init__(self, method: str, error: ErrorObject) -> None:
        super().__init__(error.message)
        self.method = method
        self.message = error.message
        self.number = error.code
        self.kind = error.data.kind if error.data else ErrorKind.INTERNAL
        self.code = error.data.code if error.data else "internal"
        self.path = error.data.path if error.data else None
        self.data = error.data


@contextmanager
def lone_errors() -> Generator[None]:
    """Task groups wrap what is raised in them; a caller wants the one error that is inside."""
    try:
        yield
    except BaseExceptionGroup as group:
        raise _lone(group) from None


def _lone(error: BaseException) -> BaseException:
    inside: tuple[BaseException, ...] = (error,)
    while len(inside) == 1:
        error = inside[0]
        inside = cast(BaseExceptionGroup[BaseException], error).exceptions if _is_group(error) else ()
    return error


def _is_group(error: BaseException) -> bool:
    return isinstance(error, BaseExceptionGroup)
