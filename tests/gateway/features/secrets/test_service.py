"""Secrets: stored, shown without values, redacted as long as they exist."""

import pytest

from portico.gateway.features.secrets import SecretService, StoredSecret
from portico.gateway.kernel.errors import Denied, Invalid, Unavailable
from portico.gateway.kernel.redact import Redactor
from portico.protocol.base import NoParams
from portico.protocol.methods.access import SecretDeleteResponse, SecretRefParams, SecretSetParams
from portico.protocol.types.access import Secret
from tests.kit import FakeClock
from tests.kit.calls import caller
from tests.kit.keystore import MemoryKeystore

REF = "provider_api_key/workspace:W:provider:openai"


def service(keystore: MemoryKeystore) -> tuple[SecretService, Redactor]:
    redactor = Redactor()
    return SecretService(keystore, FakeClock(), redactor.add, redactor.remove), redactor


async def test_set_list_get_delete() -> None:
    secrets, redactor = service(MemoryKeystore())
    ctx = caller()
    shown = Secret(ref=REF, kind="provider_api_key", label="mine", updated_at=1_800_000_000)
    answer = await secrets.set_secret(ctx, SecretSetParams(ref=REF, value="sk-secret-1", label="mine"))
    assert answer.secret == shown
    assert (await secrets.list_secrets(ctx, NoParams())).secrets == [shown]
    assert secrets.get(REF) == "sk-secret-1"
    assert redactor.text("a sk-secret-1 b") == "a [redacted] b"
    deleted = await secrets.delete_secret(ctx, SecretRefParams(ref=REF))
    assert deleted == SecretDeleteResponse(ref=REF, deleted=True)
    assert (await secrets.delete_secret(ctx, SecretRefParams(ref=REF))).deleted is False
    assert secrets.get(REF) is None
    assert secrets.has(REF) is False
    assert redactor.text("sk-secret-1") == "sk-secret-1"


async def test_a_replaced_value_is_redacted_no_more_and_the_new_one_is() -> None:
    secrets, redactor = service(MemoryKeystore())
    await secrets.put(REF, "old-secret")
    await secrets.put(REF, "new-secret")
    assert redactor.text("old-secret new-secret") == "old-secret [redacted]"


async def test_a_value_that_two_secrets_share_stays_redacted_until_both_are_gone() -> None:
    secrets, redactor = service(MemoryKeystore())
    await secrets.put("a/1", "shared-secret")
    await secrets.put("a/2", "shared-secret")
    await secrets.delete("a/1")
    assert redactor.text("shared-secret") == "[redacted]"
    await secrets.delete("a/2")
    assert redactor.text("shared-secret") == "shared-secret"


async def test_load_reads_what_is_stored_and_redacts_it() -> None:
    keystore = MemoryKeystore()
    await keystore.put(StoredSecret(ref="a/1", kind="a", value="stored-secret", label=None, updated_at=1))
    secrets, redactor = service(keystore)
    await secrets.load()
    assert secrets.get("a/1") == "stored-secret"
    assert redactor.text("stored-secret") == "[redacted]"


async def test_a_damaged_value_is_said_on_use_and_can_be_set_anew() -> None:
    keystore = MemoryKeystore()
    keystore.damaged.add("a/1")
    secrets, _ = service(keystore)
    await secrets.load()
    assert secrets.has("a/1")
    with pytest.raises(Unavailable) as refusal:
        secrets.get("a/1")
    assert (refusal.value.code, refusal.value.details) == ("keystore_tampered", {"ref": "a/1"})
    await secrets.put("a/1", "again-secret")
    assert secrets.get("a/1") == "again-secret"


async def test_a_damaged_value_can_be_deleted() -> None:
    keystore = MemoryKeystore()
    keystore.damaged.add("a/1")
    secrets, _ = service(keystore)
    await secrets.load()
    assert await secrets.delete("a/1") is True
    assert secrets.get("a/1") is None


async def test_a_keystore_that_refuses_leaves_everything_as_it_was() -> None:
    keystore = MemoryKeystore()
    secrets, redactor = service(keystore)
    await secrets.put(REF, "first-secret")
    keystore.failure = Unavailable("the disk is full", code="disk_full")
    with pytest.raises(Unavailable):
        await secrets.put(REF, "other-secret")
    with pytest.raises(Unavailable):
        await secrets.delete(REF)
    assert secrets.get(REF) == "first-secret"
    assert redactor.text("first-secret other-secret") == "[redacted] other-secret"


async def test_calls_may_not_touch_the_gateways_own() -> None:
    secrets, _ = service(MemoryKeystore())
    await secrets.put("access_signing_key/home", "0123456789")
    for call in (
        secrets.set_secret(caller(), SecretSetParams(ref="access_signing_key/home", value="x")),
        secrets.delete_secret(caller(), SecretRefParams(ref="access_signing_key/home")),
    ):
        with pytest.raises(Denied):
            await call
    with pytest.raises(Invalid):
        await secrets.set_secret(caller(), SecretSetParams(ref="a/b", value=" "))
    assert secrets.get("access_signing_key/home") == "0123456789"


def test_no_value_in_a_repr() -> None:
    assert "hush" not in repr(StoredSecret(ref="a", kind="a", value="hush", label=None, updated_at=1))
