"""Calls about settings (reference 3.6) and the gateway itself (ours)."""

from portico.protocol.base import NoParams, Params, Scope, Wire
from portico.protocol.methods.base import Method
from portico.protocol.types.gateway import GatewayInfo
from portico.protocol.types.health import HealthFinding
from portico.protocol.types.settings import GatewaySettings, SettingsPatch


class SettingsResponse(Wire, frozen=True, kw_only=True):
    settings: GatewaySettings


class SettingsUpdateParams(Params, frozen=True, kw_only=True):
    update: SettingsPatch


class GatewayInfoResponse(Wire, frozen=True, kw_only=True):
    gateway: GatewayInfo


class GatewayHealthResponse(Wire, frozen=True, kw_only=True):
    """What `portico doctor` would say of a gateway that runs, within five seconds."""

    findings: list[HealthFinding]


def _one_lane(_: object) -> str:
    return "settings"


SETTINGS_GET = Method("settings/get", NoParams, SettingsResponse, Scope.READ)
SETTINGS_UPDATE = Method("settings/update", SettingsUpdateParams, SettingsResponse, Scope.ADMIN, _one_lane)
GATEWAY_INFO = Method("gateway/info", NoParams, GatewayInfoResponse, Scope.READ)
GATEWAY_HEALTH = Method("gateway/health", NoParams, GatewayHealthResponse, Scope.ADMIN)
ALL = (SETTINGS_GET, SETTINGS_UPDATE, GATEWAY_INFO, GATEWAY_HEALTH)
