"""SQLite's errors in the store's words."""

import apsw

from portico.gateway.store.engine import ChangeRefused, StoreUnavailable

REASONS: tuple[tuple[type[apsw.Error], str, str], ...] = (
    (apsw.FullError, "disk_full", "the disk is full"),
    (apsw.IOError, "io", "the database could not be read or written"),
    (apsw.ReadOnlyError, "read_only", "the database cannot be written"),
    (apsw.BusyError, "busy", "the database is locked by another process"),
    (apsw.LockedError, "busy", "the database is locked"),
    (apsw.CantOpenError, "cannot_open", "the database cannot be opened"),
    (apsw.CorruptError, "corrupt", "the database is damaged"),
    (apsw.NotADBError, "corrupt", "the file is no database"),
    (apsw.NoMemError, "memory", "there is no memory left"),
    (apsw.PermissionsError, "permissions", "the database may not be accessed"),
    (apsw.AuthError, "permissions", "the database may not be accessed"),
    (apsw.InterruptError, "interrupted", "the database was interrupted"),
    (apsw.ProtocolError, "busy", "the database is locked by another process"),
    (apsw.NoLFSError, "io", "the disk does not take files of this size"),
)

VALUE_FAULTS = (TypeError, OverflowError)
"""What apsw raises for arguments that no column holds."""


def translated(error: Exception) -> Exception:
    """StoreUnavailable for what may pass, ChangeRefused for what the statement or its values are at fault for."""
    for kind, reason, sentence in REASONS:
        if isinstance(error, kind):
            return StoreUnavailable(f"{sentence}: {error}", reason=reason)
    return ChangeRefused(str(error))
