"""Ids: 21 characters of the 62 ASCII alphanumerics (reference 2.3)."""

import secrets
import string
from typing import Protocol

ALPHABET = string.digits + string.ascii_letters
ID_LENGTH = 21


class Ids(Protocol):
    def new(self) -> str:
        """An entity id of 21 characters."""
        ...

    def short(self) -> str:
        """A reference a person can read out: 8 characters."""
        ...


class RandomIds:
    """Unguessable ids."""

    def new(self) -> str:
        return _letters(ID_LENGTH)

    def short(self) -> str:
        return _letters(8)


_FAIR = 256 - 256 % len(ALPHABET)
_TABLE = bytes(ord(ALPHABET[byte % len(ALPHABET)]) for byte in range(256))
_UNFAIR = bytes(range(_FAIR, 256))


def _letters(count: int) -> str:
    """Random letters, all equally likely: bytes that would favour some are left out."""
    letters = b""
    while len(letters) < count:
        letters += secrets.token_bytes(2 * count).translate(_TABLE, _UNFAIR)
    return letters[:count].decode()
