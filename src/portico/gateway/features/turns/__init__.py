"""Turns: started, steered, cancelled, queued, run to exactly one end, and recovered after a crash."""

from portico.gateway.features.turns.ports import (
    Chosen,
    Host,
    Models,
    RunLog,
    Settings,
    Toolboxes,
    TurnPorts,
    Wish,
    Workspaces,
)
from portico.gateway.features.turns.rpc import routes
from portico.gateway.features.turns.service import TurnReader, TurnService
from portico.gateway.features.turns.worker import unloader

__all__ = [
    "Chosen",
    "Host",
    "Models",
    "RunLog",
    "Settings",
    "Toolboxes",
    "TurnPorts",
    "TurnReader",
    "TurnService",
    "Wish",
    "Workspaces",
    "routes",
    "unloader",
]
