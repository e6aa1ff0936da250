"""Rows of PostgreSQL as a SQLite file, and back."""

import stat
from contextlib import closing
from pathlib import Path

import pytest

from portico.gateway.store.changes import Drop, Put
from portico.gateway.store.engine import Group
from portico.gateway.store.fulltext import FULL_TEXT, Term
from portico.gateway.store.postgres_copy import ROWS_AT_ONCE
from portico.gateway.store.sqlite_files import open_plain
from tests.kit.stores import ENGINES, appended, postgres_store

pytestmark = pytest.mark.skipif("postgres" not in ENGINES, reason="the wheel with PostgreSQL is for Linux")


@pytest.mark.parametrize("count", [0, 1, ROWS_AT_ONCE, ROWS_AT_ONCE + 1])
async def test_all_rows_go_there_and_back(tmp_path: Path, count: int) -> None:
    target = tmp_path / "copy.db"
    target.write_text("an older copy")
    async with postgres_store() as store:
        await store.apply(appended("s", 0, *(str(n).encode() for n in range(count))))
        await store.backup(str(target))
        await store.apply(Group(changes=(Put("setting", {"name": "later"}, {"data": b""}),)))
        await store.apply(appended("s", count, b"later"))
        await store.replace(target)
        rows = await store.read("select version, data from event order by version")
        assert await store.read("select count(*) from setting") == [(0,)]
    assert rows == [(n + 1, str(n).encode()) for n in range(count)]
    assert not target.with_name("copy.db.partial").exists()
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    with closing(open_plain(target)) as copy:
        assert copy.execute("select count(*) from event").fetchall() == [(count,)]
        assert copy.execute("pragma integrity_check").fetchall() == [("ok",)]


async def test_full_text_goes_there_and_back(tmp_path: Path) -> None:
    target, ask = tmp_path / "copy.db", FULL_TEXT["postgres"]
    key = {"thread_id": "t", "position": 1, "part": 0}
    values = {
        "workspace_id": "w",
        "turn_id": "a",
        "item_id": "i",
        "at": 1,
        "shown": "Hello",
        "name": "",
        "said": "hello",
    }
    async with postgres_store() as store:
        await store.apply(Group(changes=(Put("search_text", key, values),)))
        await store.backup(str(target))
        await store.apply(Group(changes=(Drop("search_text", {"thread_id": "t"}),)))
        await store.replace(target)
        query = f"select s.shown from search_text s where {ask.matches}"
        assert await store.read(query, (ask.argument("said", [Term(("hello",))]),)) == [("Hello",)]
    with closing(open_plain(target)) as copy:
        found = copy.execute("select rowid from search_index where search_index match 'hello'").fetchall()
        assert found == [(1,)]
