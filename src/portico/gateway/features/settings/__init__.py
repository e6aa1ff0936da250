"""The gateway's settings: one snapshot, changed in parts, told to everybody."""

from portico.gateway.features.settings.rpc import routes
from portico.gateway.features.settings.rules import project
from portico.gateway.features.settings.service import SettingsService

__all__ = ["SettingsService", "project", "routes"]
