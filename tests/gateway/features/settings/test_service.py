"""Settings on a real log."""

from functools import partial
from pathlib import Path

import msgspec
import pytest

from portico.gateway.features.settings import SettingsService, project
from portico.gateway.kernel.errors import Unavailable
from portico.gateway.log import GATEWAY_STREAM, Append, Batch
from portico.protocol.base import NoParams
from portico.protocol.events import TokensChanged
from portico.protocol.methods.settings import SettingsResponse, SettingsUpdateParams
from portico.protocol.types.settings import GatewaySettings, GeneralUpdate, RemoteAccessUpdate, SettingsPatch
from tests.kit.calls import caller, together
from tests.kit.logs import sqlite_log


def general(**fields: object) -> SettingsUpdateParams:
    return SettingsUpdateParams(update=SettingsPatch(general=msgspec.convert(fields, GeneralUpdate)))


async def test_the_defaults_then_what_was_stored_after_a_restart(tmp_path: Path) -> None:
    async with sqlite_log(tmp_path, [project]) as log:
        settings = SettingsService(log)
        await settings.load()
        assert await settings.get(caller(), NoParams()) == SettingsResponse(settings=GatewaySettings())
        answer = await settings.update(caller(), general(tools="readonly", default_model="m"))
        assert settings.current() == answer.settings
        assert answer.settings.general.tools == "readonly"
    async with sqlite_log(tmp_path, [project]) as log:
        settings = SettingsService(log)
        await settings.load()
        assert settings.current() == answer.settings


async def test_a_change_of_nothing_is_not_told(tmp_path: Path) -> None:
    async with sqlite_log(tmp_path, [project]) as log:
        settings = SettingsService(log)
        await settings.update(caller(), general(tools="none"))
        await settings.update(caller(), general(tools="none"))
        assert await log.head(GATEWAY_STREAM) == 1


async def test_a_refused_update_changes_nothing(tmp_path: Path) -> None:
    async with sqlite_log(tmp_path, [project]) as log:
        settings = SettingsService(log)
        patch = SettingsPatch(general=GeneralUpdate(tools="none"), remote_access=RemoteAccessUpdate(enabled=True))
        with pytest.raises(Unavailable) as refusal:
            await settings.update(caller(), SettingsUpdateParams(update=patch))
        assert refusal.value.code == "feature_unavailable"
        assert settings.current() == GatewaySettings()
        assert await log.head(GATEWAY_STREAM) == 0


async def test_aliases_of_providers_become_names(tmp_path: Path) -> None:
    async with sqlite_log(tmp_path, [project]) as log:
        settings = SettingsService(log, {"grok": "xai"}.__getitem__)
        answer = await settings.update(caller(), general(default_model_provider="grok"))
        assert answer.settings.general.default_model_provider == "xai"


async def test_an_update_is_decided_again_beside_other_facts_of_the_gateway(tmp_path: Path) -> None:
    async with sqlite_log(tmp_path, [project]) as log:
        settings = SettingsService(log)

        async def issue(token_id: str) -> None:
            event = TokensChanged(change="issued", token_id=token_id)
            await log.write(Batch(appends=(Append(GATEWAY_STREAM, event),)))

        await together(
            partial(issue, "a"), lambda: settings.update(caller(), general(tools="none")), partial(issue, "b")
        )
        assert settings.current().general.tools == "none"
        assert await log.head(GATEWAY_STREAM) == 3
