"""The system's keyring as the place of the master key (extra `keyring`)."""

import secrets
from typing import Protocol

from portico.gateway.kernel.errors import Unavailable

SERVICE = "portico.gateway.master_key"
KEY_BYTES = 32


class Keyring(Protocol):
    """A place for short texts under a name. Raises Unavailable (`keyring_unavailable`, `keyring_insecure`)."""

    def read(self, service: str, name: str) -> str | None: ...

    def write(self, service: str, name: str, text: str) -> None: ...

    def remove(self, service: str, name: str) -> None: ...


def load_keyring() -> Keyring:
    """The system's keyring. Raises Unavailable (`keyring_missing`) without the extra, `keyring_insecure`."""
    try:
        from portico.gateway.adapters.keyring_system import SystemKeyring  # noqa: PLC0415
    except ImportError as error:
        raise Unavailable("the extra 'keyring' is not installed", code="keyring_missing") from error
    return SystemKeyring()


class KeyringKey:
    """A random key under our service and the home's path."""

    mode = "keyring"

    def __init__(self, keyring: Keyring, home: str) -> None:
        self._keyring = keyring
        self._home = home

    def existing(self, salt: bytes) -> bytes:
        """The stored key. Raises Unavailable (`master_key_missing`, `master_key_unusable`)."""
        del salt
        key = self._read()
        if key is None:
            raise Unavailable("the keyring does not hold this home's master key", code="master_key_missing")
        return key

    def create(self, salt: bytes) -> bytes:
        """The stored key, or a new one that was read back. Raises Unavailable (`keyring_insecure`)."""
        del salt
        known = self._read()
        if known is not None:
            return known
        key = secrets.token_bytes(KEY_BYTES)
        self._keyring.write(SERVICE, self._home, key.hex())
        if self._read() != key:
            raise Unavailable("the keyring does not keep what it is given", code="keyring_insecure")
        return key

    def forget(self) -> None:
        """Remove it."""
        self._keyring.remove(SERVICE, self._home)

    def _read(self) -> bytes | None:
        text = self._keyring.read(SERVICE, self._home)
        if text is None:
            return None
        try:
            key = bytes.fromhex(text)
        except ValueError:
            key = b""
        if len(key) != KEY_BYTES:
            raise Unavailable("the keyring's master key is damaged", code="master_key_unusable")
        return key
