"""Credentials: who may call the gateway (design 6)."""

from portico.gateway.features.access.ports import HomeToken, KeyPort
from portico.gateway.features.access.rpc import routes
from portico.gateway.features.access.rules import OPEN, PROCESS
from portico.gateway.features.access.service import AccessOptions, AccessPorts, AccessService
from portico.gateway.features.access.worker import last_use_worker

__all__ = [
    "OPEN",
    "PROCESS",
    "AccessOptions",
    "AccessPorts",
    "AccessService",
    "HomeToken",
    "KeyPort",
    "last_use_worker",
    "routes",
]
