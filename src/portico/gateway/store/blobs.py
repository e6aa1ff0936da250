"""Big outputs as files named by their digest; rows of `blob_ref` say which ones are needed."""

import hashlib
import os
import re
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, Protocol

import anyio.to_thread

from portico.gateway.kernel.clock import Clock, SystemClock
from portico.gateway.kernel.errors import NotFound
from portico.gateway.kernel.home import write_private
from portico.gateway.store.disk import disk_errors
from portico.gateway.store.engine import Store, StoreUnavailable

GRACE_SECONDS = 3_600
"""A blob is written before the row that refers to it: one that is younger is never removed."""

_DIGEST = re.compile(r"[0-9a-f]{64}\Z")


class StoredBlob(NamedTuple):
    """`sha256` in 64 hexadecimal digits, `size` in bytes."""

    sha256: str
    size: int


def blob_path(folder: Path, sha256: str) -> Path:
    """Where a blob lies: spread over 256 folders."""
    return folder / sha256[:2] / sha256


def is_digest(text: str) -> bool:
    return _DIGEST.match(text) is not None


class Blobs(Protocol):
    """Where big outputs are kept."""

    async def put(self, data: bytes) -> StoredBlob: ...

    async def get(self, sha256: str) -> bytes: ...

    async def remove_unreferenced(self, store: Store) -> int: ...


class BlobStore:
    """The folder `blobs` of a home. Files are 0600, written whole or not at all, and on disk before `put` returns."""

    def __init__(self, folder: Path, clock: Clock | None = None) -> None:
        self._folder = folder
        self._clock = clock or SystemClock()
        self._lock = threading.Lock()

    async def put(self, data: bytes) -> StoredBlob:
        """Keep `data`; the same bytes are kept once. Raises Unavailable when the disk refuses."""
        return await anyio.to_thread.run_sync(self._put, data)

    async def get(self, sha256: str) -> bytes:
        """The bytes of a blob. Raises NotFound; StoreUnavailable (`io`, `corrupt`) if they are not what was put."""
        return await anyio.to_thread.run_sync(self._get, sha256)

    async def remove_unreferenced(self, store: Store) -> int:
        """Remove what no row of `blob_ref` names and is older than the grace; how many those were."""
        old = await anyio.to_thread.run_sync(lambda: list(self._older_ones()))
        if not old:
            return 0
        needed = await _needed(store)
        unneeded = [path for path in old if path.name not in needed]
        return await anyio.to_thread.run_sync(lambda: sum(map(self._remove, unneeded)))

    def _put(self, data: bytes) -> StoredBlob:
        digest = hashlib.sha256(data).hexdigest()
        path = blob_path(self._folder, digest)
        with disk_errors(), self._lock:
            if not self._touch(path):
                path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                write_private(path, data)
                self._touch(path)
        return StoredBlob(digest, len(data))

    def _get(self, sha256: str) -> bytes:
        missing = NotFound("there is no such blob", sha256=sha256)
        if not is_digest(sha256):
            raise missing
        try:
            data = blob_path(self._folder, sha256).read_bytes()
        except FileNotFoundError as error:
            raise missing from error
        except OSError as error:
            raise StoreUnavailable(f"a blob cannot be read: {error.strerror}", reason="io") from error
        if hashlib.sha256(data).hexdigest() != sha256:
            raise StoreUnavailable("a blob is damaged", reason="corrupt", sha256=sha256)
        return data

    def _touch(self, path: Path) -> bool:
        """Start the grace anew; False if the blob is not there."""
        now = self._clock.now()
        try:
            os.utime(path, (now, now))
        except FileNotFoundError:
            return False
        return True

    def _older_ones(self) -> Iterator[Path]:
        for path in self._folder.glob("??/*"):
            if self._is_old(path):
                yield path

    def _is_old(self, path: Path) -> bool:
        with suppress(FileNotFoundError):
            return path.stat().st_mtime <= self._clock.now() - GRACE_SECONDS
        return False

    def _remove(self, path: Path) -> bool:
        with self._lock:
            # A put may have come since the list was made.
            if not self._is_old(path):
                return False
            path.unlink(missing_ok=True)
            return True


class MemoryBlobs:
    """The same for a gateway that keeps nothing: blobs end with the process."""

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._kept: dict[str, tuple[bytes, int]] = {}

    async def put(self, data: bytes) -> StoredBlob:
        digest = hashlib.sha256(data).hexdigest()
        self._kept[digest] = (data, self._clock.now())
        return StoredBlob(digest, len(data))

    async def get(self, sha256: str) -> bytes:
        """The bytes of a blob. Raises NotFound."""
        kept = self._kept.get(sha256)
        if kept is None:
            raise NotFound("there is no such blob", sha256=sha256)
        return kept[0]

    async def remove_unreferenced(self, store: Store) -> int:
        """Forget what no row of `blob_ref` names and is older than the grace; how many those were."""
        if not self._old():
            return 0
        needed = await _needed(store)
        # looked at anew: a put may have come meanwhile
        unneeded = [digest for digest in self._old() if digest not in needed]
        for digest in unneeded:
            del self._kept[digest]
        return len(unneeded)

    def _old(self) -> list[str]:
        limit = self._clock.now() - GRACE_SECONDS
        return [digest for digest, (_, at) in self._kept.items() if at <= limit]


async def _needed(store: Store) -> set[str]:
    return {sha256 for (sha256,) in await store.read("select distinct sha256 from blob_ref")}
