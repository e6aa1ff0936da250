"""The file system's errors in the store's words, and what makes a rename last."""

import errno
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from portico.gateway.store.engine import StoreUnavailable


@contextmanager
def disk_errors() -> Generator[None]:
    """Errors of the file system as StoreUnavailable."""
    try:
        yield
    except OSError as error:
        is_full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        reason = "disk_full" if is_full else "io"
        raise StoreUnavailable(f"{error.filename or 'a file'}: {error.strerror}", reason=reason) from error


def sync_folder(folder: Path) -> None:
    """Make renames in `folder` safe from power loss."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
