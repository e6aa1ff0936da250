"""Opening and copying SQLite files: every connection of the process is made here."""

import os
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol, cast

import apsw

from portico.gateway.store.disk import disk_errors
from portico.gateway.store.sqlite_errors import translated

BUSY_MS = 5_000
"""How long a statement waits for another process (doctor, restore) before it gives up."""
STATEMENTS = 256

SETTINGS = """
pragma journal_mode=wal;
pragma secure_delete=on;
pragma wal_autocheckpoint=0;
pragma journal_size_limit=33554432;
"""
"""The store asks for checkpoints itself, so that a stream of deltas does not wait for their fsync."""


class Cursor(Protocol):
    """What a statement answers."""

    def fetchall(self) -> list[tuple[Any, ...]]: ...

    def __iter__(self) -> Iterator[tuple[Any, ...]]: ...


class Database(Protocol):
    """What we use of `apsw.Connection`, with types that a checker can follow. Every call may raise apsw.Error."""

    @property
    def in_transaction(self) -> bool: ...

    def execute(self, statements: str, bindings: Sequence[Any] = ()) -> Cursor: ...

    def executemany(self, statements: str, sequenceofbindings: Iterable[Sequence[Any]]) -> Cursor: ...

    def changes(self) -> int: ...

    def set_busy_timeout(self, milliseconds: int) -> None: ...

    def set_wal_hook(self, callable: Callable[..., int] | None) -> None: ...

    def close(self, force: bool = False) -> None: ...


def open_writer(path: Path) -> Database:
    """A connection in WAL mode that may write; makes the file (0600) and its folder (0700).

    Raises apsw.Error, StoreUnavailable.
    """
    with disk_errors():
        if not path.exists():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            make_private(path)
    connection = cast("Database", apsw.Connection(str(path), statementcachesize=STATEMENTS))
    connection.set_busy_timeout(BUSY_MS)
    # Without reading its answers, apsw would stop at the first statement that has one.
    connection.execute(SETTINGS).fetchall()
    return connection


def open_reader(path: Path) -> Database:
    """A connection that changes nothing. Raises apsw.Error."""
    connection = cast("Database", _existing(path))
    connection.set_busy_timeout(BUSY_MS)
    connection.execute("pragma query_only=on")
    return connection


def open_plain(path: Path) -> Database:
    """A connection to a file that nobody else uses; made (0600) if it is not there. Raises apsw.Error."""
    make_private(path)
    return cast("Database", _existing(path))


def open_memory_database() -> Database:
    """A database in memory that spills nothing into temporary files. It lives as long as the connection."""
    connection = cast("Database", apsw.Connection(":memory:", statementcachesize=STATEMENTS))
    connection.execute("pragma temp_store=memory; pragma secure_delete=on").fetchall()
    return connection


def make_private(path: Path) -> None:
    """An empty file of ours alone; SQLite gives its companions the same mode. A file that exists is left as it is."""
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def copy_database(source: Path, target: Path) -> None:
    """A consistent copy of the database `source`, which may be in use, as the one file `target` (0600).

    `target` is replaced whole or left as it was. Raises StoreUnavailable.
    """
    with _as_told():
        reader = cast("Database", _existing(source))
    try:
        copy_from(reader, target)
    finally:
        reader.close()


def copy_from(source: Database, target: Path) -> None:
    """The same of an open connection's database, while nobody else uses the connection. Raises StoreUnavailable."""
    partial = target.with_name(target.name + ".partial")
    with disk_errors():
        partial.unlink(missing_ok=True)
        try:
            make_private(partial)
            with _as_told():
                _copy(source, partial)
            partial.replace(target)
        finally:
            partial.unlink(missing_ok=True)


def _existing(path: Path) -> apsw.Connection:
    return apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE, statementcachesize=STATEMENTS)


def _copy(source: Database, target: Path) -> None:
    copy = apsw.Connection(str(target))
    try:
        with copy.backup("main", cast("apsw.Connection", source), "main") as backup:
            backup.step(-1)
        # One file without companions, whatever mode the source is in.
        cast("Database", copy).execute("pragma journal_mode=delete").fetchall()
    finally:
        copy.close()


@contextmanager
def _as_told() -> Generator[None]:
    try:
        yield
    except apsw.Error as error:
        raise translated(error) from error
