"""Backing up a home while it is in use, and restoring one that is not."""

import importlib.metadata
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import anyio.to_thread
import apsw

from portico.gateway.kernel.clock import Clock, SystemClock
from portico.gateway.kernel.errors import NotFound
from portico.gateway.kernel.home import Home
from portico.gateway.store import migrate
from portico.gateway.store.archive import (
    BLOBS,
    DATABASE,
    FORMAT,
    KEYSTORE,
    MASTER_KEY,
    TEXTS,
    Entry,
    Manifest,
    Progress,
    damaged,
    entry_of,
    pack,
    unpack,
)
from portico.gateway.store.blobs import blob_path
from portico.gateway.store.disk import disk_errors
from portico.gateway.store.open import open_store, replace_rows
from portico.gateway.store.sqlite import open_sqlite
from portico.gateway.store.sqlite_errors import translated
from portico.gateway.store.sqlite_files import Database, copy_database, open_plain
from portico.gateway.store.swap import commit, finish_restore, partial_folder, refuse_unfinished


class Backup:
    """Copies of a home in one file each: database, keystore (values wrapped), blobs, the persona's texts.

    Not in it: `config.toml` and the token file, which may hold credentials in the clear. `store_url` names the
    database if it is not the file in the home; a copy of one engine can be restored into the other.
    """

    def __init__(self, home: Home, store_url: str | None = None, clock: Clock | None = None) -> None:
        self._home = home
        self._store_url = store_url
        self._clock = clock or SystemClock()

    async def save(self, target: Path, *, with_key: bool = False, progress: Progress | None = None) -> Manifest:
        """Write a consistent copy to the file `target` (0600), replaced whole or left as it was.

        The gateway may be writing meanwhile. `with_key` adds the master key's file, if there is one. Raises
        NotFound if there is nothing to copy,
        StoreUnavailable, Unavailable (`restore_unfinished`).
        """
        refuse_unfinished(self._home.path)
        with disk_errors():
            staging = Path(tempfile.mkdtemp(prefix=".portico-backup-", dir=target.parent))
        try:
            await self._copy_rows(staging / DATABASE)
            return await anyio.to_thread.run_sync(self._save, staging, target, with_key, progress)
        finally:
            with anyio.CancelScope(shield=True):
                await anyio.to_thread.run_sync(lambda: shutil.rmtree(staging, ignore_errors=True))

    async def restore(self, source: Path, progress: Progress | None = None) -> Manifest:
        """Replace the home's content by that of the file `source`; the next start has a new epoch.

        Nothing is touched before the file is checked whole; a cut after that is finished by `finish_restore`.
        Raises LockedHome while a gateway runs, Invalid (`backup_missing`, `backup_damaged`, `backup_too_new`),
        Unavailable (`home_too_new`, `home_changed`), StoreUnavailable.
        """
        await anyio.to_thread.run_sync(self._home.create)
        with self._home.lock():
            await anyio.to_thread.run_sync(finish_restore, self._home.path)
            folder = await anyio.to_thread.run_sync(partial_folder, self._home.path)
            try:
                manifest = await anyio.to_thread.run_sync(_checked, source, folder, progress)
                names = await self._placed(manifest, folder / DATABASE)
                await anyio.to_thread.run_sync(commit, self._home.path, names)
            finally:
                with anyio.CancelScope(shield=True):
                    await anyio.to_thread.run_sync(lambda: shutil.rmtree(folder, ignore_errors=True))
        return manifest

    async def _copy_rows(self, target: Path) -> None:
        if self._store_url is not None:
            async with open_store(self._store_url, clock=self._clock) as store:
                await store.backup(str(target))
            return
        if not self._home.database.exists():
            raise NotFound(f"there is no database in {self._home.path}", code="home_empty")
        await anyio.to_thread.run_sync(copy_database, self._home.database, target)

    async def _placed(self, manifest: Manifest, database: Path) -> tuple[str, ...]:
        """Put the rows where they live if that is not the home; which files remain to be moved."""
        names = tuple(entry.name for entry in manifest.files)
        if self._store_url is None:
            return names
        # Brings the copy to the schema of this program, which is what the server has.
        async with open_sqlite(database, clock=self._clock):
            pass
        await replace_rows(self._store_url, database, clock=self._clock)
        return tuple(name for name in names if name != DATABASE)

    def _save(self, staging: Path, target: Path, with_key: bool, progress: Progress | None) -> Manifest:
        if self._home.keystore.exists():
            copy_database(self._home.keystore, staging / KEYSTORE)
        with disk_errors():
            paths = dict(self._files(staging, with_key))
            entries = {name: entry_of(name, path) for name, path in paths.items()}
            schema, wanted = _contents(staging / DATABASE)
            blobs = {name: entry for name, entry in self._blobs(wanted) if entry.sha256 == name}
            paths |= {entry.name: blob_path(self._home.blobs, name) for name, entry in blobs.items()}
            entries |= {entry.name: entry for entry in blobs.values()}
        manifest = Manifest(
            format=FORMAT,
            version=importlib.metadata.version("portico"),
            schema=schema,
            created_at=self._clock.now(),
            with_key=MASTER_KEY in entries,
            files=tuple(entries.values()),
            missing_blobs=tuple(name for name in wanted if name not in blobs),
        )
        pack(target, manifest, [paths[entry.name] for entry in manifest.files], progress)
        return manifest

    def _files(self, staging: Path, with_key: bool) -> Iterator[tuple[str, Path]]:
        yield DATABASE, staging / DATABASE
        if (staging / KEYSTORE).exists():
            yield KEYSTORE, staging / KEYSTORE
        if with_key and self._home.master_key.exists():
            yield MASTER_KEY, self._home.master_key
        for name in TEXTS:
            if (self._home.path / name).is_file():
                yield name, self._home.path / name

    def _blobs(self, wanted: list[str]) -> Iterator[tuple[str, Entry]]:
        for name in wanted:
            try:
                yield name, entry_of(f"{BLOBS}/{name[:2]}/{name}", blob_path(self._home.blobs, name))
            except FileNotFoundError:
                continue


def _checked(source: Path, folder: Path, progress: Progress | None) -> Manifest:
    manifest = unpack(source, folder, progress)
    if not any(entry.name == DATABASE for entry in manifest.files):
        raise damaged("it holds no database")
    _contents(folder / DATABASE)
    return manifest


def _contents(path: Path) -> tuple[int, list[str]]:
    """Number of the last schema step, and the blobs that rows refer to, of a database that this program can read."""
    try:
        with closing(open_plain(path)) as database:
            problem = database.execute("pragma quick_check(1)").fetchall()[0][0]
            if problem != "ok":
                raise damaged(f"its database has a fault: {problem}")
            applied = _applied(database)
            migrate.pending(migrate.load_steps(), applied)
            if not applied:
                raise damaged("its database is empty")
            blobs = [row[0] for row in database.execute("select distinct sha256 from blob_ref order by 1").fetchall()]
            return applied[-1].number, blobs
    except (apsw.NotADBError, apsw.CorruptError, apsw.SQLError) as error:
        raise damaged(f"its database cannot be read: {error}") from error
    except apsw.Error as error:
        raise translated(error) from error


def _applied(database: Database) -> list[migrate.Applied]:
    return [migrate.Applied(*row) for row in database.execute(migrate.READ_APPLIED).fetchall()]
