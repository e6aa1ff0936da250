"""The one connection that writes SQLite: a group is one transaction, in few steps, with the durability it asks for."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import lru_cache
from itertools import chain
from operator import attrgetter
from typing import TypeVar, assert_never

import apsw

from portico.gateway.store.changes import Value
from portico.gateway.store.engine import Group, StreamConflict, StreamRow
from portico.gateway.store.sql import (
    EVENT_COLUMNS,
    STREAM_COLUMNS,
    DropShape,
    PatchShape,
    PutShape,
    Run,
    check_stored,
    runs,
)
from portico.gateway.store.sqlite_errors import VALUE_FAULTS, translated
from portico.gateway.store.sqlite_files import BUSY_MS, Database

CHUNKS = (64, 16, 4, 1)
"""Rows per statement. Each step gives up the interpreter lock and a busy loop is slow to give it back, so a group
takes few steps; and few sizes, so that the statements stay in apsw's cache."""

FULL = 2
NORMAL = 1
TRUNCATE_WAIT_MS = 50
"""How long one attempt to empty the WAL may wait for readers."""

T = TypeVar("T")

_event_values = attrgetter(*EVENT_COLUMNS)
_event_texts = attrgetter("stream", "turn_id", "type", "cause")
_stream_values = attrgetter("stream", "expected_head", *STREAM_COLUMNS[1:])


class Writer:
    """Owned by one thread. A connection that could not undo its transaction is dropped; the next group opens another.

    `wal_pages` is the length of the WAL after the last commit.
    """

    def __init__(self, connect: Callable[[], Database]) -> None:
        self.wal_pages = 0
        self._connect = connect
        self._connection: Database | None = None
        self._synchronous = 0
        self._erased = False

    def apply(self, group: Group, before_commit: Callable[[], object] | None = None) -> bool:
        """Commit `group` or nothing, also if `before_commit` raises. StreamConflict, ChangeRefused, StoreUnavailable.

        False: what was erased is still in the WAL, since a reader was in the way; `truncate` must be tried again.
        """
        changes = runs(group.changes)
        check_stored(chain.from_iterable(map(_event_texts, group.events)))
        check_stored(chain.from_iterable(map(_stream_values, group.streams)))

        def work(connection: Database) -> None:
            _write(connection, group, changes)
            if before_commit is not None:
                before_commit()

        self.transact(work, FULL if group.fact else NORMAL)
        self._erased = self._erased or bool(group.erase)
        return self.truncate()

    def transact(self, work: Callable[[Database], object], synchronous: int = FULL) -> None:
        """`work` in one transaction. Raises what `apply` raises, and what `work` raises of itself."""
        try:
            connection = self._ready(synchronous)
            connection.execute("begin immediate")
            work(connection)
            connection.execute("commit")
        except (apsw.Error, *VALUE_FAULTS) as error:
            raise translated(error) from error
        finally:
            self._undo()

    def truncate(self) -> bool:
        """If something was erased, empty the WAL: then it is in no file any more. False if a reader was in the way."""
        connection = self._connection
        if not self._erased or connection is None:
            return True
        connection.set_busy_timeout(TRUNCATE_WAIT_MS)
        try:
            busy = connection.execute("pragma wal_checkpoint(truncate)").fetchall()[0][0]
        except apsw.BusyError:
            return False
        except apsw.Error:
            # A failing disk: the next group tries again.
            return True
        finally:
            connection.set_busy_timeout(BUSY_MS)
        self._erased = bool(busy)
        return not busy

    def checkpoint(self) -> None:
        """Move what the WAL holds into the database now."""
        with suppress(apsw.Error):
            if self._connection is not None:
                self._connection.execute("pragma wal_checkpoint(passive)").fetchall()

    def close(self) -> None:
        """Close the connection; the last one to close empties the WAL into the database."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _ready(self, synchronous: int) -> Database:
        if self._connection is None:
            self._connection = self._connect()
            self._connection.set_wal_hook(self._committed)
            self._synchronous = 0
        if self._synchronous != synchronous:
            self._connection.execute(f"pragma synchronous={synchronous}")
            self._synchronous = synchronous
        return self._connection

    def _committed(self, _connection: object, _database: str, pages: int) -> int:
        """SQLite's WAL hook. It only notes: what fails here would make a commit that happened look refused."""
        self.wal_pages = pages
        return apsw.SQLITE_OK

    def _undo(self) -> None:
        connection = self._connection
        if connection is None or not connection.in_transaction:
            return
        try:
            connection.execute("rollback")
        except apsw.Error:
            self._connection = None
            connection.close(True)


def _write(connection: Database, group: Group, changes: list[Run]) -> None:
    if group.erase:
        connection.executemany("delete from event where stream = ?", [(stream,) for stream in group.erase])
    _write_streams(connection, group.streams)
    for rows in _chunks(group.events):
        connection.execute(_insert_events(len(rows)), _flat(map(_event_values, rows)))
    for run in changes:
        _write_run(connection, run)


def _write_streams(connection: Database, streams: Sequence[StreamRow]) -> None:
    for rows in _chunks(streams):
        connection.execute(_upsert_streams(len(rows)), _flat(map(_stream_values, rows)))
        if connection.changes() != len(rows):
            raise StreamConflict(", ".join(row.stream for row in rows))


def _write_run(connection: Database, run: Run) -> None:
    match run.shape:
        case PutShape() as shape:
            for rows in _chunks(run.rows):
                connection.execute(_put(shape, len(rows)), _flat(rows))
        case PatchShape() as shape:
            if shape.values:
                connection.executemany(_patch(shape), run.rows)
        case DropShape() as shape:
            connection.executemany(_drop(shape), run.rows)
        case _:
            assert_never(run.shape)


def _chunks(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    start = 0
    for size in CHUNKS:
        while len(rows) - start >= size:
            yield rows[start : start + size]
            start += size


def _flat(rows: Iterator[tuple[Value, ...]] | Sequence[tuple[Value, ...]]) -> tuple[Value, ...]:
    return tuple(chain.from_iterable(rows))


def _values(columns: int, rows: int) -> str:
    row = "(" + ",".join("?" * columns) + ")"
    return "values " + ",".join([row] * rows)


@lru_cache(maxsize=16)
def _insert_events(rows: int) -> str:
    return f"insert into event ({', '.join(EVENT_COLUMNS)}) {_values(len(EVENT_COLUMNS), rows)}"


@lru_cache(maxsize=16)
def _upsert_streams(rows: int) -> str:
    """Writes only rows whose expected head is the stored one (a missing row is head 0); the caller counts them."""
    columns = ", ".join(STREAM_COLUMNS)
    update = ", ".join(f"{name} = excluded.{name}" for name in STREAM_COLUMNS[1:])
    return (
        f"with given (stream, expected, {', '.join(STREAM_COLUMNS[1:])}) as ({_values(len(STREAM_COLUMNS) + 1, rows)})"
        f" insert into stream ({columns}) select {columns} from given"
        " where expected = coalesce((select s.head from stream s where s.stream = given.stream), 0)"
        f" on conflict (stream) do update set {update}"
    )


@lru_cache(maxsize=512)
def _put(shape: PutShape, rows: int) -> str:
    columns = (*shape.key, *shape.values, *shape.fresh)
    update = ", ".join(f"{name} = excluded.{name}" for name in shape.values)
    action = f"update set {update}" if update else "nothing"
    return (
        f"insert into {shape.table} ({', '.join(columns)}) {_values(len(columns), rows)}"
        f" on conflict ({', '.join(shape.key)}) do {action}"
    )


@lru_cache(maxsize=256)
def _patch(shape: PatchShape) -> str:
    """`?n`, since the row has the key first and the statement names it last."""
    first = len(shape.key) + 1
    update = ", ".join(f"{name} = ?{n}" for n, name in enumerate(shape.values, first))
    return f"update {shape.table} set {update}{_where(shape.key, shape.nulls)}"


@lru_cache(maxsize=256)
def _drop(shape: DropShape) -> str:
    return f"delete from {shape.table}{_where(shape.key, shape.nulls)}"


def _where(key: tuple[str, ...], nulls: tuple[str, ...]) -> str:
    terms = [f"{name} = ?{n}" for n, name in enumerate(key, 1)] + [f"{name} is null" for name in nulls]
    return f" where {' and '.join(terms)}" if terms else ""
