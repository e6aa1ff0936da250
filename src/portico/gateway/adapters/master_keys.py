"""Where the key comes from that wraps the keystore's data key: a file, a passphrase, or the system's keyring."""

import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from portico.gateway.adapters.keyring import KeyringKey, load_keyring
from portico.gateway.kernel.errors import Invalid, Unavailable
from portico.gateway.kernel.home import write_private

KEY_BYTES = 32
PASSPHRASE_VARIABLE = "PORTICO_PASSPHRASE"
MODE_VARIABLE = "PORTICO_KEYSTORE"
MODES = ("file", "keyring", "passphrase")
KEY_MEND = (
    "bring back the master key or passphrase that it was made with (a backup --with-key holds the key), "
    "or move keystore.db away, store the keys again and issue new tokens"
)
"""What to do about a keystore whose values nobody can read."""
ARGON2_MEMORY_KIB = 65_536
ARGON2_ROUNDS = 3
ARGON2_LANES = 4


class MasterKey(Protocol):
    """One source. `mode` is written into the keystore, so that it knows what it needs to be opened."""

    @property
    def mode(self) -> str: ...

    def existing(self, salt: bytes) -> bytes:
        """The key that was made before. Raises Unavailable when it is not there, or open to others."""
        ...

    def create(self, salt: bytes) -> bytes:
        """The key for a new keystore, made if it is not there."""
        ...

    def forget(self) -> None:
        """Remove it: the keystore was wrapped anew with another one."""
        ...


class FileKey:
    """A file of mode 0600 in the home; its text is 64 hex digits."""

    mode = "file"

    def __init__(self, path: Path) -> None:
        self._path = path

    def existing(self, salt: bytes) -> bytes:
        del salt
        check_private(self._path)
        try:
            key = bytes.fromhex(self._path.read_text("ascii").strip())
        except FileNotFoundError as error:
            raise Unavailable(
                f"the keystore's master key {self._path} is missing: {KEY_MEND}", code="master_key_missing"
            ) from error
        except (OSError, ValueError) as error:
            raise _unusable(self._path) from error
        if len(key) != KEY_BYTES:
            raise _unusable(self._path)
        return key

    def create(self, salt: bytes) -> bytes:
        if self._path.exists():
            return self.existing(salt)
        key = secrets.token_bytes(KEY_BYTES)
        write_private(self._path, f"{key.hex()}\n".encode())
        return key

    def forget(self) -> None:
        with suppress(FileNotFoundError):
            self._path.unlink()


class PassphraseKey:
    """Derived from what the owner knows, by Argon2id (64 MiB, 3 rounds): nothing is stored."""

    mode = "passphrase"

    def __init__(self, passphrase: str) -> None:
        self._passphrase = passphrase

    def existing(self, salt: bytes) -> bytes:
        kdf = Argon2id(
            salt=salt, length=KEY_BYTES, iterations=ARGON2_ROUNDS, lanes=ARGON2_LANES, memory_cost=ARGON2_MEMORY_KIB
        )
        return kdf.derive(self._passphrase.encode())

    def create(self, salt: bytes) -> bytes:
        return self.existing(salt)

    def forget(self) -> None:
        """There is nothing to remove."""


def master_keys(master_key_file: Path, environment: Mapping[str, str]) -> tuple[MasterKey, ...]:
    """The source to use, then the one that may have been used before.

    PORTICO_PASSPHRASE chooses the passphrase, PORTICO_KEYSTORE=keyring the system's keyring; else the file.
    A keystore that the file opens is wrapped anew by the chosen source, and the file removed.
    Raises Invalid for another mode, Unavailable when the chosen source is not there.
    """
    passphrase = environment.get(PASSPHRASE_VARIABLE, "")
    mode = environment.get(MODE_VARIABLE, "").strip() or ("passphrase" if passphrase else "file")
    file = FileKey(master_key_file)
    match mode:
        case "file":
            return (file,)
        case "passphrase" if passphrase:
            return (PassphraseKey(passphrase), file)
        case "passphrase":
            raise Unavailable(f"{MODE_VARIABLE}=passphrase needs {PASSPHRASE_VARIABLE}", code="keystore_locked")
        case "keyring":
            return (KeyringKey(load_keyring(), str(master_key_file.parent)), file)
        case _:
            raise Invalid(f"{MODE_VARIABLE} is one of {', '.join(MODES)}", path=MODE_VARIABLE)


def check_private(path: Path) -> None:
    """Raise Unavailable (`keystore_permissions`) when others may read or write `path`; a missing one is fine."""
    try:
        status = path.stat()
    except OSError:
        return
    if os.name == "posix" and status.st_mode & 0o077:
        raise Unavailable(
            f"{path} is open to others: chmod 600 {path}", code="keystore_permissions", mode=oct(status.st_mode & 0o777)
        )


def _unusable(path: Path) -> Unavailable:
    return Unavailable(f"the master key {path} cannot be read: it is not 64 hex digits", code="master_key_unusable")
