"""The place says which engine holds the store."""

import importlib
from pathlib import Path

import pytest

from portico.gateway.kernel.errors import Invalid, Unavailable
from portico.gateway.store.changes import Put
from portico.gateway.store.engine import Group, StoreUnavailable
from portico.gateway.store.open import is_postgres, open_forgetful, open_store, replace_rows
from tests.kit.clock import FakeClock
from tests.kit.stores import SHARED, appended


@pytest.mark.parametrize("scheme", ["", "sqlite:///"])
async def test_a_path_is_sqlite(tmp_path: Path, scheme: str) -> None:
    async with open_store(f"{scheme}{tmp_path}/gateway.db", clock=FakeClock()) as store:
        assert store.dialect == "sqlite"
    assert (tmp_path / "gateway.db").exists()


@pytest.mark.parametrize(
    ("place", "expected"),
    [("postgresql://h/d", True), ("postgres://h/d", True), ("postgres.db", False), ("/x/postgresql://", False)],
)
def test_is_postgres(place: str, expected: bool) -> None:
    assert is_postgres(place) is expected


async def test_another_url_is_invalid(tmp_path: Path) -> None:
    with pytest.raises(Invalid) as refusal:
        async with open_store("mysql://localhost/portico"):
            pass
    assert refusal.value.path == "store.url"
    with pytest.raises(Invalid):
        await replace_rows("/some/file.db", tmp_path / "x")


async def test_a_forgetful_store_shares_only_what_it_is_told(tmp_path: Path) -> None:
    place = f"sqlite:///{tmp_path}/gateway.db"
    async with open_forgetful(place, SHARED, clock=FakeClock()) as store:
        await store.apply(appended("s", 0, b"1"))
        await store.apply(Group(changes=(Put("setting", {"name": "kept"}, {"data": b"1"}),)))
    async with open_store(place, clock=FakeClock()) as store:
        assert await store.read("select name from setting") == [("kept",)]
        assert await store.read("select count(*) from event") == [(0,)]


@pytest.mark.parametrize(
    ("place", "path"),
    [("postgresql://localhost/portico", "store.session_persist"), ("mysql://localhost/portico", "store.url")],
)
async def test_a_forgetful_store_shares_with_a_file_only(place: str, path: str) -> None:
    with pytest.raises(Invalid) as refusal:
        async with open_forgetful(place, SHARED):
            pass
    assert refusal.value.path == path


async def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> object:
        raise ModuleNotFoundError(f"no module for {name}", name="asyncpg")

    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(Unavailable, match=r"portico\[postgres\]") as refusal:
        async with open_store("postgresql://localhost/portico"):
            pass
    assert refusal.value.code == "missing_extra"


async def test_another_missing_module_is_our_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_: str) -> object:
        raise ModuleNotFoundError("no module", name="portico.gateway.store.gone")

    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(ModuleNotFoundError):
        async with open_store("postgresql://localhost/portico"):
            pass


@pytest.mark.parametrize("url", ["postgresql:///x?host=/nowhere", "postgresql://h:port/x"])
async def test_a_server_that_is_not_there_is_unavailable(url: str) -> None:
    with pytest.raises(StoreUnavailable) as refusal:
        async with open_store(url):
            pass
    assert refusal.value.details["reason"] in {"connection", "cannot_open"}
