"""What changes of tables do, and which values come back, on SQLite, on PostgreSQL and in memory."""

from collections.abc import AsyncGenerator
from enum import StrEnum
from pathlib import Path

import pytest

from portico.gateway.store.changes import Change, Drop, Patch, Put
from portico.gateway.store.engine import ChangeRefused, Group, ResultRow, Store
from tests.kit.stores import STORES, any_store, appended, event, head

MAX_INT = 2**63 - 1


class Colour(StrEnum):
    RED = "red"


@pytest.fixture(params=STORES)
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[Store]:
    async with any_store(request.param, tmp_path) as opened:
        yield opened


async def versions(store: Store, stream: str) -> list[int]:
    rows = await store.read("select version from event where stream = $1 order by version", (stream,))
    return [version for (version,) in rows]


async def settings(store: Store) -> list[ResultRow]:
    return await store.read("select name, data from setting order by name")


async def folders(store: Store) -> list[ResultRow]:
    return await store.read("select id, parent_folder_id, name, created_at from thread_folder order by id")


def setting(name: str, data: bytes) -> Put:
    return Put("setting", {"name": name}, {"data": data})


def folder(key: str, name: str, parent: str | None = None, created_at: int = 1) -> Put:
    values = {"workspace_id": "w", "parent_folder_id": parent, "name": name, "updated_at": created_at}
    return Put("thread_folder", {"id": key}, values, initial={"created_at": created_at})


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param((Put("setting", {"name": "x"}, {}),), id="a column that must not be null"),
        pytest.param((Put("setting", {"name": "x"}, {"data": None}),), id="null where a value must be"),
        pytest.param((Put("nowhere", {"name": "x"}, {"data": b""}),), id="no such table"),
        pytest.param((Put("setting", {"name": "x"}, {"colour": b""}),), id="no such column"),
        pytest.param((Put("setting", {"name": "a\0b"}, {"data": b""}),), id="NUL in text"),
        pytest.param((Put("setting", {"name": "\ud800"}, {"data": b""}),), id="half a surrogate pair"),
        pytest.param((Patch("setting", {"name": "kept"}, {"data": None}),), id="a patch to null"),
        pytest.param((Patch("setting", {"name": "a\0b"}, {"data": b""}),), id="NUL in a condition"),
        pytest.param((Drop("setting", {"nowhere": "x"}),), id="a drop by no column"),
        pytest.param(
            (Patch("workspace", {"id": "w"}, {"created_at": MAX_INT + 1}),), id="an integer of more than 64 bits"
        ),
    ],
)
async def test_a_change_that_is_refused_undoes_the_group(store: Store, changes: tuple[Change, ...]) -> None:
    await store.apply(Group(changes=(setting("kept", b"1"),)))
    with pytest.raises(ChangeRefused):
        await store.apply(
            Group(streams=(head("s", 0, 1),), events=(event("s", 1),), changes=(setting("y", b"2"), *changes))
        )
    assert await settings(store) == [("kept", b"1")]
    assert await store.read("select count(*) from stream") == [(0,)]
    await store.apply(appended("s", 0, b"after"))
    assert await versions(store, "s") == [1]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param((folder("a", "A"),), [("a", None, "A", 1)], id="put makes"),
        pytest.param(
            (folder("a", "A"), folder("a", "B", parent="p", created_at=9)),
            [("a", "p", "B", 1)],
            id="the second put of a run replaces, what is initial stays",
        ),
        pytest.param(
            (folder("a", "A"), Patch("thread_folder", {"id": "a"}, {"name": "P"}), folder("b", "B")),
            [("a", None, "P", 1), ("b", None, "B", 1)],
            id="shapes alternate",
        ),
        pytest.param(
            (folder("a", "A"), Drop("thread_folder", {"id": "a"}), folder("a", "C", created_at=5)),
            [("a", None, "C", 5)],
            id="put, drop, put",
        ),
        pytest.param(
            (Patch("thread_folder", {"id": "a"}, {"name": "early"}), folder("a", "A")),
            [("a", None, "A", 1)],
            id="a patch of nothing is nothing",
        ),
        pytest.param(
            (
                folder("a", "A"),
                folder("b", "B", parent="a"),
                Patch("thread_folder", {"id": "a"}, {"name": "1"}),
                Patch("thread_folder", {"id": "b"}, {"name": "2"}),
                Patch("thread_folder", {"id": "a"}, {"name": "3"}),
            ),
            [("a", None, "3", 1), ("b", "a", "2", 1)],
            id="the last patch of a run wins",
        ),
        pytest.param(
            (
                folder("a", "A"),
                folder("b", "B", parent="a"),
                Patch("thread_folder", {"workspace_id": "w", "parent_folder_id": None}, {"name": "top"}),
            ),
            [("a", None, "top", 1), ("b", "a", "B", 1)],
            id="null in a key means is null",
        ),
        pytest.param(
            (
                folder("a", "A"),
                folder("b", "B", parent="a"),
                folder("c", "C", parent="a"),
                Patch("thread_folder", {"parent_folder_id": "a"}, {"parent_folder_id": "b"}),
                Patch("thread_folder", {"parent_folder_id": "b"}, {"parent_folder_id": None}),
            ),
            [("a", None, "A", 1), ("b", None, "B", 1), ("c", None, "C", 1)],
            id="a patch of its own key, in order",
        ),
        pytest.param(
            (
                folder("a", "A"),
                folder("b", "B", parent="a"),
                folder("c", "C", parent="b"),
                Drop("thread_folder", {"parent_folder_id": None}),
                Drop("thread_folder", {"id": "c", "workspace_id": "w"}),
                Drop("thread_folder", {"id": "zz"}),
            ),
            [("b", "a", "B", 1)],
            id="drops with null and of nothing",
        ),
        pytest.param(
            (folder("a", "A"), folder("b", "B"), Drop("thread_folder", {})), [], id="drop without a condition"
        ),
        pytest.param(
            (folder("a", "A"), Patch("thread_folder", {"id": "a"}, {})), [("a", None, "A", 1)], id="an empty patch"
        ),
        pytest.param(
            (folder("a", "A"), folder("b", "B"), Patch("thread_folder", {}, {"name": "same"})),
            [("a", None, "same", 1), ("b", None, "same", 1)],
            id="a patch of every row",
        ),
    ],
)
async def test_changes_are_applied_in_their_order(
    store: Store, changes: tuple[Change, ...], expected: list[ResultRow]
) -> None:
    await store.apply(Group(changes=changes))
    assert await folders(store) == expected
    # One by one they must give the same: grouping is only speed.
    await store.apply(Group(changes=(Drop("thread_folder", {}),)))
    for change in changes:
        await store.apply(Group(changes=(change,)))
    assert await folders(store) == expected


async def test_a_put_without_values_keeps_what_is_there(store: Store) -> None:
    ref = {"sha256": "f", "stream": "s"}
    await store.apply(Group(changes=(Put("blob_ref", ref, {"size": 4}), Put("blob_ref", ref, {}, initial={"size": 9}))))
    assert await store.read("select size from blob_ref") == [(4,)]


async def test_many_puts_of_one_shape(store: Store) -> None:
    await store.apply(Group(changes=tuple(setting(f"{n:03}", str(n).encode()) for n in range(150))))
    assert await settings(store) == [(f"{n:03}", str(n).encode()) for n in range(150)]


@pytest.mark.parametrize(
    ("value", "sql"),
    [
        pytest.param("", "$1", id="empty text"),
        pytest.param("grüße 漢字 🏳️‍🌈 \u200f \uffff", "$1", id="text beyond ASCII"),
        pytest.param("'; drop table event; --", "$1", id="text like SQL"),
        pytest.param(Colour.RED, "$1", id="an enum is its text"),
    ],
)
async def test_text_comes_back_as_it_went(store: Store, value: str, sql: str) -> None:
    assert await store.read(f"select cast({sql} as text)", (value,)) == [(str(value),)]
    await store.apply(Group(changes=(setting(value, b"x"),)))
    assert await store.read("select name from setting where name = $1", (value,)) == [(str(value),)]


@pytest.mark.parametrize("value", [0, -1, MAX_INT, -MAX_INT - 1, True])
async def test_integers_of_64_bits_come_back(store: Store, value: int) -> None:
    await store.apply(Group(changes=(Put("browser_session", {"id_hash": "h"}, {"created_at": value, "used_at": 0}),)))
    assert await store.read("select created_at from browser_session") == [(int(value),)]


async def test_sums_and_counts_are_integers(store: Store) -> None:
    refs = tuple(Put("blob_ref", {"sha256": str(n), "stream": "s"}, {"size": 2**40}) for n in range(3))
    await store.apply(Group(changes=refs))
    rows = await store.read("select sum(size), count(*), avg(size) from blob_ref")
    assert rows == [(3 * 2**40, 3, 2**40)]
    assert [type(value) for value in rows[0][:2]] == [int, int]


async def test_ordered_text_is_ordered_by_bytes(store: Store) -> None:
    ids = ["b", "B", "a", "Z", "é", "_", "10", "9", "A"]
    await store.apply(Group(changes=tuple(folder(name, "x") for name in ids)))
    rows = await store.read("select id from thread_folder order by id")
    assert [name for (name,) in rows] == sorted(ids, key=str.encode)
