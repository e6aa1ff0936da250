"""Blobs are kept once, whole, and as long as a row needs them."""

import hashlib
import stat
from pathlib import Path

import pytest

from portico.gateway.kernel.errors import NotFound, Unavailable
from portico.gateway.store.blobs import GRACE_SECONDS, BlobStore, MemoryBlobs, StoredBlob, blob_path
from portico.gateway.store.changes import Put
from portico.gateway.store.engine import Group, StoreUnavailable
from tests.kit.clock import FakeClock
from tests.kit.stores import sqlite_store

DIGEST = hashlib.sha256(b"hello").hexdigest()


def holds_anything(folder: Path) -> bool:
    return any(folder.iterdir())


def reference(sha256: str) -> Group:
    return Group(changes=(Put("blob_ref", {"sha256": sha256, "stream": "thread:t"}, {"size": 5}),))


async def test_what_is_put_is_got(tmp_path: Path) -> None:
    blobs = BlobStore(tmp_path / "blobs")
    assert await blobs.put(b"hello") == StoredBlob(DIGEST, 5)
    assert await blobs.put(b"hello") == (DIGEST, 5)
    assert await blobs.get(DIGEST) == b"hello"
    assert await blobs.get((await blobs.put(b"")).sha256) == b""


async def test_a_blob_is_one_private_file_named_by_its_digest(tmp_path: Path) -> None:
    await BlobStore(tmp_path).put(b"hello")
    path = blob_path(tmp_path, DIGEST)
    assert path == tmp_path / DIGEST[:2] / DIGEST
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("name", [DIGEST, "", "..", "../../etc/passwd", DIGEST.upper(), DIGEST + "\n", "a" * 63])
async def test_what_is_not_there_is_not_found(tmp_path: Path, name: str) -> None:
    with pytest.raises(NotFound):
        await BlobStore(tmp_path).get(name)


async def test_a_blob_that_changed_on_disk_is_not_given_out(tmp_path: Path) -> None:
    blobs = BlobStore(tmp_path)
    await blobs.put(b"hello")
    blob_path(tmp_path, DIGEST).write_bytes(b"jello")
    with pytest.raises(StoreUnavailable) as refusal:
        await blobs.get(DIGEST)
    assert refusal.value.details == {"reason": "corrupt", "sha256": DIGEST}


async def test_a_disk_that_refuses_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / DIGEST[:2]).write_text("a file where a folder must be")
    blobs = BlobStore(tmp_path)
    with pytest.raises(Unavailable):
        await blobs.put(b"hello")
    with pytest.raises((NotFound, StoreUnavailable)):
        await blobs.get(DIGEST)


async def test_only_old_blobs_without_a_row_are_removed(tmp_path: Path) -> None:
    clock = FakeClock()
    blobs = BlobStore(tmp_path / "blobs", clock)
    async with sqlite_store(tmp_path) as store:
        needed, unneeded, renewed = [await blobs.put(data) for data in (b"needed", b"unneeded", b"renewed")]
        await store.apply(reference(needed.sha256))
        assert await blobs.remove_unreferenced(store) == 0
        clock.advance(GRACE_SECONDS)
        young = await blobs.put(b"young")
        await blobs.put(b"renewed")
        assert await blobs.remove_unreferenced(store) == 1
    for kept in (needed, renewed, young):
        assert len(await blobs.get(kept.sha256)) == kept.size
    with pytest.raises(NotFound):
        await blobs.get(unneeded.sha256)


async def test_a_folder_that_is_not_there_has_nothing_to_remove(tmp_path: Path) -> None:
    async with sqlite_store(tmp_path) as store:
        assert await BlobStore(tmp_path / "blobs").remove_unreferenced(store) == 0


async def test_in_memory_what_is_put_is_got_and_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    blobs = MemoryBlobs()
    assert await blobs.put(b"hello") == StoredBlob(DIGEST, 5)
    assert await blobs.put(b"hello") == StoredBlob(DIGEST, 5)
    assert await blobs.get(DIGEST) == b"hello"
    for unknown in ("0" * 64, "../gateway.db", ""):
        with pytest.raises(NotFound):
            await blobs.get(unknown)
    assert not holds_anything(tmp_path)


async def test_in_memory_what_no_row_names_goes_after_the_grace(tmp_path: Path) -> None:
    clock = FakeClock()
    blobs = MemoryBlobs(clock)
    async with sqlite_store(tmp_path) as store:
        kept, gone = await blobs.put(b"hello"), await blobs.put(b"gone")
        await store.apply(reference(kept.sha256))
        assert await blobs.remove_unreferenced(store) == 0
        clock.advance(GRACE_SECONDS)
        young = await blobs.put(b"young")
        assert await blobs.remove_unreferenced(store) == 1
        with pytest.raises(NotFound):
            await blobs.get(gone.sha256)
        assert (await blobs.get(kept.sha256), await blobs.get(young.sha256)) == (b"hello", b"young")
