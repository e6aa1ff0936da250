"""What access needs from the keystore and the home."""

from typing import Protocol


class KeyPort(Protocol):
    """Where the key that signs tokens is kept."""

    async def load(self) -> bytes | None:
        """The key; None before the first start."""
        ...

    async def save(self, key: bytes) -> None:
        """Keep `key` instead of the one before; it is durable when this returns."""
        ...


class HomeToken(Protocol):
    """The home's token file (0600); both touch a small file and may block for a moment."""

    def token(self) -> str: ...

    def replace_token(self) -> str:
        """A new token; the one before is void."""
        ...
