"""The key that signs tokens."""

from portico.gateway.main.keys import SIGNING_KEY_REF, SigningKey
from tests.kit import FakeClock
from tests.kit.keystore import MemoryKeystore


async def test_it_is_kept_in_the_keystore() -> None:
    keystore = MemoryKeystore()
    key = SigningKey(keystore, FakeClock(now=7))
    assert await key.load() is None
    await key.save(b"\x00\xffkey")
    assert await key.load() == b"\x00\xffkey"
    stored = keystore.secrets[SIGNING_KEY_REF]
    assert (stored.kind, stored.updated_at, stored.label) == ("access_signing_key", 7, None)
