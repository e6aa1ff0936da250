"""Secrets at rest: nothing readable on disk, nothing movable, every fault with its code."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, cast

import apsw
import pytest

from portico.gateway.adapters import master_keys as module
from portico.gateway.adapters.keyring import KeyringKey
from portico.gateway.adapters.keystore import Keystore, Vault, open_keystore
from portico.gateway.adapters.master_keys import FileKey, MasterKey, PassphraseKey
from portico.gateway.features.secrets import Listing, StoredSecret
from portico.gateway.kernel.errors import Unavailable
from tests.kit.calls import together
from tests.kit.keyring import FakeKeyring

ONE = StoredSecret(
    ref="provider_api_key/w", kind="provider_api_key", value="sk-very-secret", label="mine", updated_at=7
)
TWO = StoredSecret(ref="mcp_secret/x", kind="mcp_secret", value="ünïcode", label=None, updated_at=8)


@pytest.fixture(autouse=True)
def quick_argon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ARGON2_MEMORY_KIB", 64)


def file_key(folder: Path) -> FileKey:
    return FileKey(folder / "master.key")


def opened(folder: Path, *keys: MasterKey) -> Vault:
    return Vault(folder / "keystore.db", keys or (file_key(folder),))


def filled(folder: Path, *keys: MasterKey) -> None:
    vault = opened(folder, *keys)
    vault.put(ONE)
    vault.put(TWO)
    vault.close()


def run(folder: Path, sql: str, args: Sequence[bytes | str | int] = ()) -> list[tuple[Any, ...]]:
    db = apsw.Connection(str(folder / "keystore.db"))
    try:
        return list(cast("Any", db).execute(sql, tuple(args)))
    finally:
        db.close()


def everything_on_disk(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.iterdir()) if path.name.startswith("keystore.db"))


async def test_put_get_list_delete(tmp_path: Path) -> None:
    async with open_keystore(tmp_path / "keystore.db", [file_key(tmp_path)]) as keystore:
        assert await keystore.get(ONE.ref) is None
        await keystore.put(ONE)
        await keystore.put(TWO)
        assert await keystore.get(ONE.ref) == ONE
        assert await keystore.list() == Listing(secrets=(TWO, ONE))
        changed = StoredSecret(ref=ONE.ref, kind=ONE.kind, value="sk-other", label=None, updated_at=9)
        await keystore.put(changed)
        assert await keystore.get(ONE.ref) == changed
        assert await keystore.delete(ONE.ref) is True
        assert await keystore.delete(ONE.ref) is False
        assert await keystore.list() == Listing(secrets=(TWO,))


async def test_calls_at_once(tmp_path: Path) -> None:
    def numbered(number: int) -> StoredSecret:
        return StoredSecret(ref=f"a/{number}", kind="a", value=str(number), label=None, updated_at=1)

    async def fill(keystore: Keystore) -> None:
        await together(*(partial(keystore.put, numbered(n)) for n in range(8)))

    async with open_keystore(tmp_path / "keystore.db", [file_key(tmp_path)]) as keystore:
        await fill(keystore)
        assert await keystore.list() == Listing(secrets=tuple(numbered(n) for n in range(8)))


def test_it_is_there_after_a_restart_and_unreadable_on_disk(tmp_path: Path) -> None:
    filled(tmp_path)
    content = everything_on_disk(tmp_path)
    assert ONE.value.encode() not in content
    assert ONE.ref.encode() in content
    vault = opened(tmp_path)
    assert vault.list() == Listing(secrets=(TWO, ONE))
    vault.close()


def test_files_are_for_their_owner_only(tmp_path: Path) -> None:
    vault = opened(tmp_path)
    vault.put(ONE)
    names = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    vault.close()
    assert names == dict.fromkeys(("keystore.db", "keystore.db-wal", "keystore.db-shm", "master.key"), 0o600)


def test_a_replaced_and_a_deleted_value_leave_no_trace(tmp_path: Path) -> None:
    vault = opened(tmp_path)
    vault.put(ONE)
    ((sealed,),) = run(tmp_path, "select sealed from secret")
    assert sealed in everything_on_disk(tmp_path)
    vault.put(StoredSecret(ref=ONE.ref, kind=ONE.kind, value="x", label=None, updated_at=9))
    assert sealed not in everything_on_disk(tmp_path)
    vault.delete(ONE.ref)
    assert ONE.ref.encode() not in everything_on_disk(tmp_path)
    vault.close()


@pytest.mark.parametrize(
    "sql",
    [
        pytest.param("update secret set sealed = zeroblob(40) where ref = 'mcp_secret/x'", id="another value"),
        pytest.param("update secret set sealed = x'00' where ref = 'mcp_secret/x'", id="a short value"),
        pytest.param("update secret set sealed = 'text' where ref = 'mcp_secret/x'", id="text for a value"),
        pytest.param("update secret set version = version + 1 where ref = 'mcp_secret/x'", id="another version"),
        pytest.param("update secret set kind = 'other' where ref = 'mcp_secret/x'", id="another kind"),
        pytest.param("update secret set label = 'other' where ref = 'mcp_secret/x'", id="another label"),
        pytest.param("update secret set updated_at = 1 where ref = 'mcp_secret/x'", id="another time"),
        pytest.param(
            "update secret set sealed = (select sealed from secret where ref like 'pro%') where ref = 'mcp_secret/x'",
            id="the value of another reference",
        ),
    ],
)
def test_a_tampered_row_is_said_and_hides_no_other(tmp_path: Path, sql: str) -> None:
    filled(tmp_path)
    run(tmp_path, sql)
    vault = opened(tmp_path)
    assert vault.list() == Listing(secrets=(ONE,), damaged=(TWO.ref,))
    with pytest.raises(Unavailable) as refusal:
        vault.get(TWO.ref)
    assert (refusal.value.code, refusal.value.details) == ("keystore_tampered", {"ref": TWO.ref})
    vault.put(TWO)
    assert vault.get(TWO.ref) == TWO
    vault.close()


def test_a_row_of_another_keystore_is_not_read(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    filled(other)
    filled(tmp_path)
    ((sealed,),) = run(other, "select sealed from secret where ref = ?", (TWO.ref,))
    run(tmp_path, "update secret set sealed = ? where ref = ?", (sealed, TWO.ref))
    vault = opened(tmp_path)
    assert vault.list().damaged == (TWO.ref,)
    vault.close()


def without_key(folder: Path) -> None:
    file_key(folder).forget()


def with_another_key(folder: Path) -> None:
    file_key(folder).forget()
    file_key(folder).create(b"")


def with_open_file(folder: Path) -> None:
    (folder / "keystore.db").chmod(0o644)


def with_open_key(folder: Path) -> None:
    (folder / "master.key").chmod(0o640)


def with_garbage(folder: Path) -> None:
    (folder / "keystore.db").write_bytes(b"this is no database at all" * 100)


def with_another_database(folder: Path) -> None:
    run(folder, "drop table keystore; create table keystore (something)")


def with_newer_format(folder: Path) -> None:
    run(folder, "update keystore set format = 2")


def with_tampered_wrapping(folder: Path) -> None:
    run(folder, "update keystore set wrapped = zeroblob(60)")


def with_unknown_mode(folder: Path) -> None:
    run(folder, "update keystore set mode = 'passphrase'")


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (without_key, "master_key_missing"),
        (with_another_key, "keystore_key_wrong"),
        (with_open_file, "keystore_permissions"),
        (with_open_key, "keystore_permissions"),
        (with_garbage, "keystore_unreadable"),
        (with_another_database, "keystore_unreadable"),
        (with_newer_format, "home_too_new"),
        (with_tampered_wrapping, "keystore_key_wrong"),
        (with_unknown_mode, "keystore_locked"),
    ],
)
def test_a_keystore_that_cannot_be_opened(tmp_path: Path, fault: Callable[[Path], None], code: str) -> None:
    filled(tmp_path)
    fault(tmp_path)
    with pytest.raises(Unavailable) as refusal:
        opened(tmp_path)
    assert refusal.value.code == code


def test_a_place_that_cannot_be_used(tmp_path: Path) -> None:
    with pytest.raises(Unavailable) as refusal:
        Vault(tmp_path / "missing" / "keystore.db", [file_key(tmp_path)])
    assert refusal.value.code == "keystore_unavailable"


def test_a_full_disk_is_said_and_space_lets_it_go_on(tmp_path: Path) -> None:
    vault = opened(tmp_path)
    vault.put(TWO)
    db: Any = vault._db  # pyright: ignore[reportPrivateUsage]  # the only way to a full disk in a test
    list(db.execute("pragma max_page_count = 3"))
    with pytest.raises(Unavailable) as refusal:
        vault.put(StoredSecret(ref="a/big", kind="a", value="x" * 60_000, label=None, updated_at=1))
    assert refusal.value.code == "disk_full"
    assert vault.list() == Listing(secrets=(TWO,))
    list(db.execute("pragma max_page_count = 1000000"))
    vault.put(ONE)
    assert vault.get(ONE.ref) == ONE
    vault.close()


def test_a_passphrase_opens_it_and_another_does_not(tmp_path: Path) -> None:
    filled(tmp_path, PassphraseKey("right"))
    assert not (tmp_path / "master.key").exists()
    vault = opened(tmp_path, PassphraseKey("right"), file_key(tmp_path))
    assert vault.get(ONE.ref) == ONE
    vault.close()
    with pytest.raises(Unavailable) as wrong:
        opened(tmp_path, PassphraseKey("wrong"), file_key(tmp_path))
    assert wrong.value.code == "keystore_key_wrong"
    with pytest.raises(Unavailable) as missing:
        opened(tmp_path, file_key(tmp_path))
    assert missing.value.code == "keystore_locked"
    assert "PORTICO_PASSPHRASE" in missing.value.message


def test_a_keyring_opens_it(tmp_path: Path) -> None:
    keyring = FakeKeyring()
    filled(tmp_path, KeyringKey(keyring, "home"))
    vault = opened(tmp_path, KeyringKey(keyring, "home"))
    assert vault.get(ONE.ref) == ONE
    vault.close()
    with pytest.raises(Unavailable) as locked:
        opened(tmp_path)
    assert "PORTICO_KEYSTORE=keyring" in locked.value.message


def test_a_passphrase_given_later_replaces_the_file(tmp_path: Path) -> None:
    filled(tmp_path)
    before = (tmp_path / "master.key").read_bytes()
    vault = opened(tmp_path, PassphraseKey("right"), file_key(tmp_path))
    assert vault.get(ONE.ref) == ONE
    vault.close()
    assert not (tmp_path / "master.key").exists()
    (tmp_path / "master.key").write_bytes(before)
    (tmp_path / "master.key").chmod(0o600)
    with pytest.raises(Unavailable) as refusal:
        opened(tmp_path)
    assert refusal.value.code == "keystore_locked"


def test_a_key_made_for_a_keystore_that_was_never_written_is_used(tmp_path: Path) -> None:
    key = file_key(tmp_path).create(b"")
    vault = opened(tmp_path)
    vault.close()
    assert file_key(tmp_path).existing(b"") == key
