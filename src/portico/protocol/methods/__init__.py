"""METHODS: the table of contents of the protocol, one row per call."""

from typing import Any

from portico.protocol.methods import access, provider, settings, thread, turn, workspace
from portico.protocol.methods.base import Method

METHODS: tuple[Method[Any, Any], ...] = (
    *workspace.ALL,
    *thread.ALL,
    *turn.ALL,
    *provider.ALL,
    *settings.ALL,
    *access.ALL,
)
