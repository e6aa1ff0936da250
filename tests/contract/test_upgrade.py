"""Rows of older homes after the newer steps, on SQLite and on PostgreSQL."""

from pathlib import Path
from typing import Any

import pytest

from portico.gateway.store import migrate
from portico.gateway.store.changes import Put, Value
from portico.gateway.store.engine import Group
from portico.gateway.store.postgres import open_postgres
from portico.gateway.store.sqlite import open_sqlite
from tests.kit.clock import FakeClock
from tests.kit.stores import ENGINES, any_place

THREAD: dict[str, Value] = {
    "workspace_id": "w",
    "preview": "",
    "mode": "Agent",
    "model": "",
    "model_provider": "",
    "status": "Idle",
    "origin_kind": "user",
    "sidebar_visibility": "visible",
    "created_at": 1,
    "updated_at": 1,
}


@pytest.mark.parametrize("engine", ENGINES)
async def test_threads_of_before_stay(engine: str, tmp_path: Path) -> None:
    place = await any_place(engine, tmp_path)

    def opened(count: int | None = None) -> Any:
        steps = migrate.load_steps()[:count]
        if engine == "sqlite":
            return open_sqlite(Path(place), clock=FakeClock(), steps=steps)
        return open_postgres(place, clock=FakeClock(), steps=steps)

    async with opened(2) as store:
        await store.apply(Group(changes=(Put("thread", {"id": "t"}, THREAD),)))
    async with opened() as store:
        assert await store.read("select id, ephemeral from thread") == [("t", 0)]
        assert await store.read("select count(*) from conversation") == [(0,)]
        assert await store.read("select thread_id from search_backlog") == [("t",)]
