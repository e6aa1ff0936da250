"""A backup file: a tar with a manifest first, then the files it names with their digests."""

import hashlib
import io
import os
import tarfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import IO

import msgspec

from portico.gateway.kernel.errors import Invalid
from portico.gateway.store.blobs import is_digest
from portico.gateway.store.disk import disk_errors, sync_folder
from portico.gateway.store.engine import StoreUnavailable

FORMAT = 1
MANIFEST = "manifest.json"
MANIFEST_BYTES = 64 * 1024 * 1024
"""Some 500,000 blobs; a bigger one is no manifest of ours."""
CHUNK_BYTES = 1024 * 1024

DATABASE = "gateway.db"
KEYSTORE = "keystore.db"
MASTER_KEY = "master.key"
TEXTS = ("SOUL.md", "IDENTITY.md", "USER.md")
BLOBS = "blobs"

Progress = Callable[[int, int], None]
"""Bytes done, bytes in all; called by the thread that works."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A file of the archive. `size` in bytes, `sha256` in hexadecimal digits."""

    name: str
    size: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a backup holds. `schema` is the number of the last migration step; `created_at` in Unix seconds.

    `missing_blobs` were named by the database, but gone (a thread deleted meanwhile) or damaged.
    """

    format: int
    version: str
    schema: int
    created_at: int
    with_key: bool
    files: tuple[Entry, ...]
    missing_blobs: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(entry.size for entry in self.files)


def entry_of(name: str, path: Path) -> Entry:
    """The digest of a file as it is now."""
    digest = hashlib.sha256()
    size = 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            digest.update(chunk)
            size += len(chunk)
    return Entry(name=name, size=size, sha256=digest.hexdigest())


def pack(target: Path, manifest: Manifest, paths: Iterable[Path], progress: Progress | None = None) -> None:
    """Write the archive `target` (0600) with the files of `manifest` at `paths`; whole or not at all, and on disk.

    Raises StoreUnavailable when the disk refuses or a file changed since the manifest was made.
    """
    partial = target.with_name(target.name + ".partial")
    with disk_errors():
        partial.unlink(missing_ok=True)
        try:
            descriptor = os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                _pack(file, manifest, paths, progress)
                file.flush()
                os.fsync(file.fileno())
            partial.replace(target)
            sync_folder(target.parent)
        finally:
            partial.unlink(missing_ok=True)


def unpack(source: Path, folder: Path, progress: Progress | None = None) -> Manifest:
    """Put the files of the archive `source` into the empty `folder` (files 0600, on disk), each one checked.

    Raises Invalid (`backup_damaged`, `backup_too_new`) if it is not whole or not ours, StoreUnavailable.
    """
    with disk_errors():
        try:
            file = source.open("rb")
        except FileNotFoundError as error:
            raise Invalid(f"there is no file {source}", code="backup_missing") from error
        with file:
            try:
                return _unpack(file, folder, progress)
            except (tarfile.TarError, EOFError) as error:
                raise damaged("it is no tar archive or is cut off") from error


def damaged(why: str) -> Invalid:
    return Invalid(f"this is no whole backup: {why}", code="backup_damaged")


def _pack(file: IO[bytes], manifest: Manifest, paths: Iterable[Path], progress: Progress | None) -> None:
    content = msgspec.json.encode(manifest)
    done = 0
    with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
        tar.addfile(_member(MANIFEST, len(content), manifest.created_at), io.BytesIO(content))
        for entry, path in zip(manifest.files, paths, strict=True):
            _add(tar, entry, path, manifest.created_at)
            done += entry.size
            if progress is not None:
                progress(done, manifest.size)


def _add(tar: tarfile.TarFile, entry: Entry, path: Path, at: int) -> None:
    with path.open("rb") as source:
        if os.fstat(source.fileno()).st_size != entry.size:
            raise StoreUnavailable(f"{entry.name} changed while it was copied", reason="changed")
        tar.addfile(_member(entry.name, entry.size, at), source)


def _member(name: str, size: int, at: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size = size
    member.mode = 0o600
    member.mtime = at
    return member


def _unpack(file: IO[bytes], folder: Path, progress: Progress | None) -> Manifest:
    with tarfile.open(fileobj=file, mode="r:") as tar:
        manifest = _read_manifest(tar)
        wanted = {entry.name: entry for entry in manifest.files}
        done = 0
        while (member := tar.next()) is not None:
            entry = wanted.pop(member.name, None)
            if entry is None:
                raise damaged(f"{member.name} is not in its manifest, or is there twice")
            _extract(tar, member, entry, folder / entry.name)
            done += entry.size
            if progress is not None:
                progress(done, manifest.size)
    if wanted:
        raise damaged(f"{min(wanted)} is missing")
    return manifest


def _read_manifest(tar: tarfile.TarFile) -> Manifest:
    member = tar.next()
    content = tar.extractfile(member) if member is not None and member.name == MANIFEST and member.isreg() else None
    if member is None or content is None or member.size > MANIFEST_BYTES:
        raise damaged("it does not begin with a manifest")
    try:
        raw = content.read()
        found = msgspec.json.decode(raw, type=dict[str, msgspec.Raw]).get("format")
        if found is not None and msgspec.json.decode(found, type=int) > FORMAT:
            raise Invalid("this backup was made by a newer portico", code="backup_too_new")
        manifest = msgspec.json.decode(raw, type=Manifest)
    except (ValueError, RecursionError) as error:
        raise damaged("its manifest cannot be read") from error
    for entry in manifest.files:
        if not _is_ours(entry):
            raise damaged(f"{entry.name} is no file of a home")
    return manifest


def _is_ours(entry: Entry) -> bool:
    if entry.name in {DATABASE, KEYSTORE, MASTER_KEY, *TEXTS}:
        return True
    match entry.name.split("/"):
        case [folder, beginning, digest]:
            return folder == BLOBS and is_digest(digest) and digest[:2] == beginning and digest == entry.sha256
        case _:
            return False


def _extract(tar: tarfile.TarFile, member: tarfile.TarInfo, entry: Entry, target: Path) -> None:
    content = tar.extractfile(member) if member.isreg() else None
    if content is None or member.size != entry.size:
        raise damaged(f"{entry.name} has another size than its manifest says")
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest = hashlib.sha256()
    descriptor = os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        while chunk := content.read(CHUNK_BYTES):
            digest.update(chunk)
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    if digest.hexdigest() != entry.sha256:
        raise damaged(f"{entry.name} has another content than its manifest says")
