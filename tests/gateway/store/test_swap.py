"""A restore that is cut off is finished, never mixed."""

from pathlib import Path

import pytest

from portico.gateway.kernel.errors import Unavailable
from portico.gateway.store import swap
from portico.gateway.store.swap import PARTIAL, READY, commit, finish_restore, partial_folder, refuse_unfinished

OLD = {
    "gateway.db": "old",
    "gateway.db-wal": "old",
    "gateway.db-shm": "old",
    "keystore.db": "old",
    "keystore.db-wal": "old",
    "epoch": "old",
    "token": "old",
    "blobs/aa/kept": "old",
}
NEW = {"gateway.db": "new", "SOUL.md": "new", "blobs/aa/x": "new", "blobs/bb/y": "new"}
AFTER = {"gateway.db": "new", "SOUL.md": "new", "token": "old"} | {
    "blobs/aa/kept": "old",
    "blobs/aa/x": "new",
    "blobs/bb/y": "new",
}


def fill(folder: Path, files: dict[str, str]) -> None:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)


def content(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


def test_the_files_take_the_place_of_the_old_ones(tmp_path: Path) -> None:
    fill(tmp_path, OLD)
    fill(partial_folder(tmp_path), NEW)
    commit(tmp_path, tuple(NEW))
    assert content(tmp_path) == AFTER
    assert not (tmp_path / READY).exists()


def test_a_keystore_of_the_backup_replaces_the_old_one_with_its_log(tmp_path: Path) -> None:
    fill(tmp_path, OLD)
    fill(partial_folder(tmp_path), {"keystore.db": "new"})
    commit(tmp_path, ("keystore.db",))
    assert content(tmp_path)["keystore.db"] == "new"
    assert "keystore.db-wal" not in content(tmp_path)
    # The database is not among them, as with PostgreSQL: it stays.
    assert content(tmp_path)["gateway.db"] == "old"


@pytest.mark.parametrize("count", range(8))
def test_a_cut_after_any_step_is_finished_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    fill(tmp_path, OLD)
    fill(partial_folder(tmp_path), NEW)
    left = [count]

    def fail_in_time(_folder: Path) -> None:
        if left[0] == 0:
            raise InterruptedError("cut")
        left[0] -= 1

    with monkeypatch.context() as patch:
        patch.setattr(swap, "sync_folder", fail_in_time)
        with pytest.raises(Unavailable, match="cut|a file"):
            commit(tmp_path, tuple(NEW))
            raise Unavailable("a file")
    if (tmp_path / READY).exists():
        with pytest.raises(Unavailable) as refusal:
            refuse_unfinished(tmp_path)
        assert refusal.value.code == "restore_unfinished"
        assert finish_restore(tmp_path)
        assert content(tmp_path) == AFTER
    elif (tmp_path / PARTIAL).exists():
        assert content(tmp_path).items() >= OLD.items()
    refuse_unfinished(tmp_path)
    assert not finish_restore(tmp_path)


def test_a_cut_while_the_folder_is_removed_is_finished_too(tmp_path: Path) -> None:
    fill(tmp_path, AFTER)
    fill(tmp_path / READY, {"gateway.db-old": "rest"})
    assert finish_restore(tmp_path)
    assert content(tmp_path) == AFTER


def test_what_a_failed_restore_left_is_thrown_away(tmp_path: Path) -> None:
    fill(tmp_path / PARTIAL, {"gateway.db": "half"})
    assert list(partial_folder(tmp_path).iterdir()) == []
