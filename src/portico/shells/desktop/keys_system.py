"""The library `keyring` (of the extra `desktop`): the keyring of the person's session."""

from collections.abc import Iterable
from contextlib import suppress
from typing import Protocol, cast

import keyring
from keyring.errors import KeyringError, PasswordDeleteError

from portico.client.errors import ClientError
from portico.shells.desktop.keys import Tokens
from portico.shells.desktop.words import say

INSECURE = ("keyring.backends.fail", "keyring.backends.null", "keyrings.alt")
"""Backends that keep nothing, or keep it in plain text."""


class Backend(Protocol):
    """What we use of the library's backends."""

    def get_password(self, service: str, username: str) -> str | None: ...

    def set_password(self, service: str, username: str, password: str) -> None: ...

    def delete_password(self, service: str, username: str) -> None: ...


class SystemKeyring:
    """As `keys.Keyring`. Raises ClientError where no backend protects what it is given."""

    def __init__(self, backend: Backend | None = None) -> None:
        self._backend = cast("Backend", keyring.get_keyring()) if backend is None else backend
        if any(module.startswith(INSECURE) for module in _modules(self._backend)):
            raise ClientError(say("ui.desktop.keyring.none"))

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
            # one that is not there is forgotten already
            with suppress(PasswordDeleteError):
                self._backend.delete_password(service, name)
        except KeyringError as error:
            raise _refused(error) from error


def system_tokens() -> Tokens:
    """Those of this system; where nothing protects them they are kept in memory, and the note says so."""
    try:
        return Tokens(SystemKeyring())
    except ClientError as error:
        return Tokens(None, str(error))


def _modules(backend: object) -> Iterable[str]:
    """The chainer tries several backends; an empty one keeps nothing."""
    chained: object = getattr(backend, "backends", None)
    if isinstance(chained, list | tuple):
        return [type(one).__module__ for one in cast("list[object]", chained)] or ["keyring.backends.fail"]
    return [type(backend).__module__]


def _refused(error: KeyringError) -> ClientError:
    return ClientError(say("ui.desktop.keyring.refuses", why=type(error).__name__))
