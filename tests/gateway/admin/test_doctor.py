"""`portico doctor`: each check with its fault planted, and the mend that is printed."""

import os
import socket
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest

from portico.gateway.adapters.keystore import open_keystore
from portico.gateway.adapters.master_keys import KEY_MEND, master_keys
from portico.gateway.admin import doctor
from portico.gateway.admin.doctor import examine
from portico.gateway.features.secrets import StoredSecret
from portico.gateway.kernel.clock import SystemClock
from portico.gateway.kernel.config import Config
from portico.gateway.kernel.home import Home, write_private
from portico.gateway.kernel.ids import RandomIds
from portico.gateway.main import checks
from portico.gateway.main.checks import Check, Finding, Place
from portico.gateway.store.open import open_store
from portico.gateway.store.sqlite_files import open_plain
from tests.kit.homes import fill, home_in


class Disk(NamedTuple):
    """What shutil.disk_usage answers."""

    total: int
    used: int
    free: int


def place(folder: Path, **config: object) -> Place:
    path = folder / "home"
    environment = {"PATH": os.environ["PATH"]}
    told = replace(Config(home=path, port=0, environment=environment), **config)  # pyright: ignore[reportArgumentType]
    return Place(told, Home(path), SystemClock(), RandomIds())


async def made(folder: Path) -> Home:
    """A home with a database and a keystore in it."""
    home = home_in(folder / "home")
    async with open_store(home.database) as store:
        await fill(home, store)
    home.master_key.unlink()
    home.config_file.unlink()
    async with open_keystore(home.keystore, master_keys(home.master_key, {})) as keystore:
        await keystore.put(StoredSecret(ref="a/b", kind="a", value="v", label=None, updated_at=1))
    for path in (home.database, home.keystore, home.master_key):
        path.chmod(0o600)
    return home


async def test_a_whole_home_is_found_well(tmp_path: Path) -> None:
    await made(tmp_path)
    found = {finding.name: finding async for finding in examine(place(tmp_path))}
    assert list(found) == ["home", "modes", "disk", "port", "database", "keystore", "providers", "search", "sandbox"]
    for name in ("home", "modes", "port", "database", "keystore"):
        assert found[name].status == "ok", found[name]
    assert all(finding.status == "ok" or finding.mend for finding in found.values())


async def test_nothing_is_made_where_nothing_is(tmp_path: Path) -> None:
    found = {finding.name: finding.status async for finding in examine(place(tmp_path))}
    assert found["home"] == "warning"
    assert "error" not in found.values()
    assert not place(tmp_path).home.lock_file.parent.is_dir()  # noqa: ASYNC240


Plant = Callable[[Home, pytest.MonkeyPatch], object]


def loosen(home: Home, _: pytest.MonkeyPatch) -> None:
    home.master_key.chmod(0o640)


def disk_of(free: int) -> Plant:
    return lambda _, patch: patch.setattr(checks.shutil, "disk_usage", lambda path: Disk(1, 1, free))  # pyright: ignore[reportUnknownLambdaType, reportUnknownArgumentType]


def without(program: str) -> Plant:
    def which(name: str) -> str | None:
        return None if name == program else f"/usr/bin/{name}"

    return lambda _, patch: patch.setattr(checks.shutil, "which", which)


def tear_database(home: Home, _: pytest.MonkeyPatch) -> None:
    home.database.with_name("gateway.db-wal").unlink(missing_ok=True)
    whole = home.database.read_bytes()
    home.database.write_bytes(whole[:4_096] + b"\xff" * (len(whole) - 4_096))


def foreign_database(home: Home, _: pytest.MonkeyPatch) -> None:
    home.database.write_bytes(b"this is no database" * 400)


def lose_the_head(home: Home, _: pytest.MonkeyPatch) -> None:
    with closing(open_plain(home.database)) as database:
        database.execute("update stream set head = 1, decided = 1")


def other_key(home: Home, _: pytest.MonkeyPatch) -> None:
    home.master_key.write_bytes(os.urandom(home.master_key.stat().st_size))


def lose_key(home: Home, _: pytest.MonkeyPatch) -> None:
    home.master_key.unlink()


def sandbox_that(*words: str) -> Plant:
    def plant(_: Home, patch: pytest.MonkeyPatch) -> None:
        patch.setattr(checks.shutil, "which", lambda name: f"/usr/bin/{name}")  # pyright: ignore[reportUnknownLambdaType, reportUnknownArgumentType]
        patch.setattr(checks, "SANDBOX", words)

    return plant


@pytest.mark.parametrize(
    ("check", "plant", "expected"),
    [
        pytest.param(checks.modes, loosen, ("error", "others can read", "chmod go-rwx"), id="modes"),
        pytest.param(checks.disk, disk_of(2**20), ("error", "0.0 GiB free", "make room: without it"), id="no disk"),
        pytest.param(checks.disk, disk_of(2**29), ("warning", "0.5 GiB free", "make room before"), id="low disk"),
        pytest.param(doctor.database, tear_database, ("error", "", "portico restore FILE"), id="torn database"),
        pytest.param(doctor.database, foreign_database, ("error", "", "portico restore FILE"), id="no database"),
        pytest.param(doctor.database, lose_the_head, ("error", "", "portico restore FILE"), id="log above its head"),
        pytest.param(doctor.keystore, other_key, ("error", "", "bring back the master key"), id="another key"),
        pytest.param(doctor.keystore, lose_key, ("error", "", "bring back the master key"), id="no key"),
        pytest.param(checks.search, without("rg"), ("warning", "is slower", "install ripgrep"), id="ripgrep"),
        pytest.param(checks.sandbox, without("bwrap"), ("warning", "not installed", "install bubblewrap"), id="bwrap"),
        pytest.param(
            checks.sandbox, sandbox_that("false"), ("warning", "not allowed", "user namespaces"), id="bwrap forbidden"
        ),
        pytest.param(checks.sandbox, sandbox_that("true"), ("ok", "bubblewrap works", ""), id="bwrap works"),
        pytest.param(
            checks.sandbox,
            sandbox_that("/no/such/program"),
            ("warning", "does not start", "install it"),
            id="gone",
        ),
    ],
)
async def test_planted_faults(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, check: Check, plant: Plant, expected: tuple[str, str, str]
) -> None:
    home = await made(tmp_path)
    plant(home, monkeypatch)
    found = await check(place(tmp_path))
    status, message, mend = expected
    assert found.status == status, found
    assert found.message
    assert message in found.message
    assert mend in found.mend


async def test_looking_makes_no_key(tmp_path: Path) -> None:
    home = await made(tmp_path)
    home.master_key.unlink()
    found = await doctor.keystore(place(tmp_path))
    assert found == Finding("keystore", "error", f"the keystore's master key {home.master_key} is missing", KEY_MEND)
    assert not home.master_key.exists()


async def test_a_damaged_value_is_named(tmp_path: Path) -> None:
    home = await made(tmp_path)
    with closing(open_plain(home.keystore)) as database:
        database.execute("update secret set sealed = zeroblob(40)")
    found = await doctor.keystore(place(tmp_path))
    assert (found.status, found.message, found.mend) == ("error", "damaged: a/b", "store these values again")


async def test_a_home_that_is_a_file(tmp_path: Path) -> None:
    write_private(place(tmp_path).home.path, b"")
    found = await doctor.home(place(tmp_path))
    assert (found.status, "choose another with --home" in found.mend) == ("error", True)


async def test_a_home_that_is_held(tmp_path: Path) -> None:
    it = place(tmp_path)
    it.home.create()
    with it.home.lock("http://127.0.0.1:9"):
        assert f"held by a gateway (pid {os.getpid()})" in (await doctor.home(it)).message
        assert (await doctor.port(it)).message == "this home's gateway answers at http://127.0.0.1:9"


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
async def test_a_port_in_use(tmp_path: Path, host: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        taken = socket.create_server((host, 0), family=family)
    except OSError:
        pytest.skip("this machine has no such address")
    with taken:
        port = taken.getsockname()[1]
        found = await doctor.port(place(tmp_path, host=host, port=port))
        assert (found.status, found.mend) == ("error", "stop what listens there, or choose another with --port")
        assert f"{host}:{port}" in found.message


@pytest.mark.parametrize(
    ("environment", "status", "message"),
    [
        pytest.param({}, "warning", "rehearses", id="none"),
        pytest.param({"OPENAI_API_KEY": "k"}, "ok", "the environment has openai", id="a key"),
    ],
)
async def test_providers(tmp_path: Path, environment: dict[str, str], status: str, message: str) -> None:
    found = await doctor.providers(place(tmp_path, environment=environment))
    assert (found.status, message in found.message) == (status, True)
    assert ("set OPENAI_API_KEY" in found.mend) is (status == "warning")


async def test_postgres_is_looked_after_by_its_server(tmp_path: Path) -> None:
    assert (await doctor.database(place(tmp_path, store_url="postgresql://x"))).status == "ok"
