"""The key that signs tokens, kept in the keystore beside the secrets but apart from their list."""

from base64 import b64decode, b64encode

from portico.gateway.features.secrets import KeystorePort, StoredSecret
from portico.gateway.kernel.clock import Clock

SIGNING_KEY_KIND = "access_signing_key"
SIGNING_KEY_REF = f"{SIGNING_KEY_KIND}/gateway"


class SigningKey:
    """`KeyPort` of access over the keystore."""

    def __init__(self, keystore: KeystorePort, clock: Clock) -> None:
        self._keystore = keystore
        self._clock = clock

    async def load(self) -> bytes | None:
        stored = await self._keystore.get(SIGNING_KEY_REF)
        return None if stored is None else b64decode(stored.value)

    async def save(self, key: bytes) -> None:
        value = b64encode(key).decode()
        now = self._clock.now()
        await self._keystore.put(
            StoredSecret(ref=SIGNING_KEY_REF, kind=SIGNING_KEY_KIND, value=value, label=None, updated_at=now)
        )
