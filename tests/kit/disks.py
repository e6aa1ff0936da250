"""Disks that fill up: a real SQLite that may not grow, and a store that refuses whatever it is given."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager

import anyio

from portico.gateway.kernel.clock import Clock
from portico.gateway.kernel.config import Config
from portico.gateway.kernel.home import Home
from portico.gateway.store.changes import Value
from portico.gateway.store.engine import Group, Query, ResultRow, Store, StoreUnavailable
from portico.gateway.store.sqlite import open_sqlite
from portico.gateway.store.sqlite_files import Database


class SmallDisk:
    """`open_store` of a gateway whose database file can be kept from growing."""

    def __init__(self) -> None:
        self._connections: list[Database] = []

    @asynccontextmanager
    async def open(self, config: Config, home: Home, clock: Clock) -> AsyncGenerator[Store]:
        del config
        async with open_sqlite(home.database, clock=clock, on_connect=self._connections.append) as store:
            yield store

    def fill(self) -> None:
        """No page more than there are."""
        self._pragma(f"max_page_count={self._pragma('page_count')}")

    def empty(self) -> None:
        self._pragma("max_page_count=1000000")

    def _pragma(self, text: str) -> int:
        return self._connections[-1].execute(f"pragma {text}").fetchall()[0][0]


class FullDisk:
    """`open_store` of a gateway whose store takes nothing while `is_full`, and waits while it hangs."""

    def __init__(self) -> None:
        self.is_full = False
        self.refused = 0
        self.held = 0
        self._goes_on = anyio.Event()
        self._goes_on.set()

    def hang(self) -> None:
        self._goes_on = anyio.Event()

    def go_on(self) -> None:
        self._goes_on.set()

    async def take(self) -> None:
        """Let a group through, now or later, or raise StoreUnavailable."""
        if self.is_full:
            self.refused += 1
            raise StoreUnavailable("the disk is full", reason="disk_full")
        if not self._goes_on.is_set():
            self.held += 1
            await self._goes_on.wait()

    @asynccontextmanager
    async def open(self, config: Config, home: Home, clock: Clock) -> AsyncGenerator[Store]:
        del config
        async with open_sqlite(home.database, clock=clock) as store:
            yield _Refusing(self, store)


class _Refusing:
    def __init__(self, disk: FullDisk, store: Store) -> None:
        self._disk = disk
        self._store = store

    @property
    def dialect(self) -> str:
        return self._store.dialect

    async def read(self, sql: str, args: Sequence[Value] = ()) -> list[ResultRow]:
        return await self._store.read(sql, args)

    async def snapshot(self, *queries: Query) -> list[list[ResultRow]]:
        return await self._store.snapshot(*queries)

    async def apply(self, group: Group) -> None:
        await self._disk.take()
        await self._store.apply(group)

    async def backup(self, target: str) -> None:
        await self._store.backup(target)

    async def check(self) -> list[str]:
        return await self._store.check()
