"""What the secrets need from below: a place that keeps values encrypted."""

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class StoredSecret:
    """A secret and its value; `updated_at` is in Unix seconds. The value is not in its repr."""

    ref: str
    kind: str
    value: str = field(repr=False)
    label: str | None
    updated_at: int


@dataclass(frozen=True, slots=True)
class Listing:
    """Everything a keystore holds; `damaged` are references whose value cannot be decrypted."""

    secrets: tuple[StoredSecret, ...]
    damaged: tuple[str, ...] = ()


class KeystorePort(Protocol):
    """Values by reference. Every call raises Unavailable with a code: `keystore_locked`, `keystore_tampered`, ..."""

    async def put(self, secret: StoredSecret) -> None:
        """Store it, or replace what has its reference."""
        ...

    async def get(self, ref: str) -> StoredSecret | None:
        """The secret, or None. Raises `keystore_tampered` when its value cannot be decrypted."""
        ...

    async def list(self) -> Listing:
        """All of them by reference, with their values; one damaged value does not hide the others."""
        ...

    async def delete(self, ref: str) -> bool:
        """Remove it; False when there was none."""
        ...
