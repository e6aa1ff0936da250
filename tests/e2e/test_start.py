"""Starts that must not succeed: each says in one line what is wrong and what mends it, and exits with 1."""

import os
import socket
from pathlib import Path

import pytest

from portico.gateway.store.migrate import CREATE_TABLE, RECORD, load_steps
from portico.gateway.store.sqlite import backup_before, open_sqlite
from portico.gateway.store.sqlite_files import open_plain
from tests.e2e.processes import place
from tests.kit import FakeClock

pytestmark = pytest.mark.promise("faults.start")

CONFIGS = {
    "no TOML": ("[server]\nport = 17878\nhost = \n", ["config.toml", "line 3"]),
    "an unknown key": ("[server]\n\nprot = 1\n", ["config.toml", "line 3", "prot"]),
    "an unknown section": ("[srever]\nport = 1\n", ["config.toml", "srever"]),
    "a wrong type": ('[server]\nport = "high"\n', ["config.toml", "line 2", "port"]),
    "a port too high": ("[server]\nport = 70000\n", ["config.toml", "line 2", "port", "65535"]),
    "not UTF-8": ("\udcff", ["config.toml"]),
}


@pytest.mark.parametrize("fault", CONFIGS)
async def test_a_corrupt_config(tmp_path: Path, fault: str) -> None:
    text, words = CONFIGS[fault]
    async with place(tmp_path) as here:
        here.home.create()
        here.home.config_file.write_bytes(text.encode(errors="surrogateescape"))
        command = [word for word in here.command() if word not in {"--port", "0"}]
        line = here.refused_by(command)
        assert [word for word in words if word not in line] == [], line
        assert not here.home.database.exists()


async def test_a_home_of_a_later_release_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    async with place(tmp_path) as here:
        here.home.create()
        async with open_sqlite(here.home.database, clock=FakeClock()):
            pass
        database = open_plain(here.home.database)
        database.execute(CREATE_TABLE)
        database.execute(RECORD.replace("$", "?"), (len(load_steps()) + 1, "later", "checksum", 1)).fetchall()
        database.close()
        before = here.home.database.read_bytes()
        line = here.refused()
        assert "newer" in line or "later" in line, line
        assert here.home.database.read_bytes() == before


async def test_a_home_of_an_earlier_release_is_upgraded_after_a_copy_was_made(tmp_path: Path) -> None:
    async with place(tmp_path) as here:
        here.home.create()
        async with open_sqlite(here.home.database, clock=FakeClock(), steps=load_steps()[:1]):
            pass
        async with here.up() as up, up.peer() as peer:
            await peer.thread()
            assert (await peer.turn("u1", "hello"))["status"] == "Completed"
        assert backup_before(here.home.database, 1).exists()


async def test_a_damaged_database(tmp_path: Path) -> None:
    async with place(tmp_path) as here:
        here.home.create()
        here.home.database.write_bytes(b"this is no database at all" * 1_000)
        assert "database" in here.refused()


async def test_a_home_that_is_a_file(tmp_path: Path) -> None:
    async with place(tmp_path) as here:
        here.home.path.write_text("")
        assert str(here.home.path) in here.refused()


async def test_a_locked_home_is_told_with_its_holder(tmp_path: Path) -> None:
    async with place(tmp_path) as here, here.up() as up:
        line = here.refused()
        assert (str(up.process.pid) in line, up.told["url"] in line) == (True, True), line
        async with up.peer() as peer:
            await peer.call("gateway/info")


async def test_a_port_in_use_is_told_with_its_holder(tmp_path: Path) -> None:
    async with place(tmp_path) as here:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = str(taken.getsockname()[1])
            line = here.refused("--port", port)
        assert (port in line, str(os.getpid()) in line, "--port" in line) == (True, True, True), line
        async with here.up("--port", port):
            pass


@pytest.mark.parametrize(
    ("flags", "word"),
    [
        (("--auth", "none", "--host", "0.0.0.0"), "loopback"),
        (("--host", "203.0.113.1"), "203.0.113.1"),
        (("--tls-cert", "/nowhere.pem"), "TLS"),
    ],
    ids=["open beyond loopback", "a foreign address", "a certificate without a key"],
)
async def test_flags_that_do_not_fit(tmp_path: Path, flags: tuple[str, ...], word: str) -> None:
    async with place(tmp_path) as here:
        assert word in here.refused(*flags)


@pytest.mark.parametrize("content", [None, "no certificate"], ids=["missing", "unreadable"])
async def test_a_certificate_that_cannot_be_used(tmp_path: Path, content: str | None) -> None:
    cert = tmp_path / "cert.pem"
    if content is not None:
        cert.write_text(content)
    async with place(tmp_path) as here:
        assert str(cert) in here.refused("--tls-cert", str(cert), "--tls-key", str(cert))


async def test_a_variable_that_does_not_fit(tmp_path: Path) -> None:
    async with place(tmp_path) as here:
        assert "GATEWAY_ENABLE_WEB_UI" in here.refused(GATEWAY_ENABLE_WEB_UI="perhaps")
