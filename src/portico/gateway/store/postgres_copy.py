"""Carrying all rows between PostgreSQL and a SQLite file, which is the one form of a backup."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import anyio.to_thread
import apsw

from portico.gateway.store import migrate
from portico.gateway.store.disk import disk_errors
from portico.gateway.store.postgres_driver import Connection, Pool, rows
from portico.gateway.store.sqlite_errors import translated
from portico.gateway.store.sqlite_files import Database, open_plain

R = TypeVar("R")

ROWS_AT_ONCE = 500

TABLES = (
    "select name from pragma_table_list where schema = 'main' and type = 'table' and name not like 'sqlite_%'"
    " order by name"
)
COLUMNS = "select name from pragma_table_info('{}') where not (pk = 1 and lower(type) = 'integer')"
"""Both leave out what is SQLite's own: full-text indexes, which triggers fill, and numbers of rows."""


async def dump(pool: Pool, target: Path) -> None:
    """Write what one moment shows to the file `target` (0600), replaced whole or left as it was."""
    partial = target.with_name(target.name + ".partial")
    try:
        database = await _in_thread(lambda: _made(partial))
        try:
            await _dump_tables(pool, database)
        finally:
            await _in_thread(database.close)
        await _in_thread(lambda: partial.replace(target))
    finally:
        await anyio.to_thread.run_sync(lambda: partial.unlink(missing_ok=True))


async def load(pool: Pool, source: Path) -> None:
    """Replace the rows of every table but `migration` by those of `source`, in one transaction."""
    with closing(await _in_thread(lambda: open_plain(source))) as database:
        async with pool.acquire() as connection, connection.transaction():
            tables = [entry for entry in await _in_thread(lambda: _tables(database)) if entry[0] != "migration"]
            await connection.execute("truncate " + ", ".join(table for table, _ in tables))
            for table, columns in tables:
                await _load_table(connection, database, table, columns)


async def _dump_tables(pool: Pool, database: Database) -> None:
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        for table, columns in await _in_thread(lambda: _tables(database)):
            await _dump_table(connection, database, table, columns)
    await _in_thread(lambda: database.execute("commit"))


async def _load_table(connection: Connection, database: Database, table: str, columns: Sequence[str]) -> None:
    pages = _pages(database, table, columns)
    while page := await _in_thread(lambda: next(pages, None)):
        await connection.copy_records_to_table(table, records=page, columns=columns)


async def _dump_table(connection: Connection, database: Database, table: str, columns: Sequence[str]) -> None:
    names = ", ".join(columns)
    insert = f"insert into {table} ({names}) values ({', '.join('?' * len(columns))})"
    page: list[Sequence[Any]] = []
    async for record in connection.cursor(f"select {names} from {table}", prefetch=ROWS_AT_ONCE):
        page.append(record)
        if len(page) == ROWS_AT_ONCE:
            await _insert(database, insert, page)
            page = []
    await _insert(database, insert, page)


async def _insert(database: Database, sql: str, page: list[Sequence[Any]]) -> None:
    values = rows(page)
    await _in_thread(lambda: database.executemany(sql, values))


def _made(path: Path) -> Database:
    """An empty database with our schema and an open transaction; `migration` is filled like every other table."""
    path.unlink(missing_ok=True)
    database = open_plain(path)
    database.execute("pragma journal_mode=off; pragma synchronous=full; begin immediate").fetchall()
    database.execute(migrate.CREATE_TABLE)
    for step in migrate.load_steps():
        database.execute(step.script("sqlite")).fetchall()
    return database


def _tables(database: Database) -> list[tuple[str, list[str]]]:
    names = [row[0] for row in database.execute(TABLES).fetchall()]
    return [(name, [row[0] for row in database.execute(COLUMNS.format(name)).fetchall()]) for name in names]


def _pages(database: Database, table: str, columns: Sequence[str]) -> Iterator[list[tuple[Any, ...]]]:
    cursor = iter(database.execute(f"select {', '.join(columns)} from {table}"))
    while page := list(islice(cursor, ROWS_AT_ONCE)):
        yield page


async def _in_thread(work: Callable[[], R]) -> R:
    try:
        with disk_errors():
            return await anyio.to_thread.run_sync(work)
    except apsw.Error as error:
        raise translated(error) from error
