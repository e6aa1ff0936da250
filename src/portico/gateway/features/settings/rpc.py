"""The calls of settings, bound to their use cases."""

from typing import Any

from portico.gateway.features.settings.service import SettingsService
from portico.gateway.rpc import Route
from portico.protocol.methods.settings import SETTINGS_GET, SETTINGS_UPDATE


def routes(settings: SettingsService) -> tuple[Route[Any, Any], ...]:
    """One row per call; `gateway/info` is bound by `providers`, which knows the default model."""
    return (Route(SETTINGS_GET, settings.get), Route(SETTINGS_UPDATE, settings.update))
