"""Putting the checked files of a backup in the place of a home's own, so that a cut can be finished later."""

import shutil
from contextlib import suppress
from pathlib import Path

import msgspec

from portico.gateway.kernel.errors import Unavailable
from portico.gateway.kernel.home import write_private
from portico.gateway.store.archive import DATABASE, KEYSTORE
from portico.gateway.store.disk import disk_errors, sync_folder

PARTIAL = ".restore-partial"
READY = ".restore-ready"
"""All is checked and on disk: from here on a restore that was cut off is finished, not undone."""

NAMES = "names.json"
EPOCH = "epoch"
COMPANIONS = ("-wal", "-shm", "-journal")


def partial_folder(home: Path) -> Path:
    """An empty folder in `home` for the files of a backup. Raises StoreUnavailable."""
    folder = home / PARTIAL
    with disk_errors():
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(mode=0o700, parents=True)
    return folder


def commit(home: Path, names: tuple[str, ...]) -> None:
    """Make the files `names` of the partial folder the home's: after the rename in here, even a crash leads there.

    A keystore that is not among `names` is removed; so is the epoch, since cursors of before mean nothing now.
    """
    with disk_errors():
        folder = home / PARTIAL
        write_private(folder / NAMES, msgspec.json.encode(names))
        for inner in (path for path in folder.rglob("*") if path.is_dir()):
            sync_folder(inner)
        folder.rename(home / READY)
        sync_folder(home)
    finish_restore(home)


def finish_restore(home: Path) -> bool:
    """Finish a restore that was cut off, if there is one; call it under the home's lock, before anything is opened."""
    ready = home / READY
    if not ready.is_dir():
        return False
    with disk_errors():
        (home / EPOCH).unlink(missing_ok=True)
        # No list: the last time came as far as removing the folder.
        if (ready / NAMES).exists():
            names = msgspec.json.decode((ready / NAMES).read_bytes(), type=tuple[str, ...])
            _move(ready, home, names)
        shutil.rmtree(ready)
        sync_folder(home)
    return True


def refuse_unfinished(home: Path) -> None:
    """Raise Unavailable while a restore of this home is cut off in between: its files do not belong together."""
    if (home / READY).is_dir():
        raise Unavailable(
            "a restore of this home was cut off; start the gateway, or restore again, to finish it",
            code="restore_unfinished",
        )


def _move(ready: Path, home: Path, names: tuple[str, ...]) -> None:
    for name in names:
        source, target = ready / name, home / name
        if not source.exists():
            continue
        if name in {DATABASE, KEYSTORE}:
            _remove_companions(target)
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        source.replace(target)
        sync_folder(target.parent)
    if KEYSTORE not in names:
        _remove_companions(home / KEYSTORE)
        (home / KEYSTORE).unlink(missing_ok=True)


def _remove_companions(database: Path) -> None:
    """What the old database had in its log must not be played into the new one."""
    for ending in COMPANIONS:
        with suppress(FileNotFoundError):
            database.with_name(database.name + ending).unlink()
