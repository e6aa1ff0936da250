"""Settings are changed one at a time, in the whole gateway."""

from portico.protocol.methods.settings import SETTINGS_UPDATE, SettingsUpdateParams
from portico.protocol.types.settings import SettingsPatch


def test_updates_share_a_lane() -> None:
    assert SETTINGS_UPDATE.lane is not None
    assert SETTINGS_UPDATE.lane(SettingsUpdateParams(update=SettingsPatch())) == "settings"
