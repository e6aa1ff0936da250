"""A store in memory and the part that it shares with a file: read at the start, written to both, refused in both."""

import sqlite3
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import msgspec
import pytest

from portico.gateway.kernel.errors import Unavailable
from portico.gateway.store.changes import Drop, Patch, Put
from portico.gateway.store.engine import EventRow, Group, Store, StoreUnavailable, StreamConflict, StreamRow
from portico.gateway.store.mirror import Shared, open_mirrored
from portico.gateway.store.sqlite import open_sqlite
from portico.gateway.store.sqlite_files import Database
from tests.kit.clock import FakeClock

SHARED = Shared("gateway", frozenset({"settled"}), frozenset({"setting"}), frozenset({"workspace"}))
MARKER = b"a word that must not be kept"


def row(version: int, type_: str = "settled", stream: str = "gateway", flow: int = 0) -> EventRow:
    data = msgspec.json.encode({"created_at": 7, "version": version, "payload": {"type": type_, "n": version}})
    return EventRow(stream, version, None, 0, type_, 1, flow, data, 7, "cause")


def group(expected: int, *types: str, stream: str = "gateway") -> Group:
    events = tuple(row(expected + n, type_, stream) for n, type_ in enumerate(types, 1))
    head = expected + len(types)
    return Group(streams=(StreamRow(stream, expected, head, head, 0, None, None),), events=events)


def setting(name: str, data: bytes = b"1") -> Put:
    return Put("setting", {"name": name}, {"data": data})


def workspace(name: str) -> Put:
    values = {"name": name, "is_active": 1, "is_current": 0, "created_at": 1, "updated_at": 1}
    return Put("workspace", {"id": name}, values)


def holding(text: bytes, folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if text in path.read_bytes()]


@asynccontextmanager
async def file_store(folder: Path) -> AsyncGenerator[Store]:
    async with open_sqlite(folder / "gateway.db", clock=FakeClock()) as store:
        yield store


@asynccontextmanager
async def mirrored(folder: Path, connections: list[Database] | None = None) -> AsyncGenerator[Store]:
    note = None if connections is None else connections.append
    async with open_mirrored(folder / "gateway.db", SHARED, clock=FakeClock(), on_connect=note) as store:
        yield store


async def stored(store: Store) -> list[tuple[int, str, int, Any]]:
    """Version, type, and version and payload as the data tell them, of the gateway's stream."""
    rows = await store.read("select version, type, data from event where stream = 'gateway' order by version")
    told = [(version, type_, msgspec.json.decode(data)) for version, type_, data in rows]
    return [(version, type_, data["version"], data["payload"]["n"]) for version, type_, data in told]


async def heads(store: Store) -> list[tuple[Any, ...]]:
    return await store.read("select stream, head, decided from stream order by stream")


async def names(store: Store, table: str) -> list[str]:
    return [name for (name,) in await store.read(f"select name from {table} order by name")]


async def test_the_stream_and_the_tables_are_read_and_nothing_else(tmp_path: Path) -> None:
    async with file_store(tmp_path) as file:
        await file.apply(group(0, "settled", "moved"))
        await file.apply(group(0, "settled", stream="thread:t"))
        folder = Put("thread_folder", {"id": "f"}, {"workspace_id": "w", "name": "F", "created_at": 1, "updated_at": 1})
        await file.apply(Group(changes=(setting("a"), workspace("w"), folder)))
    async with mirrored(tmp_path) as store:
        assert await heads(store) == [("gateway", 2, 2)]
        assert await stored(store) == [(1, "settled", 1, 1), (2, "moved", 2, 2)]
        assert (await names(store, "setting"), await names(store, "workspace")) == (["a"], ["w"])
        assert await names(store, "thread_folder") == []


async def test_events_are_renumbered_for_the_file(tmp_path: Path) -> None:
    async with mirrored(tmp_path) as store:
        await store.apply(group(0, "moved", "settled", "moved", "settled"))
        await store.apply(group(4, "settled"))
        await store.apply(group(0, "settled", stream="thread:t"))
        assert await heads(store) == [("gateway", 5, 5), ("thread:t", 1, 1)]
    async with file_store(tmp_path) as file:
        assert await heads(file) == [("gateway", 3, 3)]
        assert await stored(file) == [(1, "settled", 1, 2), (2, "settled", 2, 4), (3, "settled", 3, 5)]
        assert await file.read("select distinct at, cause, schema, flow, turn_id from event") == [
            (7, "cause", 1, 0, None)
        ]
        assert await file.check() == []
    async with mirrored(tmp_path) as store:
        await store.apply(group(3, "moved", "settled"))
    async with file_store(tmp_path) as file:
        assert [version for version, *_ in await stored(file)] == [1, 2, 3, 4]


async def test_flow_moves_the_file_s_head_but_decides_nothing(tmp_path: Path) -> None:
    async with mirrored(tmp_path) as store:
        await store.apply(group(0, "settled"))
        flowing = row(2, flow=1)
        await store.apply(Group(streams=(StreamRow("gateway", 1, 2, 1, 0, None, None),), events=(flowing,)))
    async with file_store(tmp_path) as file:
        assert await heads(file) == [("gateway", 2, 1)]


async def test_changes_of_shared_tables_reach_the_file_and_no_others(tmp_path: Path) -> None:
    async with mirrored(tmp_path) as store:
        await store.apply(Group(changes=(setting("a"), setting("b"), setting("c"), workspace("new"))))
        changes = (Patch("setting", {"name": "b"}, {"data": b"2"}), Drop("setting", {"name": "c"}))
        await store.apply(Group(changes=changes, fact=False))
        assert await names(store, "workspace") == ["new"]
    async with file_store(tmp_path) as file:
        assert await file.read("select name, data from setting order by name") == [("a", b"1"), ("b", b"2")]
        assert await names(file, "workspace") == []


async def test_what_is_not_shared_touches_no_file(tmp_path: Path) -> None:
    connections: list[Database] = []
    async with mirrored(tmp_path, connections) as store:
        event = EventRow("thread:t", 1, "u", 1, "said", 1, 0, MARKER, 7, None)
        await store.apply(
            Group(streams=(StreamRow("thread:t", 0, 1, 1, 1, "u", "w"),), events=(event,), changes=(workspace("w"),))
        )
        assert connections == []
        assert await store.read("select data from event") == [(MARKER,)]
        await store.apply(Group(changes=(setting("a"),)))
        assert len(connections) == 1
        assert holding(MARKER, tmp_path) == []
    assert holding(MARKER, tmp_path) == []


async def test_a_full_disk_refuses_the_change_in_both(tmp_path: Path) -> None:
    connections: list[Database] = []
    async with mirrored(tmp_path, connections) as store:
        await store.apply(Group(changes=(setting("a"),)))
        pages = connections[0].execute("pragma page_count").fetchall()[0][0]
        connections[0].execute(f"pragma max_page_count={pages}").fetchall()
        big = Group(changes=(workspace("beside"), setting("big", b"x" * 100_000)))
        with pytest.raises(StoreUnavailable) as refused:
            await store.apply(big)
        assert refused.value.details["reason"] == "disk_full"
        assert (await names(store, "setting"), await names(store, "workspace")) == (["a"], [])
        await store.apply(Group(changes=(workspace("in memory"),)))
        connections[0].execute("pragma max_page_count=1000000").fetchall()
        await store.apply(big)
        assert await names(store, "setting") == ["a", "big"]
    async with file_store(tmp_path) as file:
        assert await names(file, "setting") == ["a", "big"]


async def test_a_conflict_in_memory_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    async with mirrored(tmp_path) as store:
        await store.apply(group(0, "settled"))
        with pytest.raises(StreamConflict):
            await store.apply(group(0, "settled"))
    async with file_store(tmp_path) as file:
        assert [version for version, *_ in await stored(file)] == [1]


async def test_a_long_wal_is_moved_into_the_file(tmp_path: Path) -> None:
    async with mirrored(tmp_path) as store:
        for n in range(3):
            await store.apply(Group(changes=(setting("big", bytes([n]) * 2**22),)))
        assert (tmp_path / "gateway.db").stat().st_size > 2**22


async def test_what_is_shared_is_in_the_file_before_it_is_acknowledged_a_fact_on_disk(tmp_path: Path) -> None:
    connections: list[Database] = []
    async with mirrored(tmp_path, connections) as store:
        for is_fact, synchronous in ((False, 1), (True, 2)):
            await store.apply(Group(changes=(setting("a"),), fact=is_fact))
            assert connections[0].execute("pragma synchronous").fetchall() == [(synchronous,)]
        with closing(sqlite3.connect(tmp_path / "gateway.db")) as other:
            assert other.execute("select name from setting").fetchall() == [("a",)]


async def test_a_damaged_file_is_told_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "gateway.db").write_bytes(b"this is no database" * 1_000)
    with pytest.raises(Unavailable):
        async with mirrored(tmp_path):
            pass
