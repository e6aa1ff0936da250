"""What the command line asks of this machine."""

import os
from pathlib import Path

import anyio
import anyio.to_thread
import msgspec
import pytest

from portico.client.registry import find
from portico.gateway.adapters.master_keys import KEY_MEND
from portico.gateway.admin import local
from portico.gateway.kernel.errors import GatewayError
from portico.gateway.kernel.home import Home
from portico.protocol.base import NoParams
from portico.protocol.methods.workspace import WORKSPACE_LIST
from portico.shells.cli.session import connected
from tests.kit.calls import together
from tests.shells.cli.rig import clean, host_of


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    clean(monkeypatch)
    monkeypatch.setenv("PORTICO_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "home"


@pytest.mark.parametrize("listen", ["", "[server]\nhost = '0.0.0.0'\nport = 1\n"])
async def test_an_embedded_gateway_is_joined_and_stays_until_the_last_client_leaves(
    place: Path, capsys: pytest.CaptureFixture[str], listen: str
) -> None:
    """Wherever a gateway of this home would listen, the embedded one takes a free port of loopback."""
    await anyio.to_thread.run_sync(written, place, listen)
    embedded, joined, left = anyio.Event(), anyio.Event(), anyio.Event()

    async def embed() -> None:
        async with local.embedded(None):
            embedded.set()
            await joined.wait()
        left.set()

    async def join() -> None:
        await embedded.wait()
        target = find(os.environ)
        assert target is not None
        assert target.url.startswith("http://127.0.0.1:")
        async with connected(host_of(local), os.environ, None) as session:
            assert not session.is_embedded
            assert session.shares_folders
            joined.set()
            while local.STAYING not in capsys.readouterr().err:
                await anyio.wait_all_tasks_blocked()
            assert len((await session.connection.call(WORKSPACE_LIST, NoParams())).workspaces) == 1
            assert not left.is_set()
        await left.wait()

    await together(embed, join)
    assert Home(place).running() is None


def written(home: Path, text: str) -> None:
    home.mkdir(mode=0o700)
    (home / "config.toml").write_text(text)


async def test_alone_it_leaves_without_a_word(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with anyio.fail_after(5):
        async with local.embedded(place):
            assert Home(place).running() is not None
    assert capsys.readouterr().err == ""


async def test_doctor_backup_and_restore_take_the_home_of_the_environment(place: Path, tmp_path: Path) -> None:
    with pytest.raises(GatewayError):
        await local.backup(None, tmp_path / "saved", with_key=False)
    async with local.embedded(None):
        assert "without the master key" in await local.backup(None, tmp_path / "saved", with_key=False)
    assert f"{place} holds what" in await local.restore(None, tmp_path / "saved")
    found = [finding.name async for finding in local.doctor(tmp_path / "other")]
    assert len(found) == 9


def test_schema() -> None:
    assert "results.json" in msgspec.json.decode(local.schema(typescript=False))
    assert "export " in local.schema(typescript=True)


async def test_a_backup_without_its_key_is_restored_with_a_warning(tmp_path: Path) -> None:
    async with local.embedded(None):
        without = await local.backup(None, tmp_path / "without", with_key=False)
        await local.backup(None, tmp_path / "with", with_key=True)
    assert "without the master key" in without
    assert "\n" not in await local.restore(None, tmp_path / "without")  # the home has its key
    other = tmp_path / "other"
    told, warning = (await local.restore(other, tmp_path / "without")).splitlines()
    assert told.startswith(f"{other} holds what")
    missing = f"the keystore's master key {other / 'master.key'} is missing: {KEY_MEND}"
    assert warning == f"warning: {missing}"
    with pytest.raises(GatewayError) as refused:
        async with local.embedded(other):
            raise AssertionError("never reached")
    assert refused.value.message == missing
    (other / "keystore.db").rename(tmp_path / "away.db")  # the second half of the mend
    async with local.embedded(other):
        pass
    assert "does not open this keystore: bring back" in await local.restore(other, tmp_path / "without")
    assert "\n" not in await local.restore(other, tmp_path / "with")  # the first half
    async with local.embedded(other):
        pass
