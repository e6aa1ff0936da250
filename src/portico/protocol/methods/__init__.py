"""METHODS: the table of contents of the protocol, one row per call."""

from typing import Any

from portico.protocol.methods import access, conversation, provider, settings, thread, turn, usage, workspace
from portico.protocol.methods.base import Method

METHODS: tuple[Method[Any, Any], ...] = (
    *workspace.ALL,
    *thread.ALL,
    *conversation.ALL,
    *turn.ALL,
    *provider.ALL,
    *usage.ALL,
    *settings.ALL,
    *access.ALL,
)
