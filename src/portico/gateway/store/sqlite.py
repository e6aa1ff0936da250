"""The embedded store: SQLite by apsw, one writing thread, a few reading ones (design 7)."""

import re
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import lru_cache
from pathlib import Path
from typing import Literal

import apsw

from portico.gateway.kernel.clock import Clock, SystemClock
from portico.gateway.kernel.errors import Invalid
from portico.gateway.store import migrate
from portico.gateway.store.changes import Value
from portico.gateway.store.engine import Group, Query, QueryRefused, ResultRow, StoreUnavailable
from portico.gateway.store.sql import LOG_ABOVE_HEAD, check_asked, integrity_sentences
from portico.gateway.store.sqlite_errors import translated
from portico.gateway.store.sqlite_files import Database, copy_database, open_reader, open_writer
from portico.gateway.store.sqlite_writer import Writer
from portico.gateway.store.threads import Threads

READERS = 3
"""One may copy the database or move the WAL while two answer."""

OnConnect = Callable[[Database], None]

_PARAMETER = re.compile(r"\$([0-9])")


class Reader:
    """Reads by a connection that its thread owns."""

    def __init__(self, connection: Database) -> None:
        self._connection = connection

    def read(self, query: Query) -> list[ResultRow]:
        """Rows of one query. Raises StoreUnavailable, QueryRefused; Invalid for values that no column holds."""
        sql, args = query
        try:
            return self._connection.execute(_numbered(sql), args).fetchall()
        except apsw.Error as error:
            raise _reading(error) from error
        except OverflowError as error:
            raise Invalid("a value is outside what the store holds") from error

    def snapshot(self, queries: Sequence[Query]) -> list[list[ResultRow]]:
        """Rows of several queries in one read transaction."""
        self.read(("begin", ()))
        try:
            return [self.read(query) for query in queries]
        finally:
            self.read(("rollback", ()))

    def check(self, _: None) -> list[str]:
        """What SQLite finds wrong, then what the log's heads contradict."""
        found = [str(row[0]) for row in self.read(("pragma integrity_check(20)", ()))]
        problems = [sentence for sentence in found if sentence != "ok"]
        return problems or integrity_sentences(self.read((LOG_ABOVE_HEAD, ())))

    def close(self) -> None:
        self._connection.close()


class FileReader(Reader):
    """A connection to a file that changes nothing in it."""

    def __init__(self, path: Path) -> None:
        super().__init__(open_reader(path))
        self._path = path

    def copy(self, target: str) -> None:
        copy_database(self._path, Path(target))

    def checkpoint(self, _: None) -> None:
        """Move what the WAL holds into the database, without waiting for anybody."""
        self.read(("pragma wal_checkpoint(passive)", ()))


class WalWatch:
    """When the WAL is to be moved into the database: aside, or by the writer itself if that does not keep up.

    An attempt that a long reader hindered is made again after as many pages more, not at every commit.
    """

    def __init__(self, aside: int = 1_000, blocking: int = 8_192) -> None:
        self._aside = aside
        self._blocking = blocking
        self._next_aside = aside
        self._next_blocking = blocking

    def due(self, pages: int) -> Literal["no", "aside", "now"]:
        """What to do after a commit that left the WAL `pages` long (of 4 KiB each)."""
        if pages < self._aside:
            self._next_aside, self._next_blocking = self._aside, self._blocking
        elif pages >= self._next_blocking:
            self._next_blocking = pages + self._aside
            return "now"
        elif pages >= self._next_aside:
            self._next_aside = pages + self._aside
            return "aside"
        return "no"


class SqliteStore:
    """`engine.Store` over one file. Made by `open_sqlite`."""

    def __init__(self, path: Path, on_connect: OnConnect | None = None) -> None:
        self._path = path
        self._on_connect = on_connect
        self._readers = Threads("portico-read", lambda: FileReader(path), READERS)
        self._writers = Threads("portico-write", lambda: Writer(self._connect), 1)
        self._wal = WalWatch()

    @property
    def dialect(self) -> str:
        return "sqlite"

    @property
    def path(self) -> Path:
        return self._path

    async def read(self, sql: str, args: Sequence[Value] = ()) -> list[ResultRow]:
        """Rows of one query. Raises StoreUnavailable, QueryRefused, Invalid."""
        check_asked(args)
        return await self._readers.run(FileReader.read, (sql, args))

    async def snapshot(self, *queries: Query) -> list[list[ResultRow]]:
        """Rows of several queries that see the same commit. Raises StoreUnavailable, QueryRefused, Invalid."""
        for _, args in queries:
            check_asked(args)
        return await self._readers.run(FileReader.snapshot, queries)

    async def apply(self, group: Group) -> None:
        """Commit `group` or nothing; cancelling the wait does not take it back.

        Raises StreamConflict, ChangeRefused, StoreUnavailable.
        """
        await self._writers.run(self._apply, group)

    async def backup(self, target: str) -> None:
        """A consistent copy as the file `target` (0600), while the store is in use. Raises StoreUnavailable."""
        await self._readers.run(FileReader.copy, target)

    async def check(self) -> list[str]:
        """Integrity problems, as sentences; empty when all is well. Reads the whole file."""
        return await self._readers.run(FileReader.check, None)

    async def open(self, steps: Sequence[migrate.Step], at: int) -> None:
        """Start the threads and bring the schema up to `steps`."""
        self._writers.start()
        self._readers.start()
        await self._writers.run(self._migrate, (steps, at))

    async def close(self) -> None:
        """Finish what waits and close the file; the last connection empties the WAL."""
        await self._readers.close()
        await self._writers.close()

    def _connect(self) -> Database:
        connection = open_writer(self._path)
        if self._on_connect is not None:
            self._on_connect(connection)
        return connection

    def _apply(self, writer: Writer, group: Group) -> None:
        if not writer.apply(group):
            self._writers.post(self._truncate, None)
        match self._wal.due(writer.wal_pages):
            case "now":
                writer.checkpoint()
            case "aside":
                self._readers.post(FileReader.checkpoint, None)
            case "no":
                pass

    def _truncate(self, writer: Writer, _: None) -> None:
        if not writer.truncate():
            self._writers.post(self._truncate, None)

    def _migrate(self, writer: Writer, wanted: tuple[Sequence[migrate.Step], int]) -> None:
        steps, at = wanted
        applied = _applied(writer)
        pending = migrate.pending(steps, applied)
        if applied and pending:
            copy_database(self._path, backup_before(self._path, applied[-1].number))
        for step in pending:
            run_step(writer, step, at)


def backup_before(path: Path, step: int) -> Path:
    """Where the database as it was after `step` is kept when a newer program upgrades it."""
    return path.with_name(f"{path.name}.before-step-{step + 1:04}")


@asynccontextmanager
async def open_sqlite(
    path: Path | str,
    *,
    clock: Clock | None = None,
    steps: Sequence[migrate.Step] | None = None,
    on_connect: OnConnect | None = None,
) -> AsyncGenerator[SqliteStore]:
    """The store in the file `path`, made and upgraded as needed; an existing one is copied beside it before an upgrade.

    `on_connect` sees each writing connection (tests plant faults with it). Raises StoreUnavailable, and Unavailable
    `home_too_new`, `home_changed`, `home_damaged` without touching the file.
    """
    store = SqliteStore(Path(path), on_connect)
    try:
        await store.open(migrate.load_steps() if steps is None else steps, (clock or SystemClock()).now())
        yield store
    finally:
        await store.close()


def _applied(writer: Writer) -> list[migrate.Applied]:
    found: list[migrate.Applied] = []

    def work(connection: Database) -> None:
        connection.execute(migrate.CREATE_TABLE)
        found.extend(migrate.Applied(*row) for row in connection.execute(migrate.READ_APPLIED).fetchall())

    writer.transact(work)
    return found


def run_step(writer: Writer, step: migrate.Step, at: int) -> None:
    """Apply `step` and note it, in one transaction."""

    def work(connection: Database) -> None:
        connection.execute(step.script("sqlite")).fetchall()
        connection.execute(_numbered(migrate.RECORD), (step.number, step.name, step.checksum, at))

    writer.transact(work)


@lru_cache(maxsize=1024)
def _numbered(sql: str) -> str:
    """`$n` as `?n`: SQLite would take bare `$2, $1` in the order of their first appearance."""
    return _PARAMETER.sub(r"?\1", sql)


def _reading(error: apsw.Error) -> Exception:
    told = translated(error)
    return told if isinstance(told, StoreUnavailable) else QueryRefused(str(error))
