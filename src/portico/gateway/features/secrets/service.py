"""Use cases of secrets. The keystore is their only home; memory holds what a turn needs at once."""

from collections.abc import Callable

from portico.gateway.features.secrets import rules
from portico.gateway.features.secrets.ports import KeystorePort, StoredSecret
from portico.gateway.kernel.clock import Clock
from portico.gateway.kernel.errors import Unavailable
from portico.gateway.kernel.logging import get_logger
from portico.gateway.rpc import CallContext
from portico.protocol.base import NoParams
from portico.protocol.methods.access import (
    SecretDeleteResponse,
    SecretListResponse,
    SecretRefParams,
    SecretSetParams,
    SecretSetResponse,
)
from portico.protocol.types.access import Secret

Watch = Callable[[str], None]

logger = get_logger(__name__)


class SecretService:
    """Values by reference, in memory from `load` on.

    `redact` and `unredact` are told of every value that comes or goes; two secrets with one value are told twice.
    `put` and `delete` are for other features; they may touch the gateway's own secrets, which calls may not.
    """

    def __init__(self, keystore: KeystorePort, clock: Clock, redact: Watch, unredact: Watch) -> None:
        self._keystore = keystore
        self._clock = clock
        self._redact = redact
        self._unredact = unredact
        self._secrets: dict[str, StoredSecret] = {}
        self._damaged: set[str] = set()

    async def load(self) -> None:
        """Read every secret. Raises Unavailable when the keystore is locked; a damaged value waits for its use."""
        listing = await self._keystore.list()
        self._damaged = set(listing.damaged)
        for secret in listing.secrets:
            self._watch(secret.value)
            self._secrets[secret.ref] = secret
        for ref in listing.damaged:
            logger.error("a secret cannot be decrypted", ref=ref)

    def get(self, ref: str) -> str | None:
        """The value, or None. Raises Unavailable (`keystore_tampered`) when it cannot be decrypted."""
        if ref in self._damaged:
            raise Unavailable("this secret was tampered with: set it anew", code="keystore_tampered", ref=ref)
        secret = self._secrets.get(ref)
        return None if secret is None else secret.value

    def has(self, ref: str) -> bool:
        """Whether there is a value, readable or not."""
        return ref in self._secrets or ref in self._damaged

    async def put(self, ref: str, value: str, label: str | None = None) -> Secret:
        """Store `value`; it is redacted from before it is stored."""
        secret = StoredSecret(ref=ref, kind=rules.kind_of(ref), value=value, label=label, updated_at=self._clock.now())
        self._watch(value)
        try:
            await self._keystore.put(secret)
        except BaseException:
            self._unwatch(value)
            raise
        self._drop(ref)
        self._secrets[ref] = secret
        return _shown(secret)

    async def delete(self, ref: str) -> bool:
        """Remove it; False when there was none."""
        deleted = await self._keystore.delete(ref)
        self._drop(ref)
        return deleted

    async def list_secrets(self, ctx: CallContext, p: NoParams) -> SecretListResponse:
        del ctx, p
        return SecretListResponse(secrets=[_shown(self._secrets[ref]) for ref in sorted(self._secrets)])

    async def set_secret(self, ctx: CallContext, p: SecretSetParams) -> SecretSetResponse:
        del ctx
        rules.check_callable(p.ref)
        rules.check_value(p.value)
        return SecretSetResponse(secret=await self.put(p.ref, p.value, p.label))

    async def delete_secret(self, ctx: CallContext, p: SecretRefParams) -> SecretDeleteResponse:
        del ctx
        rules.check_callable(p.ref)
        return SecretDeleteResponse(ref=p.ref, deleted=await self.delete(p.ref))

    def _drop(self, ref: str) -> None:
        self._damaged.discard(ref)
        known = self._secrets.pop(ref, None)
        if known is not None:
            self._unwatch(known.value)

    def _watch(self, value: str) -> None:
        for text in rules.redactable(value):
            self._redact(text)

    def _unwatch(self, value: str) -> None:
        for text in rules.redactable(value):
            self._unredact(text)


def _shown(secret: StoredSecret) -> Secret:
    return Secret(ref=secret.ref, kind=secret.kind, label=secret.label, updated_at=secret.updated_at)
