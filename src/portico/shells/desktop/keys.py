"""Tokens of gateways in the system's keyring, and in memory where there is none that protects them."""

from typing import Protocol

SERVICE = "portico"


class Keyring(Protocol):
    """A place for short texts under a name. Raises ClientError when it refuses."""

    def read(self, service: str, name: str) -> str | None: ...

    def write(self, service: str, name: str, text: str) -> None: ...

    def remove(self, service: str, name: str) -> None: ...


class Tokens:
    """As `client.registry_plan.TokenStore`; the account is the reference that the list has. `note` is for a person.

    Without a keyring tokens are kept until the program ends.
    """

    def __init__(self, keyring: Keyring | None, note: str = "") -> None:
        self.note = note
        self._keyring = keyring
        self._kept: dict[str, str] = {}

    def get(self, ref: str) -> str | None:
        return self._kept.get(ref) if self._keyring is None else self._keyring.read(SERVICE, ref)

    def put(self, ref: str, token: str) -> None:
        if self._keyring is None:
            self._kept[ref] = token
        else:
            self._keyring.write(SERVICE, ref, token)

    def delete(self, ref: str) -> None:
        if self._keyring is None:
            self._kept.pop(ref, None)
        else:
            self._keyring.remove(SERVICE, ref)
