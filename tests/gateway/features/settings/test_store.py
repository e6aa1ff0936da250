"""The table `setting`, read back."""

from pathlib import Path

import pytest

from portico.gateway.features.settings.rules import project
from portico.gateway.features.settings.store import SettingsStore
from portico.gateway.kernel.errors import Unavailable
from portico.gateway.log import GATEWAY_STREAM, Batch, Put
from portico.protocol.events import SettingsChanged
from portico.protocol.types.settings import GatewaySettings, GeneralSettings
from tests.kit.logs import sqlite_log


async def test_the_snapshot_comes_back_as_it_was(tmp_path: Path) -> None:
    changed = GatewaySettings(general=GeneralSettings(tools=["a"], default_model="m"))
    async with sqlite_log(tmp_path, [project]) as log:
        store = SettingsStore(log)
        assert await store.state() == (GatewaySettings(), 0)
        await log.write(Batch.decision(GATEWAY_STREAM, 0, [SettingsChanged(settings=changed)]))
        assert await store.state() == (changed, 1)


@pytest.mark.parametrize("data", [b"{", b"\xff", b"[]", b'{"general":{"tools":1}}', b"[" * 100_000])
async def test_a_damaged_row_is_said(tmp_path: Path, data: bytes) -> None:
    async with sqlite_log(tmp_path) as log:
        await log.write(Batch(records=(Put("setting", {"name": "gateway"}, {"data": data}),)))
        with pytest.raises(Unavailable) as refusal:
            await SettingsStore(log).state()
        assert refusal.value.code == "settings_unreadable"
