"""Secrets at rest: `keystore.db`, each value encrypted by AES-256-GCM under a data key that a master key wraps."""

import os
import secrets
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar, cast

import anyio
import anyio.to_thread
import apsw
import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from portico.gateway.adapters.master_keys import KEY_MEND, MasterKey, check_private
from portico.gateway.features.secrets import Listing, StoredSecret
from portico.gateway.kernel.errors import Unavailable

FORMAT = 1
NONCE_BYTES = 12
SALT_BYTES = 16
DATA_KEY_BYTES = 32
BUSY_MILLISECONDS = 5_000

T = TypeVar("T")

_TABLES = """
create table if not exists keystore (
  format integer not null, id blob not null, mode text not null, salt blob not null, wrapped blob not null
);
create table if not exists secret (
  ref text primary key, version integer not null, kind text not null, label text, updated_at integer not null,
  sealed blob not null
) without rowid;
"""
_SECRETS = "select ref, version, kind, label, updated_at, sealed from secret"


class Keystore:
    """Values by reference (see `KeystorePort`). One call at a time, on a thread."""

    def __init__(self, vault: "Vault") -> None:
        self._vault = vault
        self._turn = anyio.Lock()

    async def put(self, secret: StoredSecret) -> None:
        await self._run(lambda: self._vault.put(secret))

    async def get(self, ref: str) -> StoredSecret | None:
        return await self._run(lambda: self._vault.get(ref))

    async def list(self) -> Listing:
        return await self._run(self._vault.list)

    async def delete(self, ref: str) -> bool:
        return await self._run(lambda: self._vault.delete(ref))

    async def _run(self, work: Callable[[], T]) -> T:
        async with self._turn:
            return await anyio.to_thread.run_sync(work)


@asynccontextmanager
async def open_keystore(path: Path, keys: Sequence[MasterKey]) -> AsyncGenerator[Keystore]:
    """The keystore at `path`, made if there is none, for the block.

    `keys` are the master keys that may open it; the first one is the one to use from now on. Raises Unavailable:
    `keystore_locked` (a source is needed that was not given), `master_key_missing`, `keystore_key_wrong`,
    `keystore_permissions`, `keystore_unreadable` (no keystore, or damaged), `home_too_new`.
    """
    vault = await anyio.to_thread.run_sync(lambda: Vault(path, keys))
    try:
        yield Keystore(vault)
    finally:
        with anyio.CancelScope(shield=True):  # bounded: SQLite closes at once, no statement is running
            await anyio.to_thread.run_sync(vault.close)


class Vault:
    """The keystore without threads: also for commands that need no running gateway."""

    def __init__(self, path: Path, keys: Sequence[MasterKey]) -> None:
        self._path = path
        _make_private(path)
        self._db = self._guarded(lambda: apsw.Connection(str(path)))
        try:
            self._id, self._cipher = self._guarded(lambda: self._open(keys))
        except BaseException:
            self._db.close()
            raise

    def close(self) -> None:
        """Close the file. Nothing can be called after."""
        self._db.close()

    def put(self, secret: StoredSecret) -> None:
        """Store or replace it; what it replaces is overwritten on disk."""

        def work() -> None:
            known = self._rows("select version from secret where ref = ?", (secret.ref,))
            version = known[0][0] + 1 if known else 1
            sealed = _seal(self._cipher, secret.value.encode(), self._bound(secret, version))
            self._rows(
                "insert or replace into secret values (?, ?, ?, ?, ?, ?)",
                (secret.ref, version, secret.kind, secret.label, secret.updated_at, sealed),
            )
            self._scrub()

        self._guarded(work)

    def get(self, ref: str) -> StoredSecret | None:
        """The secret, or None. Raises Unavailable (`keystore_tampered`)."""
        rows = self._guarded(lambda: self._rows(f"{_SECRETS} where ref = ?", (ref,)))
        if not rows:
            return None
        secret = self._opened(rows[0])
        if secret is None:
            raise Unavailable("this secret was tampered with: set it anew", code="keystore_tampered", ref=ref)
        return secret

    def list(self) -> Listing:
        """All of them; one damaged value does not hide the others."""
        rows = self._guarded(lambda: self._rows(f"{_SECRETS} order by ref", ()))
        opened = [(str(row[0]), self._opened(row)) for row in rows]
        return Listing(
            secrets=tuple(secret for _, secret in opened if secret is not None),
            damaged=tuple(ref for ref, secret in opened if secret is None),
        )

    def delete(self, ref: str) -> bool:
        """Remove it, also on disk; False when there was none."""

        def work() -> bool:
            deleted = self._rows("delete from secret where ref = ? returning ref", (ref,))
            self._scrub()
            return bool(deleted)

        return self._guarded(work)

    def _open(self, keys: Sequence[MasterKey]) -> tuple[bytes, AESGCM]:
        self._db.set_busy_timeout(BUSY_MILLISECONDS)
        for pragma in ("journal_mode = wal", "synchronous = full", "secure_delete = on"):
            self._rows(f"pragma {pragma}", ())
        self._rows(_TABLES, ())
        rows = self._rows("select format, id, mode, salt, wrapped from keystore", ())
        if not rows:
            return self._create(keys[0])
        form, keystore_id, mode, salt, wrapped = rows[0]
        if form != FORMAT:
            raise Unavailable(f"this keystore has format {form}, newer than {FORMAT}", code="home_too_new")
        source = next((key for key in keys if key.mode == mode), None)
        if source is None:
            raise _locked(mode)
        data_key = _unwrap(source.existing(salt), wrapped, _wrap_bound(keystore_id, mode))
        if source is not keys[0]:
            self._wrap_anew(keys[0], keystore_id, data_key)
            source.forget()
        return keystore_id, AESGCM(data_key)

    def _create(self, key: MasterKey) -> tuple[bytes, AESGCM]:
        keystore_id = secrets.token_bytes(SALT_BYTES)
        data_key = secrets.token_bytes(DATA_KEY_BYTES)
        row = (FORMAT, keystore_id, *_wrap(key, keystore_id, data_key))
        self._rows("insert into keystore values (?, ?, ?, ?, ?)", row)
        return keystore_id, AESGCM(data_key)

    def _wrap_anew(self, key: MasterKey, keystore_id: bytes, data_key: bytes) -> None:
        wrapped = _wrap(key, keystore_id, data_key)
        self._rows("update keystore set mode = ?, salt = ?, wrapped = ?", wrapped)
        self._scrub()

    def _opened(self, row: Sequence[Any]) -> StoredSecret | None:
        ref, version, kind, label, updated_at, sealed = row
        secret = StoredSecret(ref=ref, kind=kind, value="", label=label, updated_at=updated_at)
        try:
            value = _unseal(self._cipher, sealed, self._bound(secret, version)).decode()
        except (InvalidTag, ValueError, TypeError):
            return None
        return StoredSecret(ref=ref, kind=kind, value=value, label=label, updated_at=updated_at)

    def _bound(self, secret: StoredSecret, version: int) -> bytes:
        """What a value is bound to: it cannot be moved to another reference, row version or keystore."""
        about = (FORMAT, self._id, secret.ref, version, secret.kind, secret.label, secret.updated_at)
        return msgspec.msgpack.encode(about)

    def _scrub(self) -> None:
        """Old values leave the WAL as well; `secure_delete` has overwritten them in the file."""
        self._rows("pragma wal_checkpoint(truncate)", ())

    def _rows(self, sql: str, args: Sequence[Any]) -> "list[tuple[Any, ...]]":
        return list(cast("Any", self._db).execute(sql, tuple(args)))

    def _guarded(self, work: Callable[[], T]) -> T:
        try:
            return work()
        except (apsw.NotADBError, apsw.CorruptError, apsw.SQLError, apsw.SchemaChangeError) as error:
            raise Unavailable(f"{self._path} is no keystore, or damaged", code="keystore_unreadable") from error
        except apsw.FullError as error:
            raise Unavailable("the disk is full", code="disk_full") from error
        except (apsw.Error, OSError) as error:
            reason = type(error).__name__
            raise Unavailable(f"{self._path} cannot be used: {reason}", code="keystore_unavailable") from error


def _make_private(path: Path) -> None:
    """SQLite gives its WAL the mode of the database, so the file is made here first, for its owner only."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise Unavailable(f"{path} cannot be used: {error.strerror}", code="keystore_unavailable") from error
    for suffix in ("", "-wal", "-shm"):
        check_private(path.with_name(path.name + suffix))


def _wrap(key: MasterKey, keystore_id: bytes, data_key: bytes) -> tuple[str, bytes, bytes]:
    """Mode, salt and the data key under this master key."""
    salt = secrets.token_bytes(SALT_BYTES)
    return key.mode, salt, _seal(AESGCM(key.create(salt)), data_key, _wrap_bound(keystore_id, key.mode))


def _wrap_bound(keystore_id: bytes, mode: str) -> bytes:
    return msgspec.msgpack.encode((FORMAT, keystore_id, "data key", mode))


def _seal(cipher: AESGCM, plain: bytes, bound: bytes) -> bytes:
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, plain, bound)


def _unseal(cipher: AESGCM, sealed: bytes, bound: bytes) -> bytes:
    return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound)


def _unwrap(master_key: bytes, wrapped: bytes, bound: bytes) -> bytes:
    try:
        return _unseal(AESGCM(master_key), wrapped, bound)
    except (InvalidTag, ValueError, TypeError) as error:
        raise Unavailable(
            f"the master key or passphrase does not open this keystore: {KEY_MEND}", code="keystore_key_wrong"
        ) from error


def _locked(mode: str) -> Unavailable:
    mend = {
        "passphrase": "set PORTICO_PASSPHRASE",
        "keyring": "set PORTICO_KEYSTORE=keyring",
        "file": "bring back its master key file",
    }
    return Unavailable(f"the keystore is locked: {mend.get(mode, 'another source is needed')}", code="keystore_locked")
