"""The keystore's and the home's part in access, in memory."""

from portico.gateway.kernel.errors import Unavailable


class KeyInMemory:
    """Where the signing key is kept."""

    def __init__(self, key: bytes | None = None) -> None:
        self.key = key
        self.is_broken = False

    async def load(self) -> bytes | None:
        return self.key

    async def save(self, key: bytes) -> None:
        if self.is_broken:
            raise Unavailable("the keystore is locked")
        self.key = key


class HomeInMemory:
    """The home's token file."""

    def __init__(self) -> None:
        self._count = 1

    def token(self) -> str:
        return f"home-token-{self._count}"

    def replace_token(self) -> str:
        self._count += 1
        return self.token()
