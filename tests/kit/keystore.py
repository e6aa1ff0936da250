"""A keystore in memory."""

from portico.gateway.features.secrets import Listing, StoredSecret
from portico.gateway.kernel.errors import Unavailable


class MemoryKeystore:
    """Keeps secrets in a dict; `failure` is raised by the next writes, `damaged` are references it cannot read."""

    def __init__(self) -> None:
        self.secrets: dict[str, StoredSecret] = {}
        self.damaged: set[str] = set()
        self.failure: Unavailable | None = None

    async def put(self, secret: StoredSecret) -> None:
        if self.failure is not None:
            raise self.failure
        self.damaged.discard(secret.ref)
        self.secrets[secret.ref] = secret

    async def get(self, ref: str) -> StoredSecret | None:
        if ref in self.damaged:
            raise Unavailable("tampered", code="keystore_tampered")
        return self.secrets.get(ref)

    async def list(self) -> Listing:
        return Listing(secrets=tuple(self.secrets.values()), damaged=tuple(sorted(self.damaged)))

    async def delete(self, ref: str) -> bool:
        if self.failure is not None:
            raise self.failure
        was_damaged = ref in self.damaged
        self.damaged.discard(ref)
        return self.secrets.pop(ref, None) is not None or was_damaged
