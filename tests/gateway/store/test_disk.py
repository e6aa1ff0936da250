"""The file system's errors in the store's words."""

import errno
from pathlib import Path

import pytest

from portico.gateway.store.disk import disk_errors, sync_folder
from portico.gateway.store.engine import StoreUnavailable


@pytest.mark.parametrize(
    ("number", "reason"),
    [(errno.ENOSPC, "disk_full"), (errno.EDQUOT, "disk_full"), (errno.EIO, "io"), (errno.EACCES, "io")],
)
def test_an_error_names_its_reason_and_file(number: int, reason: str) -> None:
    with pytest.raises(StoreUnavailable, match="the file") as refusal, disk_errors():
        raise OSError(number, "why", "the file")
    assert refusal.value.details == {"reason": reason}


def test_other_errors_pass_as_they_are() -> None:
    with pytest.raises(LookupError), disk_errors():
        raise LookupError


def test_a_folder_can_be_made_safe(tmp_path: Path) -> None:
    sync_folder(tmp_path)
    with pytest.raises(FileNotFoundError):
        sync_folder(tmp_path / "missing")
