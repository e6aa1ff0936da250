"""A home is copied while it is in use; a restore is checked first and never half."""

from pathlib import Path

import anyio
import pytest

from portico.gateway.kernel.errors import Invalid, NotFound, Unavailable
from portico.gateway.kernel.home import LockedHome
from portico.gateway.kernel.ids import RandomIds
from portico.gateway.store import migrate
from portico.gateway.store.archive import DATABASE, KEYSTORE, MASTER_KEY
from portico.gateway.store.backup import Backup
from portico.gateway.store.blobs import blob_path
from portico.gateway.store.engine import Store
from portico.gateway.store.open import open_store
from portico.gateway.store.sqlite import open_sqlite
from portico.gateway.store.swap import READY
from tests.kit.clock import FakeClock
from tests.kit.homes import KEY, fill, home_files, home_in, make_keystore
from tests.kit.stores import appended


async def test_a_backup_under_writes_is_of_one_moment(tmp_path: Path) -> None:
    home = home_in(tmp_path / "home")
    saved = anyio.Event()

    async def write(store: Store) -> None:
        version = 0
        while not saved.is_set():
            await store.apply(appended("s", version, b"x" * 500, fact=False))
            version += 1

    async def save() -> None:
        for n in range(3):
            await Backup(home).save(tmp_path / f"backup{n}")
        saved.set()

    async with open_store(home.database, clock=FakeClock()) as store:
        with anyio.fail_after(20):
            async with anyio.create_task_group() as group:
                group.start_soon(write, store)
                group.start_soon(save)
    for n in range(3):
        target = home_in(tmp_path / f"target{n}")
        await Backup(target).restore(tmp_path / f"backup{n}")
        async with open_store(target.database, clock=FakeClock()) as store:
            assert await store.check() == []
            counts = await store.read("select coalesce(sum(head), 0), (select count(*) from event) from stream")
            assert counts[0][0] == counts[0][1]


async def test_a_running_home_is_not_restored(tmp_path: Path) -> None:
    home = home_in(tmp_path / "home")
    async with open_store(home.database, clock=FakeClock()) as store:
        await fill(home, store)
    await Backup(home).save(tmp_path / "backup")
    before = home.database.read_bytes()
    with home.lock(), pytest.raises(LockedHome):
        await Backup(home).restore(tmp_path / "backup")
    assert home.database.read_bytes() == before
    await Backup(home).restore(tmp_path / "backup")


async def test_a_damaged_backup_touches_nothing(tmp_path: Path) -> None:
    home = home_in(tmp_path / "home")
    async with open_store(home.database, clock=FakeClock()) as store:
        await fill(home, store)
    await Backup(home).save(tmp_path / "backup")
    content = bytearray((tmp_path / "backup").read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / "backup").write_bytes(content)
    home.open_epoch(RandomIds())
    before = home_files(home)
    with pytest.raises(Invalid) as refusal:
        await Backup(home).restore(tmp_path / "backup")
    assert refusal.value.code == "backup_damaged"
    assert home_files(home) == before


async def test_a_backup_of_a_newer_program_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = home_in(tmp_path / "home")
    newer = (*migrate.load_steps(), migrate.Step(len(migrate.load_steps()) + 1, "next", "create table next (x bigint)"))
    with monkeypatch.context() as patch:
        patch.setattr(migrate, "load_steps", lambda: newer)
        async with open_sqlite(home.database, clock=FakeClock()):
            pass
        await Backup(home).save(tmp_path / "backup")
    target = home_in(tmp_path / "target")
    with pytest.raises(Unavailable) as refusal:
        await Backup(target).restore(tmp_path / "backup")
    assert refusal.value.code == "home_too_new"
    assert not target.database.exists()


@pytest.mark.parametrize("fault", ["missing", "damaged"])
async def test_a_blob_that_cannot_be_copied_is_named(tmp_path: Path, fault: str) -> None:
    home = home_in(tmp_path / "home")
    async with open_store(home.database, clock=FakeClock()) as store:
        digest = await fill(home, store)
    path = blob_path(home.blobs, digest)
    if fault == "missing":
        path.unlink()
    else:
        path.write_bytes(b"other")
    made = await Backup(home).save(tmp_path / "backup")
    assert made.missing_blobs == (digest,)
    assert {entry.name for entry in made.files} == {DATABASE, "SOUL.md"}
    await Backup(home_in(tmp_path / "target")).restore(tmp_path / "backup")


async def test_a_home_without_a_database_has_nothing_to_save(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        await Backup(home_in(tmp_path / "home")).save(tmp_path / "backup")
    assert not (tmp_path / "backup").exists()


@pytest.mark.parametrize("with_key", [False, True])
async def test_the_master_key_travels_when_it_is_asked_for_only(tmp_path: Path, with_key: bool) -> None:
    home, target = home_in(tmp_path / "home"), home_in(tmp_path / "target")
    async with open_store(home.database, clock=FakeClock()) as store:
        await fill(home, store)
    make_keystore(home, "a secret")
    made = await Backup(home).save(tmp_path / "backup", with_key=with_key)
    assert ({KEYSTORE, MASTER_KEY} & {entry.name for entry in made.files}) == (
        {KEYSTORE, MASTER_KEY} if with_key else {KEYSTORE}
    )
    assert (KEY in (tmp_path / "backup").read_bytes()) is with_key
    await Backup(target).restore(tmp_path / "backup")
    assert target.keystore.exists()
    assert target.master_key.exists() is with_key


async def test_a_keystore_that_the_backup_has_not_goes(tmp_path: Path) -> None:
    home = home_in(tmp_path / "home")
    async with open_store(home.database, clock=FakeClock()):
        pass
    made = await Backup(home).save(tmp_path / "backup", with_key=True)
    assert {entry.name for entry in made.files}.isdisjoint({KEYSTORE, MASTER_KEY})
    make_keystore(home, "of another life")
    await Backup(home).restore(tmp_path / "backup")
    assert not home.keystore.exists()


async def test_a_home_in_the_middle_of_a_restore_is_not_opened_or_saved(tmp_path: Path) -> None:
    home = home_in(tmp_path / "home")
    async with open_store(home.database, clock=FakeClock()):
        pass
    await Backup(home).save(tmp_path / "backup")
    (home.path / READY).mkdir()
    with pytest.raises(Unavailable) as refusal:
        await Backup(home).save(tmp_path / "again")
    assert refusal.value.code == "restore_unfinished"
    with pytest.raises(Unavailable):
        async with open_store(home.database):
            pass
    await Backup(home).restore(tmp_path / "backup")
    async with open_store(home.database) as store:
        assert await store.check() == []


async def test_progress_ends_at_all_bytes(tmp_path: Path) -> None:
    home = home_in(tmp_path / "home")
    async with open_store(home.database, clock=FakeClock()) as store:
        await fill(home, store)
    saved: list[tuple[int, int]] = []
    restored: list[tuple[int, int]] = []
    made = await Backup(home).save(tmp_path / "backup", progress=lambda done, whole: saved.append((done, whole)))
    await Backup(home).restore(tmp_path / "backup", lambda done, whole: restored.append((done, whole)))
    assert saved[-1] == restored[-1] == (made.size, made.size)


async def test_rows_go_into_no_sqlite_file_elsewhere(tmp_path: Path) -> None:
    home = home_in(tmp_path / "home")
    async with open_store(home.database, clock=FakeClock()):
        pass
    await Backup(home).save(tmp_path / "backup")
    with pytest.raises(Invalid):
        await Backup(home, f"sqlite:///{tmp_path}/elsewhere.db").restore(tmp_path / "backup")
