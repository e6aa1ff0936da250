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
        return "".join(secrets.choice(ALPHABET) for _ in range(ID_LENGTH))

    def short(self) -> str:
        return "".join(secrets.choice(ALPHABET) for _ in range(8))
