"""A home is copied while it is in use, and restored into either engine."""

from pathlib import Path

import pytest

from portico.gateway.store import migrate
from portico.gateway.store.backup import Backup
from portico.gateway.store.open import open_store
from portico.gateway.store.sqlite import open_sqlite
from tests.kit.clock import FakeClock
from tests.kit.homes import home_in
from tests.kit.stores import ENGINES, appended, fresh_schema


async def place(engine: str) -> str | None:
    return None if engine == "sqlite" else await fresh_schema()


@pytest.mark.parametrize("engine", ENGINES)
async def test_a_backup_of_an_older_program_is_upgraded(tmp_path: Path, engine: str) -> None:
    home, target = home_in(tmp_path / "home"), home_in(tmp_path / "target")
    async with open_sqlite(home.database, clock=FakeClock(), steps=migrate.load_steps()[:1]) as store:
        await store.apply(appended("s", 0, b"1"))
    made = await Backup(home).save(tmp_path / "backup")
    assert made.schema == 1
    url = await place(engine)
    await Backup(target, url).restore(tmp_path / "backup")
    async with open_store(url or target.database, clock=FakeClock()) as store:
        assert await store.read("select version from event") == [(1,)]
        assert len(await store.read("select step from migration")) == len(migrate.load_steps())
