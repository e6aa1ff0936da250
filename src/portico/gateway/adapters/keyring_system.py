"""The library `keyring` (an extra), loaded only when a home keeps its master key in it."""

from collections.abc import Iterable
from typing import Protocol, cast

import keyring
from keyring.errors import KeyringError

from portico.gateway.kernel.errors import Unavailable

INSECURE = ("keyring.backends.fail", "keyring.backends.null", "keyrings.alt")
"""Backends that keep nothing, or keep it in plain text."""


class Backend(Protocol):
    """What we use of the library's backends."""

    def get_password(self, service: str, username: str) -> str | None: ...

    def set_password(self, service: str, username: str, password: str) -> None: ...

    def delete_password(self, service: str, username: str) -> None: ...


class SystemKeyring:
    """The backend that the library chose, if it protects what it is given (see `Keyring`)."""

    def __init__(self, backend: Backend | None = None) -> None:
        self._backend = cast("Backend", keyring.get_keyring()) if backend is None else backend
        for kept_in in _chained(self._backend):
            if kept_in.startswith(INSECURE):
                raise Unavailable(
                    f"this system has no keyring that protects a key (found {kept_in})", code="keyring_insecure"
                )

    def read(self, service: str, name: str) -> str | None:
        try:
            return self._backend.get_password(service, name)
        except KeyringError as error:
            raise _refused(error) from error

    def write(self, service: str, name: str, text: str) -> None:
        try:
            self._backend.set_password(service, name, text)
        except KeyringError as error:
            raise _refused(error) from error

    def remove(self, service: str, name: str) -> None:
        try:
            self._backend.delete_password(service, name)
        except KeyringError as error:
            raise _refused(error) from error


def _chained(backend: object) -> Iterable[str]:
    """The modules of the backends behind `backend`: the chainer tries several, and an empty one keeps nothing."""
    chained: object = getattr(backend, "backends", None)
    if isinstance(chained, list | tuple):
        return [type(one).__module__ for one in cast("list[object]", chained)] or ["keyring.backends.fail"]
    return [type(backend).__module__]


def _refused(error: KeyringError) -> Unavailable:
    return Unavailable(f"the keyring refuses: {type(error).__name__}", code="keyring_unavailable")
